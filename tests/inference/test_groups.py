"""Intervals that leave out groups of items, for measures without a short cut and for items in clusters."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
import pytest

from repscope import registry
from repscope.inference.doubt import Doubt
from repscope.inference.interval import GROUPS, grouped_jackknife, groups_of, jackknife
from repscope.inference.null import least, order_of
from repscope.inference.pair import Pair, Side, needs_rows, prepared

LINE = (-math.inf, math.inf)


def test_groups_of_one_item_are_the_plain_jackknife():
    x = np.random.default_rng(0).standard_normal(40)
    without = (x.sum() - x) / 39
    ones = np.ones(40, dtype=np.int64)
    low, high = grouped_jackknife(x.mean(), without, ones, bounds=LINE, level=0.95)
    want = jackknife(x.mean(), without, bounds=LINE, level=0.95)
    assert np.allclose((low, high), want, atol=1e-12)
    standard_error = x.std(ddof=1) / math.sqrt(40)
    assert math.isclose((high - low) / 2 / 2.022691, standard_error, rel_tol=1e-5)


def test_groups_of_unequal_sizes_estimate_the_variance_of_a_mean():
    """The mean over groups of 5 to 15 items: the squared error averages to the variance of the mean."""
    rng = np.random.default_rng(1)
    sizes = rng.integers(5, 16, 20)
    n, squares = sizes.sum(), []
    for _ in range(400):
        x = np.split(rng.standard_normal(n), np.cumsum(sizes)[:-1])
        total = sum(part.sum() for part in x)
        without = np.array([(total - part.sum()) / (n - len(part)) for part in x])
        low, high = grouped_jackknife(total / n, without, sizes, bounds=LINE, level=0.95)
        squares.append(((high - low) / 2 / 2.093024) ** 2)
    assert math.isclose(np.mean(squares), 1 / n, rel_tol=0.1)


def test_a_range_with_one_end_is_kept():
    low, high = grouped_jackknife(
        0.1, np.array([0.02, 0.1, 0.2, 0.05, 0.3]), np.full(5, 10), bounds=(0.0, math.inf), level=0.95
    )
    assert 0 < low < 0.1 < high


def test_a_value_at_the_end_of_its_range_keeps_an_interval_inside_it():
    low, high = grouped_jackknife(0.9, np.array([1.0, 0.9, 0.8, 0.9]), np.full(4, 9), bounds=(0.0, 1.0), level=0.95)
    assert 0 < low < 0.9 < high == 1.0


def test_undefined_values_give_no_interval():
    found = grouped_jackknife(0.5, np.array([0.4, math.nan]), np.array([3, 3]), bounds=(0.0, 1.0), level=0.95)
    assert all(map(math.isnan, found))


def test_clusters_stay_whole_and_groups_even():
    rng = np.random.default_rng(2)
    clusters = rng.integers(0, 200, 3000)
    groups = groups_of(3000, clusters, rng)
    assert groups.max() + 1 == GROUPS
    assert all(len(set(groups[clusters == c])) == 1 for c in np.unique(clusters))
    sizes = np.bincount(groups)
    assert sizes.max() < 1.3 * sizes.min()
    few = rng.integers(0, 7, 100)
    assert (groups_of(100, few, rng) == few).all()


def test_clusters_change_places_with_clusters_of_their_size():
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(6), [3, 3, 3, 5, 5, 2])
    moved = False
    for _ in range(20):
        order = order_of(21, clusters, rng)
        assert sorted(order) == list(range(21))
        for c in range(6):
            came_from = clusters[order[clusters == c]]
            assert len(set(came_from)) == 1
            assert (clusters == came_from[0]).sum() == (clusters == c).sum()
        moved |= (order != np.arange(21)).any()
    assert moved
    assert math.isclose(least(21, clusters), 1 / (6 * 2))


def without_short_cuts(name, *kept):
    """A measure's module with `prepare` and `between` alone, as another package may write one."""
    module = registry.module_of(registry.get(name))
    bare = ModuleType("bare")
    for part in ("prepare", "between", "bounds", *kept):
        setattr(bare, part, getattr(module, part))
    return bare


def pair_of(name, x, y, module):
    card = registry.get(name)
    return Pair(card, module, *(Side(module.prepare(v), v) for v in (x, y)), {}, {})


def test_a_measure_without_short_cuts_has_an_interval_and_a_null_too():
    """They agree with those of the measure's own, which leaves out each item and knows the null in closed form."""
    rng = np.random.default_rng(4)
    x = rng.standard_normal((240, 6))
    y = x @ rng.standard_normal((6, 5)) + 3 * rng.standard_normal((240, 5))
    bare = without_short_cuts("cka")
    bare.NULL = "permutation"
    doubt = Doubt(0.95, "auto", 300, rng)
    assert doubt.needs_rows(bare)
    assert not doubt.needs_rows(registry.module_of(registry.get("cka")))
    slow = pair_of("cka", x, y, bare)
    fast = prepared(registry.get("cka"), x, y, {})
    value = float(bare.between(slow.a, slow.b))
    own, found = (doubt.beside(value, pair, items=240, same=False) for pair in (fast, slow))
    assert math.isclose(found.high - found.low, own.high - own.low, rel_tol=0.5)
    assert math.isclose(found.null_sd, own.null_sd, rel_tol=0.2)
    assert abs(found.null) < 4 * own.null_sd / math.sqrt(300)


def test_a_measure_can_say_that_it_has_neither():
    bare = without_short_cuts("cka")
    bare.NULL, bare.INTERVAL = "none", "none"
    rng = np.random.default_rng(5)
    pair = pair_of("cka", rng.standard_normal((30, 3)), rng.standard_normal((30, 3)), bare)
    cell = Doubt(0.95, "auto", 10, rng).beside(0.1, pair, items=30, same=False)
    assert all(map(math.isnan, cell[1:]))
    assert not needs_rows(bare, level=0.95, null="auto", clustered=True)


@pytest.mark.parametrize("name", ["cka", "mutual_knn"])
def test_intervals_for_items_in_clusters_cover(name):
    """Items in copies of five with little noise: intervals that take them for independent cover far too rarely."""
    rng, card = np.random.default_rng(6), registry.get(name)
    weights, params = rng.standard_normal((2, 4, 5)), {"k": 8} if name == "mutual_knn" else {}
    clusters = np.repeat(np.arange(48), 5)
    cells = {"plain": [], "clusters": []}
    for _ in range(60):
        signal = np.repeat(rng.standard_normal((48, 4)), 5, axis=0)
        own = [np.repeat(rng.standard_normal((48, 5)), 5, axis=0) for _ in range(2)]
        x, y = (signal @ w + v + 0.1 * rng.standard_normal((240, 5)) for w, v in zip(weights, own, strict=True))
        pair = prepared(card, x, y, params)
        value = float(pair.module.between(pair.a, pair.b))
        for how, given in (("plain", None), ("clusters", clusters)):
            doubt = Doubt(0.95, None, 2, rng, given)
            cells[how].append(doubt.beside(value, pair, items=240, same=False))
    truth = np.mean([cell.value for cell in cells["plain"]])
    covered = {how: np.mean([c.low <= truth <= c.high for c in found]) for how, found in cells.items()}
    assert covered["clusters"] >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / 60)
    assert covered["plain"] < covered["clusters"]

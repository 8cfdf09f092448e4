"""Neighbourhood measures against their definitions written out, published values, and defects of other packages."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

import reference
import repscope as rs
from repscope.errors import InputError, NotFiniteError, ShapeError
from repscope.similarity import information_imbalance as imbalance
from repscope.similarity import jaccard as jaccard_steps
from repscope.similarity import rank_similarity as rank_steps
from repscope.similarity.relations import parts_of, variance_over_orders

LISTS = [rs.jaccard, rs.rank_similarity, rs.second_order_cosine, rs.information_imbalance]
X, Y = reference.neighbours_input()


def similarities(x):
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    found = unit @ unit.T
    np.fill_diagonal(found, -np.inf)
    return found


def neighbours(x, k):
    return np.argsort(-similarities(x), axis=1, kind="stable")[:, :k]


def test_jaccard_equals_the_published_value():
    """Of the ReSi benchmark's definition, cosine, k = 10."""
    assert math.isclose(rs.jaccard(X, Y, chance_corrected=False), 0.2339237, abs_tol=5e-8)


@pytest.mark.parametrize("k", [1, 4, 10])
def test_jaccard_is_intersection_over_union(k):
    a, b = neighbours(X, k), neighbours(Y, k)
    want = np.mean([len({*p} & {*q}) / len({*p} | {*q}) for p, q in zip(a, b, strict=True)])
    assert math.isclose(rs.jaccard(X, Y, k=k, chance_corrected=False), want, abs_tol=1e-12)


@pytest.mark.parametrize("k", [1, 4, 10])
def test_rank_similarity_is_its_definition(k):
    total = 0.0
    for p, q in zip(neighbours(X, k).tolist(), neighbours(Y, k).tolist(), strict=True):
        shared = set(p) & set(q)
        most = sum(1 / r for r in range(1, len(shared) + 1))
        ranks = [(p.index(j) + 1, q.index(j) + 1) for j in shared]
        total += sum(2 / ((1 + abs(r - s)) * (r + s)) for r, s in ranks) / most if shared else 0
    assert math.isclose(rs.rank_similarity(X, Y, k=k, chance_corrected=False), total / 200, abs_tol=1e-12)


@pytest.mark.parametrize("dialect", ["hamilton", "resi"])
def test_second_order_cosine_is_its_definition(dialect):
    sims = [similarities(v) for v in (X, Y)]
    sims = [1 - s for s in sims] if dialect == "resi" else sims
    found = []
    for i, (p, q) in enumerate(zip(neighbours(X, 10), neighbours(Y, 10), strict=True)):
        union = sorted({*p} | {*q})
        u, v = (s[i, union] for s in sims)
        found.append(u @ v / np.linalg.norm(u) / np.linalg.norm(v))
    assert math.isclose(rs.second_order_cosine(X, Y, dialect=dialect), np.mean(found), abs_tol=1e-12)


@pytest.mark.parametrize("k", [1, 3])
def test_information_imbalance_is_its_definition(k):
    def distances(x):
        found = np.linalg.norm(x[:, None] - x[None], axis=2)
        np.fill_diagonal(found, np.inf)
        return found

    order = np.argsort(distances(X), axis=1)[:, :k]
    ranks = np.argsort(np.argsort(distances(Y), axis=1), axis=1) + 1
    want = 2 / 200 * np.take_along_axis(ranks, order, axis=1).mean()
    assert math.isclose(rs.information_imbalance(X, Y, k=k), want, abs_tol=1e-12)


def test_information_imbalance_is_directed():
    """A part of the units says less of the whole than the whole of a part."""
    part = X[:, :1]
    assert rs.information_imbalance(X, part) < rs.information_imbalance(part, X) - 0.1
    assert math.isclose(rs.information_imbalance(X, X), 2 / 200, abs_tol=1e-12)
    assert math.isclose(rs.information_imbalance(X, X, k=5), 6 / 200, abs_tol=1e-12)


def test_copies_share_the_mean_of_their_ranks():
    """Four copies of each of 50 items: another copy is nearest, and the three other ones share ranks 1 to 3."""
    x = np.repeat(np.random.default_rng(0).standard_normal((50, 8)), 4, axis=0)
    assert math.isclose(rs.information_imbalance(x, x), 2 / 200 * 2, abs_tol=1e-12)
    for measure in (rs.jaccard, rs.mutual_knn):
        assert math.isclose(measure(x, x, k=3), 1, abs_tol=1e-12)


@pytest.mark.parametrize("measure", [rs.jaccard, rs.rank_similarity])
def test_ties_do_not_agree_by_position(measure):
    """One-hot codes, equally far from nearly all others: unrelated ones score chance, which taking ties in the order
    of the items would exceed."""
    rng = np.random.default_rng(0)
    values = [measure(*(np.eye(6)[rng.integers(0, 6, 240)] for _ in range(2)), metric="euclidean") for _ in range(30)]
    assert abs(np.mean(values)) < 4 * np.std(values) / math.sqrt(30)


def test_unrelated_ties_leave_imbalance_at_chance():
    rng = np.random.default_rng(1)
    values = [rs.information_imbalance(*(np.eye(5)[rng.integers(0, 5, 150)] for _ in range(2))) for _ in range(30)]
    assert abs(np.mean(values) - 1) < 4 * np.std(values) / math.sqrt(30)


@pytest.mark.parametrize("steps", [jaccard_steps, rank_steps], ids=["jaccard", "rank_similarity"])
@pytest.mark.parametrize(("items", "k"), [(5, 2), (6, 2), (6, 4)])
def test_chance_is_the_mean_over_all_orders(steps, items, k):
    rng = np.random.default_rng(items + k)
    a, b = (steps.prepare(rng.standard_normal((items, 3)), k=k) for _ in range(2))
    values = [steps.shuffled(a, b, np.array(order)) for order in itertools.permutations(range(items))]
    assert abs(np.mean(values)) < 1e-12


@pytest.mark.parametrize("k", [1, 3])
def test_the_null_of_imbalance_is_that_of_all_orders(k):
    rng = np.random.default_rng(k)
    a, b = (imbalance.prepare(rng.standard_normal((7, 2)), k=k, doubt=True) for _ in range(2))
    values = [imbalance.shuffled(a, b, np.array(order)) for order in itertools.permutations(range(7))]
    null = imbalance.null(a, b)
    assert math.isclose(np.mean(values), null.mean, abs_tol=1e-12)
    assert math.isclose(np.std(values), null.sd, abs_tol=1e-12)


def test_a_sample_of_items_gives_nearly_the_same_null(monkeypatch):
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((600, 3)) * [5, 1, 1], rng.standard_normal((600, 4)) * [4, 1, 1, 1]
    a, b = (imbalance.prepare(v, doubt=True) for v in (x, y))
    exact = imbalance.null(a, b).sd
    monkeypatch.setattr(imbalance, "SAMPLE", 150)
    sampled = imbalance.null(a, imbalance.prepare(y, doubt=True)).sd
    assert math.isclose(sampled, exact, rel_tol=0.02)


def test_variance_over_orders_of_any_matrices():
    rng = np.random.default_rng(5)
    n = 6
    matrices = []
    for _ in range(2):
        m = rng.standard_normal((n, n))
        np.fill_diagonal(m, 0)
        m += (1 - m.sum(axis=1, keepdims=True)) / (n - 1)
        np.fill_diagonal(m, 0)
        matrices.append(m)
    assert np.allclose(matrices[0].sum(axis=1), 1)
    a, b = (parts_of(m.sum(axis=0), square=(m**2).sum(), mutual=(m * m.T).sum(), row_sum=1) for m in matrices)
    sums = [(matrices[0] * matrices[1][np.ix_(o, o)]).sum() for o in map(list, itertools.permutations(range(n)))]
    assert math.isclose(np.var(sums), variance_over_orders(a, b, n), rel_tol=1e-10)


def test_translation_counts_under_the_cosine_only():
    moved = X + 3
    for measure in (rs.jaccard, rs.rank_similarity, rs.second_order_cosine):
        assert math.isclose(measure(moved, Y, metric="centred cosine"), measure(X, Y, metric="centred cosine"))
        assert abs(measure(moved, Y) - measure(X, Y)) > 1e-3
    for metric in ("euclidean", "centred cosine"):
        want = rs.information_imbalance(X, Y, metric=metric)
        assert math.isclose(rs.information_imbalance(moved, Y, metric=metric), want, abs_tol=1e-12)
    assert (
        abs(rs.information_imbalance(moved, Y, metric="cosine") - rs.information_imbalance(X, Y, metric="cosine")) > 0
    )


@pytest.mark.parametrize("measure", [rs.mutual_knn, rs.jaccard, rs.second_order_cosine])
def test_a_mean_rounded_to_float32_does_not_turn_the_directions(measure):
    """Beside a mean of 2,000,000 half a unit of rounding is a tenth of the spread, and centred cosines move with it."""
    rng = np.random.default_rng(0)
    X, Y = (np.round(rng.standard_normal((60, p)) * 8) / 8 + 2e6 for p in (6, 5))
    narrow = measure(X.astype(np.float32), Y.astype(np.float32), metric="centred cosine")
    want = measure(
        X.astype(np.float32).astype(np.float64), Y.astype(np.float32).astype(np.float64), metric="centred cosine"
    )
    assert math.isclose(narrow, want, abs_tol=1e-4)


def test_items_without_direction_are_counted_and_score_nothing():
    from repscope.similarity.second_order_cosine import between, prepare

    x = X.copy()
    x[:3] = 0
    state = prepare(x)
    assert any("3 items have no direction" in note for note in state.notes)
    others = np.arange(200) >= 3
    assert between(state, state) == pytest.approx(others.mean(), abs=1e-9)


def test_every_row_order_gives_one_value():
    order = np.random.default_rng(8).permutation(200)
    for measure in LISTS:
        assert math.isclose(measure(X[order], Y[order]), measure(X, Y), abs_tol=1e-12)


def test_intervals_hold_the_value_and_repeat():
    for name in ("jaccard", "rank_similarity", "information_imbalance"):
        first = rs.score(name, X, Y)
        assert rs.score(name, X, Y).interval == first.interval
        low, high = first.interval
        assert low < first.value < high


def test_no_interval_where_halves_have_no_neighbourhoods():
    for name in ("jaccard", "rank_similarity"):
        assert all(math.isnan(bound) for bound in rs.score(name, X[:25], Y[:25], permutations=3).interval)


@pytest.mark.parametrize("measure", LISTS)
def test_parameters_are_checked(measure):
    with pytest.raises(ShapeError, match="1 ≤ k ≤ items − 2 = 198"):
        measure(X, Y, k=199)
    with pytest.raises(ShapeError, match="got k=0"):
        measure(X, Y, k=0)
    with pytest.raises(InputError, match="'manhattan'"):
        measure(X, Y, metric="manhattan")
    bad = Y.copy()
    bad[4, 1] = np.nan
    with pytest.raises(NotFiniteError, match="item 4, unit 1"):
        measure(X, bad)


def test_dialects_and_metrics_are_checked():
    with pytest.raises(InputError, match="'hamilton'"):
        rs.second_order_cosine(X, Y, dialect="klabunde")
    for measure in (rs.second_order_cosine, rs.information_imbalance):
        with pytest.raises(InputError, match="inner product"):
            measure(X, Y, metric="inner product")


def test_float32_with_a_large_mean_keeps_second_order_differences():
    """One less the cosine is of the order of 1e-4 here, which the difference from 1 in float32 would lose."""
    x, y = (torch.from_numpy(v).float() + 100 for v in (X, Y))
    got = float(rs.second_order_cosine(x, y, dialect="resi"))
    assert math.isclose(got, float(rs.second_order_cosine(x.double(), y.double(), dialect="resi")), abs_tol=1e-5)


@pytest.mark.parametrize(("size", "dtype"), [(1e-200, np.float64), (1e-30, np.float32)])
@pytest.mark.parametrize("metric", ["cosine", "centred cosine"])
def test_small_items_have_a_direction(size, dtype, metric):
    """A square of theirs that is below the smallest number does not make them zeros."""
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal((40, 6)), rng.standard_normal((40, 5))
    small = (size * X).astype(dtype)
    want = rs.second_order_cosine(X.astype(dtype), Y.astype(dtype), metric=metric)
    assert math.isclose(rs.second_order_cosine(small, Y.astype(dtype), metric=metric), want, abs_tol=1e-4)

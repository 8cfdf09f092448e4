from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import repscope as rs
from reference import INPUTS
from repscope.errors import ShapeError
from repscope.similarity import cka, procrustes
from repscope.stats import cross, joint, lifted

OFFSETS = (20, -50, 3)


def layers_of(seed: int, items: int, units: tuple[int, ...] = (5, 4, 7)) -> list[np.ndarray]:
    """Return related layers whose means are 20 and −50 times their standard deviation."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((items, 3))
    found = [z @ rng.standard_normal((3, p)) + 0.5 * rng.standard_normal((items, p)) for p in units]
    return [x / x.std(0) + offset for x, offset in zip(found, OFFSETS, strict=True)]


def direct(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Return what a pair's sums about the means are, written out."""
    x, y = x - x.mean(0), y - y.mean(0)
    a, b = (x**2).sum(1), (y**2).sum(1)
    return {"xy": x.T @ y, "a": a.sum(), "b": b.sum(), "ay": a @ y, "bx": b @ x, "ab": a @ b}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(8, 80), st.integers(1, 7), st.sampled_from([0, 1, 2]))
def test_any_cut_in_any_order_gives_the_whole(seed, items, shards, first):
    rng = np.random.default_rng(seed)
    layers = layers_of(seed, items)
    cuts = np.sort(rng.choice(np.arange(1, items), min(shards, items - 1), replace=False))
    parts = [joint.of(rows, first=first) for rows in zip(*(np.split(x, cuts) for x in layers), strict=True)]
    merged = joint.merge(*(parts[i] for i in rng.permutation(len(parts))))
    assert merged.n == items
    for i, j in ((0, 2), (2, 0), (0, 0)):
        moments = merged.pair(i, j)
        assert abs(cka.from_moments(moments) - rs.cka(layers[i], layers[j])) < 1e-10
        assert abs(cka.from_moments(moments, debiased=False) - rs.cka(layers[i], layers[j], debiased=False)) < 1e-10
        if i != j:
            assert abs(procrustes.from_moments(moments) - rs.procrustes(layers[i], layers[j])) < 1e-10


@pytest.mark.parametrize("first", [0, 1])
def test_every_sum_is_what_its_definition_says(first):
    layers = layers_of(1, 2500)
    found = joint.of(layers, first=first)
    for i, j in ((0, 1), (0, 2), (1, 0), (1, 1)):
        moments = found.pair(i, j).centred()
        for name, want in direct(layers[i], layers[j]).items():
            got = getattr(moments.together, name)
            assert np.allclose(got, want, rtol=1e-11, atol=1e-8), (i, j, name)
        assert np.allclose(moments.x_alone.xy, direct(layers[i], layers[i])["xy"])
        assert np.allclose(moments.y_alone.xy, direct(layers[j], layers[j])["xy"])
        assert not np.any(moments.together.x)


def test_batch_size_and_order_do_not_matter():
    layers = layers_of(2, 3000)
    values = []
    for batch in (1, 7, 64, 1500, 3000):
        parts = [joint.of([x[at : at + batch] for x in layers]) for at in range(0, 3000, batch)]
        order = np.random.default_rng(batch).permutation(len(parts))
        merged = joint.merge(*(parts[i] for i in order))
        values.append([float(cka.from_moments(merged.pair(i, j))) for i, j in ((0, 1), (1, 2))])
    assert np.ptp(values, axis=0).max() < 1e-12


def test_shards_about_common_points_add_up_in_place():
    layers = layers_of(3, 100)
    points = [lifted.point_of(x[:10]) for x in layers]
    total = None
    for at in range(0, 100, 30):
        total = joint.of([x[at : at + 30] for x in layers], points=points, into=total)
    whole = joint.of(layers, points=points)
    assert total is not None
    assert np.allclose(total.sums.products, whole.sums.products, rtol=1e-12)
    assert total.n == 100


def test_workers_send_their_part_and_each_may_choose_its_own_points():
    layers = layers_of(4, 400)
    sent = [pickle.dumps(joint.of([x[at::4] + 0 for x in layers], first=2)) for at in range(4)]
    merged = joint.merge(*map(pickle.loads, sent))
    assert abs(cka.from_moments(merged.pair(0, 2)) - rs.cka(layers[0], layers[2])) < 1e-10


def test_of_two_sets_only_wanted_products_are_made():
    layers = layers_of(5, 50)
    found = joint.of(layers, first=2).sums
    assert found.products.shape == (5 + 2 + 4 + 2, 7 + 2)
    assert [part.shape for part in found.alone] == [(7, 7), (6, 6), (9, 9)]
    assert joint.of(layers).sums.alone == ()


def test_float32_with_large_means_keeps_its_digits():
    layers = [x.astype(np.float32) for x in layers_of(6, 20000)]
    wide = [x.astype(np.float64) for x in layers]
    found = joint.of(layers)
    for i, j in ((0, 1), (1, 2)):
        assert abs(cka.from_moments(found.pair(i, j)) - rs.cka(wide[i], wide[j])) < 1e-6
    about_zero = joint.of(layers, points=[np.zeros(x.shape[1]) for x in layers])
    assert abs(cka.from_moments(about_zero.pair(0, 1)) - rs.cka(wide[0], wide[1])) > 1e-6


@pytest.mark.parametrize("how", ["one long row", "tiny", "huge", "sorted"])
def test_float32_goes_up_where_it_would_lose_digits(how):
    layers = [x.astype(np.float32) for x in layers_of(7, 3000)]
    if how == "one long row":
        for x in layers:
            x[1234] += np.float32(1e3)
    elif how == "sorted":
        order = np.argsort(layers[0][:, 0])
        layers = [x[order] for x in layers]
    else:
        factor = np.float32({"tiny": 1e-25, "huge": 1e15}[how])
        layers = [x * factor for x in layers]
    want = rs.cka(*(x.astype(np.float64) for x in layers[:2]))
    got = cka.from_moments(joint.of(layers).pair(0, 1))
    assert abs(got - want) < 1e-6


def test_debiased_value_with_fewer_items_than_units_keeps_its_digits():
    rng = np.random.default_rng(8)
    x, y = rng.standard_normal((60, 800)), rng.standard_normal((60, 900))
    got = cka.from_moments(joint.of([x.astype(np.float32), y.astype(np.float32)]).pair(0, 1))
    assert abs(got - rs.cka(x, y)) < 1e-5


SONG = {"A": 0.7180239434, "B": 0.8209268263, "C": 0.5558982956, "D": -0.0003845335}
BIASED = {"A": 0.7450158331, "B": 0.8828979869, "C": 0.6075482157, "D": 0.7976640315}


@pytest.mark.parametrize("name", SONG)
def test_published_values_from_shards_of_three_items(name):
    x, y = INPUTS[name]
    merged = joint.merge(*(joint.of([x[at : at + 3], y[at : at + 3]]) for at in range(0, len(x), 3)))
    moments = merged.pair(0, 1)
    assert abs(cka.from_moments(moments) - SONG[name]) < 1e-9
    assert abs(cka.from_moments(moments, debiased=False) - BIASED[name]) < 1e-9


def test_covariance_is_the_sample_covariance():
    layers = layers_of(9, 200)
    for first in (0, 1):
        found = joint.of(layers, first=first)
        for i, x in enumerate(layers):
            assert np.allclose(found.covariance(i), np.cov(x.T), rtol=1e-11)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_unit_is_known_as_such(dtype):
    layers = [x.astype(dtype) for x in layers_of(10, 5000)]
    layers[1][:, 2] = 0.1
    found = joint.of(layers)
    assert found.constant(1).tolist() == [False, False, True, False]
    assert not found.constant(0).any()


def test_torch_gives_the_same_numbers():
    import torch

    layers = layers_of(11, 300)
    found = joint.of([torch.from_numpy(x) for x in layers], first=1)
    got = cka.from_moments(found.pair(0, 2))
    assert isinstance(got, torch.Tensor)
    assert abs(float(got) - rs.cka(layers[0], layers[2])) < 1e-12


def test_an_empty_shard_is_refused_and_adds_nothing():
    layers = layers_of(12, 50)
    empty = [x[:0] for x in layers]
    with pytest.raises(ShapeError, match="at least one row"):
        joint.of(empty, points=[np.zeros(x.shape[1]) for x in layers])
    found = joint.of(layers)
    before = found.sums.products.copy()
    assert np.array_equal(joint.of(empty, into=found).sums.products, before)


def test_a_point_is_finite_and_exact_for_constants():
    x = np.array([[0.1, np.nan, 1.0], [0.1, 2.0, 2.0]])
    assert lifted.point_of(x).tolist() == [0.1, 0.0, 1.5]


def test_cross_is_the_case_of_two_layers():
    x, y, _ = layers_of(13, 70)
    pair, both = cross.of(x, y), joint.of([x, y], first=1).pair(0, 1)
    assert np.allclose(pair.together.lifted, both.together.lifted, rtol=1e-12)
    swapped = both.flipped()
    assert np.allclose(swapped.together.xy, both.together.xy.T)
    assert swapped.x_alone is both.y_alone

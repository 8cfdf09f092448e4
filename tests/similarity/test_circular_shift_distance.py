"""Shape distance of convolutional layers, against trying every shift."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

import repscope as rs
from repscope import errors
from repscope.similarity import circular_shift_distance
from repscope.types import running_ids

RNG = np.random.default_rng(0)
X = RNG.standard_normal((12, 4, 5, 3))
Y = RNG.standard_normal((12, 4, 5, 2))


def one_by_one(x, y):
    """The smallest Procrustes distance over all shifts of y, positions as rows."""
    shifts = itertools.product(range(x.shape[1]), range(x.shape[2]))
    moved = (np.roll(y, shift, axis=(1, 2)) for shift in shifts)
    return min(float(rs.procrustes(x.reshape(-1, x.shape[3]), v.reshape(-1, y.shape[3]))) for v in moved)


@pytest.mark.parametrize("shape", [(4, 5), (5, 4), (1, 6), (7, 1), (1, 1), (6, 6)])
@pytest.mark.parametrize("units", [(3, 3), (2, 5), (5, 2), (1, 1)])
def test_all_shifts_at_once_find_what_one_by_one_does(shape, units):
    rng = np.random.default_rng(shape[0] * 10 + units[0])
    x, y = (rng.standard_normal((9, *shape, p)) for p in units)
    assert math.isclose(rs.circular_shift_distance(x, y), one_by_one(x, y), abs_tol=1e-9)


def test_value_of_published_code():
    """The least entry of netrep's convolve_metric with LinearMetric(alpha=1)."""
    r = np.random.RandomState(11)
    x = r.randn(8, 4, 5, 3)
    y = np.roll(x, (1, 2), axis=(1, 2)) @ r.randn(3, 4) + 0.8 * r.randn(8, 4, 5, 4) + 2
    assert math.isclose(rs.circular_shift_distance(x, y), 0.7935138196504071, abs_tol=1e-9)


def test_a_layer_is_at_no_distance_from_itself():
    """A published helper returns one number a shift and .878 for identical maps at the first of them."""
    assert rs.circular_shift_distance(X, X) < 1e-7
    state = circular_shift_distance.prepare(X)
    assert circular_shift_distance.between(state, state) == 0


def test_shifts_of_either_input_do_not_matter_and_are_found():
    want = rs.circular_shift_distance(X, Y)
    assert want > 0.1
    for shift in ((1, 0), (3, 4), (-2, 2)):
        assert math.isclose(rs.circular_shift_distance(np.roll(X, shift, axis=(1, 2)), Y), want, abs_tol=1e-9)
        assert math.isclose(rs.circular_shift_distance(X, np.roll(Y, shift, axis=(1, 2))), want, abs_tol=1e-9)
        moved = circular_shift_distance.prepare(np.roll(X, shift, axis=(1, 2)))
        back = circular_shift_distance.best_shift(circular_shift_distance.prepare(X), moved)
        assert back == tuple(-s % size for s, size in zip(shift, (4, 5), strict=True))


def test_items_are_shifted_alike():
    """A shift of its own for each item is no alignment of layers."""
    moved = np.stack([np.roll(x, (i % 4, i % 5), axis=(0, 1)) for i, x in enumerate(X)])
    assert rs.circular_shift_distance(X, moved) > 0.3


def test_positions_cannot_be_mixed_as_flat_units_can():
    order = RNG.permutation(20)
    mixed = X.reshape(12, 20, 3)[:, order].reshape(X.shape)
    assert rs.procrustes(X.reshape(12, -1), mixed.reshape(12, -1)) < 1e-6
    assert rs.circular_shift_distance(X, mixed) > 0.3


def test_float32_and_torch_agree():
    want = rs.circular_shift_distance(X, Y)
    single = [torch.from_numpy((v + 100).astype(np.float32)) for v in (X, Y)]
    assert abs(float(rs.circular_shift_distance(*single)) - want) < 1e-4


def test_maps_are_joined_by_id():
    order = RNG.permutation(12)
    ids = np.array(running_ids(12))
    axes = ("item", "row", "column", "unit")
    first = rs.Representation(X, running_ids(12), axes=axes)
    second = rs.Representation(Y[order], tuple(ids[order].tolist()), axes=axes)
    want = rs.circular_shift_distance(X, Y)
    assert math.isclose(rs.circular_shift_distance(first, second), want, abs_tol=1e-12)
    fewer = rs.Representation(Y[:9], running_ids(9), axes=axes)
    with pytest.raises(errors.IdMismatch, match="9 shared"):
        rs.circular_shift_distance(first, fewer)
    joined = rs.circular_shift_distance(first, fewer, join="inner")
    assert math.isclose(joined, rs.circular_shift_distance(X[:9], Y[:9]), abs_tol=1e-12)


@pytest.mark.parametrize(
    ("x", "y", "error", "words"),
    [
        (X[:, 0], Y, errors.ShapeError, "X: expected"),
        (X, Y[:9], errors.ShapeError, "12 and 9"),
        (X, Y[:, :3], errors.ShapeError, "Resample"),
        (X, torch.from_numpy(Y), errors.MixedArrays, "numpy and torch"),
        (torch.empty(12, 4, 5, 3, device="meta"), torch.from_numpy(Y), errors.MixedArrays, "meta and cpu"),
        (X, np.where(np.arange(2) == 1, np.nan, Y), errors.NotFiniteError, "Y: expected finite"),
        (X, Y + 1j, errors.DtypeError, "complex"),
    ],
)
def test_bad_input_is_refused(x, y, error, words):
    with pytest.raises(error, match=words):
        rs.circular_shift_distance(x, y)


def test_parameters_are_checked():
    with pytest.raises(errors.InputError, match="'angular'"):
        rs.circular_shift_distance(X, Y, distance="flat")
    with pytest.raises(errors.InputError, match="'inner'"):
        rs.circular_shift_distance(X, Y, join="outer")

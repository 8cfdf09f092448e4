"""Trials: what is refused, how items are joined, and that means go over trials and items."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from repscope.array.trials import centred_trials, check_trials, pair_of_trials
from repscope.errors import IdMismatch, InputError, MixedArrays, NotFiniteError, ShapeError
from repscope.types import Representation

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((4, 10, 3)), RNG.standard_normal((6, 10, 5))
TRIALS = ("trial", "item", "unit")


@pytest.mark.parametrize(
    ("x", "y", "error", "said"),
    [
        (X, Y[:, :9], ShapeError, "equally many items, got 10 and 9"),
        (X[0], Y, ShapeError, r"X: expected \(trials, items, units\)"),
        (X, Y[:1], ShapeError, "at least 2 trials"),
        (X[:, :1], Y[:, :1], ShapeError, "at least 2 items"),
        (X, torch.from_numpy(Y), MixedArrays, "numpy and torch"),
        (X, Representation(Y[0], tuple(map(str, range(10)))), ShapeError, "axes"),
    ],
)
def test_bad_input(x, y, error, said):
    with pytest.raises(error, match=said):
        pair_of_trials(x, y)


def test_devices_are_not_mixed():
    with pytest.raises(MixedArrays, match="one device"):
        pair_of_trials(torch.zeros(2, 3, 4), torch.zeros(2, 3, 4, device="meta"))


def test_an_unknown_way_of_joining():
    with pytest.raises(InputError, match="join"):
        pair_of_trials(X, Y, join="outer")


def test_items_are_joined_by_id():
    first = Representation(X, tuple("abcdefghij"), TRIALS)
    second = Representation(Y, tuple("jihgfedcba"), TRIALS)
    x, y = pair_of_trials(first, second)
    assert np.array_equal(x, X)
    assert np.array_equal(y, Y[:, ::-1])
    few = Representation(Y[:, :4], tuple("xbya"), TRIALS)
    x, y = pair_of_trials(first, few, join="inner")
    assert np.array_equal(x, X[:, :2])
    assert np.array_equal(y, Y[:, [3, 1]])
    with pytest.raises(IdMismatch):
        pair_of_trials(first, few)


def test_both_get_the_wider_dtype():
    x, y = pair_of_trials(X.astype(np.float16), Y.astype(np.int64))
    assert x.dtype == y.dtype == np.float64


def test_means_go_over_trials_and_items_and_constant_units_are_dropped():
    x = np.concatenate([X + 1000, np.full((4, 10, 1), 0.1)], axis=2).astype(np.float32)
    got = centred_trials(x, "layer")
    assert got.notes == ("layer: 1 constant unit dropped",)
    assert got.x.dtype == np.float64
    assert got.x.shape == (4, 10, 3)
    assert np.abs(got.x.mean((0, 1))).max() < 1e-9
    assert np.allclose(got.x, X - X.mean((0, 1)), atol=1e-3)
    kept = centred_trials(x, drop_constant=False)
    assert kept.x.shape == (4, 10, 4)
    assert kept.notes == ()
    assert np.abs(kept.x[:, :, 3]).max() == 0


def test_a_constant_representation_keeps_no_unit():
    got = centred_trials(np.ones((2, 3, 4)))
    assert got.x.shape == (2, 3, 0)
    assert "undefined" in got.notes[0]


def test_not_finite_values_are_found():
    x = X.copy()
    x[2, 7, 1] = np.nan
    with pytest.raises(NotFiniteError, match=r"1 NaN or infinite values \(first: trial 2, item 7, unit 1\)"):
        centred_trials(x)
    with pytest.raises(NotFiniteError, match="sum is finite"), np.errstate(over="ignore"):
        centred_trials(np.full((2, 3, 1), 1e308))


def test_too_few_trials():
    with pytest.raises(ShapeError, match="at least 3 trials"):
        check_trials(X[:2], 3, "X")

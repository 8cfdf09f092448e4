"""Inputs at the edge of what numbers can hold, where published code and first versions went wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import repscope as rs
from repscope.errors import NotFiniteError

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 6))
Y = X + 0.7 * RNG.standard_normal(X.shape)
ROTATION = np.linalg.qr(RNG.standard_normal((6, 6)))[0]
MEASURES = [
    ("cka", {}),
    ("cka", {"kernel": "rbf"}),
    ("cka", {"debiased": False}),
    ("procrustes", {}),
    ("mutual_knn", {"k": 5}),
]


@pytest.mark.parametrize(("measure", "params"), MEASURES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_rotated_and_rescaled_copy_is_certain(measure, params, dtype):
    """The first thing anyone tries; rounding puts the value on either side of its bound."""
    for seed in range(5):
        q = np.linalg.qr(np.random.default_rng(seed).standard_normal((6, 6)))[0]
        offset = 0 if measure == "mutual_knn" else 1
        result = rs.score(measure, X.astype(dtype), (3 * X @ q + offset).astype(dtype), permutations=10, **params)
        low, high = result.interval
        assert low <= result.value <= high
        assert abs(result.value - result.card.best) < 1e-3
        assert high - low < (0.12 if measure == "mutual_knn" else 1e-3)


@pytest.mark.parametrize("bandwidth", [0.1, 0.15, 0.2, 0.4, 1.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_narrow_gaussian_kernel_is_no_rounding_noise(bandwidth, dtype):
    """Ones on the diagonal beside entries of 1e-6: the debiased estimator must not subtract one from the other."""
    z = RNG.standard_normal((200, 100))
    x, y = (z + 0.5 * RNG.standard_normal(z.shape) for _ in range(2))

    def hollow(v):
        d2 = ((v[:, None] - v[None]) ** 2).sum(-1)
        k = np.exp(-d2 / (2 * (bandwidth * np.median(np.sqrt(d2[np.triu_indices(200, 1)]))) ** 2))
        np.fill_diagonal(k, 0)
        n, rows = 200, k.sum(1)
        k = k - rows[:, None] / (n - 2) - rows[None] / (n - 2) + rows.sum() / ((n - 1) * (n - 2))
        np.fill_diagonal(k, 0)
        return k

    k, ell = hollow(x), hollow(y)
    want = (k * ell).sum() / math.sqrt((k * k).sum() * (ell * ell).sum())
    got = rs.cka(x.astype(dtype), y.astype(dtype), kernel="rbf", bandwidth=bandwidth)
    assert math.isclose(got, want, abs_tol=1e-4 if dtype == np.float32 else 1e-8)


@pytest.mark.parametrize("scale", [1e-30, 1e-12, 1e8, 1e15, 1e30])
@pytest.mark.parametrize(("measure", "params"), MEASURES)
def test_scale_changes_nothing_in_float32(measure, params, scale):
    wide = RNG.standard_normal((40, 60))
    for x in (X, wide):
        want = getattr(rs, measure)(x.astype(np.float32), Y.astype(np.float32), **params)
        got = getattr(rs, measure)((x * scale).astype(np.float32), Y.astype(np.float32), **params)
        assert math.isclose(got, want, abs_tol=1e-5)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
@pytest.mark.parametrize(("measure", "params"), MEASURES)
def test_scale_changes_nothing_in_float64(measure, params, scale):
    result = rs.score(measure, X * scale, Y, permutations=10, **params)
    assert math.isclose(result.value, rs.score(measure, X, Y, permutations=10, **params).value, abs_tol=1e-9)


def test_sums_beyond_float64_are_refused_by_name():
    with np.errstate(over="ignore"), pytest.raises(NotFiniteError, match="Divide all values"):
        rs.cka(np.full((20, 3), 1.7e308) * np.sign(X[:20, :3] + 5), Y[:20])


@pytest.mark.parametrize("factor", [100, 1000, 3000])
def test_one_huge_item_does_not_drown_the_others_in_float32(factor):
    x = RNG.standard_normal((200, 300))
    y = x + RNG.standard_normal(x.shape)
    x[3] *= factor
    y[3] *= factor
    half, whole = (rs.score("cka", x.astype(t), y.astype(t)) for t in (np.float32, np.float64))
    assert math.isclose(half.value, whole.value, abs_tol=5e-3)
    assert np.allclose(half.interval, whole.interval, atol=0.02)
    assert any("one item carries" in note for note in half.notes)
    tensors = [torch.from_numpy(v.astype(np.float32)) for v in (x, y[:, :100])]
    assert math.isclose(rs.cka(*tensors), rs.cka(x, y[:, :100]), abs_tol=5e-3)


def test_procrustes_near_zero_keeps_its_digits_in_float32():
    x = RNG.standard_normal((500, 64)).astype(np.float32)
    assert rs.procrustes(x, x) < 1e-6
    moved = x + (1e-3 * RNG.standard_normal(x.shape)).astype(np.float32)
    want = rs.procrustes(x.astype(np.float64), moved.astype(np.float64))
    assert math.isclose(rs.procrustes(x, moved), want, rel_tol=1e-3)


def test_intervals_stay_in_the_range_of_the_variant():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        x, y = rng.standard_normal((20, 1)), rng.standard_normal((20, 1))
        _, high = rs.score("procrustes", x, y, distance="size_and_shape", null=None).interval
        assert high <= math.sqrt(2)
        low, _ = rs.score("cka", x, y, debiased=False, null=None).interval
        assert low >= 0


@pytest.mark.parametrize("kind", ["sparse", "one-hot", "bits"])
def test_ties_do_not_make_unrelated_codes_neighbours(kind):
    """Taken by position, ties agree between any two representations: p < .05 in nearly every run."""
    rng = np.random.default_rng(1)

    def code():
        if kind == "sparse":
            return np.maximum(rng.standard_normal((150, 10)) - 1.5, 0)
        if kind == "one-hot":
            return np.eye(15)[rng.integers(0, 15, 150)]
        return rng.integers(0, 2, (150, 2)).astype(float)

    results = [rs.score("mutual_knn", code(), code(), interval=None) for _ in range(30)]
    assert abs(np.mean([result.value for result in results])) < 0.012
    assert sum(result.p < 0.05 for result in results) <= 7
    assert any("equally near" in note for note in results[0].notes)
    x = code()
    assert rs.mutual_knn(x, 2 * x) == 1.0


def test_neighbourhoods_too_large_for_halves_have_no_interval():
    result = rs.score("mutual_knn", X, Y, k=20)
    assert all(map(math.isnan, result.interval))
    assert any("more than a third" in note for note in result.notes)


def test_mostly_equal_items_have_no_gaussian_width():
    x = X.copy()
    x[:36] = x[0]
    result = rs.score("cka", x, Y, kernel="rbf")
    assert math.isnan(result.value)
    assert any("most items are equal" in note for note in result.notes)
    assert math.isfinite(rs.cka(x, Y, kernel="rbf", width="fixed", bandwidth=1.0))


def test_p_is_never_below_one_over_the_number_of_orders():
    for n in (4, 5, 6):
        result = rs.score("procrustes", X[:n], X[:n] + 1e-6 * Y[:n], permutations=50)
        assert result.p >= 1 / math.factorial(n)
    x, y = 0.01 * RNG.standard_normal((2, 10, 1))
    x[0] = y[0] = 5.0
    assert rs.score("cka", x, y).p >= 1 / math.factorial(10)

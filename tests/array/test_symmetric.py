from __future__ import annotations

import numpy as np
import pytest

from repscope.array import ranks, symmetric
from repscope.testing.data import BACKENDS

RNG = np.random.default_rng(0)
X = RNG.standard_normal((47, 5))
FULL = X @ X.T
every_backend = pytest.mark.parametrize("convert", BACKENDS.values(), ids=BACKENDS)


@pytest.fixture(autouse=True)
def many_panels(monkeypatch):
    """Panels of 5 rows, the last one shorter, so that every seam is crossed."""
    monkeypatch.setattr(symmetric, "PANEL", 5 * 47)


@every_backend
def test_panels_hold_every_entry_once_and_all_sums_are_those_of_the_full_matrix(convert):
    panels = symmetric.gram(convert(X))
    assert len(panels) == 10
    other = symmetric.gram(convert(X**2))
    v = RNG.standard_normal(47)
    cases = {
        "row_sums": (symmetric.row_sums(panels), FULL.sum(1)),
        "row_products": (symmetric.row_products(panels, other), (FULL * (X**2 @ (X**2).T)).sum(1)),
        "times": (symmetric.times(panels, convert(v)), FULL @ v),
        "diagonal": (symmetric.diagonal(panels), np.diag(FULL)),
    }
    for name, (got, want) in cases.items():
        assert np.allclose(np.asarray(got), want), name
    assert sum(np.asarray(part).size for part in symmetric.above_diagonal(panels)) == 47 * 46 // 2


@every_backend
def test_double_centring_takes_all_means_away(convert):
    centred = symmetric.double_centred(symmetric.gram(convert(X + 3)))
    h = np.eye(47) - 1 / 47
    assert np.allclose(symmetric.sampled(centred, np.arange(47)), h @ ((X + 3) @ (X + 3).T) @ h)


@every_backend
def test_sampling_and_shuffling_pick_rows_and_columns(convert):
    panels = symmetric.gram(convert(X))
    positions = np.array([0, 4, 5, 20, 46])
    assert np.allclose(symmetric.sampled(panels, positions), FULL[np.ix_(positions, positions)])
    order = RNG.permutation(47)
    moved = symmetric.shuffled(panels, order)
    assert np.allclose(symmetric.sampled(moved, np.arange(47)), FULL[np.ix_(order, order)])


@every_backend
@pytest.mark.parametrize("n", [1, 2, 7, 10, 400_001, 400_002])
def test_the_middle_is_exact(convert, n):
    x = RNG.standard_normal(n).round(4)
    low, high = ranks.middle(convert(x[: n // 3 + 1]), convert(x[n // 3 + 1 :]))
    assert (float(low) + float(high)) / 2 == np.median(x)


def test_the_middle_is_exact_where_a_sample_is_misleading():
    """Every sampled entry is large, so the bracket misses and everything is sorted."""
    n = 8 * ranks.SAMPLE
    x = np.zeros(n)
    x[:: n // ranks.SAMPLE] = 1 + RNG.random(ranks.SAMPLE)
    low, high = ranks.middle(x)
    assert float(low) == float(high) == np.median(x) == 0

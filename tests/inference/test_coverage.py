"""Intervals cover what they claim to, and p is uniform under the null: measured, in a small form."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from repscope import registry
from repscope.inference.doubt import Doubt
from repscope.inference.pair import prepared

sys.path.insert(0, str(Path(__file__).parent))
from planted import Planted

CASES = [
    ("cka", {}, 50, 300),
    ("cka", {}, 200, 200),
    ("cka", {"debiased": False}, 60, 200),
    ("cka", {"kernel": "rbf"}, 60, 200),
    ("procrustes", {}, 60, 200),
    ("mutual_knn", {}, 80, 100),
]


def cells(name, params, items, trials, *, unrelated=False, null=None):
    card = registry.get(name)
    planted, rng = Planted(), np.random.default_rng(0)
    doubt = Doubt(0.95, null, 100, rng)
    for _ in range(trials):
        x, y = planted.draw(rng, items)
        y = planted.draw(rng, items)[1] if unrelated else y
        pair = prepared(card, x, y, params)
        yield doubt.beside(float(pair.module.between(pair.a, pair.b)), pair, items=items, same=False)


@pytest.mark.parametrize(("name", "params", "items", "trials"), CASES)
def test_intervals_cover(name, params, items, trials):
    """95 % intervals cover in 92 to 98 % of trials; the bounds here add three standard errors of that count."""
    found = list(cells(name, params, items, trials))
    expected = np.mean([cell.value for cell in found])
    truth = Planted().cka if (name, params) == ("cka", {}) else expected
    covered = np.mean([cell.low <= truth <= cell.high for cell in found])
    slack = 3 * np.sqrt(0.05 * 0.95 / trials)
    assert 0.92 - slack <= covered <= min(0.98 + slack, 0.999), covered


@pytest.mark.parametrize(
    ("name", "params"),
    [("cka", {}), ("cka", {"debiased": False}), ("cka", {"kernel": "rbf"}), ("mutual_knn", {}), ("procrustes", {})],
)
def test_p_is_uniform_for_unrelated_representations(name, params):
    p = np.array([cell.p for cell in cells(name, params, 40, 200, unrelated=True, null="auto")])
    for level in (0.05, 0.2, 0.5):
        share = (p <= level).mean()
        assert abs(share - level) < 4 * np.sqrt(level * (1 - level) / len(p)), (level, share)


def test_p_is_small_for_related_ones():
    assert all(cell.p < 1e-4 for cell in cells("cka", {}, 100, 10, null="auto"))

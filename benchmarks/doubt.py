"""Doubt of one pair: a null from permutations with all factors shared, and a bootstrap, against peers."""

from __future__ import annotations

import numpy as np

import repscope as rs
from benchmarks import formulas_torch
from benchmarks.compare import tensors
from benchmarks.inputs import UNITS, few, pair
from benchmarks.measure import Figure, cpu_seconds, faster, interleaved
from benchmarks.rows import against, installed
from repscope.similarity import cka

DRAWS, RESAMPLES = 200, 1000


def figures() -> list[Figure]:
    """Return how many times sooner repscope has a null of CKA, and an interval from resamples."""
    return [*null(), *bootstrap()]


def null(items: int = 2000, units: int = 256) -> list[Figure]:
    """Return the null of CKA with its p value, in closed form as `rs.score` gives it and by as many permutations."""
    x, y = (np.ascontiguousarray(z[:, :units]) for z in pair(items))
    tx, ty = tensors(x, y)
    rng = np.random.default_rng(0)

    def permuted() -> list[float]:
        a, b = cka.prepare(x), cka.prepare(y, argument="Y")
        return [cka.shuffled(a, b, rng.permutation(items)) for _ in range(DRAWS)]

    best = interleaved(
        {
            "closed": lambda: rs.score("cka", x, y, interval=None),
            "permuted": permuted,
            "features": lambda: formulas_torch.feature_space_null(tx, ty, DRAWS),
        },
        rounds=3,
    )
    readme = cpu_seconds(lambda: formulas_torch.calibrated_null(tx, ty, DRAWS))
    name = f"null of CKA, n={items:,} d={units}"
    peer = f"{DRAWS} permutations by calibrated_similarity's README callback"
    return [
        faster(f"{name}: {peer} / rs.score with its null", best["closed"], readme, 100),
        faster(f"{name}: {peer} / {DRAWS} permutations with shared factors", best["permuted"], readme),
        faster(f"{name}: a callback in feature space / rs.score with its null", best["closed"], best["features"], 1),
    ]


def bootstrap(items: int = 200, units: int = UNITS) -> list[Figure]:
    """Return as many resamples of CKA as shesha draws, in products of all resamples at once."""
    x, y = few(items, units)

    def resamples() -> np.ndarray:
        rng = np.random.default_rng(0)
        counts = rng.multinomial(items, np.full(items, 1 / items), size=RESAMPLES)
        return np.quantile(cka.resampled(cka.prepare(x), cka.prepare(y, argument="Y"), counts), (0.025, 0.975))

    best = interleaved({"ours": resamples}, rounds=9)
    name = f"{RESAMPLES:,} resamples of debiased CKA, n={items} d={units}"
    return against(name, best["ours"], installed(("shesha_bootstrap",)), 50)

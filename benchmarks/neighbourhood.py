"""Measures of neighbourhoods, one pair: against the shortest programs and peers' formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import repscope as rs
from benchmarks import formulas_resi, formulas_torch, limits
from benchmarks.compare import tensors
from benchmarks.inputs import ITEMS, UNITS, pair
from benchmarks.measure import Figure
from benchmarks.rows import Row, figures_of

K = 10
NAME = f"n={ITEMS:,} d={UNITS} k={K}"


def figures() -> list[Figure]:
    """Return the ratios of mutual kNN, Jaccard and rank similarity."""
    x, y = pair(ITEMS)
    t = tensors(x, y)
    rows = (
        row("mutual kNN", rs.mutual_knn, limits.mutual_knn, "platonic-rep", formulas_torch.platonic_mutual_knn, t),
        row("Jaccard", rs.jaccard, limits.jaccard, "ReSi", formulas_resi.jaccard, (x, y)),
        row("ranks", rs.rank_similarity, limits.rank_similarity, "ReSi", formulas_resi.rank_similarity, (x, y)),
    )
    return [figure for one in rows for figure in figures_of(one)]


def row(
    name: str, ours: Callable, limit: Callable[..., float], peer: str, formula: Callable[..., float], given: Any
) -> Row:
    """Return a measure of neighbours by cosine, the published value, of the same pair for all."""
    x, y = pair(ITEMS)
    return Row(
        f"{name}, {NAME}",
        lambda: ours(x, y, k=K, chance_corrected=False),
        lambda: limit(x, y, K),
        slow={peer: lambda: formula(*given, K)},
        rounds=3,
    )

"""Shape metrics, one pair: against the shortest programs and peers' formulas."""

from __future__ import annotations

import repscope as rs
from benchmarks import formulas_resi, formulas_torch, limits
from benchmarks.compare import tensors
from benchmarks.inputs import FEWER, UNITS, pair
from benchmarks.measure import Figure
from benchmarks.rows import Row, figures_of


def figures() -> list[Figure]:
    """Return the ratios of Procrustes and of the best permutation of units."""
    return [figure for row in (procrustes, permutation) for figure in figures_of(row())]


def procrustes() -> Row:
    """Return angular Procrustes."""
    x, y = pair(FEWER)
    tx, ty = tensors(x, y)
    return Row(
        f"Procrustes, n={FEWER:,} d={UNITS}",
        lambda: rs.procrustes(x, y),
        lambda: limits.procrustes(x, y),
        peers={
            "anatome": lambda: formulas_torch.anatome_procrustes(tx, ty),
            "ReSi": lambda: formulas_resi.procrustes(x, y),
            "SciPy": lambda: formulas_resi.scipy_procrustes(x, y),
            "netrep": lambda: formulas_torch.netrep(x, y),
        },
        installed=("shesha_procrustes",),
        rounds=9,
    )


def permutation() -> Row:
    """Return the angle under the best permutation of units."""
    x, y = pair(FEWER)
    return Row(
        f"permutation distance, n={FEWER:,} d={UNITS}",
        lambda: rs.permutation_distance(x, y),
        lambda: limits.permutation(x, y),
        peers={
            "ReSi": lambda: formulas_resi.hard_match(x, y),
            "netrep": lambda: formulas_torch.netrep(x, y, group="permutation"),
        },
        rounds=9,
    )

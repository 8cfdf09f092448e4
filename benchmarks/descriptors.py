"""Descriptors of one representation and their differences: against the shortest programs and ReSi's formulas."""

from __future__ import annotations

import repscope as rs
from benchmarks import formulas_resi, limits
from benchmarks.inputs import FEWER, UNITS, pair
from benchmarks.measure import Figure
from benchmarks.rows import Row, figures_of

SHAPE = f"n={FEWER:,} d={UNITS}"


def figures() -> list[Figure]:
    """Return the ratios of eigenspace overlap, norm of the difference of distances, and uniformity."""
    return [figure for row in (overlap, norm, uniformity) for figure in figures_of(row())]


def overlap() -> Row:
    """Return eigenspace overlap."""
    x, y = pair(FEWER)
    return Row(
        f"eigenspace overlap, {SHAPE}",
        lambda: rs.eigenspace_overlap(x, y),
        lambda: limits.eigenspace_overlap(x, y),
        slow={"ReSi": lambda: formulas_resi.eigenspace_overlap(x, y)},
        rounds=9,
    )


def norm() -> Row:
    """Return the norm of the difference of two matrices of distances."""
    x, y = pair(FEWER)
    return Row(
        f"RSM norm difference, {SHAPE}",
        lambda: rs.rsm_norm_difference(x, y),
        lambda: limits.rsm_norm_difference(x, y),
        peers={"ReSi (as meant)": lambda: formulas_resi.rsm_norm_difference(x, y)},
        rounds=5,
    )


def uniformity() -> Row:
    """Return the difference of uniformities of rows of length 1."""
    x, y = pair(FEWER)
    return Row(
        f"uniformity difference, {SHAPE}",
        lambda: rs.uniformity_difference(x, y),
        lambda: limits.uniformity_difference(x, y),
        slow={"ReSi": lambda: formulas_resi.uniformity_difference(x, y)},
        rounds=5,
        close=2e-2,
    )

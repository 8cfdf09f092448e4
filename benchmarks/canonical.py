"""Canonical correlation, one pair: against the shortest programs and peers' formulas."""

from __future__ import annotations

import repscope as rs
from benchmarks import formulas_resi, formulas_torch, limits
from benchmarks.compare import tensors
from benchmarks.inputs import FEWER, UNITS, pair
from benchmarks.measure import Figure
from benchmarks.rows import Row, figures_of

SHAPE = f"n={FEWER:,} d={UNITS}"


def figures() -> list[Figure]:
    """Return the ratios of CCA, SVCCA and PWCCA."""
    return [figure for row in (cca, svcca, pwcca) for figure in figures_of(row())]


def cca() -> Row:
    """Return mean canonical correlation."""
    x, y = pair(FEWER)
    tx, ty = tensors(x, y)
    return Row(
        f"CCA, {SHAPE}",
        lambda: rs.cca(x, y),
        lambda: limits.cca(x, y),
        peers={
            "anatome (QR)": lambda: formulas_torch.anatome_cca_qr(tx, ty),
            "anatome (SVD)": lambda: formulas_torch.anatome_cca_svd(tx, ty),
            "netrep": lambda: formulas_torch.netrep(x, y, alpha=0.0),
            "google/svcca": lambda: formulas_resi.cca(x, y),
        },
        rounds=5,
    )


def svcca() -> Row:
    """Return mean canonical correlation of the leading components."""
    x, y = pair(FEWER)
    return Row(
        f"SVCCA, {SHAPE}",
        lambda: rs.svcca(x, y),
        lambda: limits.svcca(x, y),
        peers={"ReSi": lambda: formulas_resi.svcca(x, y)},
        rounds=5,
    )


def pwcca() -> Row:
    """Return projection-weighted canonical correlation."""
    x, y = pair(FEWER)
    return Row(
        f"PWCCA, {SHAPE}",
        lambda: rs.pwcca(x, y),
        lambda: limits.pwcca(x, y),
        peers={"ReSi": lambda: formulas_resi.pwcca(x, y)},
        rounds=5,
    )

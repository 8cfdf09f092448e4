"""Dissimilarity matrices and their comparison: against the shortest programs and peers."""

from __future__ import annotations

from functools import partial

import repscope as rs
from benchmarks import formulas_resi, formulas_torch, limits
from benchmarks.inputs import UNITS, pair, responses
from benchmarks.measure import Figure
from benchmarks.rows import Row, figures_of

ITEMS = 2000


def figures() -> list[Figure]:
    """Return the ratios of RSA, of one dissimilarity matrix and of a cross-validated one."""
    return [figure for row in (comparison, correlation, crossnobis) for figure in figures_of(row())]


def comparison() -> Row:
    """Return the rank correlation of two matrices of 1 − r."""
    x, y = pair(ITEMS)
    return Row(
        f"RSA, correlation and Spearman, n={ITEMS:,} d={UNITS}",
        lambda: rs.rsa(x, y),
        lambda: limits.rsa(x, y),
        peers={
            "thingsvision": lambda: formulas_torch.thingsvision_rsa(x, y),
            "ReSi": lambda: formulas_resi.rsa(x, y),
        },
        installed=("rsatoolbox_rsa", "shesha_rsa"),
        rounds=5,
    )


def correlation() -> Row:
    """Return one matrix of 1 − r."""
    x, _ = pair(ITEMS)
    return Row(
        f"one correlation RDM, n={ITEMS:,} d={UNITS}",
        partial(rs.rdm, x),
        partial(limits.correlation_rdm, x),
        installed=("rsatoolbox_rdm",),
        rounds=9,
        ahead=8,
    )


def crossnobis() -> Row:
    """Return one cross-validated matrix of squared distances."""
    x = responses()
    runs, conditions, units = x.shape
    return Row(
        f"crossnobis, {conditions} conditions × {runs} runs × {units:,} units",
        partial(rs.rdm, x, dissimilarity="crossnobis"),
        partial(limits.crossnobis, x),
        installed=("rsatoolbox_crossnobis",),
        rounds=15,
        ahead=10,
        close=1e-3,
    )

"""Kernel alignment, one pair: against the shortest programs and peers' formulas."""

from __future__ import annotations

import numpy as np

import repscope as rs
from benchmarks import formulas, formulas_resi, formulas_torch, limits
from benchmarks.compare import tensors
from benchmarks.inputs import FEWER, ITEMS, UNITS, pair
from benchmarks.measure import Figure
from benchmarks.rows import Row, figures_of


def figures() -> list[Figure]:
    """Return the ratios of CKA and of distance correlation."""
    rows = (biased, debiased, of_tensors, gaussian, distances, small_distances)
    return [figure for row in rows for figure in figures_of(row())]


def biased() -> Row:
    """Return biased linear CKA."""
    x, y = pair(ITEMS)
    return Row(
        f"linear CKA biased, n={ITEMS:,} d={UNITS}",
        lambda: rs.cka(x, y, debiased=False),
        lambda: limits.cka_biased(x, y),
        peers={"ReSi": lambda: formulas.resi_cka(x, y)},
        slow={"netrep": lambda: formulas_torch.netrep_cka(x, y)},
        installed=("shesha_biased",),
        rounds=9,
    )


def debiased() -> Row:
    """Return debiased linear CKA."""
    x, y = pair(ITEMS)
    return Row(
        f"linear CKA debiased, n={ITEMS:,} d={UNITS}",
        lambda: rs.cka(x, y),
        lambda: limits.cka_debiased(x, y),
        rounds=9,
    )


def of_tensors() -> Row:
    """Return debiased linear CKA of tensors, where anatome is the nearest peer."""
    x, y = tensors(*pair(ITEMS))
    return Row(
        f"linear CKA debiased, torch, n={ITEMS:,} d={UNITS}",
        lambda: rs.cka(x, y),
        peers={"anatome": lambda: formulas.anatome_cka(x, y)},
        rounds=9,
    )


def gaussian() -> Row:
    """Return RBF-CKA with the median distance for a width."""
    x, y = pair(FEWER)
    tx, ty = tensors(x, y)
    sigma = float(np.median(np.linalg.norm(x[:500, None] - x[None, 500:600], axis=2)))
    return Row(
        f"RBF-CKA debiased, n={FEWER:,} d={UNITS}",
        lambda: rs.cka(x, y, kernel="rbf"),
        lambda: limits.rbf_cka(x, y),
        slow={
            "thingsvision": lambda: formulas.thingsvision_cka(x, y, kernel="rbf"),
            "platonic-rep": lambda: formulas_torch.platonic_cka(tx, ty, sigma=sigma),
            "latentis": lambda: formulas_torch.latentis_cka(tx, ty, sigma_share=0.4),
        },
        rounds=5,
    )


def distances() -> Row:
    """Return distance correlation."""
    x, y = pair(FEWER)
    return Row(
        f"distance correlation, n={FEWER:,} d={UNITS}",
        lambda: rs.distance_correlation(x, y),
        lambda: limits.distance_correlation(x, y),
        peers={"ReSi": lambda: formulas_resi.distance_correlation(x, y)},
        rounds=5,
    )


def small_distances() -> Row:
    """Return distance correlation of as many items as dcor can hold."""
    x, y = (z[:1000] for z in pair(FEWER))
    return Row(f"distance correlation, n=1,000 d={UNITS}", lambda: rs.distance_correlation(x, y), installed=("dcor",))

"""Bias of the plug-in estimate of Procrustes similarity, and of the method of moments, on planted truth."""

from __future__ import annotations

import numpy as np

import repscope as rs
from benchmarks.measure import Figure

UNITS, SIZES, TRIALS = 100, (25, 50, 100, 200), 100
SIMILARITIES = (0.0, 0.2, 0.4)


def figures() -> list[Figure]:
    """Return, for each similarity and number of items, the bias of both, and below as many units their ratio."""
    return [figure for similarity in SIMILARITIES for items in SIZES for figure in biases(similarity, items)]


def planted(similarity: float, items: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return two representations whose cosine of the Procrustes angle is known: every unit correlates as said.

    Both are rotated, so that no unit has a partner.
    """
    x, noise = rng.standard_normal((2, items, UNITS))
    y = similarity * x + np.sqrt(1 - similarity**2) * noise
    a, b = (np.linalg.qr(rng.standard_normal((UNITS, UNITS)))[0] for _ in range(2))
    return x @ a, y @ b


def biases(similarity: float, items: int) -> list[Figure]:
    """Return the bias of the plug-in estimate and of the moments, and their ratio where units outnumber items."""
    rng = np.random.default_rng(items)
    pairs = [planted(similarity, items, rng) for _ in range(TRIALS)]
    plug_in = float(np.mean([np.cos(rs.procrustes(x, y)) for x, y in pairs])) - similarity
    found = np.array([float(rs.procrustes_moments(x, y)) for x, y in pairs])
    bias = float(found.mean()) - similarity
    case = f"cosine {similarity:g}, n={items}, {UNITS} units"
    shown = [
        Figure(f"{case}: bias of the plug-in estimate", plug_in, ""),
        Figure(f"{case}: bias of the moments (SD {found.std():.2f})", bias, ""),
    ]
    if items < UNITS:
        shown.append(Figure(f"{case}: |bias|, moments to plug-in", abs(bias) / abs(plug_in), "×", high=1))
    return shown

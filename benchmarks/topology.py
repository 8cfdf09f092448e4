"""Topology: one barcode beside ripser alone, and whether its measures pick out the right layer across seeds."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.distance import pdist, squareform

import repscope as rs
from benchmarks.inputs import pair
from benchmarks.measure import Figure
from benchmarks.rows import Row, figures_of

BARCODE, SEEDS, ITEMS = 500, 3, 200
MEASURES: dict[str, tuple[str, dict[str, Any]]] = {
    "representation topology divergence": ("representation_topology_divergence", {"items": 100, "draws": 1}),
    "geo-topological RSA": ("geo_topological_rsa", {}),
    "RSA": ("rsa", {}),
    "CKA": ("cka", {}),
}
"""The last two stand beside them for comparison."""


def figures() -> list[Figure]:
    """Return the time of one barcode, and the share of layers that each measure finds again."""
    return [*figures_of(barcode()), *identified()]


def barcode() -> Row:
    """Return the divergence of one pair from one barcode of twice as many points as items."""
    x, y = (np.ascontiguousarray(z[:, :16]) for z in pair(BARCODE))
    options: dict[str, Any] = {"items": BARCODE, "draws": 1, "symmetrised": False}
    return Row(
        f"representation topology divergence, one barcode of {2 * BARCODE:,} points",
        lambda: rs.representation_topology_divergence(x, y, **options),
        lambda: bars(x, y),
        rounds=3,
    )


def bars(x: np.ndarray, y: np.ndarray) -> float:
    """Return the total length of the bars, straight from ripser."""
    from ripser import ripser

    r, s = (squareform(pdist(z.astype(np.float64))) for z in (x, y))
    r, s = (z / np.quantile(z[np.triu_indices(len(z), 1)], 0.9) for z in (r, s))
    matrix = np.block([[np.zeros_like(r), r], [r, np.minimum(r, s)]])
    births, deaths = ripser(matrix, maxdim=1, distance_matrix=True)["dgms"][1].T
    return float((deaths - births).sum())


def identified() -> list[Figure]:
    """Return the share of layers of digit networks that are nearest to their counterparts from other seeds."""
    from repscope.studies.audit import identification
    from repscope.studies.audit.closeness import measures_of

    networks = digits()
    chance = 100 / networks.depth
    found = {measure.label: identification.scores(measure, networks) for measure in measures_of(MEASURES)}
    said = f"layers found across {SEEDS} seeds of {networks.depth} layers, n={ITEMS} (chance {chance:.0f} %)"
    judged = tuple(MEASURES)[:2]
    return [
        Figure(f"{label}: {said}", 100 * float(scores.mean()), "%", low=2 * chance if label in judged else None)
        for label, scores in found.items()
    ]


def digits() -> Any:
    """Return perceptrons trained on handwritten digits from different seeds, over a few held-out digits."""
    from sklearn.datasets import load_digits

    from repscope.studies.audit.digits import TRAIN, of_kind
    from repscope.studies.audit.networks import Networks

    pixels, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(pixels))[: TRAIN + ITEMS]
    x, y = pixels[order] / 16, labels[order]
    return Networks("digits", tuple(of_kind("standard", x, y, seed) for seed in range(SEEDS)))

"""From values of pairs to distances, from distances to places in the plane, and from one map to another."""

from __future__ import annotations

import math

import numpy as np

from repscope.types import Card, Float


def distances_of(value: Float[np.ndarray, "n n"], card: Card) -> Float[np.ndarray, "n n"]:
    """Return the distances between representations: the value itself, or the angle whose cosine it is of its best."""
    value = (value + value.T) / 2
    if card.higher == "similar":
        value = np.arccos(np.clip(value / card.best, -1, 1)) if math.isfinite(card.best) else np.nanmax(value) - value
    far = np.array(value)
    np.fill_diagonal(far, 0.0)
    return far


def complete(far: Float[np.ndarray, "n n"]) -> list[int]:
    """Return the positions that have a distance to all others, leaving out those with the most gaps first."""
    kept = list(range(len(far)))
    while True:
        gaps = np.isnan(far[np.ix_(kept, kept)]).sum(axis=1)
        if not gaps.any():
            return kept
        kept.pop(int(np.argmax(gaps)))


def classical_scaling(far: Float[np.ndarray, "n n"]) -> tuple[Float[np.ndarray, "n 2"], float]:
    """Return places in the plane, (items, 2), and the share of the distances' variance that the plane holds.

    Classical multidimensional scaling (Torgerson 1952): the two leading eigenvectors of the doubly centred
    squared distances. The share is of the sum of the absolute eigenvalues, so that distances which fit in no
    Euclidean space lower it.
    """
    square = far**2
    gram = -0.5 * (square - square.mean(0) - square.mean(1)[:, None] + square.mean())
    values, vectors = np.linalg.eigh(gram)
    leading = np.maximum(values[[-1, -2]], 0.0)
    places = vectors[:, [-1, -2]] * np.sqrt(leading)
    places = places * np.where(places[0] > 0, -1.0, 1.0)
    total = float(np.abs(values).sum())
    return places, float(leading.sum() / total) if total > 0 else math.nan


def moved_onto(places: Float[np.ndarray, "n 2"], others: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 2"]:
    """Return a map shifted, turned and mirrored, its scale kept, so that it lies as near as can be to another one."""
    centre = others.mean(0)
    shifted = places - places.mean(0)
    left, _, right = np.linalg.svd(shifted.T @ (others - centre))
    return shifted @ (left @ right) + centre

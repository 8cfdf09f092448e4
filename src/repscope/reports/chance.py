"""Which pairs of layers are told apart from chance, once many have been looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repscope.reports.groups import layer_pairs
from repscope.types import Comparison

RATE = 0.05
"""The rate of error that is allowed: of any false call (Bonferroni), or among the calls (Benjamini–Hochberg)."""


@dataclass(frozen=True, slots=True)
class AboveChance:
    """Which cells are closer than chance, over the family of all pairs of distinct layers.

    `marked` are the cells that are not; `tested` counts the family, `strict` and `discovered` those that pass
    Bonferroni and Benjamini–Hochberg, and `least` is the smallest p that the null could give.
    """

    marked: np.ndarray
    passed: np.ndarray
    tested: int
    strict: int
    discovered: int
    least: float


def above_chance(comparison: Comparison) -> AboveChance:
    """Return the cells of a comparison closer than chance after correction; what is undefined is not tested."""
    pairs = list(layer_pairs(comparison, crossing=False))
    known = [(i, j) for i, j in pairs if not np.isnan(comparison.p[i, j] + comparison.value[i, j])]
    p = np.array([comparison.p[at] for at in known], dtype=np.float64)
    found = benjamini_hochberg(p)
    passed, marked = np.zeros(comparison.shape, bool), np.zeros(comparison.shape, bool)
    for (i, j), yes in zip(known, found, strict=True):
        for at in ((i, j), (j, i)) if comparison.within else ((i, j),):
            (passed if yes else marked)[at] = True
    strict = int(np.sum(p * len(p) <= RATE))
    least = 1 / (comparison.draws + 1) if comparison.draws else 0.0
    return AboveChance(marked, passed, len(p), strict, int(found.sum()), least)


def benjamini_hochberg(p: np.ndarray, rate: float = RATE) -> np.ndarray:
    """Return which p values are discoveries at a false discovery rate (Benjamini and Hochberg 1995)."""
    order = np.argsort(p)
    below = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
    found = np.zeros(len(p), bool)
    found[order[: below[-1] + 1 if len(below) else 0]] = True
    return found

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

    Where there are several models, the family is the pairs of layers of different models, and the pairs within
    one model are a second family. `passed` and `marked` are the cells of both that are closer and that are not;
    `tested` counts the first family, `strict` and `discovered` those of it that pass Bonferroni and
    Benjamini–Hochberg, and `p` is the smallest of it.
    """

    marked: np.ndarray
    passed: np.ndarray
    tested: int
    strict: int
    discovered: int
    p: float


def above_chance(comparison: Comparison) -> AboveChance:
    """Return the cells of a comparison closer than chance after correction; what is undefined is not tested."""
    first = list(layer_pairs(comparison, crossing=True))
    second = set(layer_pairs(comparison, crossing=False)) - set(first)
    passed, marked = np.zeros(comparison.shape, bool), np.zeros(comparison.shape, bool)
    counts = []
    for family in (first, sorted(second)):
        known = [at for at in family if not np.isnan(comparison.p[at] + comparison.value[at])]
        p = np.array([comparison.p[at] for at in known], dtype=np.float64)
        found = benjamini_hochberg(p)
        for (i, j), yes in zip(known, found, strict=True):
            for at in ((i, j), (j, i)) if comparison.within else ((i, j),):
                (passed if yes else marked)[at] = True
        counts.append((len(p), int(np.sum(p * len(p) <= RATE)), int(found.sum()), float(p.min(initial=np.inf))))
    return AboveChance(marked, passed, *counts[0])


def benjamini_hochberg(p: np.ndarray, rate: float = RATE) -> np.ndarray:
    """Return which p values are discoveries at a false discovery rate (Benjamini and Hochberg 1995)."""
    order = np.argsort(p)
    below = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
    found = np.zeros(len(p), bool)
    found[order[: below[-1] + 1 if len(below) else 0]] = True
    return found

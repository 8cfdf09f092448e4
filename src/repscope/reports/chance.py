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
    """Which cells are closer than chance, by `Comparison.q`.

    Where there are several models, the pairs of layers of different models are one family, and the pairs within
    one model a second. `passed` and `marked` are the cells of both that are closer and that are not;
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
    q, passed, marked = comparison.q, np.zeros(comparison.shape, bool), np.zeros(comparison.shape, bool)
    for i, j in layer_pairs(comparison, crossing=False):
        if not np.isnan(q[i, j]):
            for at in ((i, j), (j, i)) if comparison.within and comparison.card.symmetric else ((i, j),):
                (passed if q[i, j] <= RATE else marked)[at] = True
    tested = [at for at in first if not np.isnan(q[at])]
    p = np.array([comparison.p[at] for at in tested], dtype=np.float64)
    strict, discovered = int(np.sum(p * len(p) <= RATE)), sum(bool(passed[at]) for at in tested)
    return AboveChance(marked, passed, len(p), strict, discovered, float(p.min(initial=np.inf)))

"""Noise ceilings: what the trials of a recording allow any representation to score against it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from repscope.array.namespace import from_numpy, namespace
from repscope.types import Array

SPLITS = 10
"""Random halvings of the trials that a reliability averages over."""


def reliability(value_of: Callable[[Array, Array], float], trials: Array, rng: np.random.Generator) -> float:
    """Return the mean value between two disjoint halves of the trials, in the unit of the measure.

    `value_of` compares two arrays of trials, (trials, items, units) each. NaN for fewer than two trials.
    """
    xp, count = namespace(trials), int(trials.shape[0])
    if count < 2:
        return math.nan
    found = []
    for _ in range(SPLITS):
        order = from_numpy(rng.permutation(count), trials)
        half = count // 2
        found.append(value_of(xp.take(trials, order[:half], axis=0), xp.take(trials, order[half : 2 * half], axis=0)))
    return float(np.mean(found))


def ceiling(first: float, second: float) -> tuple[float, float]:
    """Return the lower and the upper noise ceiling from the split-half reliabilities of both sides, 1 without noise.

    The lower one is what another recording of half as many trials scores: the geometric mean of both reliabilities
    where both are noisy. The upper one is what a noise-free original would score against the mean of all trials,
    by the formula of Spearman and Brown, exact for correlations of additive independent noise.
    """
    lower = math.sqrt(first * second) if second < 1 and first < 1 else min(first, second)
    whole = [2 * r / (1 + r) if r > 0 else math.nan for r in (first, second)]
    return lower, math.sqrt(whole[0] * whole[1])

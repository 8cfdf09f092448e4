"""Noise ceilings: what the trials of a recording allow any representation to score against it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from repscope.array.namespace import from_numpy, namespace
from repscope.types import Array

SPLITS = 10
"""Random halvings of the trials that a reliability averages over."""


class Reliability(NamedTuple):
    """The value between the means of two halves of the trials, and what it would be between two recordings of all."""

    half: float
    whole: float


NOISELESS = Reliability(1.0, 1.0)


def reliability(
    value_of: Callable[[Array, Array], float], trials: Array, rng: np.random.Generator, *, least: int = 1
) -> Reliability:
    """Return the reliability of a recording under a measure whose best value is 1, in the unit of the measure.

    `value_of` compares two arrays of trials, (trials, items, units) each. With e = (1 − r) / r the share of noise, the
    formula of Spearman and Brown says that e falls as one over the number of trials, which holds for correlations.
    For products of products it falls faster. So from four trials on, the power is taken from the values between
    quarters and between halves, and kept between 1 and 2. `least` trials are what `value_of` needs on each side; NaN
    where halves have fewer.
    """
    count = int(trials.shape[0])
    half, quarter = count // 2, count // 4
    if half < least:
        return Reliability(math.nan, math.nan)
    found = agreement(value_of, trials, half, rng)
    power = 1.0
    if quarter >= least:
        fewer = agreement(value_of, trials, quarter, rng)
        if 0 < fewer < found < 1:
            power = math.log(((1 - fewer) / fewer) / ((1 - found) / found)) / math.log(half / quarter)
    noise = (1 - found) / found * (half / count) ** min(max(power, 1.0), 2.0) if found > 0 else math.nan
    return Reliability(found, 1 / (1 + noise))


def agreement(value_of: Callable[[Array, Array], float], trials: Array, size: int, rng: np.random.Generator) -> float:
    """Return the mean value between two disjoint sets of `size` trials, drawn at random."""
    xp, found = namespace(trials), []
    for _ in range(SPLITS):
        order = from_numpy(rng.permutation(trials.shape[0]), trials)
        first, second = order[:size], order[size : 2 * size]
        found.append(value_of(xp.take(trials, first, axis=0), xp.take(trials, second, axis=0)))
    return float(np.mean(found))


def ceiling(first: Reliability, second: Reliability) -> tuple[float, float]:
    """Return the lower and the upper noise ceiling from the reliabilities of both sides, 1 without noise.

    The lower one is what another recording of half as many trials scores: the geometric mean of both where both
    are noisy. The upper one is what a noise-free original would score against the mean of all trials.
    """
    halves = first.half, second.half
    lower = min(halves)
    if max(halves) < 1:
        lower = math.sqrt(first.half * second.half) if lower > 0 else math.nan
    return lower, math.sqrt(first.whole * second.whole)

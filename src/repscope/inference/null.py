"""What unrelated representations would score: nulls in closed form or by permutation, and p."""

from __future__ import annotations

import math
import sys
from types import ModuleType
from typing import Any

import numpy as np
from scipy.special import gammainc, gammaincc, ndtr

from repscope.types import Null
from repscope.types.card import Higher

MOST_ORDERS = 170
"""Items whose orders a float can count."""


def null_of(
    module: ModuleType,
    a: Any,
    b: Any,
    value: float,
    *,
    higher: Higher,
    items: int,
    permutations: int,
    rng: np.random.Generator,
) -> tuple[Null, float]:
    """Return the null of one pair and p, the probability that unrelated ones look at least as alike.

    In closed form where the measure has one, else with the moments of `permutations` of the items of `b`, so
    that p is not bounded by their number (Winkler et al. 2016). It is never below one over the number of
    orders of the items. Where one item dominates both representations, so that all depends on whether it
    meets itself, a smooth law of three moments understates p.
    """
    if module.NULL == "closed form":
        null = module.null(a, b)
    else:
        null = from_draws(np.array([module.shuffled(a, b, rng.permutation(items)) for _ in range(permutations)]))
    least = 1 / math.factorial(items) if items <= MOST_ORDERS else sys.float_info.min
    return null, max(tail(value, null, higher), least)


def from_draws(draws: np.ndarray) -> Null:
    """Return mean, SD and skewness of permutation draws."""
    mean, sd = float(draws.mean()), float(draws.std(ddof=1)) if len(draws) > 1 else math.nan
    skewness = float(((draws - mean) ** 3).mean()) / sd**3 if sd > 0 else math.nan
    return Null(mean, sd, skewness, "permutation", len(draws))


def tail(value: float, null: Null, higher: Higher) -> float:
    """Return the upper tail (lower where `higher` is different) of a Pearson III law with the null's moments."""
    if not (math.isfinite(value) and null.sd > 0):
        return math.nan
    z = (value - null.mean) / null.sd
    z, skewness = (-z, -null.skewness) if higher == "different" else (z, null.skewness)
    if not math.isfinite(skewness) or abs(skewness) < 1e-6:
        return float(ndtr(-z))
    shape = 4 / skewness**2
    at = shape + z * math.sqrt(shape) * math.copysign(1.0, skewness)
    if at <= 0:
        return 1.0 if skewness > 0 else 0.0
    return float(gammaincc(shape, at) if skewness > 0 else gammainc(shape, at))

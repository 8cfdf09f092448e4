"""Confidence intervals around any pairwise measure, from the items themselves and without drawing items twice.

A bootstrap with replacement puts copies of an item next to itself, which biases kernels and neighbours; so
items are only ever left out: one at a time where the measure can do that in closed form (jackknife), else in
random halves.
"""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np
from scipy.special import stdtrit

from repscope.array.namespace import to_numpy
from repscope.types import Float

SPLITS = 50
"""Random halvings that a split-half variance averages over: its own error is then some 10 %."""

ROUNDING = 1e-6
"""Share of its range within which a value counts as lying at a bound."""

LEAST = 8
"""Items below which no interval is given."""

Bounds = tuple[float, float]


def interval_of(
    module: ModuleType,
    a: Any,
    b: Any,
    value: float,
    *,
    bounds: Bounds,
    level: float,
    items: int,
    rng: np.random.Generator,
) -> Bounds:
    """Return the confidence interval of one value at `level`, in the unit of the value; NaN where undefined.

    It covers the expected value at this number of items, which for debiased CKA is the population's. Near
    independence, where a U-statistic degenerates, it is wider than it need be.
    """
    if not math.isfinite(value) or items < LEAST:
        return math.nan, math.nan
    if hasattr(module, "leave_one_out"):
        without = to_numpy(module.leave_one_out(a, b)).astype(np.float64)
        return jackknife(value, without, bounds=bounds, level=level)
    found = np.array([module.halves(a, b, rng.permutation(items)) for _ in range(SPLITS)])
    return split_halves(found, value, module.step(a, b), items=items, bounds=bounds, level=level)


def jackknife(value: float, without: Float[np.ndarray, " items"], *, bounds: Bounds, level: float) -> Bounds:
    """Return the delete-one jackknife interval of `value` (Tukey 1958; Efron and Stein 1981, eq. 1.3).

    `without` holds the value with each item left out. The standard error is taken after the value's range has
    been stretched over the whole line, as Fisher's z does for correlations, and the interval brought back.
    """
    n, rounding = len(without), ROUNDING * (bounds[1] - bounds[0])
    at_bound = min(abs(value - bounds[0]), abs(bounds[1] - value)) <= rounding
    if at_bound and np.abs(without - value).max() <= rounding:
        return value, value
    stretched = stretch(without, bounds)
    if not np.isfinite(stretched).all() or not math.isfinite(stretch(value, bounds)):
        return math.nan, math.nan
    error = math.sqrt((n - 1) / n * float(((stretched - stretched.mean()) ** 2).sum()))
    return around(value, error, n - 1, bounds, level)


def split_halves(
    halves: Float[np.ndarray, "splits 3"], value: float, step: float, *, items: int, bounds: Bounds, level: float
) -> Bounds:
    """Return the interval from values on random disjoint halves of the items.

    Each row of `halves` holds the values on both halves and the factor by which the variance shrinks from half of
    the items to all. Two halves are independent samples, so half their squared difference is an unbiased
    estimate of the variance at n / 2, however rough the statistic. Neighbour counts need this: their jackknife
    overstates the variance two- to fourfold. The error is not taken below two of the steps in which the
    value moves, so that a value at its bound does not claim to be certain.
    """
    low, high = bounds
    variance = float(((halves[:, 0] - halves[:, 1]) ** 2 / 2 * halves[:, 2]).mean())
    if not math.isfinite(variance):
        return math.nan, math.nan
    error = max(math.sqrt(variance), 2 * step)
    inside = min(max(value, low + 2 * step), high - 2 * step)
    position = (inside - low) / (high - low)
    slope = 1 / (2 * (high - low) * position * (1 - position))
    lower, upper = around(inside, error * slope, items - 1, bounds, level)
    return min(lower, value), max(upper, value)


def around(value: float, error: float, freedom: int, bounds: Bounds, level: float) -> Bounds:
    """Return the interval with standard error `error` on the stretched scale, back in the unit of the value."""
    reach = float(stdtrit(freedom, 0.5 + level / 2)) * error
    centre = stretch(value, bounds)
    return float(shrink(centre - reach, bounds)), float(shrink(centre + reach, bounds))


def stretch(value: Any, bounds: Bounds) -> Any:
    """Return the value mapped from its range to the whole line, infinite at the bounds."""
    low, high = bounds
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.arctanh(2 * (value - low) / (high - low) - 1)


def shrink(value: Any, bounds: Bounds) -> Any:
    """Return a number on the line mapped back into the range."""
    low, high = bounds
    return low + (np.tanh(value) + 1) / 2 * (high - low)

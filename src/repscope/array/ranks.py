"""The exact middle of many numbers, by narrowing down and not by sorting."""

from __future__ import annotations

from repscope.array.namespace import namespace
from repscope.types import Array, Float

SAMPLE = 2**16
"""Numbers that are sorted to find where the middle must lie."""


def middle(x: Float[Array, " n"]) -> tuple[Array, Array]:
    """Return the two numbers between which the median of `x` lies; the same number twice where n is odd.

    A sample brackets the middle, one pass counts what lies below the bracket and keeps what lies inside, and
    only that is sorted. Where the bracket misses, everything is.
    """
    xp = namespace(x)
    n = x.shape[0]
    ranks = (n - 1) // 2, n // 2
    below = 0
    if n > 4 * SAMPLE:
        low, high = bracket(x)
        under = int(xp.count_nonzero(x < low))
        inside = x[(x >= low) & (x <= high)]
        if under <= ranks[0] and ranks[1] < under + inside.shape[0]:
            x, below = inside, under
    ordered = xp.sort(x)
    return ordered[ranks[0] - below], ordered[ranks[1] - below]


def bracket(x: Float[Array, " n"]) -> tuple[Array, Array]:
    """Return two numbers that enclose the median of `x` almost surely: six standard errors of a sample's."""
    step = x.shape[0] // SAMPLE
    sample = namespace(x).sort(x[: step * SAMPLE : step])
    reach = 3 * int(SAMPLE**0.5)
    return sample[SAMPLE // 2 - reach], sample[SAMPLE // 2 + reach]


def median(x: Float[Array, " n"]) -> Float[Array, ""]:
    """Return the median of a vector; the mean of the middle two where their number is even."""
    low, high = middle(x)
    return (low + high) / 2

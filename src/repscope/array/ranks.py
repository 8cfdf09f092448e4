"""The exact middle of many numbers, by narrowing down and not by sorting."""

from __future__ import annotations

from repscope.array.namespace import namespace
from repscope.types import Array, Float

SAMPLE = 2**16
"""Numbers that are sorted to find where the middle must lie."""


def middle(*parts: Float[Array, ...]) -> tuple[Array, Array]:
    """Return the two numbers between which the median of all `parts` lies; the same one twice where it is a number.

    A sample brackets the middle, one pass counts what lies below the bracket and keeps what lies inside, and
    only that is sorted. Where the bracket misses, everything is.
    """
    xp = namespace(*parts)
    parts = tuple(xp.reshape(part, (-1,)) for part in parts)
    n = sum(part.shape[0] for part in parts)
    ranks = (n - 1) // 2, n // 2
    if n > 4 * SAMPLE:
        low, high = bracket(parts, n)
        below = sum(int(xp.count_nonzero(part < low)) for part in parts)
        inside = xp.sort(xp.concat([part[(part >= low) & (part <= high)] for part in parts]))
        if below <= ranks[0] and ranks[1] < below + inside.shape[0]:
            return inside[ranks[0] - below], inside[ranks[1] - below]
    ordered = xp.sort(xp.concat(parts))
    return ordered[ranks[0]], ordered[ranks[1]]


def bracket(parts: tuple[Array, ...], n: int) -> tuple[Array, Array]:
    """Return two numbers that enclose the median nearly always: four standard errors of a sample's."""
    xp = namespace(*parts)
    sample = xp.sort(xp.concat([part[:: n // SAMPLE] for part in parts]))
    size = sample.shape[0]
    reach = 2 * int(size**0.5)
    return sample[size // 2 - reach], sample[size // 2 + reach]

"""What the canonical correlation measures share: whitened states, their product, and the mean over correlations."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from repscope.array.linalg import cross, nuclear_norm, nuclear_norm_of_product, square_sum
from repscope.array.namespace import common_dtype, device_of, from_numpy, namespace
from repscope.errors import InputError, explain
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float

DIVISORS = {
    "min": lambda p, q: (p + q - abs(p - q)) / 2,
    "geometric mean": lambda p, q: (p * q) ** 0.5,
    "max": lambda p, q: (p + q + abs(p - q)) / 2,
}
"""By what published code divides the sum over correlations, given the numbers of directions of the two."""


class State(NamedTuple):
    """A representation whose directions are orthonormal (items, rank), and how correlations are summed up.

    With a penalty, `weights` are the squares WᵀW of what made it so, and `penalties` how the penalty changes
    without each item.
    """

    x: Array
    summary: str
    dialect: str
    notes: tuple[str, ...]
    weights: Array = None
    penalties: Array = None

    @property
    def rank(self) -> int:
        """The number of directions."""
        return int(self.x.shape[1])


def check_summary(summary: str, dialect: str) -> None:
    """Raise `InputError` unless there are such a summary and such a dialect."""
    if summary not in ("mean", "mean square"):
        do = "`mean` is ρ̄, `mean square` R²."
        raise InputError(explain(expected="'mean' or 'mean square'", got=repr(summary), argument="summary", do=do))
    if dialect not in DIVISORS:
        expected, do = ", ".join(map(repr, DIVISORS)), "`min` divides by the number of correlations."
        raise InputError(explain(expected=expected, got=repr(dialect), argument="dialect", do=do))


def check_not_negative(value: float | int, argument: str) -> None:
    """Raise `InputError` unless a penalty is a finite number from 0 on."""
    if not 0 <= value < math.inf:
        do = "0 is no regularisation at all."
        raise InputError(explain(expected="a number from 0 on", got=repr(value), argument=argument, do=do))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the sum of the canonical correlations, or of their squares, over what the dialect divides by."""
    if not (a.rank and b.rank):
        return undefined(a.x)
    total = nuclear_norm_of_product(a.x, b.x) if a.summary == "mean" else square_sum(product(a, b))
    return total / DIVISORS[a.dialect](a.rank, b.rank)


def undefined(like: Array) -> Float[Array, ""]:
    """Return NaN as a 0-d float64 array of the library of `like`."""
    xp = namespace(like)
    return xp.asarray(math.nan, dtype=xp.float64, device=device_of(like))


def product(a: State, b: State) -> Float[Array, "p q"]:
    """Return the products of all directions, whose singular values are the canonical correlations."""
    return cross(*common_dtype(a.x, b.x))


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order: their directions stay orthonormal."""
    moved = namespace(b.x).take(b.x, from_numpy(order, b.x), axis=0)
    return float(between(a, b._replace(x=moved)))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n, and how many correlations are 1 whatever the data."""
    n, ranks = a.x.shape[0], (a.rank, b.rank)
    chance = min(1.0, max(ranks) / (n - 1))
    note = (
        f"depends on the sample size: squared canonical correlations of unrelated data average {chance:.2f} here; "
        f"the interval is for the expected value at n = {n}"
    )
    certain = min(sum(ranks) - (n - 1), *ranks)
    if certain <= 0:
        return (note,)
    return (note, f"{ranks[0]} + {ranks[1]} directions and n = {n}: {certain} correlations are 1 whatever the data")


def value_from(moments: CrossMoments, weights: tuple[Array, Array], summary: str, dialect: str) -> Float[Array, ""]:
    """Return the value from centred cross-moments and what makes either side orthonormal."""
    w, v = weights
    m = w.mT @ moments.together.xy @ v
    total = nuclear_norm(m) if summary == "mean" else square_sum(m)
    return total / DIVISORS[dialect](w.shape[1], v.shape[1])

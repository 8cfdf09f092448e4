"""What the canonical correlation measures share: whitened states, their product, and the mean over correlations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from repscope.array.linalg import cross, nuclear_norm, nuclear_norm_by_square, square_sum
from repscope.array.namespace import common_dtype, device_of, from_numpy, has_gradient, itemsize, namespace
from repscope.errors import InputError, explain
from repscope.similarity.pairs import each_pair
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

    Where `map` (units, rank) is there, `x` is only centred, and `x @ map` is what is orthonormal. With a penalty,
    `weights` are the squares WᵀW of what made it so, and `penalties` how the penalty changes without each item;
    `penalised` says that there is one.
    """

    x: Array
    summary: str
    dialect: str
    notes: tuple[str, ...]
    weights: Array = None
    penalties: Array = None
    map: Array = None
    penalised: bool = False

    @property
    def rank(self) -> int:
        """The number of directions."""
        return int((self.x if self.map is None else self.map).shape[1])


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
    m = product(a, b)
    if a.summary != "mean":
        total = square_sum(m)
    else:
        rough = itemsize(a.x) + itemsize(b.x) == 8 and not has_gradient(m)
        total = nuclear_norm_by_square(m) if rough else nuclear_norm(m)
    return total / DIVISORS[a.dialect](a.rank, b.rank)


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return the values of all pairs; maps are applied once to each side where that costs less than for each pair."""
    if rows is columns:
        once = orthonormal(rows, len(rows))
        return each_pair(once, once, between)
    return each_pair(orthonormal(rows, len(columns)), orthonormal(columns, len(rows)), between)


def orthonormal(states: Sequence[State], partners: int) -> list[State]:
    """Return states with their maps applied where `partners` pairs would multiply by them more often than items do."""
    return [applied(s) if s.map is not None and 2 * partners * s.rank > s.x.shape[0] else s for s in states]


def applied(state: State) -> State:
    """Return a state with its map applied."""
    return state._replace(x=state.x @ namespace(state.x).astype(state.map, state.x.dtype), map=None)


def undefined(like: Array) -> Float[Array, ""]:
    """Return NaN as a 0-d float64 array of the library of `like`."""
    xp = namespace(like)
    return xp.asarray(math.nan, dtype=xp.float64, device=device_of(like))


def product(a: State, b: State) -> Float[Array, "p q"]:
    """Return the products of all directions, whose singular values are the canonical correlations."""
    m = cross(*common_dtype(a.x, b.x))
    m = m if a.map is None else a.map.mT @ m
    return m if b.map is None else m @ b.map


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order: their directions stay orthonormal."""
    moved = namespace(b.x).take(b.x, from_numpy(order, b.x), axis=0)
    return float(between(a, b._replace(x=moved)))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n, and how many correlations are 1 whatever the data."""
    n, ranks = a.x.shape[0], (a.rank, b.rank)
    if a.penalised:  # what chance scores is then below that without, and depends on the penalty
        return (f"depends on the sample size and on the penalty; the interval is for the expected value at n = {n}",)
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

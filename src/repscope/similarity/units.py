"""The units of two representations and how they correlate: what every matching of units starts from."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.blocks import blocks
from repscope.array.inputs import centred
from repscope.array.linalg import cross
from repscope.array.namespace import (
    common_dtype,
    detached,
    device_of,
    from_numpy,
    itemsize,
    namespace,
    number,
    to_numpy,
)
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Int

CACHE = 2**19
"""Bytes of rows that are squared and summed while they stay in a processor's cache."""

SQUARABLE = 1e-25, 1e25
"""Squared lengths of units between which products of two units stay in the range of float32."""

REST = 1e-12
"""Share of its squares below which a unit counts as constant once an item is left out."""


class State(NamedTuple):
    """Units less their means, and the length of each (units,) in float64."""

    x: Array
    lengths: Array
    absolute: bool
    notes: tuple[str, ...]

    @property
    def units(self) -> int:
        """The number of units that are not constant."""
        return int(self.x.shape[1])


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    absolute: bool = False,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation's units, centred, and their lengths; `doubt` changes nothing.

    Where units differ so much in scale that float32 cannot hold their products, each is divided by its largest
    value, which no correlation notices.
    """
    around_mean, _, _, notes = centred(x, argument)
    if not around_mean.shape[1]:
        return State(around_mean, column_squares(around_mean), absolute, notes)
    squares = column_squares(around_mean)
    xp = namespace(around_mean)
    if not (number(xp.min(squares)) > SQUARABLE[0] and number(xp.max(squares)) < SQUARABLE[1]):
        around_mean = xp.astype(around_mean, xp.float64)
        around_mean = around_mean / xp.max(abs(detached(around_mean)), axis=0)
        squares = column_squares(around_mean)
    return State(around_mean, xp.sqrt(squares), absolute, notes)


def column_squares(x: Float[Array, "items units"]) -> Float[Array, " units"]:
    """Return the squared length of each unit: summed over few rows in the input's dtype, then in float64."""
    xp = namespace(x)
    total = xp.zeros(x.shape[1], dtype=xp.float64, device=device_of(x))
    for block in blocks(x.shape[0], bytes_each=itemsize(x) * max(1, x.shape[1]), budget=CACHE):
        rows = x[block, :]
        total = total + xp.astype(xp.sum(rows * rows, axis=0), xp.float64)
    return total


def correlations(a: State, b: State) -> Float[Array, "p q"]:
    """Return the correlation of every unit of the one with every unit of the other: one product."""
    return cross(a.x, b.x) / a.lengths[:, None] / b.lengths[None, :]


def strengths(a: State, b: State) -> Float[Array, "p q"]:
    """Return the correlations of all units, or their sizes where the sign does not matter."""
    found = correlations(a, b)
    return abs(found) if a.absolute else found


def strengths_from(moments: CrossMoments, *, absolute: bool) -> Float[Array, "p q"]:
    """Return the same from mergeable cross-moments; units that are constant but for rounding are left out."""
    m = moments.centred()
    xp = namespace(m.together.xy)
    squares = [xp.linalg.diagonal(side.xy) for side in (m.x_alone, m.y_alone)]
    kept = []
    for square, average in zip(squares, (m.together.at_x, m.together.at_y), strict=True):
        (varying,) = xp.nonzero(square > m.n * (1e-14 * average) ** 2)
        kept.append(varying)
    found = xp.take(xp.take(m.together.xy, kept[0], axis=0), kept[1], axis=1)
    a, b = (xp.sqrt(xp.take(square, at)) for square, at in zip(squares, kept, strict=True))
    found = found / a[:, None] / b[None, :]
    return abs(found) if absolute else found


def entries(c: Float[Array, "p q"], rows: Int[np.ndarray, " m"], columns: Int[np.ndarray, " m"]) -> Float[Array, " m"]:
    """Return the entries of a matrix at pairs of positions."""
    xp = namespace(c)
    return xp.take(xp.reshape(c, (-1,)), from_numpy(rows * c.shape[1] + columns, c))


def undefined(like: Array) -> Float[Array, ""]:
    """Return NaN as a 0-d float64 array of the library of `like`."""
    xp = namespace(like)
    return xp.asarray(math.nan, dtype=xp.float64, device=device_of(like))


def without_each(
    a: State, b: State, rows: Int[np.ndarray, " m"], columns: Int[np.ndarray, " m"]
) -> Float[Array, " items"]:
    """Return the mean strength of given pairs of units with each item left out in turn.

    Exact for these pairs. A matching maximises its value, so that to first order the value moves as its pairs
    do and not through other pairs. A unit that only the left-out item moved drops out of that mean.
    """
    x, y = common_dtype(a.x, b.x)
    xp = namespace(x, y)
    n, pairs = x.shape[0], len(rows)
    weight = n / (n - 1)
    i, j = from_numpy(rows, x), from_numpy(columns, y)
    together = entries(correlations(a, b), rows, columns)
    lengths_x, lengths_y = xp.take(a.lengths, i), xp.take(b.lengths, j)
    found = []
    for block in blocks(n, bytes_each=16 * pairs):
        u = xp.astype(xp.take(x[block, :], i, axis=1), xp.float64) / lengths_x
        v = xp.astype(xp.take(y[block, :], j, axis=1), xp.float64) / lengths_y
        left_u, left_v = 1 - weight * u * u, 1 - weight * v * v
        defined = (left_u > REST) & (left_v > REST)
        scale = xp.where(defined, left_u * left_v, xp.ones_like(left_u))
        r = xp.where(defined, (together - weight * u * v) / xp.sqrt(scale), xp.zeros_like(scale))
        counted = xp.sum(xp.astype(defined, xp.float64), axis=1)
        total = xp.sum(abs(r) if a.absolute else r, axis=1)
        at_least_one = xp.where(counted > 0, counted, xp.ones_like(counted))
        found.append(xp.where(counted > 0, total / at_least_one, xp.full_like(total, math.nan)))
    return xp.concat(found)


def reordered(b: State, order: Any) -> State:
    """Return a state with its items in another order; lengths stay."""
    return b._replace(x=namespace(b.x).take(b.x, from_numpy(order, b.x), axis=0))


def range_of(state: State) -> tuple[float, float]:
    """Return the range of a mean strength."""
    return (0.0, 1.0) if state.absolute else (-1.0, 1.0)


def said_of_best(a: State, b: State, partners: int) -> tuple[str, ...]:
    """Return what must be said of a best of many correlations."""
    n = a.x.shape[0]
    note = f"depends on the sample size: the best of {partners} chance correlations is above 0"
    return (f"{note}; the interval is for the expected value at n = {n}",)


class Found(NamedTuple):
    """Matched units, one pair a row: positions, correlation, the group that is tested, and each group's score."""

    unit: Int[np.ndarray, " m"]
    partner: Int[np.ndarray, " m"]
    correlation: Float[np.ndarray, " m"]
    group: Int[np.ndarray, " m"]
    score: Float[np.ndarray, " groups"]


def pairs_found(
    a: State, b: State, rows: Int[np.ndarray, " m"], columns: Int[np.ndarray, " m"], score: Float[np.ndarray, " m"]
) -> Found:
    """Return pairs of units as groups of one pair each."""
    signed = to_numpy(entries(correlations(a, b), rows, columns)) if a.absolute else score
    return Found(rows, columns, signed, np.arange(len(rows)), score)

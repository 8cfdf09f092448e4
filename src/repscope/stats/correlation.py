"""Mergeable correlations: of every unit of one representation with every unit of another, in one pass.

A commutative monoid over rows: `of` a chunk, `merge` two, `finish`. Sums are taken about a point near the
chunk's mean and kept in float64, so that nothing cancels; merging moves one side's sums to the other's point.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import NamedTuple

from repscope.array.linalg import cross, mean
from repscope.array.namespace import namespace
from repscope.types import Array, Float

ROUNDING = 1e-14
"""Times its mean: standard deviation below which a unit counts as constant."""


class CorrelationSums(NamedTuple):
    """Sums over n rows of x (p units) and y (q units), their squares and their products, about `at_x` and `at_y`."""

    n: int
    at_x: Float[Array, " p"]
    at_y: Float[Array, " q"]
    x: Float[Array, " p"]
    y: Float[Array, " q"]
    xx: Float[Array, " p"]
    yy: Float[Array, " q"]
    xy: Float[Array, "p q"]


class Side(NamedTuple):
    """One chunk of one representation about a point near its mean, with its sums: shared by all of its partners."""

    rows: Float[Array, "rows units"]
    at: Float[Array, " units"]
    total: Float[Array, " units"]
    squares: Float[Array, " units"]


def side(x: Float[Array, "rows units"]) -> Side:
    """Return one side of a chunk."""
    xp = namespace(x)
    point = xp.astype(mean(x), x.dtype)
    x = x - point
    total, squares = (xp.sum(v, axis=0, dtype=xp.float64) for v in (x, x * x))
    return Side(x, xp.astype(point, xp.float64), total, squares)


def of(x: Float[Array, "rows p"], y: Float[Array, "rows q"]) -> CorrelationSums:
    """Return the sums of one chunk: `rows p q` multiplications."""
    return of_sides(side(x), side(y))


def of_sides(a: Side, b: Side) -> CorrelationSums:
    """Return the sums of one chunk from its two sides."""
    n = int(a.rows.shape[0])
    return CorrelationSums(n, a.at, b.at, a.total, b.total, a.squares, b.squares, cross(a.rows, b.rows))


def merge(*parts: CorrelationSums) -> CorrelationSums:
    """Return the sums of all chunks together; the order does not matter beyond rounding."""
    return reduce(merge_two, parts)


def merge_two(left: CorrelationSums, right: CorrelationSums) -> CorrelationSums:
    """Return the sums over both, about the point of the left one: x becomes x − d, y becomes y − e."""
    d, e = left.at_x - right.at_x, left.at_y - right.at_y
    n = right.n
    return CorrelationSums(
        n=left.n + n,
        at_x=left.at_x,
        at_y=left.at_y,
        x=left.x + right.x - n * d,
        y=left.y + right.y - n * e,
        xx=left.xx + right.xx - 2 * d * right.x + n * d * d,
        yy=left.yy + right.yy - 2 * e * right.y + n * e * e,
        xy=left.xy + right.xy + n * d[:, None] * e - d[:, None] * right.y - right.x[:, None] * e,
    )


def finish(s: CorrelationSums) -> Float[Array, "p q"]:
    """Return the correlations; NaN for units that are constant."""
    xp = namespace(s.xy)
    together = s.xy - s.x[:, None] * s.y / s.n
    lengths = []
    for point, total, square in ((s.at_x, s.x, s.xx), (s.at_y, s.y, s.yy)):
        spread = square - total * total / s.n
        varies = spread > s.n * (ROUNDING * (point + total / s.n)) ** 2
        lengths.append(xp.sqrt(xp.where(varies, spread, xp.full_like(spread, math.nan))))
    return together / lengths[0][:, None] / lengths[1]

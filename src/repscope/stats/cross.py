"""Mergeable cross-moments: what linear measures need of two representations, whatever the number of items.

A commutative monoid over rows: `of` a shard, `merge` two, and a measure's `from_moments` finishes. Every sum
is taken about a point near the shard's mean and kept in float64, so that nothing cancels; merging moves
one side's sums to the other's point. With a = |x|² and b = |y|² (about that point), the sums of xyᵀ, ay, bx
and ab are closed under such a move, which is all that the debiased HSIC needs beyond the second moments.
"""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

from repscope.array.linalg import cross, mean, row_squares, square_sum
from repscope.array.namespace import namespace
from repscope.types import Array, Float


class PairSums(NamedTuple):
    """Sums over n items of x (p units) and y (q units) about the points `at_x` and `at_y`."""

    n: int
    at_x: Float[Array, " p"]
    at_y: Float[Array, " q"]
    x: Float[Array, " p"]
    y: Float[Array, " q"]
    xy: Float[Array, "p q"]
    a: Float[Array, ""]
    b: Float[Array, ""]
    ay: Float[Array, " q"]
    bx: Float[Array, " p"]
    ab: Float[Array, ""]


class CrossMoments(NamedTuple):
    """The sums of a pair of representations, and of each with itself."""

    together: PairSums
    x_alone: PairSums
    y_alone: PairSums

    @property
    def n(self) -> int:
        """The number of items seen."""
        return self.together.n

    def centred(self) -> CrossMoments:
        """Return the sums about the means of all items."""
        return CrossMoments(*(about_means(sums) for sums in self))

    def squares(self) -> tuple[Array, ...]:
        """Return the squared Frobenius norms of the three products."""
        return tuple(square_sum(sums.xy) for sums in self)

    def diagonals(self) -> tuple[Array, ...]:
        """Return Σ_i |x_i|² |y_i|² for the three."""
        return tuple(sums.ab for sums in self)

    def traces(self) -> tuple[tuple[Array, Array], ...]:
        """Return Σ_i |x_i|² and Σ_i |y_i|² for the three."""
        return tuple((sums.a, sums.b) for sums in self)


def of(x: Float[Array, "items p"], y: Float[Array, "items q"]) -> CrossMoments:
    """Return the cross-moments of one shard: `n (p + q)²` multiplications."""
    xp = namespace(x, y)
    at_x, at_y = mean(x), mean(y)
    x, y = x - xp.astype(at_x, x.dtype), y - xp.astype(at_y, y.dtype)
    at_x, at_y = (xp.astype(xp.astype(at, v.dtype), xp.float64) for at, v in ((at_x, x), (at_y, y)))
    return CrossMoments(sums_of(x, y, at_x, at_y), sums_of(x, x, at_x, at_x), sums_of(y, y, at_y, at_y))


def sums_of(x: Array, y: Array, at_x: Array, at_y: Array) -> PairSums:
    """Return the sums over the rows of `x` and `y`, which stand about `at_x` and `at_y` already."""
    xp = namespace(x, y)
    a, b = row_squares(x), row_squares(y)
    weighted_y = xp.sum(xp.astype(a, y.dtype)[:, None] * y, axis=0, dtype=xp.float64)
    weighted_x = xp.sum(xp.astype(b, x.dtype)[:, None] * x, axis=0, dtype=xp.float64)
    sum_x, sum_y = (xp.sum(v, axis=0, dtype=xp.float64) for v in (x, y))
    return PairSums(
        x.shape[0],
        at_x,
        at_y,
        sum_x,
        sum_y,
        cross(x, y),
        xp.sum(a),
        xp.sum(b),
        weighted_y,
        weighted_x,
        xp.sum(a * b),
    )


def merge(*parts: CrossMoments) -> CrossMoments:
    """Return the cross-moments of all shards together; the order does not matter beyond rounding."""
    return reduce(lambda left, right: CrossMoments(*map(merge_sums, left, right)), parts)


def merge_sums(left: PairSums, right: PairSums) -> PairSums:
    """Return the sums over both, about the point of the left one."""
    right = moved(right, left.at_x, left.at_y)
    added = (p + q for p, q in zip(left[3:], right[3:], strict=True))
    return PairSums(left.n + right.n, left.at_x, left.at_y, *added)


def about_means(sums: PairSums) -> PairSums:
    """Return the sums about the means of their items."""
    return moved(sums, sums.at_x + sums.x / sums.n, sums.at_y + sums.y / sums.n)


def moved(s: PairSums, at_x: Float[Array, " p"], at_y: Float[Array, " q"]) -> PairSums:
    """Return the same items' sums about another point: x becomes x − d, y becomes y − e."""
    xp = namespace(s.xy)
    d, e = at_x - s.at_x, at_y - s.at_y
    dd, ee, dx, ey = xp.vecdot(d, d), xp.vecdot(e, e), xp.vecdot(d, s.x), xp.vecdot(e, s.y)
    x, y = s.x - s.n * d, s.y - s.n * e
    xy_e, d_xy = s.xy @ e, d @ s.xy
    ab = s.ab - 2 * xp.vecdot(e, s.ay) + ee * s.a - 2 * xp.vecdot(d, s.bx) + 4 * xp.vecdot(d, xy_e)
    ab = ab - 2 * ee * dx + dd * s.b - 2 * dd * ey + s.n * dd * ee
    return PairSums(
        n=s.n,
        at_x=at_x,
        at_y=at_y,
        x=x,
        y=y,
        xy=s.xy - d[:, None] * s.y[None, :] - s.x[:, None] * e[None, :] + s.n * d[:, None] * e[None, :],
        a=s.a - 2 * dx + s.n * dd,
        b=s.b - 2 * ey + s.n * ee,
        ay=s.ay - e * s.a - 2 * d_xy + 2 * dx * e + dd * y,
        bx=s.bx - d * s.b - 2 * xy_e + 2 * ey * d + ee * x,
        ab=ab,
    )

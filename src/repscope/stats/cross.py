"""Mergeable cross-moments: what linear measures need of two representations, whatever the number of items.

A commutative monoid over rows: `of` a shard, `merge` two, and a measure's `from_moments` finishes. Every sum
is taken about a point near the shard's mean and kept in float64, so that nothing cancels; merging moves
one side's sums to the other's point. All of them are entries of one matrix of products of lifted rows.
"""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

from repscope.array.linalg import square_sum
from repscope.array.namespace import namespace
from repscope.stats import lifted
from repscope.types import Array, Float


class PairSums(NamedTuple):
    """Sums over n items of x (p units) and y (q units) about the points `at_x` and `at_y`; a = |x|², b = |y|²."""

    at_x: Float[Array, " p"]
    at_y: Float[Array, " q"]
    lifted: Float[Array, "p+2 q+2"]

    @property
    def n(self) -> int:
        """The number of items."""
        return int(self.lifted[-2, -2])

    @property
    def x(self) -> Float[Array, " p"]:
        """Σ x."""
        return self.lifted[:-2, -2]

    @property
    def y(self) -> Float[Array, " q"]:
        """Σ y."""
        return self.lifted[-2, :-2]

    @property
    def xy(self) -> Float[Array, "p q"]:
        """Σ xyᵀ."""
        return self.lifted[:-2, :-2]

    @property
    def a(self) -> Float[Array, ""]:
        """Σ |x|²."""
        return self.lifted[-1, -2]

    @property
    def b(self) -> Float[Array, ""]:
        """Σ |y|²."""
        return self.lifted[-2, -1]

    @property
    def ay(self) -> Float[Array, " q"]:
        """Σ |x|² y."""
        return self.lifted[-1, :-2]

    @property
    def bx(self) -> Float[Array, " p"]:
        """Σ |y|² x."""
        return self.lifted[:-2, -1]

    @property
    def ab(self) -> Float[Array, ""]:
        """Σ |x|² |y|²."""
        return self.lifted[-1, -1]


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

    def flipped(self) -> CrossMoments:
        """Return the same with x and y in each other's place."""
        at_x, at_y, lifted = self.together
        return CrossMoments(PairSums(at_y, at_x, lifted.T), self.y_alone, self.x_alone)

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
    """Return the cross-moments of one shard: `n (p² / 2 + p q + q² / 2)` multiplications."""
    points = lifted.point_of(x), lifted.point_of(y)
    sums = lifted.sums_of([x, y], points, 1)
    pairs = (points, (points[0],) * 2, (points[1],) * 2)
    return CrossMoments(*(PairSums(*at, part) for at, part in zip(pairs, (sums.products, *sums.alone), strict=True)))


def merge(*parts: CrossMoments) -> CrossMoments:
    """Return the cross-moments of all shards together; the order does not matter beyond rounding."""
    return reduce(lambda left, right: CrossMoments(*map(merge_sums, left, right)), parts)


def merge_sums(left: PairSums, right: PairSums) -> PairSums:
    """Return the sums over both, about the point of the left one."""
    return left._replace(lifted=left.lifted + moved(right, left.at_x, left.at_y).lifted)


def about_means(sums: PairSums) -> PairSums:
    """Return the sums about the means of their items; as they are where they stand about these."""
    xp = namespace(sums.lifted)
    if not (bool(xp.any(sums.x != 0)) or bool(xp.any(sums.y != 0))):
        return sums
    found = moved(sums, sums.at_x + sums.x / sums.n, sums.at_y + sums.y / sums.n)
    found.lifted[:-2, -2] = 0.0  # what rounding leaves
    found.lifted[-2, :-2] = 0.0
    return found


def moved(sums: PairSums, at_x: Float[Array, " p"], at_y: Float[Array, " q"]) -> PairSums:
    """Return the same items' sums about other points."""
    return PairSums(at_x, at_y, lifted.moved(sums.lifted, [at_x - sums.at_x], [at_y - sums.at_y]))

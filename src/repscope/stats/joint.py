"""Mergeable moments of many representations of the same items at once: all layers of a network in one pass.

A commutative monoid over rows, as `cross` is for two: `of` a shard, `merge` shards, `pair` cuts out the cross-moments
of two layers as a measure's `from_moments` takes them, `covariance` the second moments of one. It takes
O((Σ units)²) memory whatever the number of items.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from repscope.array.namespace import namespace
from repscope.stats import lifted
from repscope.stats.cross import CrossMoments, PairSums, about_means
from repscope.types import Array, Float


class Joint(NamedTuple):
    """Sums over n items of all layers with all or, where `first` is not 0, of the first layers with the others.

    `points` holds what each layer's rows are taken about, `spans` where its lifted units stand among all.
    """

    points: tuple[Array, ...]
    spans: tuple[slice, ...]
    first: int
    sums: lifted.Sums

    @property
    def n(self) -> int:
        """The number of items seen."""
        return self.alone(0).n

    def pair(self, i: int, j: int) -> CrossMoments:
        """Return the cross-moments of two layers, by their positions among all; they share memory with these.

        With `first`, one of the two is among the first layers and the other is not, or both are the same.
        """
        if not self.first:
            return CrossMoments(self.together(i, j), self.alone(i), self.alone(j))
        if i == j:
            return CrossMoments(self.alone(i), self.alone(i), self.alone(i))
        if i < self.first:
            return CrossMoments(self.together(i, j), self.alone(i), self.alone(j))
        return self.pair(j, i).flipped()

    def together(self, i: int, j: int) -> PairSums:
        """Return the sums of one layer on the rows with one on the columns."""
        cut = self.spans[self.first].start if self.first else 0
        columns = slice(self.spans[j].start - cut, self.spans[j].stop - cut)
        return PairSums(self.points[i], self.points[j], self.sums.products[self.spans[i], columns])

    def alone(self, i: int) -> PairSums:
        """Return the sums of one layer with itself."""
        if not self.first:
            return self.together(i, i)
        return PairSums(self.points[i], self.points[i], self.sums.alone[i])

    def covariance(self, i: int) -> Float[Array, "units units"]:
        """Return the sample covariance of one layer's units."""
        about = about_means(self.alone(i))
        return about.xy / (about.n - 1)

    def constant(self, i: int) -> Array:
        """Return which units of a layer took one value only, as far as that can be told of the sums: those at 0."""
        return namespace(self.sums.products).linalg.diagonal(self.alone(i).xy) == 0


def of(
    layers: Sequence[Array],
    /,
    *,
    first: int = 0,
    points: Sequence[Array] | None = None,
    into: Joint | None = None,
) -> Joint:
    """Return the moments of one shard: of all layers with all or of the `first` ones with the others only.

    Parameters
    ----------
    layers : arrays, (items, units) each
        The rows of each layer, of the same items in the same order.
    first : int
        How many layers are on one side; the layers of one side are then not multiplied with each other.
    points : float64 arrays, (units,) each
        What rows are taken about; by default near the shard's means. Shards about the same points add up.
    into : Joint
        Moments about the same points, to which these are added in place.

    Raises
    ------
    ShapeError
        The shard has no rows, and there is nothing to add them to.
    """
    if into is not None:
        return into._replace(sums=lifted.sums_of(layers, into.points, into.first, into.sums))
    at = tuple(points) if points is not None else tuple(map(lifted.point_of, layers))
    return Joint(at, tuple(lifted.spans(at)), first, lifted.sums_of(layers, at, first))


def merge(*parts: Joint) -> Joint:
    """Return the moments of all shards together, about the points of the first; their order does not matter."""
    return reduce(lambda left, right: left._replace(sums=added(left, moved(right, left.points))), parts)


def added(left: Joint, right: Joint) -> lifted.Sums:
    """Return the sums of two shards together, which stand about the same points."""
    alone = tuple(a + b for a, b in zip(left.sums.alone, right.sums.alone, strict=True))
    return lifted.Sums(left.sums.products + right.sums.products, alone)


def moved(joint: Joint, points: tuple[Array, ...]) -> Joint:
    """Return the same items' moments about other points; as they are where they stand about these."""
    if all(new is old for new, old in zip(points, joint.points, strict=True)):
        return joint
    by = [new - old for new, old in zip(points, joint.points, strict=True)]
    left, right = (by[: joint.first], by[joint.first :]) if joint.first else (by, by)
    alone = tuple(lifted.moved(part, [d], [d]) for part, d in zip(joint.sums.alone, by, strict=bool(joint.first)))
    return joint._replace(points=points, sums=lifted.Sums(lifted.moved(joint.sums.products, left, right), alone))

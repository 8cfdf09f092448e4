"""The Fréchet mean of representations: the one that lies closest to all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from repscope.array.inputs import pair
from repscope.array.linalg import coordinates, square_sum
from repscope.array.namespace import detached, namespace, number
from repscope.errors import InputError, explain
from repscope.similarity.geodesic import form, padded, rotation
from repscope.similarity.partial_whitening import check_alpha
from repscope.similarity.procrustes import check_distance
from repscope.types import Array, Float, Representation


class FrechetMean(NamedTuple):
    """A mean representation, the distance of each representation from it, and how the search went.

    `variance` is the mean squared distance, which the mean makes least.
    """

    mean: Float[Array, "items units"]
    distances: Float[Array, " representations"]
    variance: Float[Array, ""]
    iterations: int
    converged: bool


def frechet_mean(
    representations: Sequence[Array | Representation],
    *,
    alpha: float | int = 1.0,
    distance: str = "angular",
    iterations: int = 100,
    tolerance: float = 1e-6,
) -> FrechetMean:
    """Return the Fréchet (Karcher) mean of representations, their distances from it and their variance about it.

    The mean has the least sum of squared shape distances. All are rotated onto the current mean, averaged, and
    so on until the mean stays: generalised Procrustes analysis. It starts from the representation that is closest
    to all others, so that the order in which they are given does not matter.

    Parameters
    ----------
    representations : sequence of arrays or Representations, (items, p) each
        The same items in the same order (Representations are brought to the order of the first), any numbers of units.
    alpha : float
        How far all are whitened first, as in `shape_distance`: 1 (default) not at all.
    distance : {"angular", "size_and_shape"}
        `angular` (default) averages shapes of unit norm on the sphere, `size_and_shape` the centred
        representations with their norms.
    iterations : int
        The most that are made.
    tolerance : float
        The movement of the mean, relative to its norm, at which the search ends.

    Returns
    -------
    FrechetMean
        `mean` is centred, float64, in the caller's library, with as many units as the widest representation has (items,
        where that is less); it is determined up to a rotation. `distances` are those of `procrustes`, or of
        `shape_distance` for alpha below 1, which do not whiten the mean again.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; no representation, or a constant one.

    Notes
    -----
    Every iteration lowers the variance, to a local minimum where the representations are far apart, and slowly so where
    they are unrelated. `converged` says whether the tolerance was reached; the variance is then right to its square.

    Cost: an iteration takes `n p²` multiplications and singular vectors of a p × p matrix a representation; the start
    takes all pairs.

    Source: Williams et al. 2021; Gower 1975 for generalised Procrustes analysis.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> found = rs.frechet_mean([X, X[:, [1, 2, 0]], -2 * X])
    >>> bool(found.variance < 1e-12), found.converged
    (True, True)
    """
    check_alpha(alpha)
    check_distance(distance)
    if not len(representations):
        do = "Give at least one."
        raise InputError(explain(expected="representations", got="none", argument="representations", do=do))
    first = representations[0]
    given = [detached(pair(first, other)[1]) for other in representations]
    points = [coordinates(form(x, f"representations[{i}]", alpha, distance)) for i, x in enumerate(given)]
    width = max(point.shape[1] for point in points)
    points = [padded(point, width) for point in points]
    mean, made, converged = searched(points, points[most_central(points)], distance, iterations, tolerance)
    distances = distances_from(mean, points, distance)
    xp = namespace(mean)
    return FrechetMean(mean, distances, xp.mean(distances**2), made, converged)


def searched(
    points: list[Array], mean: Array, distance: str, iterations: int, tolerance: float
) -> tuple[Array, int, bool]:
    """Return the mean, the number of iterations made and whether they came to rest."""
    step = step_on_sphere if distance == "angular" else step_in_space
    for made in range(1, iterations + 1):
        moved = step([point @ rotation(point, mean) for point in points], mean)
        change = math.sqrt(number(square_sum(moved - mean)) / number(square_sum(mean)))
        mean = moved
        if change <= tolerance:
            return mean, made, True
    return mean, iterations, False


def step_in_space(aligned: list[Array], mean: Array) -> Array:
    """Return the average of points that are aligned to the mean."""
    return sum(aligned[1:], start=aligned[0]) / len(aligned)


def step_on_sphere(aligned: list[Array], mean: Array) -> Array:
    """Return the mean moved along the great circle whose direction is the average direction to all points."""
    xp = namespace(mean)
    tangent = sum((direction(point, mean) for point in aligned), start=xp.zeros_like(mean)) / len(aligned)
    length = math.sqrt(number(square_sum(tangent)))
    if length == 0:
        return mean
    moved = math.cos(length) * mean + math.sin(length) / length * tangent
    return moved / xp.sqrt(square_sum(moved))


def direction(point: Array, mean: Array) -> Array:
    """Return the tangent at `mean` that leads to `point`, as long as the way on the sphere is."""
    xp = namespace(mean)
    across = point - xp.sum(point * mean) * mean
    length = math.sqrt(number(square_sum(across)))
    angle = 2 * math.asin(min(1.0, math.sqrt(number(square_sum(point - mean))) / 2))
    return across * (angle / length) if length > 0 else across


def distances_from(mean: Array, points: list[Array], distance: str) -> Float[Array, " representations"]:
    """Return the distance of each point from the mean after the best rotation, from differences."""
    xp = namespace(mean)
    apart = xp.stack([xp.sqrt(square_sum(point @ rotation(point, mean) - mean)) for point in points])
    if distance == "size_and_shape":
        return apart
    return 2 * xp.asin(xp.where(apart > 2, xp.full_like(apart, 2.0), apart) / 2)


def most_central(points: list[Array]) -> int:
    """Return the position of the point with the least sum of squared distances from the others."""
    xp = namespace(points[0])
    sums = [0.0] * len(points)
    for i, one in enumerate(points):
        for j in range(i):
            square = number(square_sum(one @ rotation(one, points[j]) - points[j]))
            sums[i], sums[j] = sums[i] + square, sums[j] + square
    return int(xp.argmin(xp.asarray(sums)))

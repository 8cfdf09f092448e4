"""The shortest path between two representations, once they are aligned."""

from __future__ import annotations

import math
from typing import Any

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import square_sum, svd
from repscope.array.namespace import device_of, namespace, number
from repscope.errors import InputError, explain
from repscope.similarity.partial_whitening import check_alpha
from repscope.similarity.procrustes import check_distance
from repscope.similarity.shape_distance import whitened
from repscope.types import Array, Float, Representation


def geodesic(
    X: Array | Representation,
    Y: Array | Representation,
    t: float | int,
    *,
    alpha: float | int = 1.0,
    distance: str = "angular",
    join: Join = "exact",
) -> Float[Array, "items units"]:
    """Return the representation that lies the share t of the way from X to Y, with t in [0, 1].

    Y is rotated onto X; then the point moves along the great circle between the two (`angular`), or the straight
    line (`size_and_shape`). Its distance from X is t times that from X to Y, and from Y the rest.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    t : float
        0 is X, 1 is Y rotated onto X.
    alpha : float
        How far both are whitened first, as in `shape_distance`: 1 (default) not at all.
    distance : {"angular", "size_and_shape"}
        `angular` (default) moves between shapes of unit norm, `size_and_shape` between the centred representations
        with their norms, as `procrustes` measures them with `normalised=False`.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A float64 array of the caller's library, centred, with the units of X, or as many as Y has if that is more; units
    that are constant are left out.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; t or alpha outside [0, 1]; a constant representation.

    Notes
    -----
    The path is unique where XᵀY has full rank. It is a path between representations, not between networks: a
    network half-way need not exist.

    Cost: `n p q` multiplications and the singular vectors of a p × q matrix.

    Source: Williams et al. 2021 for the metric space; Lange et al. 2022 for paths in it.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X, Y = np.random.default_rng(0).normal(size=(2, 50, 4))
    >>> half = rs.geodesic(X, Y, 0.5)
    >>> bool(np.isclose(2 * rs.procrustes(X, half), rs.procrustes(X, Y)))
    True
    """
    check_alpha(alpha)
    check_distance(distance)
    if not 0 <= t <= 1:
        do = "0 is X, 1 is Y."
        raise InputError(explain(expected="0 ≤ t ≤ 1", got=repr(t), argument="t", do=do))
    x, y = (form(v, argument, alpha, distance) for v, argument in zip(pair(X, Y, join=join), "XY", strict=True))
    xp = namespace(x, y)
    x = padded(x, y.shape[1])
    y = y @ rotation(y, x)
    if distance == "size_and_shape":
        return (1 - t) * x + t * y
    angle = 2 * math.asin(min(1.0, math.sqrt(number(square_sum(x - y))) / 2))
    if angle == 0:
        return x
    return (math.sin((1 - t) * angle) * x + math.sin(t * angle) * y) / xp.sin(xp.asarray(angle, dtype=xp.float64))


def form(x: Array, argument: str, alpha: float | int, distance: str) -> Float[Array, "items units"]:
    """Return a representation as a point of the space in which distances are measured, in float64.

    Raises
    ------
    InputError
        It is constant: no point of the space.
    """
    around_mean, _, scale, _ = centred(x, argument)
    if not around_mean.shape[1]:
        do = "Leave it out: it has no shape."
        raise InputError(explain(expected="a representation that varies", got="a constant", argument=argument, do=do))
    xp = namespace(around_mean)
    found, times = whitened(around_mean, alpha, scale)
    point = xp.astype(found, xp.float64)
    return point / xp.sqrt(square_sum(point)) if distance == "angular" else point / times


def padded(x: Float[Array, "items units"], units: int) -> Float[Array, "items most"]:
    """Return `x` with units that are 0 added until there are at least `units`."""
    if x.shape[1] >= units:
        return x
    xp = namespace(x)
    zeros: Any = xp.zeros((x.shape[0], units - x.shape[1]), dtype=x.dtype, device=device_of(x))
    return xp.concat([x, zeros], axis=1)


def rotation(y: Float[Array, "items q"], x: Float[Array, "items p"]) -> Float[Array, "q p"]:
    """Return the orthogonal Q with the least |X − YQ| (Schönemann 1966), for q ≤ p."""
    u, _, vt = svd(y.mT @ x)
    return u @ vt

"""Orthogonal Procrustes distances: how far apart two representations stay after the best rotation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import (
    coordinates,
    cross,
    nuclear_norm,
    row_squares,
    singular_values,
    square_sum,
    svd,
)
from repscope.array.namespace import device_of, from_numpy, namespace
from repscope.errors import InputError, explain
from repscope.similarity.pairs import each_pair
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the nuclear norm under permutations."""


class State(NamedTuple):
    """A centred representation of unit Frobenius norm, rotated into at most as many units as items."""

    x: Array
    distance: str
    units: int
    notes: tuple[str, ...]


def procrustes(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    distance: str = "angular",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the orthogonal Procrustes distance of two representations: 0 is identity, in radians if angular.

    Both are centred and scaled to unit Frobenius norm; the rotation Q that brings them closest is found in
    closed form. With s the nuclear norm of XᵀY, which is their cosine after that rotation, `angular` is
    arccos s in [0, π/2] and `size_and_shape` is min |X − YQ| = √(2 − 2s) in [0, √2]. Both are metrics.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    distance : {"angular", "size_and_shape"}
        `angular` (default) is the geodesic distance, which adds up along paths.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where the distance is not 0; NaN where a
    representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps. The value depends on the number of items:
    a rotation of p units fits n items the better the smaller n is against p, so that unrelated
    representations come out close when n < p. Compare at equal n, and against the null.

    Cost: `n p q` multiplications and the singular values of a p × q matrix (n × n where units outnumber items).

    Source: Williams et al. 2021, eq. 4 and 5 (with α = 1); the rotation is Schönemann 1966.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(float(rs.procrustes(X, X[:, [2, 0, 1]] + 5)), 6)
    0.0
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x, distance=distance), prepare(y, distance=distance, argument="Y"))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    distance: str = "angular",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation centred, of unit norm, in at most `items` units; `doubt` changes nothing."""
    if distance not in ("angular", "size_and_shape"):
        expected, do = "'angular' or 'size_and_shape'", "Choose one of the two."
        raise InputError(explain(expected=expected, got=repr(distance), argument="distance", do=do))
    x, _, notes = centred(x, argument)
    units = x.shape[1]
    if not units:
        return State(x, distance, 0, (f"{argument}: constant representation: the value is undefined (NaN)",))
    norm = namespace(x).sqrt(square_sum(x))
    return State(coordinates(x / namespace(x).astype(norm, x.dtype)), distance, units, notes)


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return the distances of all pairs; each pair once where `rows is columns`."""
    return each_pair(rows, columns, between)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair."""
    return distance_of(similarity(a, b), a.distance)


def similarity(a: State, b: State) -> Float[Array, ""]:
    """Return the nuclear norm of XᵀY: the cosine of the two after the best rotation (Williams et al. 2021, eq. 5)."""
    xp = namespace(a.x, b.x)
    if not (a.units and b.units):
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(a.x))
    return nuclear_norm(xp.astype(cross(a.x, b.x), a.x.dtype))


def distance_of(cosine: Array, distance: str) -> Array:
    """Return arccos s, or √(2 − 2s), for a cosine s; rounding above 1 counts as 1."""
    xp = namespace(cosine)
    below = xp.where(cosine > 1, xp.ones_like(cosine), cosine)
    return xp.acos(below) if distance == "angular" else xp.sqrt(2 - 2 * below)


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the distance with each item left out, to first order in the item's weight.

    The nuclear norm falls by xᵢᵀ Q yᵢ, Q the polar factor of XᵀY (its gradient); the norms fall exactly.
    """
    xp = namespace(a.x, b.x)
    n = a.x.shape[0]
    u, s, vt = svd(xp.astype(cross(a.x, b.x), a.x.dtype))
    aligned = xp.astype(xp.vecdot((a.x @ u) @ vt, b.x), xp.float64)
    weight = n / (n - 1)
    norms = (1 - weight * row_squares(a.x)) * (1 - weight * row_squares(b.x))
    cosine = (xp.sum(s, dtype=xp.float64) - weight * aligned) / xp.sqrt(norms)
    return distance_of(cosine, a.distance)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the distance with the items of `b` in another order."""
    return float(between(a, b._replace(x=namespace(b.x).take(b.x, from_numpy(order, b.x), axis=0))))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n, above all where n is less than the units."""
    n, units = a.x.shape[0], max(a.units, b.units)
    note = f"depends on the sample size by definition; the interval is for the expected value at n = {n}"
    return (note, f"n = {n} < {units} units: unrelated data come out close") if n < units else (note,)


def from_moments(moments: CrossMoments, *, distance: str = "angular") -> Float[Array, ""]:
    """Return the distance from mergeable cross-moments: the same number, in one pass over any stream."""
    xp = namespace(moments.together.xy)
    m = moments.centred()
    cosine = xp.sum(singular_values(m.together.xy)) / xp.sqrt(m.x_alone.a * m.y_alone.a)
    return distance_of(cosine, distance)

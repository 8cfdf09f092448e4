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
    nuclear_norm_of_product,
    row_squares,
    square_sum,
    svd,
)
from repscope.array.namespace import common_dtype, device_of, from_numpy, namespace, number
from repscope.errors import InputError, explain
from repscope.similarity.pairs import each_pair
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the nuclear norm under permutations."""


NEAR = 1 - 1e-4
"""The cosine from which the distance is found in float64."""


class State(NamedTuple):
    """A centred representation of unit Frobenius norm, rotated into at most as many units as items.

    `size` is the norm that it had, where that counts, else None.
    """

    x: Array
    distance: str
    units: int
    notes: tuple[str, ...]
    size: Array | None = None


def procrustes(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    distance: str = "angular",
    normalised: bool = True,
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
    normalised : bool
        True (default) compares shapes. False keeps the norms, so that `size_and_shape` is min |X − YQ| in the unit
        of the data, in [0, ∞), and not invariant to scaling; the angle is the same either way.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where XᵀY has full rank and the
    distance is not 0; NaN where a representation is constant.

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
    options: dict[str, Any] = {"distance": distance, "normalised": normalised}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    distance: str = "angular",
    normalised: bool = True,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation centred, of unit norm, in at most `items` units; `doubt` changes nothing."""
    check_distance(distance)
    x, squares, scale, notes = centred(x, argument)
    units = x.shape[1]
    if not units:
        return State(x, distance, 0, notes)
    xp = namespace(x)
    norm = xp.sqrt(xp.sum(squares))
    size = None if normalised or distance == "angular" else norm / scale
    return State(coordinates(x / xp.astype(norm, x.dtype)), distance, units, notes, size)


def check_distance(distance: str) -> None:
    """Raise `InputError` unless there is such a distance between shapes."""
    if distance not in ("angular", "size_and_shape"):
        expected, do = "'angular' or 'size_and_shape'", "Choose one of the two."
        raise InputError(explain(expected=expected, got=repr(distance), argument="distance", do=do))


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return the distances of all pairs; each pair once where `rows is columns`."""
    return each_pair(rows, columns, between)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair; one and the same state is at 0 from itself."""
    if a is b and a.units:
        xp = namespace(a.x)
        return xp.asarray(0.0, dtype=xp.float64, device=device_of(a.x))
    return distance_of(similarity(a, b), a.distance, a.size, b.size)


def similarity(a: State, b: State) -> Float[Array, ""]:
    """Return the nuclear norm of XᵀY: the cosine of the two after the best rotation (Williams et al. 2021, eq. 5).

    Near 1, where an angle magnifies rounding, once more in float64 and with the norms as they are.
    """
    xp = namespace(a.x, b.x)
    if not (a.units and b.units):
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(a.x))
    cosine = nuclear_norm_of_product(a.x, b.x)
    if number(cosine) < NEAR:
        return cosine
    x, y = xp.astype(a.x, xp.float64), xp.astype(b.x, xp.float64)
    return nuclear_norm(x.mT @ y) / xp.sqrt(square_sum(x) * square_sum(y))


def distance_of(cosine: Array, distance: str, a: Array | None = None, b: Array | None = None) -> Array:
    """Return arccos s, or √(a² + b² − 2abs), for a cosine s and norms a and b, 1 by default.

    Rounding above 1 counts as 1.
    """
    xp = namespace(cosine)
    below = xp.where(cosine > 1, xp.ones_like(cosine), cosine)
    if distance == "angular":
        return xp.acos(below)
    if a is None or b is None:
        return xp.sqrt(2 - 2 * below)
    return xp.sqrt((a - b) ** 2 + 2 * a * b * (1 - below))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the distance with each item left out, to first order in the item's weight."""
    cosine, left = cosine_without(a, b)
    if a.size is None or b.size is None:
        return distance_of(cosine, a.distance)
    roots = [namespace(v).sqrt(v) for v in left]
    return distance_of(cosine, a.distance, a.size * roots[0], b.size * roots[1])


def cosine_without(a: State, b: State) -> tuple[Float[Array, " items"], list[Array]]:
    """Return the nuclear norm of XᵀY over the norms, and the squares of these, without each item in turn.

    The nuclear norm falls by xᵢᵀ Q yᵢ, Q the polar factor of XᵀY (its gradient); the norms fall exactly. Where
    it falls below 0, which a nuclear norm cannot, its size is taken: exact for one direction.
    """
    x, y = common_dtype(a.x, b.x)
    xp = namespace(x, y)
    n = x.shape[0]
    u, s, vt = svd(xp.astype(cross(x, y), x.dtype))
    if number(xp.sum(s)) > NEAR and x.dtype != xp.float64:
        return cosine_without(*(state._replace(x=xp.astype(state.x, xp.float64)) for state in (a, b)))
    aligned = xp.astype(xp.vecdot((x @ u) @ vt, y), xp.float64)
    weight = n / (n - 1)
    left = [square_sum(v) - weight * row_squares(v) for v in (x, y)]
    cosine = (xp.sum(s, dtype=xp.float64) - weight * aligned) / xp.sqrt(left[0] * left[1])
    return xp.abs(cosine), left


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the distance with the items of `b` in another order."""
    return float(between(a, reordered(b, order)))


def reordered(state: State, order: Any) -> State:
    """Return the state with its items in another order."""
    return state._replace(x=namespace(state.x).take(state.x, from_numpy(order, state.x), axis=0))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the distance."""
    if state.distance == "angular":
        return 0.0, math.pi / 2
    return 0.0, math.sqrt(2) if state.size is None else math.inf


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n, above all where n is less than the units."""
    n, units = a.x.shape[0], max(a.units, b.units)
    note = f"depends on the sample size by definition; the interval is for the expected value at n = {n}"
    return (note, f"n = {n} < {units} units: unrelated data come out close") if n < units else (note,)


def from_moments(moments: CrossMoments, *, distance: str = "angular", normalised: bool = True) -> Float[Array, ""]:
    """Return the distance from mergeable cross-moments: the same number, in one pass over any stream."""
    cosine, xp = similarity_from_moments(moments), namespace(moments.together.xy)
    if normalised:
        return distance_of(cosine, distance)
    alone = moments.centred()
    return distance_of(cosine, distance, *(xp.sqrt(sums.a) for sums in (alone.x_alone, alone.y_alone)))


def similarity_from_moments(moments: CrossMoments) -> Float[Array, ""]:
    """Return the nuclear norm of XᵀY over the norms, NaN where either is 0."""
    xp = namespace(moments.together.xy)
    m = moments.centred()
    norms = m.x_alone.a * m.y_alone.a
    return nuclear_norm(m.together.xy) / xp.sqrt(xp.where(norms > 0, norms, xp.full_like(norms, math.nan)))

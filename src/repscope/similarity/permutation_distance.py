"""Permutation Procrustes distance: how far apart two representations stay after the best pairing of their units."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import cross, row_squares, square_sum
from repscope.array.namespace import common_dtype, from_numpy, namespace, number, to_numpy
from repscope.similarity.procrustes import check_distance
from repscope.similarity.units import entries, undefined
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Int, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the best assignment under permutations of the items."""

NEAR = 1 - 1e-4
"""The cosine from which the distance is found from differences, in float64."""


class State(NamedTuple):
    """A centred representation of unit Frobenius norm; `size` is the norm that it had, where that counts."""

    x: Array
    distance: str
    unmatched: bool
    notes: tuple[str, ...]
    size: Array | None = None

    @property
    def units(self) -> int:
        """The number of units that are not constant."""
        return int(self.x.shape[1])


def permutation_distance(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    distance: str = "angular",
    normalised: bool = True,
    unmatched: bool = False,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the distance of two representations after the best pairing of units, in [0, π] if angular: 0 is identity.

    Both are centred and scaled to unit Frobenius norm. With s the largest sum of inner products of units that
    one-to-one pairs can have (an assignment problem, solved exactly), `angular` is arccos s and `size_and_shape` is
    min |X − YP| = √(2 − 2s) over permutations P, in [0, 2]: the Procrustes distance whose alignments are
    permutations.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units. The narrower of the two is filled
        up with units that are 0.
    distance : {"angular", "size_and_shape"}
        `angular` (default) is the geodesic distance.
    normalised : bool
        True (default) compares shapes. False keeps the norms, so that `size_and_shape` is min |X − YP| in the unit
        of the data, in [0, ∞); the angle is the same either way.
    unmatched : bool
        False (default) pairs every unit of the narrower representation, whatever it has in common with its
        partner, as published. True lets a unit go without a partner where that is closer; the value is then at
        most π/2, and a metric among representations of different widths too.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where the pairing is unique and the distance
    is not 0; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Invariant to translation, isotropic scaling and permutations of units, and to no other rotation: it asks whether
    single units match. Never below the Procrustes distance. A metric among representations of one width; among
    several widths only with `unmatched`. The best of many pairings fits few items better than many: compare at equal
    n, and against the null.

    Cost: `n p q` multiplications and an assignment, at most `min(p, q)² max(p, q)` steps.

    Source: Williams et al. 2021, eq. 4 and 5 with the group of permutations.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(float(rs.permutation_distance(X, X[:, [2, 0, 1]] + 5)), 6)
    0.0
    """
    x, y = pair(X, Y, join=join)
    options: dict[str, Any] = {"distance": distance, "normalised": normalised, "unmatched": unmatched}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    distance: str = "angular",
    normalised: bool = True,
    unmatched: bool = False,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation centred and of unit norm; `doubt` changes nothing."""
    check_distance(distance)
    x, squares, scale, notes = centred(x, argument)
    if not x.shape[1]:
        return State(x, distance, unmatched, notes)
    xp = namespace(x)
    norm = xp.sqrt(xp.sum(squares))
    size = None if normalised or distance == "angular" else norm / scale
    return State(x / xp.astype(norm, x.dtype), distance, unmatched, notes, size)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair."""
    if not (a.units and b.units):
        return undefined(a.x)
    product = cross(a.x, b.x)
    rows, columns = pairing(product, unmatched=a.unmatched)
    cosine = namespace(product).sum(entries(product, rows, columns))
    gap = 2 - 2 * cosine if number(cosine) < NEAR else squared_gap(a, b, rows, columns)
    return distance_of(gap, a.distance, a.size, b.size)


def pairing(
    product: Float[Array, "p q"], *, unmatched: bool = False
) -> tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"]]:
    """Return which units make pairs so that their inner products sum to the most, perhaps leaving some without."""
    host = to_numpy(product)
    if not unmatched:
        rows, columns = linear_sum_assignment(host, maximize=True)
        return rows, columns
    rows, columns = linear_sum_assignment(np.maximum(host, 0), maximize=True)
    kept = host[rows, columns] > 0
    return rows[kept], columns[kept]


def squared_gap(a: State, b: State, rows: Int[np.ndarray, " m"], columns: Int[np.ndarray, " m"]) -> Float[Array, ""]:
    """Return |X − YP|² in float64 from differences, which keep the digits that 1 − s loses near 1."""
    xp = namespace(a.x, b.x)
    x, y = (xp.astype(v, xp.float64) / xp.sqrt(square_sum(xp.astype(v, xp.float64))) for v in (a.x, b.x))
    i, j = from_numpy(rows, x), from_numpy(columns, y)
    matched = square_sum(xp.take(x, i, axis=1) - xp.take(y, j, axis=1))
    for v, found in ((x, rows), (y, columns)):
        spare = np.setdiff1d(np.arange(v.shape[1]), found)
        if len(spare):
            matched = matched + square_sum(xp.take(v, from_numpy(spare, v), axis=1))
    return matched


def distance_of(gap: Array, distance: str, a: Array | None = None, b: Array | None = None) -> Array:
    """Return the angle between two points on the sphere |X − Y|² = `gap` apart, or their distance at norms a and b.

    Rounding below 0, where the two are the same, counts as 0, and above 4, where they are opposite, as 4.
    """
    xp = namespace(gap)
    gap = xp.where(gap < 0, xp.zeros_like(gap), gap)
    if distance == "angular":
        return 2 * xp.asin(xp.sqrt(xp.where(gap > 4, xp.full_like(gap, 4.0), gap)) / 2)
    return xp.sqrt(gap) if a is None or b is None else xp.sqrt((a - b) ** 2 + a * b * gap)


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the distance with each item left out and the pairing as it is: exact while the pairing stays.

    The value is the best of all pairings, so that to first order it moves as its own pairs do.
    """
    x, y = common_dtype(a.x, b.x)
    xp, n = namespace(x, y), x.shape[0]
    product = cross(x, y)
    rows, columns = pairing(product, unmatched=a.unmatched)
    chosen = (xp.take(v, from_numpy(at, v), axis=1) for v, at in ((x, rows), (y, columns)))
    aligned, weight = xp.astype(xp.vecdot(*chosen), xp.float64), n / (n - 1)
    left = [square_sum(v) - weight * row_squares(v) for v in (x, y)]
    cosine = (xp.sum(entries(product, rows, columns)) - weight * aligned) / xp.sqrt(left[0] * left[1])
    if a.size is None or b.size is None:
        return distance_of(2 - 2 * cosine, a.distance)
    sizes = (size * xp.sqrt(v) for size, v in zip((a.size, b.size), left, strict=True))
    return distance_of(2 - 2 * cosine, a.distance, *sizes)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the distance with the items of `b` in another order."""
    return float(between(a, b._replace(x=namespace(b.x).take(b.x, from_numpy(order, b.x), axis=0))))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the distance."""
    if state.distance == "angular":
        return 0.0, math.pi / 2 if state.unmatched else math.pi
    return 0.0, math.inf if state.size is not None else math.sqrt(2) if state.unmatched else 2.0


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n, and spare units count as unlike."""
    n, spare = a.x.shape[0], abs(a.units - b.units)
    note = f"depends on the sample size by definition; the interval is for the expected value at n = {n}"
    return (note, f"{spare} units of the wider representation have no partner") if spare else (note,)


def from_moments(
    moments: CrossMoments, *, distance: str = "angular", normalised: bool = True, unmatched: bool = False
) -> Float[Array, ""]:
    """Return the distance from mergeable cross-moments: the same number, in one pass over any stream."""
    m = moments.centred()
    xp = namespace(m.together.xy)
    sizes = [xp.sqrt(xp.where(v > 0, v, xp.full_like(v, math.nan))) for v in (m.x_alone.a, m.y_alone.a)]
    product = m.together.xy / (sizes[0] * sizes[1])
    if not math.isfinite(number(xp.sum(product))):
        return undefined(product)
    cosine = xp.sum(entries(product, *pairing(product, unmatched=unmatched)))
    return distance_of(2 - 2 * cosine, distance, *(() if normalised else sizes))

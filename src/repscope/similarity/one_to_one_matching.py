"""One-to-one matching of units (Li et al. 2016): each unit gets a partner of its own."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from repscope.array.inputs import Join, pair
from repscope.array.namespace import namespace, to_numpy
from repscope.similarity.units import (
    Found,
    State,
    entries,
    pairs_found,
    prepare,
    range_of,
    reordered,
    said_of_best,
    strengths,
    strengths_from,
    undefined,
    without_each,
)
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Int, Representation

NULL = "permutation"
"""How the null is found: the best matching of chance correlations has no closed form."""


def one_to_one_matching(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    absolute: bool = False,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the mean correlation of units matched one to one, in [−1, 1]: 1 if every unit has a copy.

    Units are matched so that the sum of the correlations of the pairs is as large as can be (the Hungarian
    method). Where one representation has more units, as many of its units stay without a partner.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    absolute : bool
        Whether a unit may be matched with another one's negative. False (default) as published; True gives
        a value in [0, 1], for units whose sign means nothing, such as principal components.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Invariant to the order of the units and to shifting and scaling each of them (by a positive factor, or by any with
    `absolute`), and to no rotation: two
    representations with the same geometry in other axes come out unalike. Unrelated units match with a
    correlation above 0, and the more so the fewer the items and the more the units: read the value beside its
    null. `rs.match_units` returns the pairs.

    Cost: `n p q` multiplications, and up to `min(p, q)² max(p, q)` steps of the assignment.

    Source: Li et al. 2016 (bipartite matching).

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 4))
    >>> round(float(rs.one_to_one_matching(X, 2 * X[:, [2, 0, 3, 1]] + 1)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x, absolute=absolute), prepare(y, absolute=absolute, argument="Y"))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mean strength of the best one-to-one matching."""
    return value_of(strengths(a, b)) if a.units and b.units else undefined(a.x)


def value_of(c: Float[Array, "p q"]) -> Float[Array, ""]:
    """Return the mean of the matched entries; its gradient is that of these entries."""
    return namespace(c).mean(entries(c, *assignment(c)))


def assignment(c: Float[Array, "p q"]) -> tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"]]:
    """Return rows and columns of the assignment with the largest sum, in the order of the narrower side's units."""
    if c.shape[0] <= c.shape[1]:
        rows, columns = linear_sum_assignment(to_numpy(c), maximize=True)
    else:
        columns, rows = linear_sum_assignment(to_numpy(c).T, maximize=True)
    return rows, columns


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the value with each item left out and the matching as it is."""
    return without_each(a, b, *assignment(strengths(a, b)))


def shuffled(a: State, b: State, order: np.ndarray, /) -> float:
    """Return the value with the items of `b` in another order."""
    return float(between(a, reordered(b, order)))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value."""
    return range_of(state)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: chance matches, and units without a partner."""
    said = said_of_best(a, b, max(a.units, b.units))
    spare = abs(a.units - b.units)
    return (*said, f"{spare} units of the wider representation have no partner") if spare else said


def from_moments(moments: CrossMoments, *, absolute: bool = False) -> Float[Array, ""]:
    """Return the value from mergeable cross-moments: the same number, in one pass over any stream."""
    c = strengths_from(moments, absolute=absolute)
    return value_of(c) if c.shape[0] and c.shape[1] else undefined(c)


def found(a: State, b: State) -> Found:
    """Return the matched pairs, each with its strength as its score."""
    c = strengths(a, b)
    rows, columns = assignment(c)
    return pairs_found(a, b, rows, columns, to_numpy(c)[rows, columns])


def scores(a: State, b: State) -> Float[np.ndarray, " m"]:
    """Return the strength of each unit's pair, for the units of the narrower representation: all have one."""
    c = to_numpy(strengths(a, b))
    return np.asarray(c[assignment(c)])

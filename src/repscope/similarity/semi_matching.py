"""Semi-matching of units (Li et al. 2016): each unit of X gets its best partner, which others may share."""

from __future__ import annotations

import numpy as np

from repscope.array.inputs import Join, pair
from repscope.array.namespace import namespace, to_numpy
from repscope.similarity.units import (
    Found,
    State,
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
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: the best of chance correlations between dependent units has no closed form."""


def semi_matching(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    absolute: bool = False,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the mean correlation of each unit of X with its best partner in Y, in [−1, 1]: 1 if Y has them all.

    Directed: every unit of X gets a partner, several may share one, and units of Y may have none. The mean of both
    directions is the symmetric number that some authors report.

    Parameters
    ----------
    X : array or Representation, (items, p)
        The representation whose units look for partners.
    Y : array or Representation, (items, q)
        The one in which they look: the same items in the same order, with any number of units.
    absolute : bool
        Whether a unit may be matched with another one's negative. False (default) as published; True gives
        a value in [0, 1].
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
    `absolute`), and to no rotation. Never below
    `rs.one_to_one_matching` where X has no more units than Y. The best of q chance correlations is above 0 and
    grows with q: a wider Y looks better, so that values for Ys of different width compare only beside their
    nulls. `rs.match_units` returns the pairs.

    Cost: `n p q` multiplications.

    Source: Li et al. 2016 (bipartite semi-matching).

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> Y = np.random.default_rng(0).normal(size=(100, 4))
    >>> round(float(rs.semi_matching(Y[:, [0, 0, 2]] + 1, Y)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x, absolute=absolute), prepare(y, absolute=absolute, argument="Y"))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mean over the units of `a` of their best strength."""
    return value_of(strengths(a, b)) if a.units and b.units else undefined(a.x)


def value_of(c: Float[Array, "p q"]) -> Float[Array, ""]:
    """Return the mean of the largest entry of each row."""
    xp = namespace(c)
    return xp.mean(xp.max(c, axis=1))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the value with each item left out and the partners as they are."""
    c = to_numpy(strengths(a, b))
    return without_each(a, b, np.arange(a.units), c.argmax(axis=1))


def shuffled(a: State, b: State, order: np.ndarray, /) -> float:
    """Return the value with the items of `b` in another order."""
    return float(between(a, reordered(b, order)))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value."""
    return range_of(state)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: the best of many is above 0 by chance."""
    return said_of_best(a, b, b.units)


def from_moments(moments: CrossMoments, *, absolute: bool = False) -> Float[Array, ""]:
    """Return the value from mergeable cross-moments: the same number, in one pass over any stream."""
    c = strengths_from(moments, absolute=absolute)
    return value_of(c) if c.shape[0] and c.shape[1] else undefined(c)


def found(a: State, b: State) -> Found:
    """Return each unit of `a` with its best partner, and their strength as its score."""
    c = to_numpy(strengths(a, b))
    return pairs_found(a, b, np.arange(a.units), c.argmax(axis=1), c.max(axis=1))


def scores(a: State, b: State) -> Float[np.ndarray, " p"]:
    """Return the best strength of each unit of `a`."""
    return to_numpy(namespace(a.x).max(strengths(a, b), axis=1))

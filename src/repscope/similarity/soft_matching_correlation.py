"""Soft matching correlation (Khosla and Williams 2024): how well units correlate under the best transport of them."""

from __future__ import annotations

from typing import Any

from repscope.array.blocks import blocks
from repscope.array.inputs import Join, pair
from repscope.array.namespace import common_dtype, from_numpy, namespace, to_numpy
from repscope.similarity import units
from repscope.similarity.transport import transport
from repscope.similarity.units import REST, State, correlations, entries, undefined
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the best plan under permutations of the items."""


def soft_matching_correlation(
    X: Array | Representation, Y: Array | Representation, *, join: Join = "exact"
) -> Float[Array, ""]:
    """Return the soft matching correlation of two representations, in [−1, 1]: 1 says that units match perfectly.

    Each unit of X holds mass 1/p and each unit of Y mass 1/q. The value is max Σ P_jk r(x_j, y_k) over all plans P
    that move the one onto the other, with r the correlation over items: the mean correlation of matched units. With
    equally many units the best plan is a permutation.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where the plan is unique; NaN where a
    representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Invariant to translation, to scaling of single units by positive factors, and to permutations of units; not to
    other rotations. Unlike a semi-matching it is symmetric, and unlike a one-to-one matching it leaves no unit of the
    wider representation out. The best of many plans fits few items better than many: compare at equal n, and
    against the null.

    Cost: `n p q` multiplications and an exact plan: an assignment for p = q, else a linear program over a growing set
    of likely pairs.

    Source: Khosla and Williams 2024.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(float(rs.soft_matching_correlation(X, X[:, [2, 0, 1, 2, 0, 1]] * 4)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x), prepare(y, argument="Y"))


def prepare(x: Float[Array, "items units"], /, *, doubt: bool = False, argument: str = "X") -> State:
    """Return one representation's units, centred, and their lengths; `doubt` changes nothing."""
    return units.prepare(x, argument=argument)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mean correlation of one pair under the best plan."""
    return value_of(correlations(a, b), 1.0) if a.units and b.units else undefined(a.x)


def value_of(c: Float[Array, "p q"], mass: float) -> Float[Array, ""]:
    """Return the sum of correlations under the plan that moves `mass` at the least Σ P (1 − r)."""
    plan = transport(1 - to_numpy(c), mass)
    return namespace(c).sum(entries(c, plan.rows, plan.columns) * from_numpy(plan.weights, c))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the value with each item left out and the plan as it is: exact while the plan stays best."""
    return value_without(a, b, 1.0)


def value_without(a: State, b: State, mass: float) -> Float[Array, " items"]:
    """Return the sum of correlations with each item left out, to first order: it moves as its own plan's does.

    A unit that only the left-out item moved drops out, and the other matches count for it.
    """
    x, y = common_dtype(a.x, b.x)
    xp, n = namespace(x, y), x.shape[0]
    c = correlations(a, b)
    plan = transport(1 - to_numpy(c), mass)
    i, j, weights = from_numpy(plan.rows, x), from_numpy(plan.columns, y), from_numpy(plan.weights, c)
    together, factor, found = entries(c, plan.rows, plan.columns), n / (n - 1), []
    for block in blocks(n, bytes_each=64 * len(plan.rows)):
        u = xp.astype(xp.take(x[block, :], i, axis=1), xp.float64) / xp.take(a.lengths, i)
        v = xp.astype(xp.take(y[block, :], j, axis=1), xp.float64) / xp.take(b.lengths, j)
        left_u, left_v = 1 - factor * u * u, 1 - factor * v * v
        defined = (left_u > REST) & (left_v > REST)
        root = xp.sqrt(xp.where(defined, left_u * left_v, xp.ones_like(u)))
        counted = xp.astype(defined, xp.float64)
        total = (counted * (together - factor * u * v) / root) @ weights
        found.append(total * xp.sum(weights) / (counted @ weights))
    return xp.concat(found)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order."""
    return float(between(a, units.reordered(b, order)))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: the best of many chance correlations is above 0."""
    return units.said_of_best(a, b, max(a.units, b.units))


def from_moments(moments: CrossMoments) -> Float[Array, ""]:
    """Return the value from mergeable cross-moments: the same number, in one pass over any stream."""
    c = units.strengths_from(moments, absolute=False)
    return value_of(c, 1.0) if c.shape[0] and c.shape[1] else undefined(c)

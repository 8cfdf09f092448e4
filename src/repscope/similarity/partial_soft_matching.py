"""Partial soft matching distance (Kapoor et al. 2026): soft matching that leaves the worst-matched units out."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from repscope.array.inputs import Join, pair
from repscope.array.namespace import from_numpy, namespace
from repscope.errors import InputError, explain
from repscope.similarity import soft_matching, soft_matching_correlation, units
from repscope.similarity.transport import check_mass
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the best plan under permutations of the items."""


class State(NamedTuple):
    """The state of soft matching by the same cost, and the mass to match."""

    whole: Any
    cost: str
    mass: float
    notes: tuple[str, ...]


def partial_soft_matching(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    mass: float | int = 0.9,
    cost: str = "squared",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the partial soft matching distance of two representations, in [0, ∞): 0 says that `mass` of them match.

    As in soft matching each unit of X holds mass 1/p and each unit of Y mass 1/q, but only `mass` of the 1 is
    moved, between the units where that costs least: noise and units without a counterpart stay behind.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    mass : float
        The share to match, above 0 and at most 1, where it is soft matching; 0.9 by default.
    cost : {"squared", "correlation"}
        `squared` (default) returns √(min Σ P_jk |x_j − y_k|²) in the unit of the data. `correlation` returns
        min Σ P_jk (1 − r(x_j, y_k)), in [0, 2 mass], which no scale of a unit moves; the published score is 1 less
        this.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where the plan is unique and the distance is
    not 0; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; mass outside (0, 1].

    Notes
    -----
    Not a metric: what is left out may differ from pair to pair, so the triangle inequality fails. The value sums over
    the mass moved and so falls with `mass`; divide `correlation` by `mass` for the mean over matched units. 0 does
    not say that the representations are the same. The paper chooses the mass at the corner of the curve of cost
    against mass. Invariant to translation and permutations of units; `correlation` to scaling too.

    Cost: `n p q` multiplications and an exact plan by a linear program over a growing set of likely pairs.

    Source: Kapoor et al. 2026; partial transport as in Chapel et al. 2020.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 100, 4))
    >>> round(float(rs.partial_soft_matching(X, np.c_[X[:, :3], noise[:, :1]], mass=0.75)), 6)
    0.0
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x, mass=mass, cost=cost), prepare(y, mass=mass, cost=cost, argument="Y"))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    mass: float | int = 0.9,
    cost: str = "squared",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation's units, centred, and what their cost needs; `doubt` changes nothing."""
    check_mass(mass)
    if cost not in ("squared", "correlation"):
        expected, do = "'squared' or 'correlation'", "Choose one of the two."
        raise InputError(explain(expected=expected, got=repr(cost), argument="cost", do=do))
    if cost == "squared":
        squared = soft_matching.prepare(x, argument=argument)
        return State(squared, cost, float(mass), squared.notes)
    correlated = units.prepare(x, argument=argument)
    return State(correlated, cost, float(mass), correlated.notes)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair."""
    if a.cost == "squared":
        return soft_matching.distance(a.whole, b.whole, a.mass)
    if not (a.whole.units and b.whole.units):
        return units.undefined(a.whole.x)
    return a.mass - soft_matching_correlation.value_of(units.correlations(a.whole, b.whole), a.mass)


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the distance with each item left out and the plan as it is: exact while the plan stays best."""
    if a.cost == "squared":
        return soft_matching.distance_without(a.whole, b.whole, a.mass)
    return a.mass - soft_matching_correlation.value_without(a.whole, b.whole, a.mass)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the distance with the items of `b` in another order."""
    x = b.whole.x
    moved = b.whole._replace(x=namespace(x).take(x, from_numpy(order, x), axis=0))
    return float(between(a, b._replace(whole=moved)))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the distance."""
    return (0.0, math.inf) if state.cost == "squared" else (0.0, 2 * state.mass)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: how much it leaves out."""
    return (f"the best {a.mass:.0%} of the units' mass is matched, the rest does not count",)


def from_moments(moments: CrossMoments, *, mass: float | int = 0.9, cost: str = "squared") -> Float[Array, ""]:
    """Return the distance from mergeable cross-moments: the same number, in one pass over any stream."""
    if cost == "squared":
        return soft_matching.distance_from(moments, float(mass))
    c = units.strengths_from(moments, absolute=False)
    if not (c.shape[0] and c.shape[1]):
        return units.undefined(c)
    return mass - soft_matching_correlation.value_of(c, float(mass))

"""Soft matching distance (Khosla and Williams 2024): what it costs to move one representation's units to another's."""

from __future__ import annotations

from typing import Any, NamedTuple

from repscope.array.blocks import blocks
from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import cross
from repscope.array.namespace import common_dtype, detached, from_numpy, namespace, number, to_numpy
from repscope.similarity.transport import Plan, transport
from repscope.similarity.units import column_squares, entries, undefined
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the best plan under permutations of the items."""

NEAR = 1e-4
"""Share of the units' own squares below which the squared distance is found from differences, in float64."""


class State(NamedTuple):
    """Units less their means, and the squared length of each (units,) in float64, both at `scale`."""

    x: Array
    squares: Array
    scale: float
    notes: tuple[str, ...]

    @property
    def units(self) -> int:
        """The number of units that are not constant."""
        return int(self.x.shape[1])


def soft_matching(X: Array | Representation, Y: Array | Representation, *, join: Join = "exact") -> Float[Array, ""]:
    """Return the soft matching distance of two representations, in [0, ∞) in the unit of the data: 0 is identity.

    Each unit of X holds mass 1/p and each unit of Y mass 1/q. The value is √(min Σ P_jk |x_j − y_k|²) over all plans
    P that move the one onto the other: the 2-Wasserstein distance of two clouds whose points are units. With equally
    many units the best plan is a permutation, and the value the root mean squared distance of matched units.

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
    A 0-d float64 array of the caller's library, differentiable in it where the plan is unique and the distance is
    not 0; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    A metric among representations of any width. Invariant to translation and permutations of units; not to
    scaling, so that X and Y must be in one unit, and not to other rotations. Units are centred first; constant ones
    are left out. The value grows as √n with the number of items: compare at equal n.

    Cost: `n p q` multiplications and an exact plan: an assignment for p = q, else a linear program over a growing set
    of likely pairs, which takes some tenths of a second for 500 units; a null by permutations makes one each.

    Source: Khosla and Williams 2024.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(float(rs.soft_matching(X, X[:, [2, 0, 1, 2, 0, 1]] + 5)), 6)
    0.0
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x), prepare(y, argument="Y"))


def prepare(x: Float[Array, "items units"], /, *, doubt: bool = False, argument: str = "X") -> State:
    """Return one representation's units, centred, and their squared lengths; `doubt` changes nothing."""
    x, _, scale, notes = centred(x, argument)
    return State(x, column_squares(x), scale, notes)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair."""
    return distance(a, b, 1.0)


def distance(a: State, b: State, mass: float) -> Float[Array, ""]:
    """Return the root of the least cost of moving `mass`."""
    if not (a.units and b.units):
        return undefined(a.x)
    a, b = at_one_scale(a, b)
    xp, cost = namespace(a.x, b.x), costs(a, b)
    plan = transport(to_numpy(cost), mass)
    square = xp.sum(entries(cost, plan.rows, plan.columns) * from_numpy(plan.weights, cost))
    if number(square) < NEAR * (number(xp.mean(a.squares)) + number(xp.mean(b.squares))):
        square = xp.sum(item_costs(a, b, plan))
    return xp.sqrt(square) / a.scale


def costs(a: State, b: State) -> Float[Array, "p q"]:
    """Return the squared distance of every unit of the one from every unit of the other: one product."""
    return a.squares[:, None] + b.squares[None, :] - 2 * cross(a.x, b.x)


def at_one_scale(a: State, b: State) -> tuple[State, State]:
    """Return both states at the scale of the larger values, where they differ."""
    if a.scale == b.scale:
        return a, b
    xp, scale = namespace(a.x, b.x), min(a.scale, b.scale)
    one, other = (
        State(xp.astype(s.x, xp.float64) * (scale / s.scale), s.squares * (scale / s.scale) ** 2, scale, s.notes)
        for s in (a, b)
    )
    return one, other


def item_costs(a: State, b: State, plan: Plan) -> Float[Array, " items"]:
    """Return what each item adds to the cost of a plan, from differences in float64."""
    x, y = common_dtype(a.x, b.x)
    xp = namespace(x, y)
    i, j, weights = from_numpy(plan.rows, x), from_numpy(plan.columns, y), from_numpy(plan.weights, x)
    found = []
    for block in blocks(x.shape[0], bytes_each=24 * len(plan.rows)):
        apart = xp.astype(xp.take(x[block, :], i, axis=1), xp.float64) - xp.take(y[block, :], j, axis=1)
        found.append((apart * apart) @ weights)
    return xp.concat(found)


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the distance with each item left out and the plan as it is: exact while the plan stays best."""
    return distance_without(a, b, 1.0)


def distance_without(a: State, b: State, mass: float) -> Float[Array, " items"]:
    """Return the distance at `mass` with each item left out, to first order: the least cost moves as its own plan's.

    Without item i the means move too, so that a unit's squares fall by n / (n − 1) times its own.
    """
    a, b = at_one_scale(a, b)
    xp, n = namespace(a.x, b.x), a.x.shape[0]
    each = item_costs(a, b, transport(to_numpy(detached(costs(a, b))), mass))
    return xp.sqrt(xp.abs(xp.sum(each) - n / (n - 1) * each)) / a.scale


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the distance with the items of `b` in another order."""
    return float(between(a, b._replace(x=namespace(b.x).take(b.x, from_numpy(order, b.x), axis=0))))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: its unit is the data's, and it depends on n."""
    n = a.x.shape[0]
    return (f"in the unit of the data, and growing as √n; the interval is for the expected value at n = {n}",)


def from_moments(moments: CrossMoments) -> Float[Array, ""]:
    """Return the distance from mergeable cross-moments: the same number, in one pass over any stream."""
    return distance_from(moments, 1.0)


def distance_from(moments: CrossMoments, mass: float) -> Float[Array, ""]:
    """Return the distance at `mass` from cross-moments; units that are constant but for rounding are left out."""
    m = moments.centred()
    xp = namespace(m.together.xy)
    squares = [xp.linalg.diagonal(side.xy) for side in (m.x_alone, m.y_alone)]
    kept = [
        xp.nonzero(square > m.n * (1e-14 * average) ** 2)[0]
        for square, average in zip(squares, (m.together.at_x, m.together.at_y), strict=True)
    ]
    if not (kept[0].shape[0] and kept[1].shape[0]):
        return undefined(m.together.xy)
    a, b = (xp.take(square, at) for square, at in zip(squares, kept, strict=True))
    product = xp.take(xp.take(m.together.xy, kept[0], axis=0), kept[1], axis=1)
    cost = a[:, None] + b[None, :] - 2 * product
    plan = transport(to_numpy(cost), mass)
    square = xp.sum(entries(cost, plan.rows, plan.columns) * from_numpy(plan.weights, cost))
    return xp.sqrt(xp.where(square > 0, square, xp.zeros_like(square)))

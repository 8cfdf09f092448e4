"""Second-order cosine similarity (Hamilton et al. 2016): are the near ones as near in both?"""

from __future__ import annotations

from typing import Any, NamedTuple

from repscope.array.blocks import blocks
from repscope.array.inputs import Join, pair
from repscope.array.namespace import from_numpy, itemsize, namespace, number
from repscope.errors import InputError, explain
from repscope.similarity.neighbour_lists import (
    check_metric,
    member,
    neighbour_lists,
    renamed,
    undefined,
)
from repscope.types import Array, Float, Int, Representation

NULL = "permutation"
"""How the null is found: no closed form is known."""

DIALECTS = ("hamilton", "resi")
"""Vectors of cosines, as published; vectors of one less the cosine, as in a package of many measures."""

ROW_BUDGET = 2**24
"""Bytes of neighbours' rows that are looked at in one go, few enough to stay in cache."""


class State(NamedTuple):
    """The directions of the items, less their mean; which of them have one; their nearest others, nearest first."""

    points: Array
    alive: Array
    neighbours: Array
    k: int
    dialect: str
    units: int
    notes: tuple[str, ...]


def second_order_cosine(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    k: int = 10,
    metric: str = "cosine",
    dialect: str = "hamilton",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the mean second-order cosine similarity of the items in [−1, 1]: 1 is identity.

    For each item, the union of its k nearest neighbours in either representation is taken, and the vector of its
    cosines with them in one representation is compared with that in the other, by their cosine.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    k : int
        Neighbours an item.
    metric : {"cosine", "centred cosine"}
        `centred cosine` takes each unit's mean away first, and with it what all items have in common.
    dialect : {"hamilton", "resi"}
        Vectors of cosines as published (default), or of one less the cosine as the ReSi benchmark has it.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it while neighbours stay the same; NaN where a
    representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; k of n − 1 or more.

    Notes
    -----
    Two vectors of numbers that are all large and of one sign are nearly parallel, whatever they say: where
    units have means, values near 1 are chance. So read the value against its null; `centred cosine` spreads it
    out. An item whose units are all zero has no direction: its cosines are taken as 0 and it scores 0.

    Invariant to isotropic scaling and orthogonal maps; to translation too under `centred cosine`.
    At fixed k the value depends on the number of items.

    Cost: `n² (p + q)` multiplications to find neighbours, and `2 n k (p + q)` for a pair.

    Source: Hamilton et al. 2016; as a measure of two representations, Klabunde et al. 2025 (survey).

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.second_order_cosine(X, 2 * X)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=3)
    options: dict[str, Any] = {"k": k, "metric": metric, "dialect": dialect}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    k: int = 10,
    metric: str = "cosine",
    dialect: str = "hamilton",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return directions and nearest neighbours of every item; with `doubt`, enough of them for half of the items."""
    check_metric(metric, ("cosine", "centred cosine"))
    if dialect not in DIALECTS:
        expected, do = f"one of {DIALECTS}", "Choose one of them."
        raise InputError(explain(expected=expected, got=repr(dialect), argument="dialect", do=do))
    xp = namespace(x)
    lists, points, units, notes = neighbour_lists(x, k=k, metric=metric, doubt=doubt, argument=argument)
    reference = xp.mean(xp.astype(x, xp.float64), axis=0) if metric == "centred cosine" else 0.0
    # Not by its length, whose square is 0 for small numbers.
    alive = xp.astype(xp.any(x - reference != 0, axis=1), points.dtype)
    dead = int(x.shape[0] - number(xp.sum(alive)))
    if dead and units:
        notes = (*notes, f"{argument}: {dead} items have no direction: their cosines count as 0")
    return State(points, alive, lists, k, dialect, units, notes)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mean over the items of one pair."""
    if not (a.units and b.units):
        return undefined(a.neighbours)
    xp = namespace(a.points, b.points)
    n = a.neighbours.shape[0]
    each = 4 * a.k * max(state.points.shape[1] * itemsize(state.points) for state in (a, b))
    own = [scores_of(a, b, rows) for rows in blocks(n, each, ROW_BUDGET)]
    return xp.mean(xp.concat(own))


def scores_of(a: State, b: State, rows: slice) -> Float[Array, " rows"]:
    """Return the scores of some items; a neighbour that stands in both lists counts once."""
    xp = namespace(a.points, b.points)
    first, second = a.neighbours[rows, : a.k], b.neighbours[rows, : b.k]
    either = xp.concat([first, second], axis=1)
    counts = xp.astype(xp.concat([first == first, ~member(second, first)], axis=1), xp.float64)
    u, v = (cosines(state, rows, either) * counts for state in (a, b))
    lengths = xp.sum(u * u, axis=1) * xp.sum(v * v, axis=1)
    safe = xp.where(lengths > 0, lengths, xp.ones_like(lengths))
    return xp.sum(u * v, axis=1) / xp.sqrt(safe)


def cosines(state: State, rows: slice, others: Int[Array, "rows j"]) -> Float[Array, "rows j"]:
    """Return the cosines of items with others in float64, or what the dialect takes in their stead.

    From the distance of the two directions: cosines that are all near 1 keep what sets them apart.
    """
    xp = namespace(state.points)
    flat = xp.reshape(others, (-1,))
    directions = xp.reshape(xp.take(state.points, flat, axis=0), (*others.shape, -1))
    apart = xp.astype(xp.sum((directions - state.points[rows, None, :]) ** 2, axis=2), xp.float64)
    alive = state.alive[rows, None] * xp.reshape(xp.take(state.alive, flat), others.shape)
    cosine = xp.astype(alive, xp.float64) * (1 - apart / 2)
    return 1 - cosine if state.dialect == "resi" else cosine


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order."""
    xp = namespace(b.points)
    at = from_numpy(order, b.neighbours)
    points, alive = (xp.take(v, at, axis=0) for v in (b.points, b.alive))
    return number(between(a, b._replace(points=points, alive=alive, neighbours=renamed(b.neighbours[:, : b.k], order))))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n at fixed k, and chance is not 0."""
    n = a.neighbours.shape[0]
    return (f"depends on the sample size by definition: n = {n}, k = {a.k}", "chance is not 0: read it beside its null")

"""Information imbalance (Glielmo et al. 2022): how well nearness in X predicts nearness in Y."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import rankdata

from repscope.array.blocks import blocks
from repscope.array.inputs import Join, pair
from repscope.array.linalg import row_squares
from repscope.array.namespace import detached, device_of, from_numpy, itemsize, namespace, number, to_numpy
from repscope.array.random import generator
from repscope.similarity.mutual_knn import parts as parts_of_lists
from repscope.similarity.neighbour_lists import METRICS, among, check_metric, neighbour_lists, points_of, renamed
from repscope.similarity.relations import NO_PARTS, Parts, parts_of, variance_over_orders
from repscope.types import Array, Float, Int, Null, Representation

NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation."""

SAMPLE = 1000
"""Items from which the spread of ranks is found for the null; with fewer, all are used and it is exact."""

ROWS = 2**22
"""Bytes of a block of distances: few enough to stay in cache while they are counted."""


class State(NamedTuple):
    """Where the items lie, at least k nearest others of each, and with doubt the parts of what the null needs.

    The one that is predicted needs no neighbours.
    """

    points: Array
    neighbours: Array
    k: int
    units: int
    notes: tuple[str, ...]
    near: Parts = NO_PARTS
    ranks: Parts = NO_PARTS


def information_imbalance(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    k: int = 1,
    metric: str = "euclidean",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the information imbalance Δ(X → Y) in [0, 2]: near 0 if X predicts who is near in Y, 1 is chance.

    Δ(X → Y) = 2 / n times the mean rank, by distance in Y, of the items that are nearest in X.

    Parameters
    ----------
    X : array or Representation, (items, p)
        The representation that predicts.
    Y : array or Representation, (items, q)
        The one that is predicted: the same items in the same order, with any number of units.
    k : int
        Nearest neighbours in X whose ranks in Y are averaged; 1 (default) as in the paper.
    metric : {"euclidean", "cosine", "centred cosine"}
        What near means; `centred cosine` takes each unit's mean away first.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library; no gradient. NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; k of n − 1 or more.

    Notes
    -----
    Directed: Δ(X → Y) and Δ(Y → X) are two numbers. Both small: the same information; one small: that one
    holds what the other does and more; both near 1: unrelated. A representation against itself scores
    (k + 1) / n, not 0. Items equally far in Y (as exact copies are) share the mean of their ranks, so that chance
    stays 1; equally near neighbours in X are taken in a random order that the data seed.

    Invariant to translation (not under `cosine`), isotropic scaling and orthogonal maps.

    Cost: `n² (p + q)` multiplications.

    Source: Glielmo et al. 2022.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(500, 3))
    >>> float(rs.information_imbalance(X, X[:, :1])) < float(rs.information_imbalance(X[:, :1], X))
    True
    """
    x, y = pair(X, Y, join=join, least_items=3)
    predicting = prepare(x, k=k, metric=metric)
    points, units, notes = points_of(detached(y), metric, "Y")
    return between(predicting, State(points, None, k, units, notes))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    k: int = 1,
    metric: str = "euclidean",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the nearest neighbours of every item and where all lie; with `doubt`, also the parts of the null."""
    check_metric(metric, METRICS[:3])
    lists, points, units, notes = neighbour_lists(detached(x), k=k, metric=metric, doubt=doubt, argument=argument)
    state = State(points, lists, k, units, notes)
    return state._replace(near=parts_of_lists(lists[:, :k]), ranks=parts_of_ranks(points)) if doubt and units else state


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return Δ(a → b) of one pair."""
    return grid([a], [b])[0, 0]


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return Δ(row → column) of all pairs: the distances of a column are found once for all rows."""
    xp = namespace(*(state.points for state in (*rows, *columns)))
    found = [mean_ranks([state.neighbours[:, : state.k] for state in rows], state.points) for state in columns]
    n = rows[0].points.shape[0]
    defined = np.array([[bool(a.units and b.units) for b in columns] for a in rows])
    values = 2 / n * xp.stack(found, axis=1)
    return xp.where(from_numpy(defined, values), values, xp.full_like(values, math.nan))


def mean_ranks(lists: Sequence[Int[Array, "items k"]], points: Float[Array, "items units"]) -> Float[Array, " lists"]:
    """Return for each set of lists the mean rank, by distance between `points`, of the items on them.

    The nearest other item has rank 1; items equally far, up to rounding, share the mean of their ranks.
    """
    xp = namespace(points)
    n = points.shape[0]
    squares = xp.astype(row_squares(points), points.dtype)[:, None]
    right = xp.concat([points, squares], axis=1).mT
    rounding = 8 * float(xp.finfo(points.dtype).eps) * number(xp.max(squares))
    totals = [xp.zeros((), dtype=xp.float64, device=device_of(points)) for _ in lists]
    for block in blocks(n, n * itemsize(points), ROWS):
        # |y|² − 2xy orders like |x − y|², as one product.
        left = xp.concat([-2 * points[block, :], xp.ones_like(squares[block, :])], axis=1)
        distances = left @ right
        own = xp.take_along_axis(distances, positions(block, n, lists[0]), axis=1)
        for i, near in enumerate(lists):
            reached = xp.take_along_axis(distances, near[block, :], axis=1)
            totals[i] = totals[i] + rank_sum(distances, own, reached, rounding)
    return xp.stack(totals) / (n * lists[0].shape[1])


def positions(block: slice, items: int, like: Array) -> Int[Array, "rows 1"]:
    """Return the positions of a block of items, as a column in the dtype of `like`."""
    xp = namespace(like)
    stop = min(block.stop, items)
    return xp.arange(block.start, stop, dtype=like.dtype, device=device_of(like))[:, None]


def rank_sum(distances: Array, own: Array, reached: Array, rounding: float) -> Float[Array, ""]:
    """Return the sum of the ranks of the distances `reached`, each row's distance to itself left out."""
    xp = namespace(distances)
    total = xp.zeros((), dtype=xp.float64, device=device_of(distances))
    for j in range(reached.shape[1]):
        low, high = reached[:, j : j + 1] - rounding, reached[:, j : j + 1] + rounding
        nearer = xp.count_nonzero(distances < low) - xp.count_nonzero(own < low)
        as_near = xp.count_nonzero(distances <= high) - xp.count_nonzero(own <= high)
        total = total + xp.astype(nearer + as_near + distances.shape[0], xp.float64) / 2
    return total


def parts_of_ranks(points: Float[Array, "items units"]) -> Parts:
    """Return the parts of the matrix of ranks that orders of the items never mix: exact, or from a sample of rows."""
    xp = namespace(points)
    n = points.shape[0]
    chosen = np.sort(generator(None).permutation(n)[:SAMPLE])
    some = xp.take(points, from_numpy(chosen, points), axis=0)
    distances = to_numpy(row_squares(points))[None, :] - 2 * to_numpy(some @ points.mT)
    distances[np.arange(len(chosen)), chosen] = -np.inf
    ranks = rankdata(distances, axis=1) - 1
    m, share = len(chosen), n / len(chosen)
    bias = float(ranks.var(axis=0, ddof=1).sum()) * n * (share - 1)
    among = ranks[:, chosen]
    return parts_of(
        ranks.sum(axis=0) * share,
        square=(ranks**2).sum() * share,
        mutual=(among * among.T).sum() * n * (n - 1) / (m * (m - 1)),
        row_sum=n * (n - 1) / 2,
        bias=bias,
    )


def halves(a: State, b: State, order: Any, /) -> tuple[float, float, float]:
    """Return Δ(a → b) on both halves of the items in `order`, and that variance is halved from half to all.

    Leaving items out in groups overstates the variance of ranks by half or more; states must be prepared with `doubt`.
    """
    lists, n = to_numpy(a.neighbours), len(order)
    values = []
    for half in (order[: n // 2], order[n // 2 :]):
        inside, place = np.zeros(n, dtype=bool), np.zeros(n, dtype=np.int64)
        inside[half] = True
        items = np.flatnonzero(inside)
        place[items] = np.arange(len(items))
        near = among(lists, inside, a.k)
        # Of so deep a list hardly ever none is inside; any other item stands in for it.
        near = np.where(near >= 0, place[near], (place[items] + 1)[:, None] % len(items))
        points = namespace(b.points).take(b.points, from_numpy(items, b.points), axis=0)
        values.append(2 / len(items) * number(mean_ranks([from_numpy(near, a.neighbours)], points)[0]))
    return values[0], values[1], 0.5


def step(a: State, b: State, /) -> float:
    """Return the smallest difference that the value can show: one rank of one item."""
    n = a.neighbours.shape[0]
    return 2 / (n * n * a.k)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return Δ(a → b) with the items of `b` in another order: the same ranks, of other pairs of items."""
    return number(between(a._replace(neighbours=renamed(a.neighbours[:, : a.k], np.argsort(order))), b))


def null(a: State, b: State, /) -> Null:
    """Return mean and SD of Δ(a → b) over all permutations of the items, in closed form.

    States must be prepared with `doubt`. The law is near normal: a mean of nearly independent uniform ranks.
    """
    n, k = a.neighbours.shape[0], a.k
    sd = 2 / (n * n * k) * math.sqrt(variance_over_orders(a.near, b.ranks, n))
    return Null(1.0, sd, 0.0, "closed form")


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n."""
    n, k = a.neighbours.shape
    return (
        f"depends on the sample size by definition: n = {n}, k = {k}; the same information scores {(k + 1) / n:.4f}",
    )

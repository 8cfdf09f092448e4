"""Rank similarity of neighbourhoods: shared neighbours count the more, the nearer they are and the closer in rank."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.stats import hypergeom

from repscope.array.blocks import blocks
from repscope.array.inputs import Join, pair
from repscope.array.namespace import from_numpy, namespace
from repscope.similarity.neighbour_lists import mean_on_halves, neighbour_lists, renamed, said_of_k, undefined
from repscope.types import Array, Float, Int, Representation

NULL = "permutation"
"""How the null is found: its mean is known, but the score of an item is no linear function of its neighbours."""


class State(NamedTuple):
    """Each item's nearest others, nearest first: at least k of them, more where doubt is wanted."""

    neighbours: Array
    k: int
    chance_corrected: bool
    units: int
    notes: tuple[str, ...]


def rank_similarity(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    k: int = 10,
    metric: str = "cosine",
    chance_corrected: bool = True,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the mean agreement of the ranks of shared neighbours in [−1, 1]: 1 is identity, 0 is chance.

    Of an item's k nearest neighbours in both, each one that both share, at ranks r and s, adds
    2 / ((1 + |r − s|)(r + s)); the sum is divided by 1 + 1/2 + … + 1/h, the most that h shared ones can reach.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    k : int
        Neighbours an item.
    metric : {"cosine", "euclidean", "centred cosine", "inner product"}
        What near means; `centred cosine` takes each unit's mean away first.
    chance_corrected : bool
        True (default) returns (v − c) / (1 − c) with v the published value, in [0, 1], and c what unrelated
        representations score, exactly. False returns v.
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
    The divisor depends on how many neighbours are shared, not on k: an item with one shared neighbour, the nearest
    one in both, scores 1 like an item that shares all of them in order, and an item that shares none scores 0.
    So the value says how well ranks agree among shared neighbours; read it beside `jaccard`. What
    `mutual_knn` says of copies, ties, invariances and the number of items holds here too.

    Cost: `n² (p + q)` multiplications.

    Source: Wang et al. 2020; Klabunde et al. 2025 (survey), rank similarity.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.rank_similarity(X, 2 * X)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=3)
    options: dict[str, Any] = {"k": k, "metric": metric, "chance_corrected": chance_corrected}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    k: int = 10,
    metric: str = "cosine",
    chance_corrected: bool = True,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the nearest neighbours of every item; with `doubt`, enough of them for every half of the items."""
    lists, _, units, notes = neighbour_lists(x, k=k, metric=metric, doubt=doubt, argument=argument)
    return State(lists, k, chance_corrected, units, notes)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mean score of one pair."""
    if not (a.units and b.units):
        return undefined(a.neighbours)
    xp = namespace(a.neighbours, b.neighbours)
    n = a.neighbours.shape[0]
    own = [
        scores_of(a.neighbours[rows, : a.k], b.neighbours[rows, : b.k]) for rows in blocks(n, bytes_each=16 * a.k**2)
    ]
    return corrected(xp.mean(xp.concat(own)), a, n)


def scores_of(a: Int[Array, "items k"], b: Int[Array, "items k"]) -> Float[Array, " items"]:
    """Return each item's score; −1 stands for a neighbour that is missing."""
    xp = namespace(a, b)
    weight, most = (from_numpy(v, a) for v in weights(a.shape[1]))
    same = xp.astype((a[:, :, None] == b[:, None, :]) & (a >= 0)[:, :, None], xp.float64)
    shared = xp.sum(same, axis=(1, 2))
    return xp.sum(same * weight, axis=(1, 2)) / xp.take(most, xp.astype(shared, xp.int64))


def weights(k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what a neighbour at ranks r and s adds, (k, k), and the most that h of them can reach, 1 for none."""
    rank = np.arange(1, k + 1)
    r, s = rank[:, None], rank[None, :]
    most = np.concatenate([[1.0], np.cumsum(1 / rank)])
    return 2 / ((1 + np.abs(r - s)) * (r + s)), most


def corrected(score: Array, state: State, items: int) -> Array:
    """Return the score, or its place between chance (0) and identity (1).

    In a random order h of an item's neighbours are shared with hypergeometric probability, at ranks in either list
    that are any, and each adds on average the mean weight.
    """
    if not state.chance_corrected:
        return score
    weight, most = weights(state.k)
    shared = np.arange(state.k + 1)
    chance = float(hypergeom.pmf(shared, items - 1, state.k, state.k) @ (shared / most)) * float(weight.mean())
    return (score - chance) / (1 - chance)


def halves(a: State, b: State, order: Any, /) -> tuple[float, float, float]:
    """Return the value on both halves of the items in `order`, and the factor by which variance shrinks to all."""

    def scores(mine: np.ndarray, other: np.ndarray, items: np.ndarray) -> np.ndarray:
        return np.asarray(corrected(scores_of(mine, other), a, len(items)))

    return mean_on_halves(a.neighbours, b.neighbours, a.k, order, scores)


def step(a: State, b: State, /) -> float:
    """Return the smallest difference that the value can show, near enough: the last shared neighbour of one item."""
    n, k = a.neighbours.shape[0], a.k
    least = np.array([0.0, 2 / ((1 + k) * 2 * k) / n])
    return float(np.diff(corrected(least, a, n))[0])


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order: only the names of the neighbours change."""
    return float(between(a, b._replace(neighbours=renamed(b.neighbours[:, : b.k], order))))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value."""
    return (-1.0, 1.0) if state.chance_corrected else (0.0, 1.0)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n at fixed k."""
    return said_of_k(a.k, a.neighbours.shape[0])

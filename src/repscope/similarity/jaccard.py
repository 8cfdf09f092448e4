"""Jaccard similarity of neighbourhoods: shared neighbours over all neighbours that an item has in either."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.stats import hypergeom

from repscope.array.inputs import Join, pair
from repscope.array.namespace import namespace
from repscope.similarity.neighbour_lists import (
    mean_on_halves,
    member,
    neighbour_lists,
    renamed,
    said_of_k,
    undefined,
)
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: its mean is known, but the index of an item is no linear function of its neighbours."""


class State(NamedTuple):
    """Each item's nearest others, nearest first: at least k of them, more where doubt is wanted."""

    neighbours: Array
    k: int
    chance_corrected: bool
    units: int
    notes: tuple[str, ...]


def jaccard(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    k: int = 10,
    metric: str = "cosine",
    chance_corrected: bool = True,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the mean Jaccard similarity of k-neighbourhoods in [−1, 1]: 1 is identity, 0 is chance.

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
        representations score: exactly, the mean of h / (2k − h) over hypergeometric h. False returns v.
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
    An item that shares h of its k neighbours counts h / (2k − h): less than its share h / k, which
    `mutual_knn` averages. The lists of neighbours are the same, and so are what is said there of copies, ties
    and the number of items, and the invariances: to isotropic scaling and orthogonal maps, and to translation
    under `euclidean` and `centred cosine`.

    Cost: `n² (p + q)` multiplications.

    Source: Klabunde et al. 2025 (survey), k-NN Jaccard similarity.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> float(rs.jaccard(X, 2 * X))
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
    """Return the mean index of one pair."""
    xp = namespace(a.neighbours, b.neighbours)
    if not (a.units and b.units):
        return undefined(a.neighbours)
    found = member(a.neighbours[:, : a.k], b.neighbours[:, : b.k])
    shared = xp.sum(xp.astype(found, xp.float64), axis=1)
    return corrected(xp.mean(shared / (2 * a.k - shared)), a, a.neighbours.shape[0])


def corrected(index: Array, state: State, items: int) -> Array:
    """Return the index, or its place between chance (0) and identity (1).

    In a random order the neighbours that an item shares are drawn from n − 1 others: they are hypergeometric.
    """
    if not state.chance_corrected:
        return index
    shared = np.arange(state.k + 1)
    chance = float(hypergeom.pmf(shared, items - 1, state.k, state.k) @ (shared / (2 * state.k - shared)))
    return (index - chance) / (1 - chance)


def halves(a: State, b: State, order: Any, /) -> tuple[float, float, float]:
    """Return the value on both halves of the items in `order`, and the factor by which variance shrinks to all."""

    def scores(mine: np.ndarray, other: np.ndarray, items: np.ndarray) -> np.ndarray:
        shared = ((mine[:, :, None] == other[:, None, :]) & (mine >= 0)[:, :, None]).any(axis=2).sum(axis=1)
        return np.asarray(corrected(shared / (2 * a.k - shared), a, len(items)))

    return mean_on_halves(a.neighbours, b.neighbours, a.k, order, scores)


def step(a: State, b: State, /) -> float:
    """Return the smallest difference that the value can show: the first neighbour that an item shares."""
    n = a.neighbours.shape[0]
    least = np.array([0.0, 1 / (n * (2 * a.k - 1))])
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

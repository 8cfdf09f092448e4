"""Mutual nearest neighbours (Huh et al. 2024): do two representations agree on who is near whom?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join, pair
from repscope.array.namespace import namespace, to_numpy
from repscope.similarity.neighbour_lists import (
    mean_on_halves,
    member,
    neighbour_lists,
    renamed,
    said_of_k,
    undefined,
)
from repscope.similarity.pairs import each_pair
from repscope.similarity.relations import NO_PARTS, Parts, parts_of, variance_over_orders
from repscope.types import Array, Float, Int, Null, Representation

NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation."""


class State(NamedTuple):
    """Each item's nearest others, nearest first: at least k of them, more where doubt is wanted."""

    neighbours: Array
    k: int
    chance_corrected: bool
    units: int
    notes: tuple[str, ...]
    parts: Parts = NO_PARTS


def mutual_knn(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    k: int = 10,
    metric: str = "cosine",
    chance_corrected: bool = True,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the share of k nearest neighbours that two representations have in common: 1 is all, 0 is chance.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    k : int
        Neighbours an item; 10 (default) as in the paper.
    metric : {"cosine", "euclidean", "centred cosine", "inner product"}
        What near means: `cosine` (default) as published; `centred cosine` takes each unit's mean away first.
    chance_corrected : bool
        True (default) returns (m − c) / (1 − c) with m the share and c = k / (n − 1) what
        unrelated representations score; in [−c / (1 − c), 1]. False returns m as published, in [0, 1].
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library. It has no gradient. NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; k of n − 1 or more.

    Notes
    -----
    An item is never its own neighbour (left out by position, so copies of an item count). Equally near items
    are taken in a random order that the data themselves seed, so that the value is the same in every run, yet
    chance stays 0 for representations full of ties, such as sparse or one-hot codes. At fixed k the
    value depends on the number of items: neighbourhoods shrink as items are added.

    Invariant to isotropic scaling and orthogonal maps; to translation too under `euclidean` and `centred
    cosine`. Cost: `n² (p + q)` multiplications.

    Source: Huh et al. 2024, appendix A (eq. 11); neighbours are exact.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> float(rs.mutual_knn(X, 2 * X))
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
    state = State(lists, k, chance_corrected, units, notes)
    return state._replace(parts=parts(lists[:, :k])) if doubt else state


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mutual share of neighbours of one pair."""
    xp = namespace(a.neighbours, b.neighbours)
    if not (a.units and b.units):
        return undefined(a.neighbours)
    n = a.neighbours.shape[0]
    shared = xp.sum(xp.astype(member(a.neighbours[:, : a.k], b.neighbours[:, : b.k]), xp.float64))
    return corrected(shared / (n * a.k), a, n)


def corrected(share: Array, state: State, n: int) -> Array:
    """Return the share, or its place between chance (0) and identity (1)."""
    if not state.chance_corrected:
        return share
    chance = state.k / (n - 1)
    return (share - chance) / (1 - chance)


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return the shares of all pairs; neighbours are found once a representation."""
    return each_pair(rows, columns, between)


def halves(a: State, b: State, order: Any, /) -> tuple[float, float, float]:
    """Return the value on both halves of the items in `order`, and the factor by which variance shrinks to all."""

    def scores(mine: np.ndarray, other: np.ndarray, items: np.ndarray) -> np.ndarray:
        shares = ((mine[:, :, None] == other[:, None, :]) & (mine >= 0)[:, :, None]).any(axis=2).mean(axis=1)
        return np.asarray(corrected(shares, a, len(items)))

    return mean_on_halves(a.neighbours, b.neighbours, a.k, order, scores)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the share with the items of `b` in another order: only the names of the neighbours change."""
    return float(between(a, b._replace(neighbours=renamed(b.neighbours[:, : b.k], order))))


def null(a: State, b: State, /) -> Null:
    """Return mean, SD and skewness of the share over all permutations of the items; mean and SD in closed form.

    The skewness is that of a Poisson count of as many coincidences. States must be prepared with `doubt`.
    """
    n, k = a.neighbours.shape[0], a.k
    sd = math.sqrt(variance_over_orders(a.parts, b.parts, n)) / (n * k)
    skewness = math.sqrt((n - 1) / n) / k
    if a.chance_corrected:
        return Null(0.0, sd / (1 - k / (n - 1)), skewness, "closed form")
    return Null(k / (n - 1), sd, skewness, "closed form")


def parts(neighbours: Int[Array, "items k"]) -> Parts:
    """Return the parts of the neighbour matrix that orders of the items never mix."""
    lists = to_numpy(neighbours)
    n, k = lists.shape
    degrees = np.bincount(lists.ravel(), minlength=n)
    pairs = np.arange(n)[:, None] * n + lists
    mutual = np.isin(lists * n + np.arange(n)[:, None], pairs).sum()
    return parts_of(degrees, square=n * k, mutual=mutual, row_sum=k)


def step(a: State, b: State, /) -> float:
    """Return the smallest difference that the value can show: one neighbour of one item."""
    n = a.neighbours.shape[0]
    return float(corrected(np.float64(1 / (n * a.k)), a, n) - corrected(np.float64(0), a, n))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value."""
    return (-1.0, 1.0) if state.chance_corrected else (0.0, 1.0)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n at fixed k."""
    return said_of_k(a.k, a.neighbours.shape[0])

"""Mutual nearest neighbours (Huh et al. 2024): do two representations agree on who is near whom?"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join, centred, pair, to_order_one
from repscope.array.linalg import row_squares
from repscope.array.namespace import detached, device_of, from_numpy, namespace, to_numpy
from repscope.array.neighbours import highest_products, nearest
from repscope.errors import InputError, ShapeError, explain
from repscope.similarity.pairs import each_pair
from repscope.types import Array, Float, Int, Null, Representation

METRICS = ("cosine", "euclidean", "centred cosine", "inner product")


FEW = 3
"""How many times k the items must be for an interval: halves of them must still have neighbourhoods."""

RARE = 100
"""One item in so many may have tied neighbours before their order is drawn."""

DEEPER = 4
"""How many times k the neighbour lists reach with doubt, so that half the items still hold k of them."""


NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation."""


class State(NamedTuple):
    """Each item's nearest others, nearest first: at least k of them, more where doubt is wanted."""

    neighbours: Array
    k: int
    chance_corrected: bool
    units: int
    notes: tuple[str, ...]
    parts: tuple[float, float, float] = (math.nan, math.nan, math.nan)


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
    n = x.shape[0]
    if metric not in METRICS:
        expected, do = f"one of {METRICS}", "Choose one of them."
        raise InputError(explain(expected=expected, got=repr(metric), argument="metric", do=do))
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= n - 2:
        got, do = f"k={k} for {n} items", "Choose a smaller k, or record more items."
        raise ShapeError(explain(expected=f"1 ≤ k ≤ items − 2 = {n - 2}", got=got, argument="k", do=do))
    x, _ = to_order_one(detached(x))
    around_mean, _, _, notes = centred(x, argument)
    units = around_mean.shape[1]
    depth = min(DEEPER * k + 10, n - 1) if doubt else k + 1
    if metric in ("cosine", "centred cosine"):
        around_mean = directions(x if metric == "cosine" else around_mean)
    search = highest_products if metric == "inner product" else nearest
    lists, ties = untied(x if metric == "inner product" else around_mean, k, depth, search)
    if ties and units:
        notes = (*notes, f"{argument}: {ties} items have equally near k-th neighbours, taken in a random order")
    state = State(lists, k, chance_corrected, units, notes)
    return state._replace(parts=parts(lists[:, :k])) if doubt else state


def untied(
    x: Float[Array, "items units"], k: int, depth: int, search: Callable[..., Array]
) -> tuple[Int[Array, "items depth"], int]:
    """Return the neighbour lists, with equally near items in a random order, and how many items that concerns.

    Taken by position, ties would agree between representations that have nothing else in common. The order is
    drawn from a seed that the lists themselves give, so it is the same in every run and for a representation
    and its rotations, and another one for another representation. Ties of less than one item in a hundred, which
    rounding alone makes among many items, are left as they are: they cannot matter.
    """
    xp = namespace(x)
    lists = search(x, depth)
    last, next_one = (xp.take(x, lists[:, i], axis=0) for i in (k - 1, k))
    if search is nearest:
        gaps = xp.vecdot(x - next_one, x - next_one) - xp.vecdot(x - last, x - last)
    else:
        gaps = xp.vecdot(x, last) - xp.vecdot(x, next_one)
    rounding = 8 * xp.finfo(x.dtype).eps * float(xp.max(xp.vecdot(x, x)))
    ties = int(xp.count_nonzero(gaps <= rounding))
    if ties * RARE <= x.shape[0]:
        return lists, 0
    host = to_numpy(lists)
    order = np.random.default_rng(zlib.crc32(host.tobytes())).permutation(len(host))
    moved = order[to_numpy(search(xp.take(x, from_numpy(order, x), axis=0), depth))]
    return from_numpy(moved[np.argsort(order)], x), ties


def directions(x: Float[Array, "items units"]) -> Float[Array, "items units"]:
    """Return rows of unit length less their mean: distances between them order as cosines do.

    In float64 until the mean is gone, so that rows which share a large mean keep their differences.
    """
    xp = namespace(x)
    wide = xp.astype(x, xp.float64)
    lengths = xp.sqrt(row_squares(wide))[:, None]
    unit = wide / xp.where(lengths > 0, lengths, xp.ones_like(lengths))
    return xp.astype(unit - xp.mean(unit, axis=0), x.dtype)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mutual share of neighbours of one pair."""
    xp = namespace(a.neighbours, b.neighbours)
    if not (a.units and b.units):
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(a.neighbours))
    n = a.neighbours.shape[0]
    shared = xp.sum(xp.astype(member(a.neighbours[:, : a.k], b.neighbours[:, : b.k]), xp.float64))
    return corrected(shared / (n * a.k), a, n)


def corrected(share: Array, state: State, n: int) -> Array:
    """Return the share, or its place between chance (0) and identity (1)."""
    if not state.chance_corrected:
        return share
    chance = state.k / (n - 1)
    return (share - chance) / (1 - chance)


def member(a: Int[Array, "items j"], b: Int[Array, "items k"]) -> Array:
    """Return for each entry of `a` whether it stands in the same row of `b`, (items, j) booleans."""
    return namespace(a, b).any(a[:, :, None] == b[:, None, :], axis=2)


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return the shares of all pairs; neighbours are found once a representation."""
    return each_pair(rows, columns, between)


def halves(a: State, b: State, order: Any, /) -> tuple[float, float, float]:
    """Return the value on both halves of the items in `order`, and the factor by which variance shrinks to all items.

    NaN where k is more than a third of the items. The factor is the ratio of the variances of a mean of the items'
    own shares, at all and at half of the items: neighbourhoods grow when items are taken away, and with them the
    spread of shares.
    """
    n = a.neighbours.shape[0]
    if FEW * a.k > n:
        return math.nan, math.nan, math.nan
    first = np.zeros(n, dtype=bool)
    first[order[: n // 2]] = True
    values, spreads = [], []
    for inside in (first, ~first):
        shares = own_shares(*(lists_among(state, inside) for state in (a, b)))
        values.append(float(corrected(shares.mean(), a, int(inside.sum()))))
        spreads.append(shares.var() / inside.sum() / (1 - a.k / (inside.sum() - 1)) ** 2)
    whole = own_shares(*(to_numpy(state.neighbours)[:, : state.k] for state in (a, b)))
    spread = whole.var() / n / (1 - a.k / (n - 1)) ** 2
    half = sum(spreads) / 2
    return values[0], values[1], float(spread / half) if half > 0 else 0.5


def own_shares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return each item's share of common neighbours; −1 stands for a neighbour that is missing."""
    return ((a[:, :, None] == b[:, None, :]) & (a >= 0)[:, :, None]).any(axis=2).mean(axis=1)


def lists_among(state: State, inside: np.ndarray) -> np.ndarray:
    """Return the k nearest neighbours among the items `inside`, for those items; −1 where the list is too short."""
    lists = to_numpy(state.neighbours)[inside]
    kept = inside[lists]
    outside = np.argsort(~kept, axis=1, kind="stable")[:, : state.k]
    chosen = np.take_along_axis(lists, outside, axis=1)
    return np.where(np.take_along_axis(kept, outside, axis=1), chosen, -1)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the share with the items of `b` in another order: only the names of the neighbours change."""
    xp = namespace(b.neighbours)
    at = from_numpy(order, b.neighbours)
    rank = xp.argsort(at)
    lists = xp.take(b.neighbours[:, : b.k], at, axis=0)
    moved = xp.take(rank, xp.reshape(lists, (-1,)))
    return float(between(a, b._replace(neighbours=xp.reshape(moved, lists.shape))))


def null(a: State, b: State, /) -> Null:
    """Return mean, SD and skewness of the share over all permutations of the items; mean and SD in closed form.

    The neighbour matrices, less their means, split into parts that permutations of the items never mix: how
    often each item is a neighbour (n − 1 dimensions), the rest of the symmetric part, n (n − 3) / 2, and the
    rest of the antisymmetric part, (n − 1)(n − 2) / 2. Averaging over permutations spreads each part evenly over
    its own dimensions, so the variance is the sum of products of squared lengths by dimension. The skewness
    is that of a Poisson count of as many coincidences. States must be prepared with `doubt`.
    """
    n, k = a.neighbours.shape[0], a.k
    (degree_a, even_a, odd_a), (degree_b, even_b, odd_b) = a.parts, b.parts
    variance = degree_a * degree_b * (n - 1) / (n * (n - 2)) ** 2 + odd_a * odd_b * 2 / ((n - 1) * (n - 2))
    variance += even_a * even_b * 2 / (n * (n - 3)) if n > 3 else 0.0
    sd = math.sqrt(variance) / (n * k)
    skewness = math.sqrt((n - 1) / n) / k
    if a.chance_corrected:
        return Null(0.0, sd / (1 - k / (n - 1)), skewness, "closed form")
    return Null(k / (n - 1), sd, skewness, "closed form")


def parts(neighbours: Int[Array, "items k"]) -> tuple[float, float, float]:
    """Return the squared lengths of the in-degrees, and of what else is symmetric and antisymmetric, of the matrix."""
    lists = to_numpy(neighbours)
    n, k = lists.shape
    degrees = np.bincount(lists.ravel(), minlength=n) - k
    pairs = np.arange(n)[:, None] * n + lists
    mutual = np.isin(lists * n + np.arange(n)[:, None], pairs).sum()
    centred_square, centred_mutual = n * k - n * k**2 / (n - 1), mutual - n * k**2 / (n - 1)
    degree = float((degrees**2).sum())
    symmetric = (centred_square + centred_mutual) / 2 - degree / (2 * (n - 2))
    antisymmetric = (centred_square - centred_mutual) / 2 - degree / (2 * n)
    return degree, float(symmetric), float(antisymmetric)


def step(a: State, b: State, /) -> float:
    """Return the smallest difference that the value can show: one neighbour of one item."""
    n = a.neighbours.shape[0]
    return float(corrected(np.float64(1 / (n * a.k)), a, n) - corrected(np.float64(0), a, n))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value."""
    return (-1.0, 1.0) if state.chance_corrected else (0.0, 1.0)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n at fixed k."""
    n = a.neighbours.shape[0]
    if FEW * a.k > n:
        return (f"k = {a.k} is more than a third of {n} items: no interval",)
    return (f"depends on the sample size by definition; the interval is for the expected value at n = {n}, k = {a.k}",)

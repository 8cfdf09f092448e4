"""Centred kernel nearest-neighbour alignment (Huh et al. 2024): CKA of shared nearest neighbours only."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import row_squares
from repscope.array.namespace import detached, device_of, from_numpy, namespace, to_numpy
from repscope.errors import InputError, explain
from repscope.similarity.neighbour_lists import check_metric, neighbour_lists, renamed
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the similarities of shared neighbours."""

METRICS = ("cosine", "centred cosine", "inner product")
DIALECTS = ("paper", "platonic")


class State(NamedTuple):
    """Each item's k nearest others, its similarities to them (items, k), and the value of their own alignment."""

    neighbours: Array
    similarities: Array
    alone: float
    dialect: str
    notes: tuple[str, ...]


def cknna(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    k: int = 10,
    metric: str = "cosine",
    dialect: str = "paper",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the alignment of two representations on shared nearest neighbours, in [−1, 1]: 1 is identity.

    Sums over pairs of items that are near in both of the product of their similarities, each less its item's mean,
    over the geometric mean of the same sums over each input's own neighbours. With few neighbours it tells how
    many are shared; as k grows to all items it turns into a form of CKA.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    k : int
        Neighbours an item; 10 (default) as in the paper.
    metric : {"cosine", "centred cosine", "inner product"}
        The similarity, which also says who is near: of rows at unit length (default), which the paper's evaluation
        brings them to; of those less each unit's mean; or of rows as they are.
    dialect : {"paper", "platonic"}
        `paper` (default) is the published formula, and symmetric. `platonic` is the published code: the unbiased
        HSIC of Song et al. 2012, meant for symmetric matrices, applied to ones that hold only shared
        neighbours. It counts a pair only if each is the other's neighbour, and is not quite symmetric: a matrix of
        comparisons shows the value of the first against the second on both sides.
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
    Invariant to isotropic scaling and orthogonal maps. An item is never its own neighbour, and equally near items
    are taken as `rs.mutual_knn` takes them. Chance lies above 0 and depends on k and on the number of items:
    compare with the null. The published code adds 10⁻⁶ to the denominator, which depends on the scale; this does not.

    Cost: `n² (p + q)` multiplications for the neighbours of n items, `n k (p + q)` for the rest.

    Source: Huh et al. 2024, appendix A.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.cknna(X, 2 * X)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=4)
    options: dict[str, Any] = {"k": k, "metric": metric, "dialect": dialect}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    k: int = 10,
    metric: str = "cosine",
    dialect: str = "paper",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the nearest neighbours of every item and its similarities to them; `doubt` changes nothing."""
    check_metric(metric, METRICS)
    if dialect not in DIALECTS:
        do = "Choose one of the two."
        raise InputError(explain(expected="'paper' or 'platonic'", got=repr(dialect), argument="dialect", do=do))
    x = detached(x)
    found = neighbour_lists(x, k=k, metric=metric, argument=argument)
    lists = found.lists[:, :k]
    if not found.units:
        return State(lists, lists, math.nan, dialect, found.notes)
    values = similarities(x, lists, metric, centre=dialect == "paper")
    state = State(lists, values, math.nan, dialect, found.notes)
    return state._replace(alone=together(state, state))


def similarities(x: Array, lists: Array, metric: str, *, centre: bool) -> Float[Array, "items k"]:
    """Return each item's similarity to its neighbours in float64, less its mean similarity to all if `centre`."""
    xp = namespace(x)
    rows = xp.astype(centred(x).x if metric == "centred cosine" else x, xp.float64)
    if metric != "inner product":
        lengths = xp.sqrt(row_squares(rows))[:, None]
        rows = rows / xp.where(lengths > 0, lengths, xp.ones_like(lengths))
    others = rows - xp.mean(rows, axis=0) if centre else rows
    columns = [xp.vecdot(rows, xp.take(others, lists[:, j], axis=0)) for j in range(lists.shape[1])]
    return xp.stack(columns, axis=1)


def together(a: State, b: State) -> float:
    """Return the sum over shared neighbours: as in the paper, or the published code's HSIC."""
    k, n = a.neighbours.shape[1], a.neighbours.shape[0]
    left, right = to_numpy(a.neighbours), to_numpy(b.neighbours)
    item, i, j = np.nonzero(left[:, :, None] == right[:, None, :]) if a is not b else own_pairs(n, k)
    first, second = to_numpy(a.similarities)[item, i], to_numpy(b.similarities)[item, j]
    if a.dialect == "paper":
        return float(first @ second)
    return hsic_of_shared(item, left[item, i], first, second, n)


def own_pairs(n: int, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return every item with every neighbour of its own."""
    item, place = np.repeat(np.arange(n), k), np.tile(np.arange(k), n)
    return item, place, place


def hsic_of_shared(item: np.ndarray, other: np.ndarray, k: np.ndarray, ell: np.ndarray, n: int) -> float:
    """Return Song et al. 2012, eq. 5 as the published code has it, of matrices with `k` and `ell` at these pairs."""
    order = np.argsort(item * n + other)
    forward = (item * n + other)[order]
    backward = other * n + item
    at = np.minimum(np.searchsorted(forward, backward), max(len(forward) - 1, 0))
    mutual = forward[at] == backward if len(forward) else np.zeros(0, dtype=bool)
    squares = float(k[mutual] @ ell[order][at[mutual]])
    columns, rows = np.bincount(other, k, minlength=n), np.bincount(item, ell, minlength=n)
    last = float(k.sum() * ell.sum()) / ((n - 1) * (n - 2))
    return (squares + last - 2 * float(columns @ rows) / (n - 2)) / (n * (n - 3))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the value of one pair; NaN where a representation is constant or its own neighbours cancel."""
    xp = namespace(a.neighbours)
    scale = a.alone * b.alone
    value = together(a, b) / math.sqrt(scale) if scale > 0 else math.nan
    return xp.asarray(value, dtype=xp.float64, device=device_of(a.neighbours))


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order: only the names of the neighbours change."""
    moved = namespace(b.similarities).take(b.similarities, from_numpy(order, b.similarities), axis=0)
    return float(between(a, b._replace(neighbours=renamed(b.neighbours, order), similarities=moved)))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value; the published code's has none."""
    return (-1.0, 1.0) if state.dialect == "paper" else (-math.inf, math.inf)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n at fixed k."""
    n, k = a.neighbours.shape
    return (f"depends on the sample size by definition: here n = {n}, k = {k}; chance is above 0",)

"""Norm of the difference of two representational similarity matrices, entry by entry and on one scale."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array import symmetric
from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import row_squares
from repscope.array.namespace import device_of, namespace
from repscope.array.symmetric import Panels
from repscope.errors import InputError, explain
from repscope.similarity.as_given import as_given
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the norm, though one is for its square."""

METRICS = ("euclidean", "inner product")
DIALECTS = ("frobenius", "triangle")


class State(NamedTuple):
    """The similarity matrix of one representation in panels, None where it is constant."""

    matrix: Panels | None
    dialect: str
    like: Array
    notes: tuple[str, ...]


def rsm_norm_difference(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    metric: str = "euclidean",
    dialect: str = "frobenius",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the Frobenius norm of the difference of two similarity matrices in [0, ∞): 0 is the same matrix.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    metric : {"euclidean", "inner product"}
        What the matrices hold: distances between items (default), or their inner products as given, whose
        difference is the PIP loss of Yin and Shen 2018.
    dialect : {"frobenius", "triangle"}
        All entries (default), or those below the diagonal, each pair once: less by √2 for distances.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where it is not 0 and no two items are the
    same; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    A metric between similarity matrices. It is no alignment: a representation and twice itself are far apart, and
    the value grows in proportion to the number of items. Invariant to translation (not for inner products)
    and to orthogonal maps. A published benchmark takes the spectral norm by mistake, which is smaller.

    Cost: `n² (p + q) / 2` multiplications in float64; both matrices are held, half of each.

    Source: Klabunde et al. 2025 (survey), RSM norm difference; Yin and Shen 2018.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> float(rs.rsm_norm_difference(X, X))
    0.0
    """
    x, y = pair(X, Y, join=join)
    options: dict[str, Any] = {"metric": metric, "dialect": dialect}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    metric: str = "euclidean",
    dialect: str = "frobenius",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the similarity matrix of one representation in float64; `doubt` changes nothing."""
    for name, value, known in (("metric", metric, METRICS), ("dialect", dialect, DIALECTS)):
        if value not in known:
            expected, do = f"one of {known}", "Choose one of them."
            raise InputError(explain(expected=expected, got=repr(value), argument=name, do=do))
    xp = namespace(x)
    like = x[:1, :1]
    if metric == "inner product":
        x, _, varies, notes = as_given(x, argument)
        return State(symmetric.gram(xp.astype(x, xp.float64)) if varies else None, dialect, like, notes)
    x, _, scale, notes = centred(x, argument)
    if not x.shape[1]:
        return State(None, dialect, like, notes)
    return State(distances(xp.astype(x, xp.float64), scale), dialect, like, notes)


def distances(x: Float[Array, "items units"], scale: float) -> Panels:
    """Return all Euclidean distances between centred rows over `scale`, with an exact zero diagonal."""
    xp = namespace(x)
    half, panels = row_squares(x) / 2, []
    for span in symmetric.spans(x.shape[0]):
        square = 2 * (half[span, None] + half[None, span.start :] - x[span, :] @ x[span.start :, :].mT)
        itself = xp.eye(*square.shape, dtype=x.dtype, device=device_of(x))
        apart = square * (1 - itself) > 0
        root = xp.sqrt(xp.where(apart, square, xp.ones_like(square)))
        panels.append(xp.where(apart, root / scale, xp.zeros_like(root)))
    return tuple(panels)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the norm of one pair."""
    xp = namespace(a.like)
    if a.matrix is None or b.matrix is None:
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(a.like))
    rows, selves = squares(a, b)
    return norm_of(xp.sum(rows), xp.sum(selves), a.dialect)


def squares(a: State, b: State) -> tuple[Float[Array, " items"], Float[Array, " items"]]:
    """Return the sums of squares of each row of the difference, and the square of its entry on the diagonal."""
    gaps = tuple(p - q for p, q in zip(a.matrix or (), b.matrix or (), strict=True))
    return symmetric.row_products(gaps, gaps), symmetric.diagonal(gaps) ** 2


def norm_of(total: Float[Array, ...], selves: Float[Array, ...], dialect: str) -> Float[Array, ...]:
    """Return the norm from the sum of squares of all entries and of those on the diagonal."""
    xp = namespace(total)
    square = (total - selves) / 2 if dialect == "triangle" else total
    safe = xp.where(square > 0, square, xp.ones_like(square))
    return xp.where(square > 0, xp.sqrt(safe), xp.zeros_like(square))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the norm with each item left out in turn."""
    xp = namespace(a.like)
    rows, selves = squares(a, b)
    return norm_of(xp.sum(rows) - 2 * rows + selves, xp.sum(selves) - selves, a.dialect)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the norm with the items of `b` in another order."""
    moved = None if b.matrix is None else symmetric.shuffled(b.matrix, np.asarray(order))
    return float(between(a, b._replace(matrix=moved)))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it grows with n."""
    return ("grows in proportion to the number of items by definition",)

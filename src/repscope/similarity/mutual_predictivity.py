"""Mutual predictivity: the mean of how well each of two representations predicts the other, on items held out."""

from __future__ import annotations

from typing import Any

from repscope.array.inputs import Join, pair
from repscope.similarity import linear_predictivity as directed
from repscope.similarity.linear_predictivity import CHOSEN, State, bounds, prepare
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

__all__ = ["between", "bounds", "caveats", "leave_one_out", "mutual_predictivity", "prepare"]

NULL = "permutation"
"""How the null is found: held-out predictions have no closed form."""

INVERTS = True
"""A scatter is inverted: float32 products of a stream are made in float64, where rounding would be a direction."""


def mutual_predictivity(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    penalty: float | int | str = CHOSEN,
    score: str = "r2",
    folds: int | None = 5,
    rng: int = 0,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return how well X and Y predict each other linearly, in [−∞, 1]: the mean of both directions.

    Where one contains the other and more, one direction is 1 and the other is not: see both with
    `linear_predictivity`.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    penalty : {"cross-validated"} or float
        As for `linear_predictivity`, in both directions.
    score : {"r2", "correlation"}
        As for `linear_predictivity`.
    folds : int or None
        In how many parts items are held out in turn; 5 (default). None scores the items that were fitted.
    rng : int
        The seed of the random assignment of items to folds.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, without a gradient; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than two items a fold.

    Notes
    -----
    Invariant to translation, isotropic scaling and the order of units of either input.

    Cost: twice that of `linear_predictivity`.

    Source: Kornblith et al. 2019, who average the asymmetric measures over both directions; the rest as for
    `linear_predictivity`.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> round(float(rs.mutual_predictivity(X, X @ [[1, 2, 0, 0], [0, 1, 5, 0], [3, 0, 1, 0], [0, 0, 0, 1]])), 3)
    1.0
    """
    x, y = pair(X, Y, join=join)
    options: dict[str, Any] = {"penalty": penalty, "score": score, "folds": folds, "rng": rng}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mean of how well `a` predicts `b` and `b` predicts `a`."""
    return (directed.between(a, b) + directed.between(b, a)) / 2


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the mean of both scores with each item left out of them, under the maps as they were fitted with it."""
    return (directed.leave_one_out(a, b) + directed.leave_one_out(b, a)) / 2


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of either direction."""
    return tuple(dict.fromkeys((*directed.caveats(a, b), *directed.caveats(b, a))))


def from_moments(moments: CrossMoments, *, penalty: float | int | str = CHOSEN, folds: None = None) -> Float[Array, ""]:
    """Return the mean of both R² in the sample from mergeable cross-moments, in one pass over any stream."""
    options: dict[str, Any] = {"penalty": penalty, "folds": folds}
    return (directed.from_moments(moments, **options) + directed.from_moments(moments.flipped(), **options)) / 2

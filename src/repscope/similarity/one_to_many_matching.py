"""One-to-many matching of units (Li et al. 2016): each unit of X is predicted from a few units of Y."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import cross
from repscope.array.namespace import from_numpy, to_numpy
from repscope.errors import InputError, ShapeError, explain
from repscope.similarity.lasso import sparse_coefficients
from repscope.similarity.units import Found
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: what a sparse regression predicts of held-out items has no closed form."""


class State(NamedTuple):
    """Centred units, their products over each fold and their sums over it; item i is held out in fold i mod folds."""

    x: np.ndarray
    products: np.ndarray
    sums: np.ndarray
    partners: int
    like: Array
    notes: tuple[str, ...]

    @property
    def folds(self) -> int:
        """The number of folds."""
        return len(self.sums)


def one_to_many_matching(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    partners: int = 4,
    folds: int = 5,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return how well a few units of Y predict each unit of X on held-out items, a mean R² in [−∞, 1].

    Each unit of X is regressed on the units of Y by the lasso, along whose path the penalty falls until one partner
    more than allowed would enter. R² is 1 − (squared error) / (squared error of the mean), both of items that
    the fit has not seen, with the mean of those that it has; the value is its mean over the units of X.

    Parameters
    ----------
    X : array or Representation, (items, p)
        The representation whose units are predicted.
    Y : array or Representation, (items, q)
        The one that predicts: the same items in the same order, with any number of units.
    partners : int
        Most partners that a unit may have; 4 by default. 1 comes close to semi-matching, q is least squares.
    folds : int
        Parts in which the items are held out in turn; item i belongs to part i mod `folds`.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library. It has no gradient. NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer items than folds, or no partner allowed.

    Notes
    -----
    Directed. Invariant to the order of the units and to shifting and scaling each of them: predictors count as if
    they had unit variance. Unrelated representations score at or a little below 0. The lasso shrinks
    coefficients, so that R² is below that of the same partners by least squares. Which items are held out
    together depends on the order of the items. `rs.match_units` returns the partners.

    Cost: `n p q + n q²` multiplications and `folds × partners` steps of `p q partners`; holds `folds × q²` numbers.

    Source: Li et al. 2016 (sparse prediction); the path is that of Efron et al. 2004.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> Y = np.random.default_rng(0).normal(size=(200, 6))
    >>> sums = Y[:, [0, 1, 2]] + Y[:, [3, 4, 5]]
    >>> [round(float(rs.one_to_many_matching(sums, Y, partners=k)), 1) for k in (1, 2)]
    [0.1, 1.0]
    """
    x, y = pair(X, Y, join=join)
    options: dict[str, Any] = {"partners": partners, "folds": folds}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    partners: int = 4,
    folds: int = 5,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation's products with itself over every fold; `doubt` changes nothing."""
    n = x.shape[0]
    if partners < 1:
        do = "4 is the default."
        raise InputError(explain(expected="at least 1", got=repr(partners), argument="partners", do=do))
    if not 2 <= folds <= n:
        got, do = f"folds={folds} for {n} items", "Choose fewer folds, or record more items."
        raise ShapeError(explain(expected=f"2 ≤ folds ≤ items = {n}", got=got, argument="folds", do=do))
    around_mean, _, _, notes = centred(x, argument)
    v = to_numpy(around_mean)
    return State(v, *over_folds(v, folds), partners, x, notes)


def over_folds(x: Float[np.ndarray, "items units"], folds: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the products of the units with each other over each fold, and their sums over it, in float64."""
    parts = [x[fold::folds] for fold in range(folds)]
    return np.stack([cross(v, v) for v in parts]), np.stack([v.sum(axis=0, dtype=np.float64) for v in parts])


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mean R² over the units of `a`, predicted from those of `b`."""
    found = scores(a, b)
    return from_numpy(np.asarray(found.mean() if len(found) else math.nan), a.like)


def scores(a: State, b: State) -> Float[np.ndarray, " p"]:
    """Return the held-out R² of each unit of `a`; none where either representation is constant."""
    if not (a.x.shape[1] and b.x.shape[1]):
        return np.zeros(0)
    n, folds = len(a.x), a.folds
    together = [cross(a.x[fold::folds], b.x[fold::folds]) for fold in range(folds)]
    all_together, all_products = sum(together), b.products.sum(axis=0)
    error, spread = np.zeros(a.x.shape[1]), np.zeros(a.x.shape[1])
    for fold in range(folds):
        held_x, held_y = a.x[fold::folds], b.x[fold::folds]
        kept = n - len(held_x)
        mean_x, mean_y = -a.sums[fold] / kept, -b.sums[fold] / kept
        gram = all_products - b.products[fold] - kept * np.outer(mean_y, mean_y)
        products = all_together - together[fold] - kept * np.outer(mean_x, mean_y)
        coefficients = sparse_coefficients(settled(gram, b, kept), products, a.partners)
        moved = held_x - mean_x
        error += ((moved - (held_y - mean_y) @ coefficients.T) ** 2).sum(axis=0)
        spread += (moved**2).sum(axis=0)
    return np.asarray(1 - error / spread)


def settled(gram: Float[np.ndarray, "q q"], b: State, kept: int) -> Float[np.ndarray, "q q"]:
    """Return the products of predictors with zeros for those that only held-out items move, up to rounding."""
    constant = np.diag(gram) <= 1e-12 * np.diag(b.products.sum(axis=0))
    return np.where(constant[:, None] | constant[None, :], 0.0, gram) if constant.any() else gram


def shuffled(a: State, b: State, order: np.ndarray, /) -> float:
    """Return the value with the items of `b` in another order."""
    return float(between(a, reordered(b, order)))


def reordered(b: State, order: np.ndarray) -> State:
    """Return a state with its items in another order, and so with other folds."""
    x = b.x[order]
    products, sums = over_folds(x, b.folds)
    return b._replace(x=x, products=products, sums=sums)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: the fit gets better with more items."""
    n = len(a.x)
    note = f"held-out prediction improves with the items to fit on; the interval is for the expected value at n = {n}"
    return (note, f"R² of at most {a.partners} partners a unit")


def found(a: State, b: State) -> Found:
    """Return the partners of each unit of `a`, fitted on all items, with the held-out R² of the unit as its score."""
    together = cross(a.x, b.x)
    products = b.products.sum(axis=0)
    coefficients = sparse_coefficients(products, together, a.partners)
    unit, partner = np.nonzero(coefficients)
    sizes = np.sqrt(np.outer(np.diag(a.products.sum(axis=0)), np.diag(products)))
    return Found(unit, partner, (together / sizes)[unit, partner], unit, scores(a, b))

"""Canonical correlation analysis: the correlations that invertible linear maps of both sides can bring about."""

from __future__ import annotations

from typing import Any

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import row_squares, singular_values
from repscope.array.namespace import has_gradient, namespace
from repscope.array.orthonormal import whitened, whitening_by_products, whitening_of_scatter
from repscope.similarity.canonical import (
    State,
    between,
    caveats,
    check_not_negative,
    check_summary,
    grid,
    product,
    shuffled,
    value_from,
)
from repscope.similarity.canonical_influence import leave_one_out
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

__all__ = ["between", "canonical_correlations", "caveats", "cca", "grid", "leave_one_out", "prepare", "shuffled"]

NULL = "permutation"
"""How the null is found: no closed form is known for the sum of the correlations."""


def cca(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    summary: str = "mean",
    dialect: str = "min",
    ridge: float | int = 0.0,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the mean canonical correlation of two representations, in [0, 1]: 1 if one is a linear map of the other.

    The first canonical correlation is the largest one between a direction of X and a direction of Y; each further
    one is the largest between directions uncorrelated with those before. All directions count alike, whatever their
    variance.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    summary : {"mean", "mean square"}
        ρ̄ (default), the mean of the correlations, or R², the mean of their squares.
    dialect : {"min", "geometric mean", "max"}
        By what their sum is divided, on which published code disagrees: the number of correlations min(p, q)
        (default; Raghu et al. 2017, Ding et al. 2021), √(p q) (netrep), or max(p, q), which for "mean square" is
        Kornblith's R² of the wider representation. Ranks count, not units.
    ridge : float
        What is added to the variance of each unit, as a share of the mean variance (Vinod 1976). 0 (default) is plain
        CCA. More of it damps directions of low variance, the value of which is then below 1 even for X itself.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Invariant to translation and to every invertible linear map of either input, so that it cannot tell apart
    representations with at least as many units as items: with r and s directions and n items, r + s − (n − 1)
    correlations are 1 whatever the data. Chance is high well before that: squared correlations of unrelated data
    average max(r, s) / (n − 1). Use ten times more items than units, or `ridge`, or another measure.

    A ridge gives up the invariance to linear maps other than rotations and a common scale. Directions are told from
    rounding by their share of the largest standard deviation, whatever the scale of the data.

    Cost: `n p q + 2 n p² + 2 n q²` multiplications and the singular values of a p × q matrix; once a
    representation all but the first term.

    Source: Kornblith et al. 2019, Table 1; Hotelling 1936; ridge: Vinod 1976.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(float(rs.cca(X, X @ [[1, 2, 0], [0, 1, 5], [3, 0, 1]])), 6)
    1.0
    """
    x, y = pair(X, Y, join=join)
    options: dict[str, Any] = {"summary": summary, "dialect": dialect, "ridge": ridge}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def canonical_correlations(
    X: Array | Representation, Y: Array | Representation, *, ridge: float | int = 0.0, join: Join = "exact"
) -> Float[Array, " rank"]:
    """Return all canonical correlations of two representations, in [0, 1] and descending.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    ridge : float
        What is added to the variance of each unit, as a share of the mean variance; 0 (default) is plain CCA.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A float64 array of the caller's library, as many entries as the smaller of the two ranks: none where a
    representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Examples
    --------
    >>> import numpy as np
    >>> from repscope.similarity.cca import canonical_correlations
    >>> X = np.random.default_rng(0).normal(size=(100, 4))
    >>> canonical_correlations(X, X[:, :2] + 1).round(6)
    array([1., 1.])
    """
    x, y = pair(X, Y, join=join)
    a, b = prepare(x, ridge=ridge), prepare(y, argument="Y", ridge=ridge)
    m = product(a, b)
    return singular_values(m) if a.rank and b.rank else namespace(m).reshape(m, (0,))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    summary: str = "mean",
    dialect: str = "min",
    ridge: float | int = 0.0,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation with orthonormal directions; with `doubt`, also how each item moves the penalty."""
    check_summary(summary, dialect)
    check_not_negative(ridge, "ridge")
    x, _, _, notes = centred(x, argument)
    n, units = x.shape
    if not units:
        return State(x, summary, dialect, notes, penalised=ridge > 0)
    share = ridge / units
    weights = None if doubt or has_gradient(x) else whitening_by_products(x, share)
    state = State(x, summary, dialect, notes, map=weights, penalised=ridge > 0)
    if weights is None:
        q, weights = whitened(x, share=share)
        state = State(q, summary, dialect, notes, penalised=ridge > 0)
    rank = state.rank
    if rank < min(units, n - 1):
        said = f"{argument}: {units} units in {rank} directions; the others hold only rounding"
        state = state._replace(notes=(*notes, said))
    if not (doubt and ridge):
        return state
    return state._replace(weights=weights.mT @ weights, penalties=-share * n / (n - 1) * row_squares(x))


def from_moments(
    moments: CrossMoments, *, summary: str = "mean", dialect: str = "min", ridge: float | int = 0.0
) -> Float[Array, ""]:
    """Return the value from mergeable cross-moments: the same number, in one pass over any stream."""
    m = moments.centred()
    w, v = (whitening_of_scatter(side.xy, ridge / side.xy.shape[0], m.n) for side in (m.x_alone, m.y_alone))
    return value_from(m, (w, v), summary, dialect)

"""The Hilbert–Schmidt independence criterion (Gretton et al. 2005): covariance of two patterns of similarities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from repscope.array.inputs import Join, pair
from repscope.array.namespace import namespace
from repscope.similarity import cka, hsic_sums
from repscope.similarity.hsic_sums import LEAST
from repscope.similarity.kernels import KernelLike
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Null, Representation

NULL = "closed form"
"""How the null is found: that of CKA, in the unit of the two."""

State = cka.State
prepare = cka.prepare


def hsic(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    kernel: KernelLike = "linear",
    debiased: bool = True,
    bandwidth: float | int = 0.4,
    width: str = "median",
    degree: int = 3,
    coef0: float | int = 1.0,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the Hilbert–Schmidt independence criterion of two representations, in [−∞, ∞]: 0 is independence.

    With a linear kernel it is the sum of the squared covariances of all pairs of units, in the units of the input.
    Its size says nothing by itself: divided by that of each with itself it is CKA.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    kernel, bandwidth, width, degree, coef0
        The similarity of two items, as in `rs.cka`.
    debiased : bool
        True (default) is the unbiased estimator of Song et al. 2012, which may be negative; False is
        tr(KHLH) / (n − 1)², never below 0.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than 4 items when debiased.

    Notes
    -----
    Invariant to translation and orthogonal maps of either input. With the linear kernel it grows with the square
    of the scale of each; the other kernels take the scale away. The debiased value does not depend on the number
    of items in expectation.

    Cost: that of `rs.cka`, `n p q + n p² + n q²` multiplications with the linear kernel.

    Source: Gretton et al. 2005, eq. 9; debiased: Song et al. 2012, eq. 5.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> bool(np.isclose(rs.hsic(2 * X, X), 4 * rs.hsic(X, X)))
    True
    """
    x, y = pair(X, Y, join=join, least_items=LEAST[cka.estimator_of(debiased=debiased)])
    options: dict[str, Any] = {"kernel": kernel, "debiased": debiased, "bandwidth": bandwidth, "width": width}
    options |= {"degree": degree, "coef0": coef0}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return HSIC for all pairs, NaN where a representation is constant."""
    left = [state.kernel for state in rows]
    right = left if rows is columns else [state.kernel for state in columns]
    found = hsic_sums.of_pairs(left, right, estimator=rows[0].estimator)
    xp = namespace(found)
    a, b = (xp.stack([unit_of(state) for state in side]) for side in (rows, columns))
    return found * a[:, None] * a[:, None] * b[None, :] * b[None, :]


def unit_of(state: State) -> Float[Array, ""]:
    """Return what HSIC is multiplied by twice for what the rows were multiplied by: NaN where there are no units.

    Twice and not by the square, which may be beyond the range of numbers where HSIC is not.
    """
    xp = namespace(state.kernel.diagonal)
    factor = 1 / state.kernel.scale if state.kernel.units else math.nan
    return xp.full_like(state.kernel.diagonal[0], factor)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return HSIC of one pair."""
    return grid([a], [b])[0, 0]


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return HSIC with each item left out in turn; an estimated width, scale or centre moves to first order."""
    together = hsic_sums.without_each(a.kernel, b.kernel, estimator=a.estimator)
    for one, other in ((a.kernel, b.kernel), (b.kernel, a.kernel)):
        if one.slope is not None:
            together = together + hsic_sums.moved(one, other, one.slope, estimator=a.estimator)
    unit = unit_of(a) * unit_of(b)
    return together * unit * unit


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return HSIC with the items of `b` in another order."""
    return float(between(a, b._replace(kernel=cka.reordered(b.kernel, order))))


def null(a: State, b: State, /) -> Null:
    """Return mean, SD and skewness of HSIC over all permutations of the items: CKA's times √(HSIC(K, K) HSIC(L, L))."""
    found = cka.null(a, b)
    unit = math.sqrt(max(float(a.alone) * float(b.alone), 0.0)) / a.kernel.scale / a.kernel.scale
    unit = unit / b.kernel.scale / b.kernel.scale
    return Null(found.mean * unit, found.sd * unit, found.skewness, found.method)


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value."""
    return (0.0, math.inf) if state.estimator == "biased" else (-math.inf, math.inf)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: its size has a unit."""
    return ("has the unit of both inputs: compare its size with no other pair's", *cka.caveats(a, b))


def from_moments(moments: CrossMoments, *, debiased: bool = True) -> Float[Array, ""]:
    """Return linear HSIC from mergeable cross-moments: the same number, in one pass over any stream."""
    return cka.hsics_of_moments(moments, cka.estimator_of(debiased=debiased))[0]

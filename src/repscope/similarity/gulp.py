"""GULP (Boix-Adsera et al. 2022): how differently ridge regressions on two representations can predict."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import cross, row_squares, square_sum
from repscope.array.namespace import common_dtype, device_of, from_numpy, has_gradient, namespace, number
from repscope.array.orthonormal import whitened, whitening_of_scatter
from repscope.similarity import canonical, canonical_influence
from repscope.similarity.canonical import check_not_negative, undefined
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the root of a sum of squared products."""

NEAR = 1e-3
"""Squared distance, as a share of what it is a difference of, from which it is found without that difference."""


class State(NamedTuple):
    """Directions less what the penalty takes (items, rank), and the squared length of their Gram matrix.

    `weights` and `penalties`: how leaving out each item changes the penalty, as `canonical.State` has them.
    """

    x: Array
    alone: Array
    notes: tuple[str, ...]
    weights: Array = None
    penalties: Array = None


INVERTS = True
"""Regression inverts a scatter matrix, whose products are then made in float64 in a stream."""


def gulp(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    penalty: float | int = 0.01,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the GULP distance of two representations, in [0, ∞): 0 is the same ridge prediction of every target.

    The norm of the difference of two maps: the one that takes any target to its ridge prediction from X, and
    the same from Y. So no target of norm 1 has predictions further apart than this. The value is the distance and
    not its square, so that the triangle inequality holds.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    penalty : float
        λ of the ridge regressions, for representations whose total variance is 1: directions with less than λ of it
        count little. 0.01 by default. At 0 the squared distance is p + q − 2 Σρ²,
        with ρ the canonical correlations.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where it is not 0; NaN where a representation
    is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Both are centred and scaled to a total variance of 1. Invariant to translation, isotropic scaling and orthogonal
    maps; with `penalty=0` to every invertible linear one. Depends on the number of items: at a small penalty unrelated
    representations come closer where there are fewer items.

    Cost: `n p q + 3 n p² + 3 n q²` multiplications; once a representation all but the first term.

    Source: Boix-Adsera et al. 2022, the plug-in estimator of the distance in their lemma 1.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(float(rs.gulp(X, 2 * X[:, ::-1] + 1)), 6)
    0.0
    >>> float(rs.gulp(X, X**3)) < float(rs.gulp(X, X**2))
    True
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x, penalty=penalty), prepare(y, argument="Y", penalty=penalty))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    penalty: float | int = 0.01,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return x (xᵀx + λ)^−½ of one representation; with `doubt`, also how each item moves the penalty."""
    check_not_negative(penalty, "penalty")
    x, _, _, notes = centred(x, argument)
    if not x.shape[1]:
        return State(x, undefined(x), notes)
    q, weights = whitened(x, share=penalty)
    state = State(q, square_sum(cross(q, q)), notes)
    if not (doubt and penalty):
        return state
    n = x.shape[0]
    return state._replace(weights=weights.mT @ weights, penalties=-penalty * n / (n - 1) * row_squares(x))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair: that of the two matrices x xᵀ; one and the same state is at 0 from itself."""
    xp = namespace(a.x, b.x)
    if not (a.x.shape[1] and b.x.shape[1]):
        return undefined(a.x)
    if a is b:
        return xp.asarray(0.0, dtype=xp.float64, device=device_of(a.x))
    x, y = common_dtype(a.x, b.x)
    square = a.alone + b.alone - 2 * square_sum(cross(x, y))
    if number(square) > NEAR * number(a.alone + b.alone) or has_gradient(square):
        return xp.sqrt(square)
    return near(x, y)


def near(x: Float[Array, "items p"], y: Float[Array, "items q"]) -> Float[Array, ""]:
    """Return |xxᵀ − yyᵀ| without a difference of large numbers, in coordinates that both share."""
    xp = namespace(x)
    _, r = xp.linalg.qr(xp.astype(xp.concat([x, y], axis=1), xp.float64))
    p, q = r[:, : x.shape[1]], r[:, x.shape[1] :]
    return xp.sqrt(square_sum(p @ p.mT - q @ q.mT))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the distance with each item left out: exact but for the penalty's change, which is to first order."""
    xp = namespace(a.x, b.x)
    states = [canonical.State(s.x, "mean square", "min", (), s.weights, s.penalties) for s in (a, b)]
    x, y = states
    u, v = (canonical_influence.removal(state) for state in states)
    found = [
        canonical_influence.squares_without(canonical.product(s, t), s, t, left, right)
        for s, t, left, right in ((x, x, u, u), (y, y, v, v), (x, y, u, v))
    ]
    square = found[0] + found[1] - 2 * found[2]
    return xp.sqrt(xp.where(square > 0, square, xp.zeros_like(square)))


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the distance with the items of `b` in another order, which leaves its own part as it was."""
    moved = namespace(b.x).take(b.x, from_numpy(order, b.x), axis=0)
    return float(between(a, b._replace(x=moved)))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n."""
    n = a.x.shape[0]
    return (f"depends on the sample size by definition; the interval is for the expected value at n = {n}",)


def from_moments(moments: CrossMoments, *, penalty: float | int = 0.01) -> Float[Array, ""]:
    """Return the distance from mergeable cross-moments: the same number, in one pass over any stream."""
    m = moments.centred()
    xp = namespace(m.together.xy)
    w, v = (whitening_of_scatter(side.xy, penalty, m.n) for side in (m.x_alone, m.y_alone))
    if not (w.shape[1] and v.shape[1]):
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(w))
    alone = square_sum(w.mT @ m.x_alone.xy @ w) + square_sum(v.mT @ m.y_alone.xy @ v)
    return xp.sqrt(alone - 2 * square_sum(w.mT @ m.together.xy @ v))

"""Procrustes similarity from few items: the method of moments of Pospisil et al. 2023."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import helmert

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import coordinates
from repscope.array.namespace import from_numpy, to_numpy
from repscope.array.random import SEED, generator
from repscope.errors import InputError, explain
from repscope.similarity.eigenmoments import left_out, moments_both_ways, sum_of_roots
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known."""

LEAST = 6
"""Items below which not even two moments can be estimated and their spread told."""

MOST = 8
"""Moments beyond which coefficients are so large that rounding decides."""

ROTATIONS = 8
"""Random rotations of the contrasts between items over which the moments are averaged."""

GROUPS = 10
"""Groups of contrasts that are left out in turn to find the covariance of the moments."""


class State(NamedTuple):
    """Orthonormal contrasts between items (items − 1, units), which have zero mean, and the squared rows (items,)."""

    contrasts: np.ndarray
    squares: np.ndarray
    like: Array
    moments: int
    bias_weight: float
    units: int
    notes: tuple[str, ...]


class Estimate(NamedTuple):
    """A similarity, and how far it may be off because a polynomial stands for the root, at the worst."""

    value: float
    worst: float


def procrustes_moments(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    moments: int = 5,
    bias_weight: float | int = 1.0,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the population's cosine of the Procrustes angle, in [0, 1] but for noise: 1 is identity, 0 is chance.

    The cosine is the nuclear norm of Σxy over √(tr Σx tr Σy), also known as normalised Bures similarity. Its plug-in
    estimate, the cosine of `rs.procrustes`, is far too high where units outnumber items. Here unbiased estimates of the
    moments tr (Σxy Σyx)ᵖ take the place of singular values, and a polynomial in them that of their sum.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation; at least 6 items.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    moments : int
        Degree of the polynomial, 1 to 8; 5 is the default. Fewer are used, with a note, where items are fewer than
        some 2.2 times as many.
    bias_weight : float
        The trade between bias and variance: the polynomial minimises the variance of the estimate plus this weight
        times the square of the largest bias that any singular values could give it. 1 (default) is the least mean
        squared error in the worst case; smaller weights shrink towards 0 and vary less, larger ones the other way.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, without a gradient. It is not cut off: estimates of a cosine near 0 or
    1 fall on either side of it. NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; a number of moments that is not 1 to 8; a weight of 0 or less.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps. The mean is unknown: moments are taken of
    orthonormal contrasts between items, which have zero mean. The first moment is then unbiased for any
    distribution, the others for Gaussian ones; elsewhere their bias falls as one over the number of items. The
    contrasts are rotated at random, from a fixed seed, so that another order of the items gives a slightly other value.

    A polynomial without constant term does not see singular values far below the largest one: where the spectrum falls
    steeply and the two are much alike the estimate is too low, by more than the plug-in estimate is too high. The
    largest possible error is among the notes of a result.

    Cost: some `250 items³` multiplications.

    Source: Pospisil et al. 2023 (method of moments; the moments themselves as in Kong and Valiant 2017).

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X, Y = np.random.default_rng(0).normal(size=(2, 40, 60))
    >>> round(float(np.cos(rs.procrustes(X, Y))), 1), abs(float(rs.procrustes_moments(X, Y))) < 0.1
    (0.8, True)
    """
    x, y = pair(X, Y, join=join, least_items=LEAST)
    options: dict[str, Any] = {"moments": moments, "bias_weight": bias_weight}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    moments: int = 5,
    bias_weight: float | int = 1.0,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the contrasts between the items of one representation; `doubt` changes nothing."""
    if isinstance(moments, bool) or not 1 <= moments <= MOST:
        do = "5 is the default."
        raise InputError(explain(expected=f"1 to {MOST}", got=repr(moments), argument="moments", do=do))
    if not bias_weight > 0:
        do = "1 is the default."
        raise InputError(explain(expected="above 0", got=repr(bias_weight), argument="bias_weight", do=do))
    around_mean, _, _, notes = centred(x, argument)
    rows, units = to_numpy(around_mean).astype(np.float64), around_mean.shape[1]
    count = moments_for(len(rows), moments)
    if count < moments:
        notes = (*notes, f"n = {len(rows)}: {count} moments are used instead of {moments}")
    like = x[:0, :0]
    if not units:
        return State(rows, np.zeros(len(rows)), like, count, float(bias_weight), 0, notes)
    return state_of(rows)._replace(like=like, moments=moments, bias_weight=float(bias_weight), units=units, notes=notes)


def moments_for(items: int, wanted: int) -> int:
    """Return how many moments so many items allow, while one group of contrasts is left out."""
    contrasts = items - 1
    return min(wanted, (contrasts - math.ceil(contrasts / GROUPS)) // 2)


def state_of(rows: Float[np.ndarray, "items units"]) -> State:
    """Return the contrasts and squares of rows, which are centred here; parameters are left at their defaults."""
    rows = rows - rows.mean(axis=0)
    contrasts = coordinates(helmert(len(rows)) @ rows)
    return State(contrasts, np.einsum("ij,ij->i", rows, rows), None, 0, 1.0, rows.shape[1], ())


def restricted(state: State, positions: Any, /) -> State:
    """Return the state of the items at `positions` alone."""
    if not state.units:
        return state
    rows = helmert(len(state.squares)).T @ state.contrasts
    few = state_of(rows[positions])
    return state._replace(contrasts=few.contrasts, squares=few.squares)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the estimate of one pair."""
    return from_numpy(np.asarray(estimated(a, b).value), a.like)


def estimated(a: State, b: State) -> Estimate:
    """Return the nuclear norm of Σxy, as a polynomial in its moments, over √(tr Σx tr Σy)."""
    if not (a.units and b.units):
        return Estimate(math.nan, math.nan)
    n = len(a.squares)
    count, values = moments_for(n, a.moments), min(a.units, b.units)
    found, spread = moments_of(a, b, count)
    found[0] = first_moment(a, b)
    scale = math.sqrt(a.squares.sum() * b.squares.sum()) / (n - 1)
    largest = float(np.linalg.norm(a.contrasts.T @ b.contrasts, 2)) / (n - 1)
    if largest == 0:
        return Estimate(0.0, 0.0)
    in_units = largest ** (2 * np.arange(1, count + 1))
    polynomial = sum_of_roots(spread / np.outer(in_units, in_units), a.bias_weight, values)
    share = largest / scale
    return Estimate(share * float(polynomial.coefficients @ (found / in_units)), share * values * polynomial.error)


def moments_of(a: State, b: State, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the moments averaged over rotations of the contrasts, and their covariance by the jackknife.

    The covariance is that at the first rotation, so that it errs to the high side.
    """
    turned = rotated_products(a, b)
    x, y = next(turned)
    groups = min(GROUPS, len(x))
    without = left_out(x, y, count, groups)
    apart = without - without.mean(axis=0)
    every = [moments_both_ways(x, y, count), *(moments_both_ways(*both, count) for both in turned)]
    return np.mean(every, axis=0), (groups - 1) / groups * apart.T @ apart


def rotated_products(a: State, b: State) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the inner products of the contrasts of both after each rotation, the same for every pair."""
    rng, size = generator(SEED), len(a.contrasts)
    for _ in range(ROTATIONS):
        rotation, _ = np.linalg.qr(rng.standard_normal((size, size)))
        x, y = rotation @ a.contrasts, rotation @ b.contrasts
        yield x @ x.T, y @ y.T


def first_moment(a: State, b: State) -> float:
    """Return tr Σxy Σyx without bias for any distribution: debiased HSIC (Song et al. 2012, eq. 5)."""
    n = len(a.squares)
    together = float(np.sum((a.contrasts.T @ b.contrasts) ** 2))
    own, traces = float(a.squares @ b.squares), float(a.squares.sum() * b.squares.sum())
    return (together - n / (n - 2) * own + traces / ((n - 1) * (n - 2))) / (n * (n - 3))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: how far the polynomial can be off."""
    worst = estimated(a, b).worst
    if not math.isfinite(worst):
        return ()
    return (f"method of moments: approximation by a polynomial can be off by {worst:.2g} in the worst case",)

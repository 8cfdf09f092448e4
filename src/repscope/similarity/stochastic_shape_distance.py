"""Stochastic shape distance (Duong et al. 2023), Gaussian form: means and covariances of every item after rotation."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from scipy.linalg import helmert

from repscope.array.inputs import Join
from repscope.array.linalg import coordinates
from repscope.array.namespace import detached, device_of, from_numpy, namespace
from repscope.array.trials import centred_trials, check_trials, pair_of_trials
from repscope.errors import InputError, explain
from repscope.similarity.rotations import (
    Found,
    best_rotation,
    check_search,
    identity,
    in_one_space,
    polar,
    principal_axes,
    starts_of,
)
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: the rotation is sought anew for every order of the items."""


class State(NamedTuple):
    """Centred means (items, units), and factors A (items, rows, units) of the covariances AᵀA of every item."""

    means: Array
    factors: Array
    alpha: float
    group: str
    starts: int
    trials: int
    notes: tuple[str, ...]


def stochastic_shape_distance(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    alpha: float | int = 1.0,
    group: str = "orthogonal",
    starts: int = 8,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the distance between two representations that vary over trials, in [0, ∞): 0 is identity.

    Every item is a Gaussian cloud of trials with mean μ and covariance Σ. The distance is the root of the mean over
    items of α |μ − Qν|² + (2 − α) B², with B the Bures distance between Σ and QΨQᵀ, for the rotation Q that
    makes it least: at α = 1 the 2-Wasserstein distance between the clouds.

    Parameters
    ----------
    X : array or Representation, (trials, items, p)
        One representation, its trials recorded apart: at least 2. Without the trials it would be (items, p).
    Y : array or Representation, (trials, items, q)
        The other one: the same items in the same order, with any number of trials and units. It would be (items, q)
        without the trials. Fewer units are filled up with silent ones.
    alpha : float
        From 0, covariances alone, over 1 (default), the 2-Wasserstein distance, to 2, means alone: there the distance
        is √2 times that of Procrustes by root mean square over items.
    group : {"orthogonal", "identity"}
        `orthogonal` (default) seeks the best rotation; `identity` compares unit with unit as they stand.
    starts : int
        Rotations from which the search begins; 8 is the default. The loss has local minima.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where the best rotation is unique and the
    distance is not 0; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; a single trial; alpha outside [0, 2]; unequal numbers of units under `identity`.

    Notes
    -----
    Invariant to translation and orthogonal maps of either input, and not to its scale: divide both by their standard
    deviations if gains mean nothing. A metric, up to the search: the value is that of the best minimum found,
    which can lie above the least one, by a percent where covariances of few trials decide and far less where means do.

    Covariances are those of the sample, divisor trials − 1. Those of few trials differ by chance, so that the
    distance falls as trials are added; compare at equal numbers of trials and items.

    Cost: a step of the search takes `items trials² (p + q)` multiplications and the singular values of one matrix
    (trials × trials) an item, or (units × units) where units are fewer; some 100 steps.

    Source: Duong et al. 2023 (Gaussian form with the interpolated ground metric); the squared Bures distance is
    tr Σ + tr Ψ − 2 tr (Σ½ Ψ Σ½)½. Weights of the search are those of the distance.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(5, 40, 3))
    >>> round(float(rs.stochastic_shape_distance(X, X[:, :, [2, 0, 1]] + 5)), 6)
    0.0
    """
    x, y = pair_of_trials(X, Y, join=join)
    options: dict[str, Any] = {"alpha": alpha, "group": group, "starts": starts}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "trials items units"],
    /,
    *,
    alpha: float | int = 1.0,
    group: str = "orthogonal",
    starts: int = 8,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the means and the factors of the covariances of every item; `doubt` changes nothing."""
    check_search(group, starts)
    if not 0 <= alpha <= 2:
        do = "1 is the 2-Wasserstein distance, 0 covariances alone, 2 means alone."
        raise InputError(explain(expected="between 0 and 2", got=repr(alpha), argument="alpha", do=do))
    check_trials(x, 2, argument)
    x, notes = centred_trials(x, argument, drop_constant=group != "identity")
    xp = namespace(x)
    trials, items, units = x.shape
    if group != "identity" and units > trials * items:
        x = xp.reshape(coordinates(xp.reshape(x, (-1, units))), (trials, items, -1))
    return State(xp.mean(x, axis=0), factors_of(x), float(alpha), group, starts, trials, notes)


def factors_of(x: Float[Array, "trials items units"]) -> Float[Array, "items rows units"]:
    """Return A for every item, AᵀA its covariance: contrasts of its trials, or their triangular factor if smaller."""
    xp = namespace(x)
    trials, items, units = x.shape
    contrasts = from_numpy(helmert(trials) / math.sqrt(trials - 1), x)
    rows = xp.reshape(contrasts @ xp.reshape(x, (trials, -1)), (trials - 1, items, units))
    rows = xp.permute_dims(rows, (1, 0, 2))
    return xp.linalg.qr(rows)[1] if trials - 1 > units > 0 else rows


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair, from differences of aligned clouds, so that equal ones are at 0."""
    xp = namespace(a.means, b.means)
    if not (a.means.shape[1] and b.means.shape[1]):
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(a.means))
    means, covariances = squares(a, b, fitted(a, b).rotation)
    return xp.sqrt(xp.mean(means + covariances))


def fitted(a: State, b: State) -> Found:
    """Return the rotation that brings both closest, without a gradient: at a minimum the value has none in it."""
    p, q = a.means.shape[1], b.means.shape[1]
    x, y, ax, ay = (detached(v) for v in (a.means, b.means, a.factors, b.factors))
    if a.group == "identity":
        return identity(p, q, x)
    xp = namespace(x, y)
    items, rows, _ = ax.shape
    flat, weight = xp.reshape(ax, (-1, p)), 2 - a.alpha
    means = a.alpha * x.mT @ y

    def step(rotations: Array) -> tuple[Array, Array]:
        count = rotations.shape[0]
        turned = xp.reshape(flat @ rotations, (count, items, rows, q))
        matched = xp.reshape(polar(turned @ ay.mT) @ ay, (count, items * rows, q))
        slopes = means + weight * (flat.mT @ matched)
        return -xp.sum(rotations * slopes, axis=(1, 2)), slopes

    flat_y = xp.reshape(ay, (-1, q))
    x_axes, y_axes = (principal_axes(v.mT @ v + f.mT @ f, v) for v, f in ((x, flat), (y, flat_y)))
    return best_rotation(step, starts_of(x.mT @ y, x_axes, y_axes, a.starts))


def squares(a: State, b: State, rotation: Float[Array, "p q"]) -> tuple[Array, Array]:
    """Return α |μ − Qν|² and (2 − α) B² of every item; B² as |A − R C|² for the best rotation R of the factors."""
    xp = namespace(a.means, b.means)
    x, y = in_one_space(a.means, b.means, rotation)
    left, right = in_one_space(a.factors, b.factors, rotation)
    matched = polar(detached(left) @ detached(right).mT)
    apart = left - matched @ right if left.shape[1] >= right.shape[1] else matched.mT @ left - right
    return a.alpha * xp.sum((x - y) ** 2, axis=1), (2 - a.alpha) * xp.sum(apart**2, axis=(1, 2))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the distance with each item left out, to first order: exact for a rotation that stays.

    At a minimum it does not move to first order. The means of the others are centred anew, exactly.
    """
    xp = namespace(a.means, b.means)
    n = a.means.shape[0]
    means, covariances = squares(a, b, fitted(a, b).rotation)
    rest = xp.sum(means + covariances) - covariances - n / (n - 1) * means
    return xp.sqrt(xp.where(rest > 0, rest, xp.zeros_like(rest)) / (n - 1))


def restricted(state: State, positions: Any, /) -> State:
    """Return the state of the items at `positions` alone: their means centred anew, their covariances as they are."""
    xp = namespace(state.means)
    at = from_numpy(positions, state.means)
    means = xp.take(state.means, at, axis=0)
    return state._replace(means=means - xp.mean(means, axis=0), factors=xp.take(state.factors, at, axis=0))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on items and trials, and whether the search ended."""
    n, trials, units = a.means.shape[0], min(a.trials, b.trials), max(a.means.shape[1], b.means.shape[1])
    notes = [f"depends on the sample size by definition; the interval is for the expected value at n = {n}"]
    if a.trials != b.trials:
        notes.append(f"{a.trials} and {b.trials} trials: covariances of fewer trials are noisier, and farther apart")
    if trials <= units and a.alpha < 2:
        notes.append(f"{trials} trials ≤ {units} units: covariances lack full rank, and come out far apart by chance")
    if a.means.shape[1] and b.means.shape[1] and not fitted(a, b).converged:
        notes.append("the search for the best rotation stopped before it converged: the distance is an upper bound")
    return tuple(notes)

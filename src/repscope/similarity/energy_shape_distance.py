"""Stochastic shape distance (Duong et al. 2023), energy form: whole clouds of trials after the best rotation."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from repscope.array.blocks import BUDGET, blocks
from repscope.array.inputs import Join
from repscope.array.linalg import coordinates
from repscope.array.namespace import detached, device_of, from_numpy, namespace, number
from repscope.array.trials import centred_trials, check_trials, pair_of_trials
from repscope.errors import InputError, explain
from repscope.similarity.rotations import (
    Found,
    best_rotation,
    check_search,
    identity,
    in_one_space,
    principal_axes,
    starts_of,
)
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: the rotation is sought anew for every order of the items."""

CLOSEST = 1e-6
"""Share of the typical length of a trial below which two trials count as that far apart in the search's weights."""

COPIES = 100
"""Units of rounding, of the longest trial, up to which two trials count as copies."""


class State(NamedTuple):
    """Centred trials (items, trials, units), and the mean distance between two trials of every item (items,)."""

    x: Array
    within: Array
    exponent: float
    group: str
    debiased: bool
    starts: int
    notes: tuple[str, ...]


def energy_shape_distance(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    exponent: float | int = 1.0,
    group: str = "orthogonal",
    debiased: bool = False,
    starts: int = 8,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the energy distance between two representations that vary over trials, in [0, ∞): 0 is identity.

    Its square is the mean over items of E|x − Qy|ᵉ − ½ E|x − x′|ᵉ − ½ E|y − y′|ᵉ, x and x′ trials of the item in
    one representation, y and y′ in the other, e the exponent, for the rotation Q that makes it least. It compares
    all that the clouds of trials are, where the Gaussian form compares means and covariances.

    Parameters
    ----------
    X : array or Representation, (trials, items, p)
        One representation, its trials recorded apart: at least 2. Without the trials it would be (items, p).
    Y : array or Representation, (trials, items, q)
        The other one: the same items in the same order, with any number of trials and units. It would be (items, q)
        without the trials. Fewer units are filled up with silent ones.
    exponent : float
        Above 0 and at most 2; 1 (default) is the energy distance. At 2 only the means count: the distance is then that
        of Procrustes by root mean square over items.
    group : {"orthogonal", "identity"}
        `orthogonal` (default) seeks the best rotation; `identity` compares unit with unit as they stand.
    debiased : bool
        False (default) compares the clouds of trials as recorded: a metric, which noise alone keeps above 0. True
        leaves each trial's distance to itself out of E|x − x′|, so that the square has no bias for a given rotation
        and may fall below 0: then −√|square| is returned, in (−∞, ∞), and it is no metric.
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
        Bad input; a single trial; an exponent outside (0, 2]; unequal numbers of units under `identity`.

    Notes
    -----
    Invariant to translation and orthogonal maps of either input, and not to its scale. A metric, up to the search:
    the value is that of the best minimum found, which can lie above the least one. Without `debiased` it falls as
    trials are added; compare at equal numbers of trials and items.

    Cost: a step of the search takes `items trials (trials + p) q` multiplications and the singular values of a p × q
    matrix; some 100 steps.

    Source: Duong et al. 2023 (energy form); Székely and Rizzo 2013 for the distance of two clouds.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(5, 40, 3))
    >>> round(float(rs.energy_shape_distance(X, X[:, :, [2, 0, 1]] + 5)), 6)
    0.0
    """
    x, y = pair_of_trials(X, Y, join=join)
    options: dict[str, Any] = {"exponent": exponent, "group": group, "debiased": debiased, "starts": starts}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "trials items units"],
    /,
    *,
    exponent: float | int = 1.0,
    group: str = "orthogonal",
    debiased: bool = False,
    starts: int = 8,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the centred trials of every item and their mean distance to each other; `doubt` changes nothing."""
    check_search(group, starts)
    if not 0 < exponent <= 2:
        do = "1 is the energy distance, 2 the distance of the means."
        raise InputError(explain(expected="above 0 and at most 2", got=repr(exponent), argument="exponent", do=do))
    check_trials(x, 2, argument)
    x, notes = centred_trials(x, argument, drop_constant=group != "identity")
    xp = namespace(x)
    trials, items, units = x.shape
    if group != "identity" and units > trials * items:
        x = xp.reshape(coordinates(xp.reshape(x, (-1, units))), (trials, items, -1))
    clouds = xp.permute_dims(x, (1, 0, 2))
    within = mean_distances(clouds, clouds, exponent)
    within = within * trials / (trials - 1) if debiased else within
    return State(clouds, within, float(exponent), group, debiased, starts, notes)


def mean_distances(
    x: Float[Array, "items trials units"], y: Float[Array, "items others units"], exponent: float | int
) -> Float[Array, " items"]:
    """Return E|x − y|ᵉ of every item over all pairs of trials, from differences, so that copies are at 0.

    Trials no farther apart than the rounding of a rotation count as copies, since a small power magnifies it.
    """
    xp = namespace(x, y)
    longest = number(xp.max(xp.sum(x * x, axis=2))) if x.shape[2] else 0.0
    rounding = (COPIES * float(xp.finfo(x.dtype).eps)) ** 2 * longest
    found = []
    for block in blocks(x.shape[0], 8 * x.shape[1] * y.shape[1] * x.shape[2], BUDGET // 4):
        apart = x[block, :, None, :] - y[block, None, :, :]
        found.append(xp.mean(powers(xp.sum(apart * apart, axis=3), exponent, rounding), axis=(1, 2)))
    return xp.concat(found)


def powers(squared: Array, exponent: float | int, rounding: float = 0.0) -> Array:
    """Return distances to a power from their squares, 0 for squares up to `rounding`; 0 has the gradient 0."""
    xp = namespace(squared)
    apart = squared > rounding
    return xp.where(apart, xp.where(apart, squared, xp.ones_like(squared)) ** (exponent / 2), xp.zeros_like(squared))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair."""
    xp = namespace(a.x, b.x)
    if not (a.x.shape[2] and b.x.shape[2]):
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(a.x))
    return root(xp.mean(energies(a, b, fitted(a, b).rotation)), a.debiased)


def root(square: Array, debiased: bool) -> Array:  # noqa: FBT001
    """Return the root with the sign of its square; the energy of two clouds as recorded is below 0 by rounding only."""
    xp = namespace(square)
    below = square < 0
    if not debiased:
        return xp.sqrt(xp.where(below, xp.zeros_like(square), square))
    return xp.where(below, -xp.ones_like(square), xp.ones_like(square)) * xp.sqrt(xp.abs(square))


def energies(a: State, b: State, rotation: Float[Array, "p q"]) -> Float[Array, " items"]:
    """Return the squared energy distance between the two clouds of every item."""
    return mean_distances(*in_one_space(a.x, b.x, rotation), a.exponent) - a.within / 2 - b.within / 2


def fitted(a: State, b: State) -> Found:
    """Return the rotation that brings both closest, without a gradient: at a minimum the value has none in it.

    Iteratively reweighted least squares: |r|ᵉ lies below a parabola in |r|, whose weight is |r|ᵉ⁻².
    """
    x, y = detached(a.x), detached(b.x)
    p, q = x.shape[2], y.shape[2]
    if a.group == "identity":
        return identity(p, q, x)
    xp = namespace(x, y)
    flat_x, flat_y = xp.reshape(x, (-1, p)), xp.reshape(y, (-1, q))
    lengths = xp.sum(x * x, axis=2)[:, :, None] + xp.sum(y * y, axis=2)[:, None, :]
    nearest = (CLOSEST**2) * number(xp.mean(lengths))

    def step(rotations: Array) -> tuple[Array, Array]:
        count = rotations.shape[0]
        squared = lengths - 2 * xp.reshape(flat_x @ rotations, (count, *x.shape[:2], q)) @ y.mT
        squared = xp.where(squared > nearest, squared, nearest * xp.ones_like(squared))
        losses = squared ** (a.exponent / 2)
        weighted = (losses / squared) @ y
        return xp.sum(losses, axis=(1, 2, 3)), flat_x.mT @ xp.reshape(weighted, (count, -1, q))

    x_axes, y_axes = (principal_axes(v.mT @ v, v) for v in (flat_x, flat_y))
    return best_rotation(step, starts_of(xp.mean(x, axis=1).mT @ xp.mean(y, axis=1), x_axes, y_axes, a.starts))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the distance with each item left out, to first order: the rotation stays, the centres move.

    At a minimum the rotation does not move to first order; the energy does with the centres, by its slope.
    """
    xp = namespace(a.x, b.x)
    n, rotation = a.x.shape[0], fitted(a, b).rotation
    own = energies(a, b, rotation)
    x, y = in_one_space(a.x, b.x, rotation)
    squared = xp.sum(x * x, axis=2)[:, :, None] + xp.sum(y * y, axis=2)[:, None, :] - 2 * x @ y.mT
    pairs = squared.shape[1] * squared.shape[2]
    weights = a.exponent * powers(xp.where(squared > 0, squared, xp.zeros_like(squared)), a.exponent - 2) / pairs
    slope = xp.mean(xp.sum(weights, axis=2)[:, None, :] @ x - xp.sum(weights, axis=1)[:, None, :] @ y, axis=0)[0, :]
    shifts = (xp.mean(x, axis=1) - xp.mean(y, axis=1)) / (n - 1)
    return root((xp.sum(own) - own) / (n - 1) + shifts @ slope, a.debiased)


def restricted(state: State, positions: Any, /) -> State:
    """Return the state of the items at `positions` alone: their trials centred anew, distances within as they are."""
    xp = namespace(state.x)
    at = from_numpy(positions, state.x)
    x = xp.take(state.x, at, axis=0)
    return state._replace(x=x - xp.mean(x, axis=(0, 1)), within=xp.take(state.within, at, axis=0))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the distance: without bias its square may fall below 0."""
    return (-math.inf, math.inf) if state.debiased else (0.0, math.inf)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on items and trials, and whether the search ended."""
    (n, trials, units), (_, others, more) = a.x.shape, b.x.shape
    notes = [f"depends on the sample size by definition; the interval is for the expected value at n = {n}"]
    if not a.debiased:
        notes.append(f"plug-in estimate: {trials} and {others} trials keep even equal clouds apart")
    if units and more and not fitted(a, b).converged:
        notes.append("the search for the best rotation stopped before it converged: the distance is an upper bound")
    return tuple(notes)

"""The dissimilarity of every pair of items, from the patterns of a representation."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.blocks import blocks
from repscope.array.inputs import centred, constant_units, not_finite, to_order_one
from repscope.array.linalg import mean, row_squares
from repscope.array.namespace import device_of, from_numpy, is_torch, itemsize, namespace, number, to_numpy
from repscope.errors import InputError, NotFiniteError, explain
from repscope.similarity.rdms import noise as noise_of
from repscope.similarity.rdms.condensed import condensed, pairs_of
from repscope.types import Array, Float

DISSIMILARITIES = ("squared euclidean", "euclidean", "correlation", "cosine", "mahalanobis", "poisson")
"""The dissimilarities of (items, units)."""

BLOCK = 2**16
"""Bytes of rows that go through all steps of a pattern's normalisation at once, so that they stay in cache."""

PANEL = 192
"""Rows of a panel of all dissimilarities: what lies below the diagonal in them is for nothing."""

MODERATE = 1e-9, 1e9
"""Largest absolute values between which squared lengths are in the range of float32, and none vanishes that counts."""

ALIKE = 0.9
"""Squared length of the mean of unit vectors above which float32 is not enough for what tells them apart."""


class Rdm(NamedTuple):
    """The dissimilarities of all pairs of items, row by row, and what must be said of them.

    `units` counts the units that are not constant; without any the entries are NaN.
    """

    entries: Array
    items: int
    units: int
    notes: tuple[str, ...]


def rdm_of(
    x: Float[Array, "items units"],
    dissimilarity: str,
    *,
    noise: Array | None = None,
    prior: tuple[float, float] = (1.0, 0.1),
    argument: str = "X",
) -> Rdm:
    """Return the dissimilarities of all pairs of items; squared ones are summed over units.

    Raises
    ------
    InputError
        There is no such dissimilarity; `noise` is missing or not positive definite; counts are negative.
    """
    if dissimilarity not in DISSIMILARITIES:
        expected, do = f"one of {DISSIMILARITIES}", "Choose one of them."
        raise InputError(explain(expected=expected, got=repr(dissimilarity), argument="dissimilarity", do=do))
    if dissimilarity in ("correlation", "cosine"):
        return angular(x, dissimilarity, argument)
    if dissimilarity == "poisson":
        return poisson(x, prior, argument)
    y, _, scale, notes = centred(x, argument)
    if not y.shape[1]:
        return undefined(x, notes)
    if dissimilarity == "mahalanobis":
        live = live_units(x)
        y = y @ namespace(y).astype(noise_of.whitening(noise_of.checked(noise, x, live), argument="noise"), y.dtype)
    entries = unscaled(squared_distances(y), scale**2)
    return Rdm(root(entries) if dissimilarity == "euclidean" else entries, x.shape[0], y.shape[1], notes)


def undefined(x: Array, notes: tuple[str, ...]) -> Rdm:
    """Return NaN for every pair."""
    xp, items = namespace(x), x.shape[-2]
    return Rdm(xp.full(pairs_of(items), math.nan, dtype=x.dtype, device=device_of(x)), items, 0, notes)


def unscaled(entries: Array, scale: float) -> Array:
    """Return the entries over the factor that they were multiplied by."""
    return entries if scale == 1 else entries / scale


def squared_distances(x: Float[Array, "items units"], *, half: bool = False) -> Float[Array, " pairs"]:
    """Return the squared distances of all pairs of centred rows, or half of them: half of `items² units` products.

    Lengths go into the product as two further units, so that no pass over all pairs follows it: with s the squared
    lengths and m their mean, 2 m (s_i + s_j) is (s_i + m)(s_j + m) − (s_i − m)(s_j − m).
    """
    xp = namespace(x)
    own = row_squares(x)[:, None]
    middle = xp.mean(own)
    middle = xp.where(middle > 0, middle, xp.ones_like(middle))
    right = xp.concat([x, xp.astype(own + middle, x.dtype), xp.astype(own - middle, x.dtype)], axis=1)
    factor = xp.ones(x.shape[1], dtype=x.dtype, device=device_of(x))
    ends = xp.astype(xp.stack([0.5 / middle, -0.5 / middle]), x.dtype)
    left = right * (xp.concat([-2 * factor, ends]) * (0.5 if half else 1.0))
    return of_products(left, right)


def of_products(left: Float[Array, "items units"], right: Float[Array, "items units"]) -> Float[Array, " pairs"]:
    """Return the entries above the diagonal of `left rightᵀ`, which is symmetric."""
    panels = blocks(left.shape[0], 1, PANEL)
    return condensed(tuple(left[rows, :] @ right[rows.start :, :].mT for rows in panels))


def root(squares: Float[Array, " pairs"]) -> Float[Array, " pairs"]:
    """Return square roots; of what is only rounding beside the largest, which a root would blow up, 0.

    Coinciding items are then exactly 0 apart, and tied. The gradient there is 0.
    """
    xp = namespace(squares)
    above = squares > 16 * float(xp.finfo(squares.dtype).eps) * xp.max(squares)
    return xp.where(above, xp.sqrt(xp.where(above, squares, xp.ones_like(squares))), xp.zeros_like(squares))


def live_units(x: Float[Array, "items units"]) -> np.ndarray:
    """Return the positions of the units that are not constant."""
    return np.setdiff1d(np.arange(x.shape[1]), constant_units(x))


def live(x: Float[Array, "items units"], argument: str) -> tuple[Array, tuple[str, ...]]:
    """Return `x` without its constant units, and what must be said of that.

    Raises
    ------
    NotFiniteError
        NaN or infinity stands in `x`.
    """
    xp = namespace(x)
    if not bool(xp.all(xp.isfinite(mean(x)))):
        raise NotFiniteError(not_finite(x, argument))
    keep = live_units(x)
    notes = dropped(x.shape[1] - len(keep), x.shape[1], argument)
    return (xp.take(x, from_numpy(keep, x), axis=1) if notes else x), notes


def dropped(constant: int, units: int, argument: str) -> tuple[str, ...]:
    """Return the note on units that are left out because they are constant."""
    if constant == units:
        return (f"{argument}: constant representation: the value is undefined (NaN)",)
    return (f"{argument}: {constant} constant unit{'' if constant == 1 else 's'} dropped",) if constant else ()


def angular(x: Float[Array, "items units"], dissimilarity: str, argument: str) -> Rdm:
    """Return 1 − r or 1 − cos of all pairs of patterns: half the squared distance of directions.

    Taken about the mean direction, so that patterns that all point the same way keep their digits; where most of
    each is that mean, in float64.
    """
    y, notes = live(x, argument)
    if not y.shape[1]:
        return undefined(x, notes)
    xp = namespace(y)
    found = directions(y, of_deviations=dissimilarity == "correlation")
    if y.dtype != xp.float64 and found.shared > ALIKE:
        found = directions(xp.astype(y, xp.float64), of_deviations=dissimilarity == "correlation")
    entries = squared_distances(xp.astype(found.x, y.dtype), half=True)
    flat = found.flat
    if len(flat):
        kind = "equal values at all units" if dissimilarity == "correlation" else "zeros at all units"
        several = "" if len(flat) == 1 else f" and {len(flat) - 1} more"
        notes = (*notes, f"{argument}: item {flat[0]}{several} with {kind}: {dissimilarity} undefined (NaN)")
        entries = without_pairs_of(entries, x.shape[0], flat)
    return Rdm(entries, x.shape[0], y.shape[1], notes)


class Directions(NamedTuple):
    """Patterns over their lengths, less the mean of that; the squared length of the mean; items without a direction."""

    x: Array
    shared: float
    flat: np.ndarray


def directions(x: Float[Array, "items units"], *, of_deviations: bool) -> Directions:
    """Return the direction of each pattern; `of_deviations` takes each one's mean over units away first."""
    xp = namespace(x)
    if not MODERATE[0] < max(number(xp.max(x)), -number(xp.min(x))) < MODERATE[1]:
        x, _ = to_order_one(x)
    units, flat = x.shape[1], []
    rounding = 8 * xp.finfo(x.dtype).eps * math.sqrt(units)
    rows = list(blocks(x.shape[0], x.shape[1] * itemsize(x), BLOCK))
    total: Any = 0.0
    scales, offsets = [], []
    for block in rows:
        means = xp.mean(x[block, :], axis=1, keepdims=True) if of_deviations else 0 * x[block, :1]
        lengths = lengths_of(x[block, :] - means if of_deviations else x[block, :])[:, None]
        some = lengths > rounding * xp.abs(means)
        flat.append(np.flatnonzero(~to_numpy(some[:, 0])) + block.start)
        scales.append(1 / xp.where(some, lengths, xp.ones_like(lengths)))
        offsets.append(means)
        total = total + xp.astype(xp.sum((x[block, :] - means) * scales[-1], axis=0), xp.float64)
    middle = total / x.shape[0]
    shift = xp.astype(middle, x.dtype)
    rest = [(x[block, :] - m) * s - shift for block, s, m in zip(rows, scales, offsets, strict=True)]
    return Directions(xp.concat(rest, axis=0), number(xp.sum(middle * middle)), np.concatenate(flat))


def lengths_of(x: Float[Array, "items units"]) -> Float[Array, " items"]:
    """Return the length of each row, in its own dtype."""
    xp = namespace(x)
    return xp.linalg.vector_norm(x, axis=1) if is_torch(x) else xp.sqrt(xp.vecdot(x, x))


def without_pairs_of(entries: Float[Array, " pairs"], items: int, flat: np.ndarray) -> Float[Array, " pairs"]:
    """Return the entries with NaN for all pairs of some items."""
    xp = namespace(entries)
    i, j = np.triu_indices(items, 1)
    hit = from_numpy(np.isin(i, flat) | np.isin(j, flat), entries)
    return xp.where(hit, xp.full_like(entries, math.nan), entries)


def poisson(x: Float[Array, "items units"], prior: tuple[float, float], argument: str) -> Rdm:
    """Return the symmetrised Kullback–Leibler divergences of Poisson rates: (λ − μ)(log λ − log μ) over units."""
    y, notes = live(x, argument)
    if not y.shape[1]:
        return undefined(x, notes)
    rates = with_prior(y, prior, argument)
    return Rdm(products_of_differences(rates, namespace(x).log(rates)), x.shape[0], y.shape[1], notes)


def with_prior(x: Array, prior: tuple[float, float], argument: str) -> Array:
    """Return rates drawn towards a prior rate, (x + rate · weight) / (1 + weight).

    Raises
    ------
    InputError
        A count is negative, or the prior is not above 0.
    """
    rate, weight = prior
    if not (rate > 0 and weight > 0):
        expected, do = "a rate and a weight above 0", "(1.0, 0.1) is the default."
        raise InputError(explain(expected=expected, got=repr(prior), argument="prior", do=do))
    least = number(namespace(x).min(x))
    if least < 0:
        do = "Poisson dissimilarities are of counts or rates; choose another one for signed activations."
        raise InputError(explain(expected="values of 0 and above", got=f"{least:.3g}", argument=argument, do=do))
    return (x + rate * weight) / (1 + weight)


def products_of_differences(x: Float[Array, "items units"], y: Float[Array, "items units"]) -> Float[Array, " pairs"]:
    """Return (x_i − x_j) · (y_i − y_j) for all pairs of rows, about the mean rows so that no digits are lost."""
    xp = namespace(x, y)
    x, y = (v - xp.astype(mean(v), v.dtype) for v in (x, y))
    own = xp.sum(x * y, axis=1)[:, None]
    ones = xp.ones_like(own)
    return of_products(xp.concat([-x, -y, ones, own], axis=1), xp.concat([y, x, own, ones], axis=1))

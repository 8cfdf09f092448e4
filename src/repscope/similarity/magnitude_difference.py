"""Magnitude difference: how far from the origin the two clouds of items lie."""

from __future__ import annotations

import math

from repscope.array.inputs import Join, pair, to_order_one
from repscope.array.linalg import row_squares
from repscope.array.namespace import device_of, namespace
from repscope.similarity import one_number
from repscope.similarity.as_given import as_given
from repscope.similarity.one_number import State
from repscope.types import Array, Float, Representation

NULL = "none"
"""The value compares one number of each representation, which the order of the items does not change."""

between, leave_one_out, bounds = one_number.between, one_number.leave_one_out, one_number.bounds


def magnitude_difference(
    X: Array | Representation, Y: Array | Representation, *, join: Join = "exact"
) -> Float[Array, ""]:
    """Return the difference of the magnitudes of two representations in [0, ∞): 0 is the same magnitude.

    The magnitude of a representation is the length of its mean item.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items, with any number of units.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where it is not 0; NaN where a
    representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    A description of each representation, not of their relation: which item is which means nothing to it, so there
    is no null, and 0 says little. Invariant to orthogonal maps only: translation and scale are what it measures.

    Cost: one pass over the data.

    Source: Wang et al. 2022; Klabunde et al. 2025 (survey), magnitude.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8)) + 1
    >>> bool(np.isclose(rs.magnitude_difference(X, 3 * X), 2 * np.linalg.norm(X.mean(0))))
    True
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x), prepare(y, argument="Y"))


def prepare(x: Float[Array, "items units"], /, *, doubt: bool = False, argument: str = "X") -> State:
    """Return the length of the mean item; with `doubt`, also that without each item."""
    xp = namespace(x)
    x, scale = to_order_one(x)
    rows, average, varies, notes = as_given(x, argument)
    if not varies:
        return State(xp.asarray(math.nan, dtype=xp.float64, device=device_of(x)), notes)
    square = xp.sum(average * average)
    state = State(length(square) / scale, notes)
    if not doubt:
        return state
    n = x.shape[0]
    along = xp.astype(rows @ xp.astype(average, rows.dtype), xp.float64)
    left = n * n * square - 2 * n * along + row_squares(rows)
    return state._replace(without=length(left) / (n - 1) / scale)


def length(square: Float[Array, ...]) -> Float[Array, ...]:
    """Return the root of what is a square up to rounding, with a gradient that is finite at 0."""
    xp = namespace(square)
    safe = xp.where(square > 0, square, xp.ones_like(square))
    return xp.where(square > 0, xp.sqrt(safe), xp.zeros_like(square))

"""Concentricity difference: how narrow a cone about its mean each of the two clouds of items fills."""

from __future__ import annotations

import math

from repscope.array.inputs import Join, pair, to_order_one
from repscope.array.linalg import mean, row_squares
from repscope.array.namespace import device_of, namespace, number
from repscope.similarity import one_number
from repscope.similarity.as_given import as_given
from repscope.similarity.one_number import State
from repscope.types import Array, Float, Representation

NULL = "none"
"""The value compares one number of each representation, which the order of the items does not change."""

between, leave_one_out, bounds = one_number.between, one_number.leave_one_out, one_number.bounds


def concentricity_difference(
    X: Array | Representation, Y: Array | Representation, *, join: Join = "exact"
) -> Float[Array, ""]:
    """Return the difference of the concentricities of two representations in [0, 2]: 0 is the same concentricity.

    The concentricity of a representation is the mean cosine of its items with their mean: 1 where all point one way.

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
    representation is constant or its mean is 0.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    A description of each representation, not of their relation: which item is which means nothing to it, so there
    is no null, and 0 says little. Invariant to isotropic scaling and orthogonal maps; translation is what it
    measures. Items of length 0 have no direction and count as cosine 0.

    Cost: two passes over the data.

    Source: Wang et al. 2022; Klabunde et al. 2025 (survey), concentricity.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.concentricity_difference(X + 1, 3 * X + 3)), 6)
    0.0
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x), prepare(y, argument="Y"))


def prepare(x: Float[Array, "items units"], /, *, doubt: bool = False, argument: str = "X") -> State:
    """Return the mean cosine with the mean: that is the mean direction times the direction of the mean.

    With `doubt` also that without each item, which changes the two means by the item's own share.
    """
    xp = namespace(x)
    x, average, varies, notes = as_given(to_order_one(x)[0], argument)
    size = xp.sqrt(xp.sum(average * average))
    if not varies or number(size) == 0:
        notes = notes or (f"{argument}: the mean is 0: the value is undefined (NaN)",)
        return State(xp.asarray(math.nan, dtype=xp.float64, device=device_of(x)), notes)
    squares = row_squares(x)
    dead = int(xp.count_nonzero(squares == 0))
    if dead:
        notes = (*notes, f"{argument}: {dead} items have length 0 and no direction: their cosines count as 0")
    lengths = xp.sqrt(xp.where(squares > 0, squares, xp.ones_like(squares)))
    directions = x / xp.astype(lengths, x.dtype)[:, None]
    common = mean(directions)
    state = State(xp.sum(common * average) / size, notes)
    return state._replace(without=without_each(x, directions, average, common)) if doubt else state


def without_each(x: Array, directions: Array, average: Array, common: Array) -> Float[Array, " items"]:
    """Return the mean cosine of the other items with their mean, for each item left out."""
    xp = namespace(x)
    n = x.shape[0]
    along, shared, own = (
        xp.astype(xp.vecdot(v, xp.astype(w, x.dtype)), xp.float64)
        for v, w in ((x, average), (x, common), (directions, average))
    )
    squares = row_squares(x)
    size = n * n * xp.sum(average * average) - 2 * n * along + squares
    together = n * n * xp.sum(common * average) - n * shared - n * own + xp.sqrt(squares)
    return together / (n - 1) / xp.sqrt(size)

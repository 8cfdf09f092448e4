"""Eigenspace overlap score (May et al. 2019): do the units of the two span the same space of functions of items?"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join, constant_units, near_order_one, pair
from repscope.array.linalg import cholesky_or_none, coordinates, cross, eigh, inverse_of_lower
from repscope.array.namespace import common_dtype, detached, device_of, from_numpy, has_gradient, namespace, number
from repscope.similarity.as_given import as_given
from repscope.stats.cross import CrossMoments, PairSums
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: a closed form is known for centred units only, which are not the default."""

TRUSTED = 1e-2
"""Ratio of the smallest to the largest length of a direction from which float32 products are enough."""


class State(NamedTuple):
    """The rows about their means, the means where they count, the map to an orthonormal basis, and its rank."""

    x: Array
    mean: Array
    basis: Array | None
    rank: int
    notes: tuple[str, ...]


def eigenspace_overlap(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    centred: bool = False,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the eigenspace overlap score of two representations in [0, 1]: 1 is the same space.

    With U and V orthonormal bases of the spaces that the units span, |UᵀV|² / max(rank of U, rank of V).

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    centred : bool
        False (default) as published: units as they are. True takes each unit's mean away first; the score is then
        the sum of squared canonical correlations over the larger rank.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it while the ranks stay the same; NaN where a
    representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays
        Bad input.

    Notes
    -----
    Invariant to every invertible linear map of the units, so that directions of tiny variance count as much as
    large ones, noise among them; to translation too when `centred`. Unrelated representations score about
    min(p, q) / n, and with as many units as items every two score 1.

    Cost: `n (p² + q² + p q)` multiplications, never n × n.

    Source: May et al. 2019.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.eigenspace_overlap(X, X[:, :4])), 6)
    0.5
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x, centred=centred), prepare(y, centred=centred, argument="Y"))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    centred: bool = False,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the rows about their means and the map that makes them orthonormal; `doubt` changes nothing."""
    xp = namespace(x)
    rows, average, varies, notes = as_given(near_order_one(x), argument)
    if not varies:
        return State(rows, average, None, 0, notes)
    if centred:
        rows, average, notes = about_means(rows, average, notes, argument)
    if rows.shape[1] > rows.shape[0]:
        rows = occupied(coordinates(xp.astype(rows, xp.float64)), max(rows.shape))
        average = xp.zeros_like(rows[0, :]) if centred else xp.mean(rows, axis=0)
    rows = rows if centred else rows - xp.astype(average, rows.dtype)
    moments = second_moments(rows, rows, average, average)
    basis = by_cholesky(moments, TRUSTED if rows.dtype == xp.float32 else 0.0)
    if basis is None:
        rows = xp.astype(rows, xp.float64)
        basis = by_eigenvectors(second_moments(rows, rows, average, average), rows.shape[0])
    return State(rows, average, basis, basis.shape[0], notes)


def about_means(
    rows: Array, average: Array, notes: tuple[str, ...], argument: str
) -> tuple[Array, Array, tuple[str, ...]]:
    """Return centred rows, their means of 0 and the notes; a constant unit is left out, of which rounding is left."""
    xp = namespace(rows)
    constant = constant_units(detached(rows))
    if constant:
        keep = from_numpy(np.setdiff1d(np.arange(rows.shape[1]), constant), rows)
        rows, average = xp.take(rows, keep, axis=1), xp.take(average, keep)
        notes = (*notes, f"{argument}: {len(constant)} constant unit{'' if len(constant) == 1 else 's'} dropped")
    wide = rows if rows.shape[1] <= rows.shape[0] else xp.astype(rows, xp.float64)
    return wide - xp.astype(average, wide.dtype), xp.zeros_like(average), notes


def occupied(rows: Float[Array, "items rank"], size: int) -> Float[Array, "items some"]:
    """Return the coordinates that some item has beyond the rounding of the longest of them.

    They take the place of units, whose lengths count as one: what rounding leaves would be a direction of its own.
    """
    xp = namespace(rows)
    squares = xp.sum(detached(rows) ** 2, axis=0)
    (keep,) = xp.nonzero(squares > (size * float(xp.finfo(rows.dtype).eps)) ** 2 * xp.max(squares))
    return xp.take(rows, keep, axis=1)


def second_moments(
    x: Float[Array, "items p"], y: Float[Array, "items q"], x_mean: Float[Array, " p"], y_mean: Float[Array, " q"]
) -> Float[Array, "p q"]:
    """Return the products of the units about 0 in float64, from rows about their means."""
    return cross(x, y) + x.shape[0] * x_mean[:, None] * y_mean[None, :]


def to_unit_diagonal(moments: Float[Array, "p p"]) -> tuple[Array, Array]:
    """Return M over the lengths of its units, and these: how large a unit is says nothing of what it spans."""
    xp = namespace(moments)
    squares = xp.linalg.diagonal(moments)
    lengths = xp.sqrt(xp.where(squares > 0, squares, xp.ones_like(squares)))
    return moments / lengths[:, None] / lengths[None, :], lengths


def by_cholesky(moments: Float[Array, "p p"], trusted: float) -> Array | None:
    """Return the map B with B M Bᵀ = 1, or None where M has not clearly full rank."""
    xp = namespace(moments)
    moments, lengths = to_unit_diagonal(moments)
    factor = cholesky_or_none(detached(moments))
    if factor is None:
        return None
    diagonal = xp.linalg.diagonal(factor)
    if number(xp.min(diagonal)) <= trusted * number(xp.max(diagonal)):
        return None
    return inverse_of_lower(xp.linalg.cholesky(moments) if has_gradient(moments) else factor) / lengths[None, :]


def by_eigenvectors(moments: Float[Array, "p p"], items: int) -> Float[Array, "rank p"]:
    """Return the map B with B M Bᵀ = 1 from the eigenvectors of M whose eigenvalues are not rounding."""
    xp = namespace(moments)
    moments, lengths = to_unit_diagonal(moments)
    values, vectors = eigh(moments)
    tolerance = number(values[-1]) * float(xp.finfo(moments.dtype).eps) * max(items, moments.shape[0])
    (keep,) = xp.nonzero(values > tolerance)
    return xp.take(vectors, keep, axis=1).mT / xp.sqrt(xp.take(values, keep))[:, None] / lengths[None, :]


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the score of one pair."""
    xp = namespace(a.x, b.x)
    if a.basis is None or b.basis is None:
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(a.x))
    x, y = common_dtype(a.x, b.x)
    return overlap(second_moments(x, y, a.mean, b.mean), a.basis, b.basis)


def overlap(together: Float[Array, "p q"], a: Float[Array, "r p"], b: Float[Array, "s q"]) -> Float[Array, ""]:
    """Return the squared cosines between two spaces over the larger rank, from products and maps to bases."""
    xp = namespace(together)
    cosines = a @ together @ b.mT
    return xp.sum(cosines * cosines) / max(a.shape[0], b.shape[0])


def from_moments(moments: CrossMoments, *, centred: bool = False) -> Float[Array, ""]:
    """Return the score of the items that `moments` summed; equal to the in-memory value."""
    together, *alone = (about_zero(sums, centred=centred) for sums in moments.centred())
    xp = namespace(together)
    if not all(number(xp.sum(abs(sums.xy))) for sums in moments.centred()[1:]):
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(together))
    bases = [by_cholesky(m, 0.0) for m in alone]
    a, b = (by_eigenvectors(m, moments.n) if basis is None else basis for m, basis in zip(alone, bases, strict=True))
    return overlap(together, a, b)


def about_zero(sums: PairSums, *, centred: bool) -> Float[Array, "p q"]:
    """Return the products about 0 from those about the means, or these where units are centred."""
    return sums.xy if centred else sums.xy + sums.n * sums.at_x[:, None] * sums.at_y[None, :]


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the score with the items of `b` in another order; bases stay."""
    return number(between(a, b._replace(x=namespace(b.x).take(b.x, from_numpy(order, b.x), axis=0))))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: chance is not 0 and falls with n."""
    n = a.x.shape[0]
    said = (f"depends on the sample size by definition; chance is about {min(a.rank, b.rank) / n:.3f} at n = {n}",)
    if max(a.rank, b.rank) >= n - 1:
        return (*said, "one of them spans all functions of the items: the value says nothing of how they relate")
    return said

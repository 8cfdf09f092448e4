"""Affine-invariant Riemannian distance between second-moment matrices of items (Shahbazi et al. 2021)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import square_sum
from repscope.array.namespace import device_of, from_numpy, has_gradient, namespace, number
from repscope.errors import InputError, explain
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for eigenvalues of a quotient under permutations."""


class State(NamedTuple):
    """The rows F, centred and scaled in float64, of the matrix shrinkage · 1 + F Fᵀ."""

    x: Array
    shrinkage: float
    units: int
    notes: tuple[str, ...]


def affine_invariant_riemannian(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    shrinkage: float = 0.1,
    scaled: bool = True,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the affine-invariant Riemannian distance of two representations in [0, ∞): 0 is the same geometry.

    √Σ log² λ, λ the eigenvalues of A⁻¹B, with A and B the items' second-moment matrices, centred and shrunk:
    (1 − s) G + s · 1. It is the geodesic distance on positive definite matrices.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    shrinkage : float
        s, above 0 and below 1. Without it the distance is infinite wherever items outnumber units.
    scaled : bool
        True (default) divides G by its mean eigenvalue, so that scale does not count. False takes G = XXᵀ / p
        with the scale it has, and s in that unit.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where it is not 0; NaN where a
    representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; a shrinkage outside (0, 1).

    Notes
    -----
    Invariant to translation and orthogonal maps, and to isotropic scaling if `scaled`. The name speaks of what
    mixes the items of both inputs alike, where shrinkage is small; it does not mean linear maps of the units.

    With fewer units than items most directions of G are empty, and there the value is set by the shrinkage:
    compare at one shrinkage and one number of items only. Other tools differ in how they make G invertible (a ridge
    of absolute size, or a fitted share of a noise covariance), and so in the number.

    Cost: `n (p + q)² + (p + q)³` multiplications, or n³ where units outnumber items; in float64.

    Source: Shahbazi et al. 2021.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.affine_invariant_riemannian(X, 3 * X)), 6)
    0.0
    """
    x, y = pair(X, Y, join=join)
    options: dict[str, Any] = {"shrinkage": shrinkage, "scaled": scaled}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    shrinkage: float = 0.1,
    scaled: bool = True,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation centred and scaled; `doubt` changes nothing."""
    if not 0 < shrinkage < 1:
        expected, do = "above 0 and below 1", "0.1 is the default."
        raise InputError(explain(expected=expected, got=repr(shrinkage), argument="shrinkage", do=do))
    xp = namespace(x)
    n, units = x.shape
    moved, _, scale, notes = centred(x, argument)
    if not moved.shape[1]:
        return State(moved, shrinkage, 0, notes)
    rows = xp.astype(moved, xp.float64)
    unit = square_sum(rows) / (n - 1) if scaled else units * scale**2
    return State(rows * ((1 - shrinkage) / unit) ** 0.5, shrinkage, units, notes)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair, found where the two differ from the shrinkage: in the span of their units."""
    xp = namespace(a.x, b.x)
    if not (a.units and b.units):
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(a.x))
    x, y = a.x, b.x
    n, p = x.shape
    # A QR decomposition has no gradient where the units of both are dependent, as those of copies are.
    if p + y.shape[1] < n and not (has_gradient(x) or has_gradient(y)):
        _, r = xp.linalg.qr(xp.concat([x, y], axis=1))
        x, y, n = r[:, :p], r[:, p:], r.shape[0]
    shrunk = a.shrinkage * xp.eye(n, dtype=xp.float64, device=device_of(x))
    factor = xp.linalg.cholesky(shrunk + x @ x.mT)
    half = xp.linalg.solve(factor, shrunk + y @ y.mT)
    quotient = xp.linalg.solve(factor, half.mT)
    logarithms = xp.log(xp.linalg.eigvalsh((quotient + quotient.mT) / 2))
    total = xp.sum(logarithms * logarithms)
    return xp.where(total > 0, xp.sqrt(xp.where(total > 0, total, xp.ones_like(total))), xp.zeros_like(total))


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the distance with the items of `b` in another order."""
    return number(between(a, b._replace(x=namespace(b.x).take(b.x, from_numpy(order, b.x), axis=0))))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n, and on the shrinkage."""
    n = a.x.shape[0]
    said = (f"grows with the number of items by definition: n = {n}",)
    fewest = min(a.units, b.units)
    return (*said, f"{fewest} units for {n} items: set largely by the shrinkage") if fewest < n - 1 else said

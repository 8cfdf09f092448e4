"""The generalised shape distances (Williams et al. 2021): alignment between rotations and all linear maps."""

from __future__ import annotations

from typing import Any

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import coordinates, cross, nuclear_norm, rank_tolerance, square_sum
from repscope.array.namespace import namespace
from repscope.similarity import procrustes
from repscope.similarity.partial_whitening import check_alpha, whitening
from repscope.similarity.procrustes import State
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the nuclear norm under permutations."""


INVERTS = True
"""Whitening inverts a scatter matrix, whose products are then made in float64 in a stream."""


def shape_distance(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    alpha: float | int = 0.5,
    distance: str = "angular",
    normalised: bool = True,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the generalised shape distance of two representations, in [0, π/2] if angular: 0 is identity.

    Either representation is centred and partially whitened, φ(X) = X (αI + (1 − α)(XᵀX)^(−½)). The value is the
    Procrustes distance of the two results: the distance that stays after the best rotation.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    alpha : float
        1 aligns by rotations alone, which is `procrustes`; 0 by any invertible linear map, the distance made of
        canonical correlations; 0.5 (default) lies between.
    distance : {"angular", "size_and_shape"}
        `angular` (default) is arccos s, with s the cosine after the rotation; `size_and_shape` is √(2 − 2s).
    normalised : bool
        True (default) compares shapes. False keeps the norms of φ(X) and φ(Y), so that `size_and_shape` is
        min |φ(X) − φ(Y)Q|, in [0, ∞).
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where singular values are distinct and the
    distance is not 0; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; alpha outside [0, 1].

    Notes
    -----
    A metric for every alpha. Invariant to translation and orthogonal maps; to isotropic scaling for alpha 0 and 1
    only, to invertible linear maps for alpha 0 only. In between, XᵀX grows with the units of measurement and with
    the number of items, and the weight of whitening falls as it does: compare at one scale and at equal n. With no
    more items than units, whitening makes all representations alike and the distance at alpha 0 is 0.

    Cost: `n (p² + q² + p q)` multiplications, the eigenvalues of both covariances and the singular values of
    a p × q matrix.

    Source: Williams et al. 2021, eq. 4 and 5 with the partial whitening of their section on regularised alignment.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> bool(rs.shape_distance(X, X * [1, 5, 25], alpha=0) < 1e-6)
    True
    """
    x, y = pair(X, Y, join=join)
    options: dict[str, Any] = {"alpha": alpha, "distance": distance, "normalised": normalised}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    alpha: float | int = 0.5,
    distance: str = "angular",
    normalised: bool = True,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation centred, partially whitened and of unit norm; `doubt` changes nothing."""
    check_alpha(alpha)
    if alpha == 1:
        return procrustes.prepare(x, distance=distance, normalised=normalised, argument=argument)
    procrustes.check_distance(distance)
    x, _, scale, notes = centred(x, argument)
    n, units = x.shape
    if not units:
        return State(x, distance, 0, notes)
    xp = namespace(x)
    if n <= units + 1:
        notes = (*notes, f"{argument}: {n} items for {units} units: whitening hides most of what differs")
    x, times = whitened(coordinates(x), alpha, scale)
    norm = xp.sqrt(square_sum(x))
    size = None if normalised or distance == "angular" else norm / times
    return State(x / xp.astype(norm, x.dtype), distance, units, notes, size)


def whitened(
    x: Float[Array, "items units"], alpha: float | int, scale: float
) -> tuple[Float[Array, "items units"], float]:
    """Return φ(X) times a number that keeps it in range, and this, for centred `x`, the values times `scale`."""
    if alpha == 1:
        return x, scale
    times = min(scale, 1.0)
    z = whitening(cross(x, x), alpha, rank_tolerance(x), scale, times / scale)
    return x @ namespace(x).astype(z, x.dtype), times


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair; one and the same state is at 0 from itself."""
    return procrustes.between(a, b)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the distance with the items of `b` in another order, which whitening does not see."""
    return procrustes.shuffled(a, b, order)


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the distance."""
    return procrustes.bounds(state)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n, above all where n is less than the units."""
    return procrustes.caveats(a, b)


def from_moments(
    moments: CrossMoments, *, alpha: float | int = 0.5, distance: str = "angular", normalised: bool = True
) -> Float[Array, ""]:
    """Return the distance from mergeable cross-moments: the same number, in one pass over any stream."""
    xp, m = namespace(moments.together.xy), moments.centred()
    tolerance = float(xp.finfo(xp.float64).eps) * max(m.n, *m.together.xy.shape)
    maps = [whitening(side.xy, alpha, tolerance) for side in (m.x_alone, m.y_alone)]
    sizes = [xp.sqrt(xp.linalg.trace(z @ side.xy @ z)) for z, side in zip(maps, (m.x_alone, m.y_alone), strict=True)]
    cosine = nuclear_norm(maps[0] @ m.together.xy @ maps[1]) / (sizes[0] * sizes[1])
    return procrustes.distance_of(cosine, distance, *(() if normalised else sizes))

"""Normalized Bures similarity (Tang et al. 2020): the fidelity of the two matrices of inner products of the items."""

from __future__ import annotations

from typing import Any

from repscope.array.inputs import Join, pair
from repscope.array.namespace import device_of, namespace
from repscope.similarity import procrustes
from repscope.similarity.procrustes import State
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the nuclear norm under permutations."""


def normalized_bures_similarity(
    X: Array | Representation, Y: Array | Representation, *, join: Join = "exact"
) -> Float[Array, ""]:
    """Return the normalized Bures similarity of two representations, in [0, 1]: 1 is identity.

    With K and L the inner products of the items of either representation after centring, the fidelity
    tr √(√K L √K) over √(tr K tr L). It equals the nuclear norm of XᵀY over the two Frobenius norms, the cosine
    of the angular Procrustes distance, which is how it is computed.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where XᵀY has full rank; NaN where a
    representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps. Where CKA squares the singular values of XᵀY,
    this sums them, so that directions of little variance count more. It is not 0 for unrelated representations, and
    the less so the fewer the items: it tends to 1 as units outnumber items. Compare at equal n, and against the null.

    Cost: `n p q` multiplications and the singular values of a p × q matrix (n × n where units outnumber items).

    Source: Tang et al. 2020; that it is the cosine of the Procrustes angle, Harvey et al. 2024.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(float(rs.normalized_bures_similarity(X, X[:, [2, 0, 1]] + 5)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x), prepare(y, argument="Y"))


def prepare(x: Float[Array, "items units"], /, *, doubt: bool = False, argument: str = "X") -> State:
    """Return one representation centred, of unit norm, in at most `items` units; `doubt` changes nothing."""
    return procrustes.prepare(x, doubt=doubt, argument=argument)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the similarity of one pair; one and the same state is at 1 from itself."""
    if a is b and a.units:
        xp = namespace(a.x)
        return xp.asarray(1.0, dtype=xp.float64, device=device_of(a.x))
    return procrustes.similarity(a, b)


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the similarity with each item left out, to first order in the item's weight."""
    return procrustes.cosine_without(a, b)[0]


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the similarity with the items of `b` in another order."""
    return float(between(a, procrustes.reordered(b, order)))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n, above all where n is less than the units."""
    return procrustes.caveats(a, b)


def from_moments(moments: CrossMoments) -> Float[Array, ""]:
    """Return the similarity from mergeable cross-moments: the same number, in one pass over any stream."""
    return procrustes.similarity_from_moments(moments)

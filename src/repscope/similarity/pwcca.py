"""Projection weighted CCA (Morcos et al. 2018): directions count by how much of X's units they account for."""

from __future__ import annotations

from typing import Any, NamedTuple

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import cross, inverse_of_lower, svd
from repscope.array.namespace import detached, from_numpy, namespace
from repscope.array.orthonormal import whitened, whitening_by_products, whitening_of_scatter
from repscope.similarity import canonical
from repscope.similarity.canonical import product, undefined
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for weighted correlations."""


PLAIN = ("mean", "min", ())
"""What a state of canonical correlation says beside its directions."""


class State(NamedTuple):
    """A representation with orthonormal directions, or the map (units, rank) to them; what units have of each."""

    directions: canonical.State
    loadings: Array
    notes: tuple[str, ...]


def pwcca(X: Array | Representation, Y: Array | Representation, *, join: Join = "exact") -> Float[Array, ""]:
    """Return the projection weighted mean of the canonical correlations, in [0, 1], with weights from X.

    The canonical direction hᵢ of X counts by αᵢ = Σⱼ |hᵢ · xⱼ| over the units xⱼ of X: by how much of X it accounts
    for. Directed: weights from Y give another value.

    Parameters
    ----------
    X : array or Representation, (items, p)
        The representation whose directions are weighted by its units.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, without a gradient: weights jump where two correlations change
    places. NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Invariant to every invertible linear map of Y, but for X only to translation, a common scale and the order of
    units: a sum of absolute values notices a rotation. Where several correlations are equal, as all are 1 that more
    directions than items make so, their directions are arbitrary and the weights with them. Depends on the number of
    items as `cca` does.

    Widely used code weights other directions than the paper's: those of the data before whitening, or the weights
    orthonormalised in place of the directions, and fails where X has more units than Y.

    Cost: `n p q + 3 n p² + 3 n q²` multiplications and the singular vectors of a p × q matrix.

    Source: Morcos et al. 2018, the definition of projection weighting.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(float(rs.pwcca(X, X @ [[1, 2, 0], [0, 1, 5], [3, 0, 1]])), 6)
    1.0
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x), prepare(y, argument="Y"))


def prepare(x: Float[Array, "items units"], /, *, doubt: bool = False, argument: str = "X") -> State:
    """Return one representation's directions and what its units have of them; `doubt` changes nothing."""
    x, _, _, notes = centred(detached(x), argument)
    if not x.shape[1]:
        return State(canonical.State(x, *PLAIN), x, notes)
    weights = whitening_by_products(x, 0.0)
    if weights is None:
        q, _ = whitened(x)
        return State(canonical.State(q, *PLAIN), cross(q, x), notes)
    # Wᵀ xᵀx W = 1, so that what the units have of the directions x W, Wᵀ xᵀx, is the inverse of W.
    return State(canonical.State(x, *PLAIN, map=weights), inverse_of_lower(weights.mT).mT, notes)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the value with weights from `a`."""
    first, second = a.directions, b.directions
    if not (first.rank and second.rank):
        return undefined(first.x)
    return weighted(product(first, second), a.loadings)


def weighted(m: Float[Array, "rank_x rank_y"], loadings: Float[Array, "rank_x units"]) -> Float[Array, ""]:
    """Return the singular values of `m` weighted by αᵢ = Σⱼ |hᵢ · xⱼ| of its left singular vectors."""
    xp = namespace(m)
    left, s, _ = svd(m)
    alpha = xp.sum(abs(left.mT @ loadings), axis=1)
    return xp.sum(alpha * s) / xp.sum(alpha)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order: their directions stay orthonormal."""
    x = b.directions.x
    moved = namespace(x).take(x, from_numpy(order, x), axis=0)
    return float(between(a, b._replace(directions=b.directions._replace(x=moved))))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on n; equal correlations have arbitrary weights."""
    return canonical.caveats(a.directions, b.directions)


def from_moments(moments: CrossMoments) -> Float[Array, ""]:
    """Return the value from mergeable cross-moments: the same number, in one pass over any stream."""
    m = moments.centred()
    w, v = (whitening_of_scatter(side.xy, 0.0, m.n) for side in (m.x_alone, m.y_alone))
    return weighted(w.mT @ m.together.xy @ v, w.mT @ m.x_alone.xy)

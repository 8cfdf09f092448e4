"""The RV coefficient (Robert and Escoufier 1976): the cosine of the patterns of inner products between items."""

from __future__ import annotations

from repscope.array.inputs import Join, pair
from repscope.similarity import cka
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation."""

State = cka.State
grid = cka.grid
between = cka.between
leave_one_out = cka.leave_one_out
shuffled = cka.shuffled
null = cka.null
caveats = cka.caveats


def rv(X: Array | Representation, Y: Array | Representation, *, join: Join = "exact") -> Float[Array, ""]:
    """Return the RV coefficient of two representations, in [0, 1]: 1 is identity; chance is above 0.

    tr(XXᵀYYᵀ) / √(tr (XXᵀ)² tr (YYᵀ)²) of centred X and Y: the squared correlation where each has one unit, and
    biased linear CKA by another, older name.

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
    A 0-d float64 array of the caller's library, differentiable in it; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps. It tends to 1 as units outnumber items,
    whatever the representations: `rs.modified_rv`, `rs.adjusted_rv` and debiased `rs.cka` mend that, the last one
    without any bias in its numerator.

    Cost: `n p q + n p² + n q²` multiplications for n items, or `n² (p + q)` with more units than items.

    Source: Robert and Escoufier 1976.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.rv(X, 3 * X + 1)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join)
    return between(prepare(x), prepare(y, argument="Y"))


def prepare(x: Float[Array, "items units"], /, *, doubt: bool = False, argument: str = "X") -> State:
    """Return the kernel of one representation and its inner product with itself."""
    return cka.prepare(x, debiased=False, doubt=doubt, argument=argument)


def from_moments(moments: CrossMoments) -> Float[Array, ""]:
    """Return the coefficient from mergeable cross-moments: the same number, in one pass over any stream."""
    return cka.from_moments(moments, debiased=False)

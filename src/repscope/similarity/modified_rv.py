"""The modified RV coefficient (Smilde et al. 2009): RV without the products of items with themselves."""

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


def modified_rv(X: Array | Representation, Y: Array | Representation, *, join: Join = "exact") -> Float[Array, ""]:
    """Return the modified RV coefficient (RV2) of two representations, in [−1, 1]: 1 is identity; chance is above 0.

    The cosine of XXᵀ and YYᵀ of centred X and Y, with zeros on both diagonals.

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
        Bad input; fewer than 4 items.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps. It is linear CKA in the dialect of Lange et al.
    2023, who found it anew. Centring with the diagonals in leaves some of the bias: n items and p unrelated units
    of equal variance in each score about 1 / (1 + n² / p), where debiased `rs.cka` is 0.

    Cost: `n p q + n p² + n q²` multiplications for n items, or `n² (p + q)` with more units than items.

    Source: Smilde et al. 2009.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.modified_rv(X, 3 * X + 1)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=4)
    return between(prepare(x), prepare(y, argument="Y"))


def prepare(x: Float[Array, "items units"], /, *, doubt: bool = False, argument: str = "X") -> State:
    """Return the kernel of one representation and its inner product with itself, diagonals left out."""
    return cka.prepare(x, dialect="lange", doubt=doubt, argument=argument)


def from_moments(moments: CrossMoments) -> Float[Array, ""]:
    """Return the coefficient from mergeable cross-moments: the same number, in one pass over any stream."""
    return cka.from_moments(moments, dialect="lange")

"""The adjusted RV coefficient (Mayer et al. 2011): RV from adjusted squared correlations of units."""

from __future__ import annotations

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import row_squares
from repscope.array.namespace import namespace
from repscope.similarity import cka, hsic_sums
from repscope.similarity.kernels import linear
from repscope.stats.cross import CrossMoments, PairSums
from repscope.types import Array, Float, Representation

NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation."""

LEAST = hsic_sums.LEAST["adjusted"]

State = cka.State
grid = cka.grid
between = cka.between
shuffled = cka.shuffled
null = cka.null


def adjusted_rv(
    X: Array | Representation, Y: Array | Representation, *, standardised: bool = True, join: Join = "exact"
) -> Float[Array, ""]:
    """Return the adjusted RV coefficient of two representations, in [−1, 1]: 1 is identity, 0 is chance.

    RV of standardised units is Σ r² over pairs of units, one of each input, over the geometric mean of the same
    within each. Here each r² is adjusted as in regression, 1 − (1 − r²) (n − 1) / (n − 2), whose expectation is 0
    for unrelated units. The sum comes to tr(XXᵀYYᵀ) less its mean over all orders of the items.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    standardised : bool
        Whether every unit is divided by its standard deviation first, as in the paper (default), so that all
        count alike. False weighs the adjusted r² of two units by their variances.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than 3 items.

    Notes
    -----
    Invariant to translation, isotropic scaling, the order of the units and, when standardised, the scale of
    each unit, but then not to rotations; without standardisation to orthogonal maps. Unlike RV it does not tend to 1
    as units outnumber items: numerator and denominator are free of that bias for uncorrelated units. Where a
    representation has at least n − 1 units and varies equally in all directions, nothing is left of it.

    Cost: `n p q + n p² + n q²` multiplications for n items, or `n² (p + q)` with more units than items.

    Source: Mayer et al. 2011 (Mayer, Lorent and Horgan).

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.adjusted_rv(X, 3 * X + 1)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=LEAST)
    return between(prepare(x, standardised=standardised), prepare(y, standardised=standardised, argument="Y"))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    standardised: bool = True,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the kernel of one representation and its adjusted inner product with itself."""
    x, squares, _, notes = centred(x, argument)
    if standardised and x.shape[1]:
        xp = namespace(x)
        lengths = xp.sqrt(row_squares(x.mT))
        x = x / xp.astype(lengths, x.dtype)
        squares = row_squares(x)
    return cka.state_of(linear(x, squares, notes), "adjusted", doubt=doubt, argument=argument)


def from_moments(moments: CrossMoments, *, standardised: bool = True) -> Float[Array, ""]:
    """Return the coefficient from mergeable cross-moments: the same number, in one pass over any stream."""
    m = moments.centred()
    if not standardised:
        return cka.ratio(*cka.hsics_of_moments(moments, "adjusted"))
    xp = namespace(m.together.xy)
    x, y = (xp.linalg.diagonal(alone.xy) for alone in (m.x_alone, m.y_alone))
    sides = ((m.together, x, y), (m.x_alone, x, x), (m.y_alone, y, y))
    return cka.ratio(*(adjusted_correlations(sums, p, q, m.n) for sums, p, q in sides))


def adjusted_correlations(sums: PairSums, x: Float[Array, " p"], y: Float[Array, " q"], n: int) -> Float[Array, ""]:
    """Return the sum of adjusted squared correlations from sums of products and of squares; constant units add none."""
    xp = namespace(x, y)
    (p, counted_p), (q, counted_q) = (inverse(squares) for squares in (x, y))
    total = xp.sum(sums.xy**2 * p[:, None] * q[None, :])
    return hsic_sums.adjusted(total, counted_p, counted_q, n)


def inverse(squares: Float[Array, " p"]) -> tuple[Array, Array]:
    """Return one over each number, 0 for those that are 0, and how many are not."""
    xp = namespace(squares)
    varies = squares > 0
    found = xp.where(varies, 1 / xp.where(varies, squares, xp.ones_like(squares)), 0 * squares)
    return found, xp.sum(xp.astype(varies, squares.dtype))

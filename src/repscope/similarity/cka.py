"""Centred kernel alignment (Kornblith et al. 2019) with linear and Gaussian kernels, debiased and biased."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.array import symmetric
from repscope.array.inputs import Join, pair
from repscope.array.namespace import from_numpy, namespace, to_numpy
from repscope.similarity import hsic
from repscope.similarity.kernels import Kernel, kernel_of
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Null, Representation

LEAST = {True: 4, False: 2}
"""Items that the estimator needs, debiased or not; without an item more there is no doubt to be had."""
SAMPLE = 512
"""Items from which the skewness of the null is found; its tail depends on it only weakly."""


NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation."""


class State(NamedTuple):
    """A kernel, its HSIC with itself, and where doubt is wanted that without each item and its concentration."""

    kernel: Kernel
    debiased: bool
    alone: Array
    notes: tuple[str, ...]
    alone_without: Array = None
    concentration: float = math.nan


def cka(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    kernel: str = "linear",
    debiased: bool = True,
    bandwidth: float = 0.4,
    dialect: str = "median",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the centred kernel alignment of two representations: 1 is identity, 0 is chance if debiased.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    kernel : {"linear", "rbf"}
        The similarity of two items: their inner product, or a Gaussian of their distance.
    debiased : bool
        The estimator. True (default) takes HSIC from the unbiased estimator of Song et al. 2012: its
        expectation under independence is 0 at any n, its range [−1, 1]. False is the plug-in estimator of the
        paper, in [0, 1], which tends to 1 as units outnumber items, whatever the representations.
    bandwidth : float
        σ of the Gaussian kernel as a share of the median distance between items; 0.4 (default) identified layers
        about as well as any in the paper's Table 2 and best in its Table F.1.
    dialect : {"median", "kornblith", "fixed"}
        How the median is taken: of the distances between different items (default), of all squared distances as
        in the paper's published code, or not at all: σ is then `bandwidth` in the units of the input.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than 4 items when debiased.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps of either input, and not to invertible
    linear ones: directions of high variance count most. A few outlying items can carry the value.

    Cost: `n p q + n p² + n q²` multiplications (linear, n items), or `n² (p + q)` with more units than items
    and for `rbf`, which also holds two n × n matrices.

    Source: Kornblith et al. 2019, eq. 1–3; Song et al. 2012, eq. 5.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.cka(X, 3 * X + 1)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=LEAST[debiased])
    options: dict[str, Any] = {"kernel": kernel, "debiased": debiased, "bandwidth": bandwidth, "dialect": dialect}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    debiased: bool = True,
    doubt: bool = False,
    argument: str = "X",
    **options: Any,
) -> State:
    """Return the kernel of one representation and its HSIC with itself; with `doubt`, also without each item."""
    kernel = kernel_of(x, argument=argument, doubt=doubt, debiased=debiased, **options)
    own = [kernel]
    alone = hsic.of_pairs(own, own, unbiased=debiased)[0, 0]
    state = State(kernel, debiased, alone, kernel.notes)
    if not doubt or kernel.items <= LEAST[debiased]:
        return state
    without = hsic.leave_one_out(kernel, kernel, unbiased=debiased)
    return state._replace(alone_without=without, concentration=concentration(kernel))


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return CKA for all pairs: HSIC(K, L) / √(HSIC(K, K) HSIC(L, L)) (Kornblith et al. 2019, eq. 3)."""
    xp = namespace(rows[0].kernel.diagonal, columns[0].kernel.diagonal)
    left = [state.kernel for state in rows]
    right = left if rows is columns else [state.kernel for state in columns]
    a, b = (xp.stack([state.alone for state in side]) for side in (rows, columns))
    return ratio(hsic.of_pairs(left, right, unbiased=rows[0].debiased), a[:, None], b[None, :])


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return CKA of one pair."""
    return grid([a], [b])[0, 0]


def ratio(together: Array, alone_a: Array, alone_b: Array) -> Array:
    """Return `together / √(alone_a alone_b)`, NaN where either is zero: a constant has no alignment."""
    xp = namespace(together)
    scale = alone_a * alone_b
    defined = scale > 0
    root = xp.sqrt(xp.where(defined, scale, xp.ones_like(scale)))
    return xp.where(defined, together / root, xp.full_like(together, math.nan))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return CKA with each item left out in turn, of states prepared with `doubt`.

    Exact for a linear kernel and a fixed width; an estimated width moves to first order.
    """
    together = hsic.leave_one_out(a.kernel, b.kernel, unbiased=a.debiased)
    return ratio(together, a.alone_without, b.alone_without) + width_effect(a, b) + width_effect(b, a)


def width_effect(a: State, b: State) -> Array | float:
    """Return how CKA moves with each item left out because the width of a's Gaussian kernel moves."""
    slope = a.kernel.slope
    if slope is None:
        return 0.0
    moved = [a.kernel._replace(gram=slope.gram, diagonal=symmetric.diagonal(slope.gram))]
    with_b, with_a = (hsic.of_pairs(moved, [s.kernel], unbiased=a.debiased)[0, 0] for s in (b, a))
    value = between(a, b)
    return (ratio(with_b, a.alone, b.alone) - value * with_a / a.alone) * slope.change


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return CKA with the items of `b` in another order; what does not depend on the order is shared."""
    xp = namespace(a.kernel.diagonal)
    at = from_numpy(order, b.kernel.diagonal)
    take: dict[str, Any] = {"diagonal": xp.take(b.kernel.diagonal, at)}
    if b.kernel.gram is None:
        take["features"] = xp.take(b.kernel.features, at, axis=0)
    else:
        take["gram"] = symmetric.shuffled(b.kernel.gram, order)
    return float(between(a, b._replace(kernel=b.kernel._replace(**take))))


def null(a: State, b: State, /) -> Null:
    """Return mean, SD and skewness of CKA over all permutations of the items, in closed form.

    Debiased: mean 0 and variance 2 / (n (n − 3)), whatever the kernels: U-centred matrices form one
    irreducible representation of the permutations, of dimension n (n − 3) / 2, so that averaging over them
    spreads a matrix evenly. Biased: Kazi-Aoual et al. 1995. Skewness: the leading term 8 tr K³ tr L³ /
    (2 tr K² tr L²)^1.5 of a weighted sum of χ² variables. States must be prepared with `doubt`.
    """
    n = a.kernel.items
    skewness = 2 * math.sqrt(2) * a.concentration * b.concentration
    if a.debiased:
        return Null(0.0, math.sqrt(2 / (n * (n - 3))), skewness, "closed form")
    (trace_a, f_a, g_a), (trace_b, f_b, g_b) = (kazi_aoual_terms(state) for state in (a, b))
    variance = 2 * f_a * f_b / ((n - 1) ** 2 * (n + 1) * (n - 2))
    if n > 3:
        variance += g_a * g_b / ((n + 1) * n * (n - 1) * (n - 2) * (n - 3))
    return Null(trace_a * trace_b / (n - 1), math.sqrt(max(variance, 0.0)), skewness, "closed form")


def kazi_aoual_terms(state: State) -> tuple[float, float, float]:
    """Return tr K, f(K) and g(K) of Kazi-Aoual et al. 1995 for K scaled to unit Frobenius norm."""
    n = state.kernel.items
    diagonal = to_numpy(state.kernel.diagonal)
    square = float(state.alone) * (n - 1) ** 2
    if square <= 0:
        return math.nan, math.nan, math.nan
    trace, squares = float(diagonal.sum()) / math.sqrt(square), float((diagonal**2).sum()) / square
    return trace, (n - 1) - trace**2, n * (n + 1) * squares - (n - 1) * (trace**2 + 2)


def concentration(kernel: Kernel) -> float:
    """Return tr K³ / (tr K²)^1.5 without its bias, in [0, 1]: 1 is one direction, 0 is very many.

    From at most `SAMPLE` evenly spaced items; only products of different items are summed.
    """
    positions = np.arange(0, kernel.items, max(1, -(-kernel.items // SAMPLE)))
    if kernel.gram is None:
        few = to_numpy(kernel.features)[positions].astype(np.float64)
        k = few @ few.T
    else:
        k = symmetric.sampled(kernel.gram, positions)
    k -= k.mean(axis=0) + k.mean(axis=1)[:, None] - k.mean()
    np.fill_diagonal(k, 0)
    m, squares = len(k), float((k * k).sum())
    if m < 4 or squares <= 0:
        return 0.0
    third = float(((k @ k) * k).sum()) / (m * (m - 1) * (m - 2))
    return min(max(third / (squares / (m * (m - 1))) ** 1.5, 0.0), 1.0)


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value: an alignment of hollow kernels may be negative, one of full ones may not."""
    return (-1.0, 1.0) if state.debiased else (0.0, 1.0)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: the plug-in estimator depends on n."""
    if a.debiased:
        return ()
    n, units = a.kernel.items, max(a.kernel.units, b.kernel.units)
    note = f"biased estimator: its value depends on the sample size; the interval is for its expectation at n = {n}"
    return (note, f"n = {n} < {units} units: biased CKA is far above 0 for unrelated data") if n < units else (note,)


def from_moments(moments: CrossMoments, *, debiased: bool = True) -> Float[Array, ""]:
    """Return linear CKA from mergeable cross-moments: the same number, in one pass over any stream."""
    m = moments.centred()
    n = m.n
    if not debiased:
        together, *alone = (hsic.biased(s, n) for s in m.squares())
        return ratio(together, *alone)
    values = [hsic.debiased(s, d, *t, n) for s, d, t in zip(m.squares(), m.diagonals(), m.traces(), strict=True)]
    return ratio(*values)

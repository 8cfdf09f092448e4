"""Centred kernel alignment (Kornblith et al. 2019) with linear, Gaussian, polynomial and the user's own kernels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.array import symmetric
from repscope.array.inputs import Join, pair
from repscope.array.namespace import from_numpy, namespace, number
from repscope.errors import InputError, explain
from repscope.similarity import hsic_sums
from repscope.similarity.hsic_sums import LEAST
from repscope.similarity.kernel_null import concentration, null_of_alignment, skewness
from repscope.similarity.kernels import Kernel, KernelLike, kernel_of
from repscope.similarity.moments_null import null_of_debiased
from repscope.similarity.resampling import resampled_alignment
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Null, Representation

NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation."""


class State(NamedTuple):
    """A kernel, its HSIC with itself, and where doubt is wanted that without each item and its concentration."""

    kernel: Kernel
    estimator: str
    alone: Array  # or None, where no doubt is wanted
    notes: tuple[str, ...]
    alone_without: Array = None
    concentration: float = math.nan


def cka(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    kernel: KernelLike = "linear",
    debiased: bool = True,
    bandwidth: float | int = 0.4,
    width: str = "median",
    degree: int = 3,
    coef0: float | int = 1.0,
    dialect: str = "song",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the centred kernel alignment of two representations: 1 is identity, 0 is chance if debiased.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    kernel : {"linear", "rbf", "polynomial"} or callable
        The similarity of two items: their inner product; a Gaussian of their distance; or (⟨x, y⟩ / s + coef0) to the
        power `degree`, of rows less their mean, s the mean of their squared lengths. A function of yours gets the
        array (items, units) as it is and returns the similarities (items, items) in its library; the invariances
        are then the function's own.
    debiased : bool
        The estimator. True (default) takes HSIC from the unbiased estimator of Song et al. 2012: its
        expectation under independence is 0 at any n, its range [−1, 1]. False is the plug-in estimator of the
        paper, in [0, 1], which tends to 1 as units outnumber items, whatever the representations.
    bandwidth : float
        σ of the Gaussian kernel as a share of the median distance between items; 0.4 (default) identified layers
        about as well as any in the paper's Table 2 and best in its Table F.1.
    width : {"median", "kornblith", "fixed"}
        How the median is taken: of the distances between different items (default), of all squared distances as
        in the paper's published code, or not at all: σ is then `bandwidth` in the units of the input.
    degree, coef0 : int, float
        Of the polynomial kernel: the power, 3 (default), and what is added first, 1 (default).
    dialect : {"song", "lange"}
        What `debiased` means. `song` (default) is U-centring (Székely and Rizzo 2014); `lange` centres with the
        diagonal in and leaves it out of the sum afterwards (Lange et al. 2023), which is still above 0 for
        unrelated data with few items.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than 4 items when debiased; a kernel function that is not symmetric or not finite.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps of either input, and not to invertible
    linear ones: directions of high variance count most. A few outlying items can carry the value.

    The interval is exact for a linear kernel and a fixed width; an estimated width, scale or centre is followed to
    first order, and a function of yours is taken to depend on its two items alone.

    Cost: `n p q + n p² + n q²` multiplications (linear, n items), or `n² (p + q)` with more units than items
    and for other kernels, which also hold two n × n matrices.

    Source: Kornblith et al. 2019, eq. 1–3; Song et al. 2012, eq. 5.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.cka(X, 3 * X + 1)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=LEAST[estimator_of(debiased=debiased, dialect=dialect)])
    options: dict[str, Any] = {"kernel": kernel, "debiased": debiased, "bandwidth": bandwidth, "width": width}
    options |= {"degree": degree, "coef0": coef0, "dialect": dialect}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def estimator_of(*, debiased: bool, dialect: str = "song") -> str:
    """Return the name of the estimator in `hsic_sums`."""
    if dialect not in ("song", "lange") or (dialect == "lange" and not debiased):
        expected = "'song' or 'lange' with debiased=True" if dialect == "lange" else "'song' or 'lange'"
        do = "`lange` is a way of debiasing; the biased estimator has one form."
        raise InputError(explain(expected=expected, got=repr(dialect), argument="dialect", do=do))
    if dialect == "lange":
        return dialect
    return "debiased" if debiased else "biased"


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    debiased: bool = True,
    dialect: str = "song",
    doubt: bool = False,
    argument: str = "X",
    **options: Any,
) -> State:
    """Return the kernel of one representation and its HSIC with itself; with `doubt`, also without each item."""
    estimator = estimator_of(debiased=debiased, dialect=dialect)
    kernel = kernel_of(x, argument=argument, doubt=doubt, estimator=estimator, **options)
    return state_of(kernel, estimator, doubt=doubt, argument=argument)


def state_of(kernel: Kernel, estimator: str, *, doubt: bool = False, argument: str = "X") -> State:
    """Return the state of a kernel; only where units are as many as items can these all be equally alike."""
    state = State(kernel, estimator, None, kernel.notes)
    if not doubt and (estimator == "biased" or kernel.units < kernel.items - 1):
        return state
    state = state._replace(alone=hsic_sums.alone(kernel, estimator=estimator))
    if kernel.units and estimator != "biased" and not number(state.alone) > 0:
        said = f"{argument}: items are all equally alike: HSIC is 0, alignment undefined (NaN)"
        state = state._replace(notes=(*state.notes, said))
    if not doubt or kernel.items <= LEAST[estimator]:
        return state
    without = None if estimator == "adjusted" else hsic_sums.without_each(kernel, kernel, estimator=estimator)
    return state._replace(alone_without=without, concentration=concentration(kernel))


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return CKA for all pairs: HSIC(K, L) / √(HSIC(K, K) HSIC(L, L)) (Kornblith et al. 2019, eq. 3)."""
    xp = namespace(rows[0].kernel.diagonal, columns[0].kernel.diagonal)
    left = [state.kernel for state in rows]
    right = left if rows is columns else [state.kernel for state in columns]
    found = hsic_sums.of_pairs(left, right, estimator=rows[0].estimator)
    if rows is columns:
        own = zip(xp.linalg.diagonal(found), left, strict=True)
        a = b = xp.stack([hsic_sums.beyond_rounding(value, kernel, rows[0].estimator) for value, kernel in own])
    else:
        a, b = (xp.stack([alone(state) for state in side]) for side in (rows, columns))
    return ratio(found, a[:, None], b[None, :])


def alone(state: State) -> Float[Array, ""]:
    """Return the HSIC of a kernel with itself, of a state prepared with or without doubt."""
    return hsic_sums.alone(state.kernel, estimator=state.estimator) if state.alone is None else state.alone


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

    Exact for a linear kernel and a fixed width; an estimated width, scale or centre moves to first order.
    """
    together = hsic_sums.without_each(a.kernel, b.kernel, estimator=a.estimator)
    return ratio(together, a.alone_without, b.alone_without) + moved(a, b) + moved(b, a)


def moved(a: State, b: State) -> Array | float:
    """Return how CKA moves with each item left out because what a's kernel is estimated from moves."""
    slope = a.kernel.slope
    if slope is None:
        return 0.0
    with_b, with_a = (hsic_sums.moved(a.kernel, s.kernel, slope, estimator=a.estimator) for s in (b, a))
    return ratio(with_b, a.alone, b.alone) - between(a, b) * with_a / a.alone


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return CKA with the items of `b` in another order; what does not depend on the order is shared."""
    return float(between(a, b._replace(kernel=reordered(b.kernel, order))))


def reordered(kernel: Kernel, order: Any) -> Kernel:
    """Return the kernel of the items in another order."""
    xp = namespace(kernel.diagonal)
    at = from_numpy(order, kernel.diagonal)
    take: dict[str, Any] = {"diagonal": xp.take(kernel.diagonal, at)}
    if kernel.gram is None:
        take["features"] = xp.take(kernel.features, at, axis=0)
    else:
        take["gram"] = symmetric.shuffled(kernel.gram, order)
    return kernel._replace(**take)


def null(a: State, b: State, /) -> Null:
    """Return mean, SD and skewness of CKA over all permutations of the items; states must be prepared with `doubt`."""
    skew = skewness(a.concentration, b.concentration)
    return null_of_alignment(a.kernel, b.kernel, (a.alone, b.alone), skew, estimator=a.estimator)


def resampled(a: State, b: State, counts: Any, /) -> Float[Array, " resamples"]:
    """Return debiased CKA over many resamples of the items, `counts` (resamples, items) saying how often each is taken.

    Copies of one item are no pair, and the width of a Gaussian kernel stays what it is for all items.

    Raises
    ------
    InputError
        The states are not of the debiased estimator: others count an item with itself.
    """
    if a.estimator != "debiased":
        do = "Prepare both with debiased=True and dialect='song'."
        raise InputError(explain(expected="the debiased estimator", got=a.estimator, argument="resampled", do=do))
    return from_numpy(resampled_alignment(a.kernel, b.kernel, np.asarray(counts)), a.kernel.diagonal)


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value: an alignment of hollow kernels may be negative, one of full ones may not."""
    return (0.0, 1.0) if state.estimator == "biased" else (-1.0, 1.0)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: only the unbiased estimator does not depend on n."""
    if a.estimator == "debiased":
        return ()
    n, units = a.kernel.items, max(a.kernel.units, b.kernel.units)
    name = "biased estimator" if a.estimator == "biased" else f"estimator {a.estimator!r}"
    note = f"{name}: its value depends on the sample size; the interval is for its expectation at n = {n}"
    return (note, f"n = {n} < {units} units: biased CKA is far above 0 for unrelated data") if n < units else (note,)


def from_moments(moments: CrossMoments, *, debiased: bool = True, dialect: str = "song") -> Float[Array, ""]:
    """Return linear CKA from mergeable cross-moments: the same number, in one pass over any stream."""
    return ratio(*hsics_of_moments(moments, estimator_of(debiased=debiased, dialect=dialect)))


def null_from_moments(moments: CrossMoments, *, debiased: bool = True, dialect: str = "song") -> Null | None:
    """Return the null of the debiased estimator from mergeable cross-moments, None for the others."""
    return null_of_debiased(moments) if estimator_of(debiased=debiased, dialect=dialect) == "debiased" else None


def hsics_of_moments(moments: CrossMoments, estimator: str) -> tuple[Array, ...]:
    """Return linear HSIC of the pair and of each alone."""
    m = moments.centred()
    sums = zip(m.squares(), m.diagonals(), m.traces(), strict=True)
    return tuple(hsic_sums.from_sums(total, d, *traces, m.n, estimator) for total, d, traces in sums)

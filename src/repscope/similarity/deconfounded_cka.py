"""Deconfounded CKA (Cui et al. 2022): CKA once the similarity of the inputs is regressed out of both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from repscope.array.inputs import Join, centred, pair
from repscope.array.namespace import namespace, number
from repscope.similarity import cka, hsic_sums
from repscope.similarity.deconfounding import OF_P, checked_confound, confound_of, left_of_product
from repscope.similarity.hsic_sums import LEAST
from repscope.similarity.kernel_null import concentration_of, null_of_alignment, sampled, skewness
from repscope.similarity.kernels import Kernel, linear
from repscope.types import Array, Float, Null, Representation

NULL = "closed form"
"""How the null is found: from the moments of the alignments that it is made of."""

ROUNDING = 64
"""How many times the rounding of one number must be left of a kernel for the value to be more than rounding."""


class State(NamedTuple):
    """A kernel, the confound's, their HSIC with themselves and each other, and what is left of the kernel's own.

    `without` holds the first three with each item left out, where doubt is wanted.
    """

    kernel: Kernel
    confound: Kernel
    estimator: str
    alone: Array
    crossed: Array
    confound_alone: Array
    left: Array
    notes: tuple[str, ...]
    without: tuple[Array, ...] = ()


def deconfounded_cka(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    confound: Any,
    debiased: bool = True,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return linear CKA of two representations less what the inputs explain, in [−1, 1]: 1 is identity, 0 is chance.

    Untrained networks hand on the similarities of their inputs, and so score high under CKA with any other network.
    Here the matrix of the inputs' similarities is regressed out of that of each representation, by least
    squares over pairs of items, before the two are compared. What comes out is the partial correlation of the
    two matrices given the inputs': (c_XY − c_XC c_YC) / √((1 − c_XC²)(1 − c_YC²)) with c the three values of CKA.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    confound : array or Representation, (items, features)
        The inputs, or whatever else both representations may share, one row an item in the order of X.
    debiased : bool
        True (default) regresses and compares U-centred matrices, without an item's similarity to itself; False
        those of the paper.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it; NaN where a representation or the confound is
    constant, and where the confound explains one of them wholly.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; not one row of the confound an item.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps of either input and of the confound. Regression
    is linear in similarities: what a representation makes of the inputs by a nonlinearity stays. A kernel less a
    part of another may have negative eigenvalues; published code has a switch, off by default, that cuts them off.
    With debiased matrices it is the partial distance correlation of Székely and Rizzo 2014, of squared distances.

    p is against items in random order, which share nothing, not even the confound. For "nothing beyond the confound is
    shared" it is far too small (as for partial Mantel tests: Guillot and Rousset 2013): read the interval, which
    covers 0 then where `debiased`. The plug-in estimator stays above 0, whatever p says.

    Cost: `n p q + n p² + n q² + n f (p + q + f)` multiplications for n items and f features.

    Source: Cui et al. 2022.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> rng = np.random.default_rng(0)
    >>> pixels = rng.normal(size=(300, 20))
    >>> X, Y = (pixels @ rng.normal(size=(20, 200)) for _ in range(2))
    >>> bool(rs.cka(X, Y) > 0.8), bool(abs(rs.deconfounded_cka(X, Y, confound=pixels)) < 0.2)
    (True, True)
    """
    x, y = pair(X, Y, join=join, least_items=LEAST[cka.estimator_of(debiased=debiased)])
    options: dict[str, Any] = {"confound": confound_of(confound, X), "debiased": debiased}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    confound: Any,
    debiased: bool = True,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the kernel of one representation, and what the confound's says of it; with `doubt`, also without items."""
    estimator = cka.estimator_of(debiased=debiased)
    kernel, inputs = kernel_of(x, argument), kernel_of(checked_confound(confound, x), "confound")
    alone, own = (hsic_sums.alone(side, estimator=estimator) for side in (kernel, inputs))
    crossed = hsic_sums.of_pairs([kernel], [inputs], estimator=estimator)[0, 0]
    left, notes = alone, (*kernel.notes, *inputs.notes)
    if kernel.units and inputs.units:
        left = left_of_product(alone, crossed, crossed, own)
    if kernel.units and not number(left) > ROUNDING * namespace(x).finfo(x.dtype).eps * number(alone):
        notes = (*notes, f"{argument}: the confound explains all of it: undefined (NaN)")
        left = 0 * left
    state = State(kernel, inputs, estimator, alone, crossed, own, left, notes)
    if not doubt or kernel.items <= LEAST[estimator]:
        return state
    sides = ((kernel, kernel), (kernel, inputs), (inputs, inputs))
    return state._replace(without=tuple(hsic_sums.without_each(a, b, estimator=estimator) for a, b in sides))


def kernel_of(x: Float[Array, "items units"], argument: str) -> Kernel:
    """Return the linear kernel of one array."""
    x, squares, _, notes = centred(x, argument)
    return linear(x, squares, notes)


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return the values of all pairs."""
    left = [state.kernel for state in rows]
    right = left if rows is columns else [state.kernel for state in columns]
    together = hsic_sums.of_pairs(left, right, estimator=rows[0].estimator)
    xp = namespace(together)
    a, b = (xp.stack([state.crossed for state in side]) for side in (rows, columns))
    own = rows[0].confound_alone
    own = xp.where(own > 0, own, xp.full_like(own, math.nan))
    remains = left_of_product(together, a[:, None], b[None, :], own)
    a, b = (xp.stack([state.left for state in side]) for side in (rows, columns))
    return cka.ratio(remains, a[:, None], b[None, :])


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the value of one pair."""
    return grid([a], [b])[0, 0]


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the value with each item left out in turn, exactly, of states prepared with `doubt`."""
    together = hsic_sums.without_each(a.kernel, b.kernel, estimator=a.estimator)
    (alone_a, crossed_a, own), (alone_b, crossed_b, _) = a.without, b.without
    return cka.ratio(
        left_of_product(together, crossed_a, crossed_b, own),
        left_of_product(alone_a, crossed_a, crossed_a, own),
        left_of_product(alone_b, crossed_b, crossed_b, own),
    )


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order, those of the confound as they were."""
    kernel = cka.reordered(b.kernel, order)
    crossed = hsic_sums.of_pairs([kernel], [b.confound], estimator=b.estimator)[0, 0]
    left = left_of_product(b.alone, crossed, crossed, b.confound_alone)
    return float(between(a, b._replace(kernel=kernel, crossed=crossed, left=left)))


def null(a: State, b: State, /) -> Null:
    """Return mean, SD and skewness of the value over all orders of the items of `b`.

    What is left of `a` is orthogonal to the confound, so that the numerator has the moments of an alignment of it
    with `b` as it is, which are known. The denominator, which moves little, is taken at its mean square.
    """
    slope = float(a.crossed) / float(a.confound_alone) if float(a.confound_alone) > 0 else math.nan
    rest = a.kernel._replace(diagonal=a.kernel.diagonal - slope * a.confound.diagonal)
    matrices = sampled(a.kernel) - slope * sampled(a.confound), sampled(b.kernel)
    skew = skewness(*(concentration_of(matrix) for matrix in matrices))
    found = null_of_alignment(rest, b.kernel, (a.left, b.alone), skew, estimator=a.estimator)
    inputs = null_of_alignment(b.confound, b.kernel, (b.confound_alone, b.alone), skew, estimator=a.estimator)
    kept = math.sqrt(1 - inputs.mean**2 - inputs.sd**2)
    return Null(found.mean / kept, found.sd / kept, found.skewness, found.method)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: how much the confound explains, and that the plug-in depends on n."""
    shares = [1 - float(s.left) / float(s.alone) if float(s.alone) > 0 else math.nan for s in (a, b)]
    note = f"the confound explains {shares[0]:.0%} and {shares[1]:.0%} of the two patterns of similarities"
    if a.estimator == "debiased":
        return (note, OF_P)
    return (note, OF_P, f"biased estimator: its value depends on the sample size, here n = {a.kernel.items}")

"""Minibatch CKA (Nguyen et al. 2021): debiased HSIC summed over batches of items before anything is divided."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join, centred, pair
from repscope.array.namespace import namespace, number
from repscope.errors import InputError, explain
from repscope.similarity import class_conditional_cka as by_class
from repscope.similarity import hsic_sums
from repscope.similarity.cka import ratio
from repscope.similarity.hsic_sums import LEAST
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: another order of the items makes other batches."""


class Batches(NamedTuple):
    """Batches of equal size: rows about their batch's mean, or where that is smaller their inner products."""

    rows: Array  # (batches, items, units)
    gram: Array  # (batches, items, items), or None
    squares: Array  # (batches, items)


class State(NamedTuple):
    """The batches of full size and, where items are left over, the last one; their summed HSIC with themselves.

    `classes` holds the same batches as classes of items, where doubt is wanted.
    """

    batches: tuple[Batches, ...]
    alone: Array
    notes: tuple[str, ...]
    classes: Any = None  # a State of `class_conditional_cka`


def minibatch_cka(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    batch_size: int = 256,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return linear CKA of two representations from minibatches, in [−1, 1]: 1 is identity, 0 is chance.

    Unbiased HSIC within each batch of items, summed over batches, over the geometric mean of the same sums for
    each input with itself: what published results were computed with where all items did not fit into memory.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    batch_size : int
        Items a batch, taken in the order given; 256 (default) is what the paper used. The last batch may be
        smaller, and is left out with fewer than 4 items.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; a batch size below 4.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps, not to the order of the items, which makes the
    batches. Pairs of items in different batches are not used, so that it is less precise than `rs.cka`, whose
    linear form can be had from a stream exactly. The sums are unbiased at any batch size; a mean
    of the batches' own CKA is not, and a mean of their biased CKA tends to 1 for small batches. Batches count by
    their number of items.

    Cost: `n b (p + q)` multiplications for n items in batches of b, or `n p q + n p² + n q²` if that is less.

    Source: Nguyen et al. 2021, the minibatch estimator.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.minibatch_cka(X, 3 * X + 1, batch_size=10)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=4)
    return between(prepare(x, batch_size=batch_size), prepare(y, batch_size=batch_size, argument="Y"))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    batch_size: int = 256,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the batches of one representation and their HSIC with themselves; with `doubt`, also without each item."""
    least = LEAST["debiased"]
    if isinstance(batch_size, bool) or not isinstance(batch_size, int | np.integer) or batch_size < least:
        do = "256 is the default."
        raise InputError(explain(expected=f"at least {least}", got=repr(batch_size), argument="batch_size", do=do))
    x, _, _, notes = centred(x, argument)
    items = x.shape[0]
    size = min(int(batch_size), items)
    full = items // size * size
    batches = [batches_of(x[:full, :], size)]
    if items - full >= least:
        batches.append(batches_of(x[full:, :], items - full))
    elif items > full:
        notes = (*notes, f"{argument}: {items - full} items in the last batch, fewer than {least}, left out")
    found = tuple(batches)
    alone = own_hsic(found)
    if x.shape[1] and not number(alone) > 0:
        notes = (*notes, f"{argument}: items of each batch are all equally alike: undefined (NaN)")
    if not doubt:
        return State(found, alone, notes)
    return State(found, alone, notes, by_class.classes_of(x, np.arange(items) // size, "debiased", notes, doubt=True))


def batches_of(x: Float[Array, "items units"], size: int) -> Batches:
    """Return consecutive batches of `size` items."""
    xp = namespace(x)
    rows = xp.reshape(x, (x.shape[0] // size, size, x.shape[1]))
    rows = rows - xp.astype(xp.mean(xp.astype(rows, xp.float64), axis=1, keepdims=True), x.dtype)
    gram = rows @ rows.mT if size <= 2 * x.shape[1] else None
    squares = xp.sum(rows * rows, axis=2, dtype=xp.float64)
    return Batches(rows, gram, squares)


def hsic_of(a: tuple[Batches, ...], b: tuple[Batches, ...]) -> Float[Array, ""]:
    """Return unbiased HSIC (Song et al. 2012, eq. 5) summed over batches, weighed by their items."""
    xp, found = namespace(a[0].rows), []
    for left, right in zip(a, b, strict=True):
        size = left.rows.shape[1]
        first, second = (xp.sum(side.squares, axis=1) for side in (left, right))
        diagonals = xp.vecdot(left.squares, right.squares)
        each = hsic_sums.debiased(products(left, right), diagonals, first, second, size)
        found.append(size * xp.sum(each))
    return xp.sum(xp.stack(found))


def own_hsic(batches: tuple[Batches, ...]) -> Float[Array, ""]:
    """Return the summed HSIC of batches with themselves, 0 where it is only rounding beside their diagonals."""
    xp, found = namespace(batches[0].rows), hsic_of(batches, batches)
    each = [xp.sum(part.squares * part.squares) / (part.rows.shape[1] - 3) for part in batches]
    size = batches[0].rows.shape[1]
    least = hsic_sums.rounding(batches[0].rows, size) * xp.sum(xp.stack(each))
    return xp.where(found > least, found, xp.zeros_like(found))


def products(a: Batches, b: Batches) -> Float[Array, " batches"]:
    """Return `Σ_ij K_ij L_ij` of each batch, in float64."""
    xp = namespace(a.rows, b.rows)
    if a.gram is None and b.gram is None:
        both = a.rows.mT @ b.rows
        return xp.sum(xp.sum(both * both, axis=2), axis=1, dtype=xp.float64)
    k, ell = (side.rows @ side.rows.mT if side.gram is None else side.gram for side in (a, b))
    return xp.sum(xp.vecdot(k, ell), axis=1, dtype=xp.float64)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the value of one pair."""
    return ratio(hsic_of(a.batches, b.batches), a.alone, b.alone)


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the value with each item left out of its batch, exactly; the batches are not made anew."""
    return by_class.leave_one_out(a.classes, b.classes)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it does not use all pairs."""
    size = a.batches[0].rows.shape[1]
    return (f"from batches of {size} items in the order given: `cka` uses all pairs of items",)

"""Class-conditional CKA: are items of one class arranged alike within it, whatever lies between the classes?"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import mean, row_squares
from repscope.array.namespace import from_numpy, namespace, number, to_numpy
from repscope.errors import ShapeError, explain
from repscope.similarity import hsic_sums
from repscope.similarity.cka import estimator_of, ratio, reordered
from repscope.similarity.hsic_sums import LEAST
from repscope.similarity.kernel_null import concentration, null_of_alignment, skewness
from repscope.similarity.kernels import Kernel, linear
from repscope.types import Array, Float, Null, Representation

NULL = "closed form"
"""How the null is found: `null` gives the moments over all orders in which items change places within their class."""


class State(NamedTuple):
    """A kernel for each class, the positions of its items, and the summed HSIC of the kernels with themselves.

    The last fields hold, where doubt is wanted, the HSIC of each class with itself, whole and without each item, and
    the concentration of its kernel.
    """

    kernels: tuple[Kernel, ...]
    members: tuple[np.ndarray, ...]
    items: int
    estimator: str
    alone: Array
    notes: tuple[str, ...]
    each: tuple[Array, ...] = ()
    each_without: tuple[Array, ...] = ()
    concentrations: tuple[float, ...] = ()


def class_conditional_cka(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    labels: Any,
    debiased: bool = True,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return linear CKA within classes of two representations, in [−1, 1]: 1 is identity, 0 is chance.

    HSIC of the items of each class by themselves, summed over classes with the number of items as a weight, over
    the geometric mean of the same sum for each input with itself. Each class loses its own mean, and only pairs of
    items of one class count: two networks that agree on the classes and on nothing else score 0, where CKA is high.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    labels : array, (items,)
        The class of each item, as numbers or words, in the order of the items of X.
    debiased : bool
        True (default) takes the unbiased HSIC of Song et al. 2012 in each class, False the plug-in estimator, in
        [0, 1] and far above 0 for classes of few items.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it; NaN where nothing varies within classes.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; not one label an item.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps of either input, and to moving whole classes.
    Classes of fewer than 4 items (2 when biased) are left out, and a note says how many.

    No one definition is established: others average CKA over classes, which weighs a noisy class like any other.
    Summing before dividing follows minibatch CKA, with classes for batches. For the null items change places within
    their class: across classes, what lies between these would come to lie within.

    Cost: `n p q + n p² + n q²` multiplications for n items.

    Source: Kornblith et al. 2019, eq. 3, with HSIC summed over classes.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> rng = np.random.default_rng(0)
    >>> labels = rng.integers(0, 3, 90)
    >>> X = rng.normal(size=(90, 8))
    >>> round(float(rs.class_conditional_cka(X, 2 * X + 9 * labels[:, None], labels=labels)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=LEAST[estimator_of(debiased=debiased)])
    options: dict[str, Any] = {"labels": labels, "debiased": debiased}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    labels: Any,
    debiased: bool = True,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the kernels of one representation, one a class; with `doubt`, their HSIC also without each item."""
    codes = codes_of(labels, x.shape[0])
    x, _, _, notes = centred(x, argument)
    return classes_of(x, codes, estimator_of(debiased=debiased), notes, doubt=doubt)


def classes_of(
    x: Float[Array, "items units"], codes: np.ndarray, estimator: str, notes: tuple[str, ...], *, doubt: bool
) -> State:
    """Return the state of centred rows whose classes are `codes`, from 0."""
    every = [np.flatnonzero(codes == code) for code in range(int(codes.max()) + 1)]
    members = tuple(positions for positions in every if len(positions) >= LEAST[estimator])
    if len(members) < len(every):
        few = f"{len(every) - len(members)} of {len(every)} classes with fewer than {LEAST[estimator]} items left out"
        notes = (*notes, few if members else f"{few}: undefined (NaN)")
    kernels = tuple(within(x, positions) for positions in members)
    each = tuple(hsic_sums.alone(kernel, estimator=estimator) for kernel in kernels)
    alone = summed(each, members, x)
    if members and x.shape[1] and not number(alone) > 0:
        notes = (*notes, "nothing varies within the classes beyond chance: undefined (NaN)")
    state = State(kernels, members, x.shape[0], estimator, alone, notes)
    if not doubt:
        return state
    without = tuple(hsics_without(kernel, kernel, estimator) for kernel in kernels)
    concentrations = tuple(concentration(kernel) for kernel in kernels)
    return state._replace(each=each, each_without=without, concentrations=concentrations)


def codes_of(labels: Any, items: int) -> np.ndarray:
    """Return the class of each item as a whole number from 0.

    Raises
    ------
    ShapeError
        There is not one label an item.
    """
    given = to_numpy(labels) if hasattr(labels, "__array_namespace__") or hasattr(labels, "detach") else labels
    given = np.asarray(given)
    if given.shape != (items,):
        do = "Give one label for each item, in the order of X."
        raise ShapeError(explain(expected=f"({items},)", got=f"{given.shape}", argument="labels", do=do))
    return np.unique(given, return_inverse=True)[1]


def within(x: Float[Array, "items units"], positions: np.ndarray) -> Kernel:
    """Return the kernel of the items at `positions` about their own mean."""
    xp = namespace(x)
    chosen = xp.take(x, from_numpy(positions, x), axis=0)
    chosen = chosen - xp.astype(mean(chosen), x.dtype)
    return linear(chosen, row_squares(chosen))


def summed(each: tuple[Array, ...], members: tuple[np.ndarray, ...], like: Array) -> Float[Array, ""]:
    """Return the sum over classes, each weighed by its number of items."""
    xp = namespace(like)
    if not each:
        return xp.sum(like[:0, 0], dtype=xp.float64)
    return xp.sum(xp.stack([value * len(own) for value, own in zip(each, members, strict=True)]))


def together(a: State, b: State) -> tuple[Array, ...]:
    """Return HSIC of each class."""
    pairs = zip(a.kernels, b.kernels, strict=True)
    return tuple(hsic_sums.of_pairs([k], [ell], estimator=a.estimator)[0, 0] for k, ell in pairs)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the value of one pair."""
    return ratio(summed(together(a, b), a.members, a.alone[None, None]), a.alone, b.alone)


def hsics_without(a: Kernel, b: Kernel, estimator: str) -> Float[Array, " items"]:
    """Return HSIC of a class without each of its items; 0 where too few are left to count."""
    if a.items <= LEAST[estimator]:
        return namespace(a.diagonal).zeros_like(a.diagonal)
    return hsic_sums.without_each(a, b, estimator=estimator)


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the value with each item left out in turn, exactly; states must be prepared with `doubt`.

    Only the item's own class changes, and a class that becomes too small is left out.
    """
    value, found = float(between(a, b)), together(a, b)
    whole = [float(summed(each, a.members, a.alone[None, None])) for each in (found, a.each, b.each)]
    without = np.full(a.items, value)
    for at, own in enumerate(a.members):
        crossed = hsics_without(a.kernels[at], b.kernels[at], a.estimator)
        left = (crossed, a.each_without[at], b.each_without[at])
        sums = [
            total - len(own) * float(each[at]) + (len(own) - 1) * to_numpy(stays)
            for total, each, stays in zip(whole, (found, a.each, b.each), left, strict=True)
        ]
        without[own] = ratio(*sums)
    return from_numpy(without, a.alone)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order within their classes.

    Where an order takes an item to another class, it is followed on until it comes back to the item's own: drawn
    evenly, it stays so in every class, and clusters that change places stay whole.
    """
    codes, order = np.full(b.items, -1), np.asarray(order)
    for at, own in enumerate(b.members):
        codes[own] = at
    places = order.copy()
    while len(away := np.flatnonzero(codes[places] != codes)):
        places[away] = order[places[away]]
    moved = [np.searchsorted(own, places[own]) for own in b.members]
    kernels = tuple(reordered(kernel, at) for kernel, at in zip(b.kernels, moved, strict=True))
    return float(between(a, b._replace(kernels=kernels)))


def null(a: State, b: State, /) -> Null:
    """Return mean, SD and skewness over all orders of the items within their classes, prepared with `doubt`.

    Classes are independent of each other: their means, variances and third moments add up.
    """
    moments = np.zeros(3)
    for k, ell, own_k, own_ell, *concentrations in zip(
        a.kernels, b.kernels, a.each, b.each, a.concentrations, b.concentrations, strict=True
    ):
        share = k.items * math.sqrt(max(float(own_k) * float(own_ell), 0.0))
        if share > 0:
            found = null_of_alignment(k, ell, (own_k, own_ell), skewness(*concentrations), estimator=a.estimator)
            moments += share * found.mean, (share * found.sd) ** 2, found.skewness * (share * found.sd) ** 3
    whole = math.sqrt(float(a.alone) * float(b.alone))
    mean, sd = float(moments[0]) / whole, math.sqrt(float(moments[1])) / whole
    return Null(mean, sd, float(moments[2]) / (whole * sd) ** 3 if sd > 0 else math.nan, "closed form")


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value."""
    return (0.0, 1.0) if state.estimator == "biased" else (-1.0, 1.0)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: the plug-in estimator depends on the size of the classes."""
    if a.estimator == "debiased" or not a.members:
        return ()
    smallest = min(len(own) for own in a.members)
    return (f"biased estimator: its value depends on the sizes of the classes, here from {smallest} items",)

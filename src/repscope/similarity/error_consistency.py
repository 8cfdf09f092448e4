"""Error consistency (Geirhos et al. 2020): do two networks err on the same items more than accuracy explains?"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join
from repscope.array.predictions import decisions, like, pair_of_answers
from repscope.similarity.decisions import correct, null_of_difference, without_each
from repscope.types import Array, Float, Null, Representation

NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation."""


class State(NamedTuple):
    """Whether each item is given its true class, as 0 and 1."""

    right: np.ndarray
    like: Array
    notes: tuple[str, ...]


def error_consistency(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    labels: Array,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return Cohen's κ of the errors of two networks, in [−1, 1]: 1 is errors on the same items, 0 is chance.

    With c the share of items on which both are right or both are wrong and c₀ what accuracies p and q give by
    chance, p q + (1 − p)(1 − q), it is (c − c₀) / (1 − c₀).

    Parameters
    ----------
    X : array or Representation, (items, classes) or (items,)
        What one network, or a person, answers: scores, of which the highest counts, or the numbers of the classes. Its
        (items, p) are scores of p classes.
    Y : array or Representation, (items, classes) or (items,)
        The other one: the same items and classes in the same order; its (items, q) must have q = p.
    labels : array, (items,)
        The true classes, as integers.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out. With
        `inner` the labels must be those of the shared items.

    Returns
    -------
    A 0-d float64 array of the caller's library, without a gradient; NaN where both are always right or always wrong.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; labels that are not one integer an item.

    Notes
    -----
    It asks on which items networks err, not which wrong class they give. Negative values mean errors on different
    items. Between networks of unequal accuracy 1 is out of reach: the largest value falls as accuracies part. The
    null keeps both accuracies and exchanges items, so that its mean is 0 exactly.

    Cost: one pass over the scores.

    Source: Geirhos et al. 2020; κ is Cohen 1960.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> truth, X, Y = np.array([0, 1, 2, 2]), np.array([0, 1, 1, 1]), np.array([0, 1, 1, 2])
    >>> float(rs.error_consistency(X, Y, labels=truth))
    0.5
    """
    x, y = pair_of_answers(X, Y, join=join)
    return between(prepare(x, labels=labels), prepare(y, labels=labels, argument="Y"))


def prepare(x: Array, /, *, labels: Array, doubt: bool = False, argument: str = "X") -> State:
    """Return whether each item is given its true class; `doubt` changes nothing."""
    chosen, notes = decisions(x, argument)
    right = correct(chosen, labels).astype(np.int64)
    if right.min() == right.max():
        said = "right" if right[0] else "wrong"
        notes = (*notes, f"{argument}: always {said}: consistency is 0, or undefined (NaN) with another such")
    return State(right, x[:0, ...], notes)


def kappa(consistent: Any, p: Any, q: Any) -> Any:
    """Return κ from the share of consistent items and both accuracies (Geirhos et al. 2020)."""
    expected = p * q + (1 - p) * (1 - q)
    defined = expected < 1
    return np.where(defined, (consistent - expected) / np.where(defined, 1 - expected, 1.0), math.nan)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return κ of one pair."""
    return like(float(kappa((a.right == b.right).mean(), a.right.mean(), b.right.mean())), a.like)


def leave_one_out(a: State, b: State, /) -> Float[np.ndarray, " items"]:
    """Return κ with each item left out, exactly."""
    found: np.ndarray = kappa(*(without_each(own) for own in (a.right == b.right, a.right, b.right)))
    return found


def null(a: State, b: State, /) -> Null:
    """Return the null in closed form: errors as many, on other items."""
    differ = null_of_difference(a.right, b.right)
    if not differ.mean > 0:
        return Null(math.nan, math.nan, math.nan, "closed form")
    return Null(0.0, differ.sd / differ.mean, -differ.skewness, "closed form")


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return κ with the items of `b` in another order, each with its label, so that the accuracies stay."""
    return float(between(a, b._replace(right=b.right[np.asarray(order)])))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: how high unequal accuracies let it be."""
    p, q = float(a.right.mean()), float(b.right.mean())
    most = float(kappa(1 - abs(p - q), p, q))
    if not math.isfinite(most):
        return (f"accuracies {p:.3g} and {q:.3g}: no errors to compare, or no right answers: undefined (NaN)",)
    return (f"accuracies {p:.3g} and {q:.3g}: κ can be {most:.3g} at most",)

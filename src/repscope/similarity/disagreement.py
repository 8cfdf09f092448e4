"""Disagreement: the share of items to which two networks give different classes."""

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
    """The class given to each item, and the share of classes that are wrong, NaN where that is not known."""

    chosen: np.ndarray
    wrong: float
    like: Array
    notes: tuple[str, ...]


def disagreement(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    labels: Array | None = None,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the share of items to which two networks give different classes, in [0, 1]: 0 is the same answers.

    Parameters
    ----------
    X : array or Representation, (items, classes) or (items,)
        What one network answers: scores, of which the highest counts, or the numbers of the classes. As for every
        measure the rows are items; its (items, p) are scores of p classes.
    Y : array or Representation, (items, classes) or (items,)
        The other one: the same items and classes in the same order; its (items, q) must have q = p.
    labels : array, (items,), optional
        The true classes. They do not change the value; a result then says between which bounds the error rates
        alone keep it, and what independent errors would give.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library. It has no gradient.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; classes that are not integers.

    Notes
    -----
    Also called churn, jitter or Hamming prediction difference (Klabunde et al. 2025). A metric. It does not depend on
    how sure a network is; `rs.churn` and `rs.jensen_shannon_divergence` do. Networks that err on shares e and f of
    the items disagree on |e − f| at least and min(e + f, 1) at most, so that accurate networks disagree little
    whatever they have in common: `rs.error_consistency` corrects for that.

    Cost: one pass over the scores.

    Source: Madani et al. 2004; names as in Klabunde et al. 2025.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> float(rs.disagreement(np.array([0, 1, 2, 2]), np.array([0, 1, 1, 2])))
    0.25
    """
    x, y = pair_of_answers(X, Y, join=join)
    return between(prepare(x, labels=labels), prepare(y, labels=labels, argument="Y"))


def prepare(x: Array, /, *, labels: Array | None = None, doubt: bool = False, argument: str = "X") -> State:
    """Return the class given to each item; `doubt` changes nothing."""
    chosen, notes = decisions(x, argument)
    wrong = math.nan if labels is None else 1 - float(correct(chosen, labels).mean())
    return State(chosen, wrong, x[:0, ...], notes)


def differ(a: State, b: State) -> Float[np.ndarray, " items"]:
    """Return 1 for every item that is given two classes, else 0."""
    return (a.chosen != b.chosen).astype(np.float64)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the share of one pair."""
    return like(float(differ(a, b).mean()), a.like)


def leave_one_out(a: State, b: State, /) -> Float[np.ndarray, " items"]:
    """Return the share with each item left out, exactly."""
    return without_each(differ(a, b))


def null(a: State, b: State, /) -> Null:
    """Return the permutation null in closed form: networks that give as many items to each class, at random."""
    return null_of_difference(a.chosen, b.chosen)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the share with the items of `b` in another order."""
    return float((a.chosen != b.chosen[np.asarray(order)]).mean())


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: what the error rates alone would make of it, and what 0 of n means."""
    n, notes = len(a.chosen), []
    if not differ(a, b).any():
        notes.append(f"none of {n} items: up to 3 / n = {3 / n:.2g} of others may still differ (95 %)")
    if math.isfinite(a.wrong + b.wrong):
        low, high = abs(a.wrong - b.wrong), min(a.wrong + b.wrong, 1.0)
        chance = a.wrong * (1 - b.wrong) + b.wrong * (1 - a.wrong)
        notes.append(
            f"error rates {a.wrong:.3g} and {b.wrong:.3g} keep disagreement between {low:.3g} and {high:.3g}; "
            f"independent errors give {chance:.3g} or more"
        )
    return tuple(notes)

"""The norm of the difference between the probabilities that two networks give to classes."""

from __future__ import annotations

from repscope.array.inputs import Join
from repscope.array.namespace import namespace
from repscope.array.predictions import pair_of_predictions
from repscope.similarity import soft_predictions
from repscope.similarity.soft_predictions import State
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: the mean over all pairs of items would cost their square."""

restricted = soft_predictions.restricted


def soft_prediction_difference(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    scale: str = "logits",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the mean Euclidean distance of two networks' probabilities, in [0, √2]: 0 is the same answers.

    Parameters
    ----------
    X : array or Representation, (items, classes)
        What one network answers, a score for every class; its (items, p) are scores of p classes.
    Y : array or Representation, (items, classes)
        The other one: the same items and classes in the same order; its (items, q) must have q = p.
    scale : {"logits", "probabilities"}
        What the scores are. `logits` (default) are turned into probabilities by softmax; the wrong word is refused.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; scores on the other scale.

    Notes
    -----
    A metric. For networks that are sure of every answer it is √2 times their disagreement.

    Cost: one pass over the scores.

    Source: Klabunde et al. 2025, "norm of soft prediction difference".

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X, Y = np.array([[1.0, 0], [0, 1]]), np.array([[1.0, 0], [1, 0]])
    >>> round(float(rs.soft_prediction_difference(X, Y, scale="probabilities")), 6)
    0.707107
    """
    x, y = pair_of_predictions(X, Y, join=join)
    return between(prepare(x, scale=scale), prepare(y, scale=scale, argument="Y"))


def prepare(
    x: Float[Array, "items classes"],
    /,
    *,
    scale: str = "logits",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the probabilities of one network's answers; `doubt` changes nothing."""
    return soft_predictions.state_of(x, scale, argument)


def apart(a: State, b: State) -> Float[Array, " items"]:
    """Return the distance of every item; where it is 0 its gradient is taken as 0."""
    xp = namespace(a.p, b.p)
    squared = xp.sum((a.p - b.p) ** 2, axis=1)
    differs = squared > 0
    return xp.where(differs, xp.sqrt(xp.where(differs, squared, xp.ones_like(squared))), xp.zeros_like(squared))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mean distance of one pair."""
    return namespace(a.p, b.p).mean(apart(a, b))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the mean with each item left out, exactly."""
    return soft_predictions.left_out(apart(a, b))

"""Jensen–Shannon divergence between the probabilities that two networks give to classes (Lin 1991)."""

from __future__ import annotations

import math

from repscope.array.inputs import Join
from repscope.array.namespace import namespace
from repscope.array.predictions import pair_of_predictions
from repscope.similarity import soft_predictions
from repscope.similarity.soft_predictions import State
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: the mean over all pairs of items would cost their square."""

restricted = soft_predictions.restricted


def jensen_shannon_divergence(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    scale: str = "logits",
    root: bool = False,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the mean Jensen–Shannon divergence of two networks' answers, in [0, ln 2] nats: 0 is the same answers.

    For probabilities p and q of an item and m their mean it is ½ Σ p ln(p / m) + ½ Σ q ln(q / m).

    Parameters
    ----------
    X : array or Representation, (items, classes)
        What one network answers, a score for every class; its (items, p) are scores of p classes.
    Y : array or Representation, (items, classes)
        The other one: the same items and classes in the same order; its (items, q) must have q = p.
    scale : {"logits", "probabilities"}
        What the scores are. `logits` (default) are turned into probabilities by softmax; the wrong word is refused.
    root : bool
        False (default) averages divergences. True averages their roots, each a metric, and so is their mean; in
        [0, √ln 2].
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it; the root is not where an item's answers agree.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; scores on the other scale.

    Notes
    -----
    Unlike Kullback–Leibler's it is symmetric and finite. It grows with confidence: networks that are sure of different
    classes are farther apart than networks that hesitate between them, so that temperature changes it.

    Cost: one pass over the scores, three logarithms each.

    Source: Lin 1991; the root is a metric by Endres and Schindelin 2003.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X, Y = np.array([[1.0, 0], [0, 1]]), np.array([[1.0, 0], [1, 0]])
    >>> round(float(rs.jensen_shannon_divergence(X, Y, scale="probabilities") / np.log(2)), 6)
    0.5
    """
    x, y = pair_of_predictions(X, Y, join=join)
    return between(prepare(x, scale=scale, root=root), prepare(y, scale=scale, root=root, argument="Y"))


def prepare(
    x: Float[Array, "items classes"],
    /,
    *,
    scale: str = "logits",
    root: bool = False,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the probabilities of one network's answers; `doubt` changes nothing."""
    return soft_predictions.state_of(x, scale, argument, option=float(root))


def apart(a: State, b: State) -> Float[Array, " items"]:
    """Return the divergence of every item, or its root."""
    xp = namespace(a.p, b.p)
    middle = (a.p + b.p) / 2
    found = xp.sum(entropy(middle) - (entropy(a.p) + entropy(b.p)) / 2, axis=1)
    positive = found > 0  # below 0 by rounding only, where both answers are the same
    if not a.option:
        return xp.where(positive, found, xp.zeros_like(found))
    return xp.where(positive, xp.sqrt(xp.where(positive, found, xp.ones_like(found))), xp.zeros_like(found))


def entropy(p: Array) -> Array:
    """Return −p ln p of every entry, 0 for 0."""
    xp = namespace(p)
    return -p * xp.log(xp.where(p > 0, p, xp.ones_like(p)))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mean divergence of one pair."""
    return namespace(a.p, b.p).mean(apart(a, b))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the mean with each item left out, exactly."""
    return soft_predictions.left_out(apart(a, b))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value."""
    return 0.0, math.sqrt(math.log(2)) if state.option else math.log(2)

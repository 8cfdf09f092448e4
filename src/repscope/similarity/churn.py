"""Surrogate churn (Bhojanapalli et al. 2021): how much the answers change from one network to the next."""

from __future__ import annotations

import math

from repscope.array.inputs import Join
from repscope.array.namespace import namespace
from repscope.array.predictions import pair_of_predictions
from repscope.errors import InputError, explain
from repscope.similarity import soft_predictions
from repscope.similarity.soft_predictions import State
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: the mean over all pairs of items would cost their square."""

restricted = soft_predictions.restricted


def churn(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    alpha: float | int = 1.0,
    scale: str = "logits",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the surrogate churn between two networks, in [0, classes / 2], 0 being the same answers.

    Probabilities are divided by their item's highest and raised to α; churn is half the sum of absolute differences,
    on average over items. As α grows only the highest class is left, and churn tends to the share of items whose class
    changes: churn proper (Milani Fard et al. 2016), which is `rs.disagreement`.

    Parameters
    ----------
    X : array or Representation, (items, classes)
        What one network answers, a score for every class; its (items, p) are scores of p classes.
    Y : array or Representation, (items, classes)
        The other one: the same items and classes in the same order; its (items, q) must have q = p.
    alpha : float
        Above 0; 1 is the default, infinity gives churn proper. Small values let classes far below the highest count.
    scale : {"logits", "probabilities"}
        What the scores are. `logits` (default) are turned into probabilities by softmax; the wrong word is refused.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it for a finite alpha.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; scores on the other scale; an alpha of 0 or less.

    Notes
    -----
    A metric on the powers of the probabilities. Unlike disagreement it sees answers that change without the class
    changing, and has a gradient, so that it can be trained down. At finite alpha it can exceed 1, where many classes
    stand nearly as high as the highest.

    Cost: one pass over the scores.

    Source: Bhojanapalli et al. 2021 (surrogate churn), after Milani Fard et al. 2016.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X, Y = np.array([[1.0, 0], [0, 1]]), np.array([[1.0, 0], [1, 0]])
    >>> float(rs.churn(X, Y, scale="probabilities"))
    0.5
    """
    x, y = pair_of_predictions(X, Y, join=join)
    return between(prepare(x, alpha=alpha, scale=scale), prepare(y, alpha=alpha, scale=scale, argument="Y"))


def prepare(
    x: Float[Array, "items classes"],
    /,
    *,
    alpha: float | int = 1.0,
    scale: str = "logits",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the powers of one network's probabilities; `doubt` changes nothing."""
    if not alpha > 0:
        do = "1 is the default, math.inf counts changes of class."
        raise InputError(explain(expected="above 0", got=repr(alpha), argument="alpha", do=do))
    state = soft_predictions.state_of(x, scale, argument, option=float(alpha))
    xp = namespace(state.p)
    share = state.p / xp.max(state.p, axis=1, keepdims=True)
    powers = xp.astype(share == 1, xp.float64) if math.isinf(alpha) else share**alpha
    return state._replace(p=powers)


def apart(a: State, b: State) -> Float[Array, " items"]:
    """Return half the sum of absolute differences of every item."""
    xp = namespace(a.p, b.p)
    return xp.sum(xp.abs(a.p - b.p), axis=1) / 2


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the mean churn of one pair."""
    return namespace(a.p, b.p).mean(apart(a, b))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the mean with each item left out, exactly."""
    return soft_predictions.left_out(apart(a, b))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value."""
    return 0.0, 1.0 if math.isinf(state.option) else state.p.shape[1] / 2

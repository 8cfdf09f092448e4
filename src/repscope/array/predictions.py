"""What networks answer: (items, classes) scores, or one class an item; checked, joined, and as probabilities."""

from __future__ import annotations

import numpy as np

from repscope.array.inputs import Join, check_join, match_ids, rows_at
from repscope.array.linalg import mean
from repscope.array.namespace import from_numpy, is_torch, namespace, to_numpy
from repscope.array.pairing import check_together, pair_with_axes
from repscope.errors import InputError, NotFiniteError, ShapeError, explain
from repscope.types import TAKES, Array, Float, Int, Representation

AXES = TAKES["predictions"]

SUM = 1e-3
"""How far from 1 the probabilities of an item may sum, as half precision leaves them."""


def pair_of_predictions(
    X: Array | Representation, Y: Array | Representation, *, join: Join = "exact", least_items: int = 2
) -> tuple[Array, Array]:
    """Return two arrays of one library, (items, classes) each, of the same items and classes in the same order.

    Raises
    ------
    ShapeError, DtypeError, IdMismatch, MixedArrays, InputError
        As their names say; each message tells which argument and what to do.
    """
    x, y = pair_with_axes(X, Y, AXES, join=join, least_items=least_items)
    if x.shape[1] != y.shape[1]:
        do = "Compare networks that choose among the same classes, in the same order."
        got = f"{x.shape[1]} and {y.shape[1]}"
        raise ShapeError(explain(expected="equally many classes", got=got, argument="X, Y", do=do))
    return x, y


def pair_of_answers(
    X: Array | Representation, Y: Array | Representation, *, join: Join = "exact"
) -> tuple[Array, Array]:
    """Return two arrays of predictions, or of one class an item, (items,) integers, where either is given so.

    Raises
    ------
    ShapeError, DtypeError, IdMismatch, MixedArrays, InputError
        As their names say; each message tells which argument and what to do.
    """
    x, y = (v.x if isinstance(v, Representation) else v for v in (X, Y))
    if len(x.shape) != 1 and len(y.shape) != 1:
        return pair_of_predictions(X, Y, join=join)
    check_join(join)
    if isinstance(X, Representation) and isinstance(Y, Representation):
        at, by = match_ids(X.ids, Y.ids, join)
        x, y = rows_at(x, at), rows_at(y, by)
    check_together(x, y)
    if x.shape[0] != y.shape[0]:
        do, got = "Give the same items in the same order.", f"{x.shape[0]} and {y.shape[0]}"
        raise ShapeError(explain(expected="equally many items", got=got, argument="X, Y", do=do))
    return x, y


def decisions(x: Array, argument: str = "X") -> tuple[Int[np.ndarray, " items"], tuple[str, ...]]:
    """Return the class that each item is given: that of the highest score, or `x` itself if it holds classes.

    Of equally high scores the first one counts, which a note says.
    """
    if len(x.shape) == 1:
        return classes_of(x, argument), ()
    check_finite(x, argument)
    scores = to_numpy(x)
    tied = int(np.count_nonzero((scores == scores.max(axis=1, keepdims=True)).sum(axis=1) > 1))
    notes = (f"{argument}: {tied} items have more than one highest score; the first class counts",) if tied else ()
    return scores.argmax(axis=1), notes


def classes_of(x: Array, argument: str, items: int | None = None) -> Int[np.ndarray, " items"]:
    """Return one class an item as integers.

    Raises
    ------
    ShapeError
        There is not one entry for each of `items`.
    InputError
        The entries are not integers.
    """
    host = to_numpy(x) if is_torch(x) or hasattr(x, "__array_namespace__") else np.asarray(x)
    if host.ndim != 1 or (items is not None and len(host) != items):
        expected = "(items,)" if items is None else f"one class for each of {items} items"
        got, do = f"an array of shape {host.shape}", "Give the class of every item, in the order of the items."
        raise ShapeError(explain(expected=expected, got=got, argument=argument, do=do))
    if host.dtype.kind not in "iub":
        do = "Number the classes: np.unique(labels, return_inverse=True)[1]; scores need an axis of classes."
        raise InputError(explain(expected="integers", got=str(host.dtype), argument=argument, do=do))
    return host.astype(np.int64)


def probabilities(x: Float[Array, "items classes"], scale: str, argument: str = "X") -> Float[Array, "items classes"]:
    """Return the probability of every class in float64, from logits or from probabilities as they are.

    Raises
    ------
    InputError
        There is no such scale; or the values are on the other one.
    NotFiniteError
        NaN or infinity stands in `x`.
    """
    if scale not in ("logits", "probabilities"):
        expected, do = "'logits' or 'probabilities'", "Say what the scores are."
        raise InputError(explain(expected=expected, got=repr(scale), argument="scale", do=do))
    check_finite(x, argument)
    xp = namespace(x)
    x = xp.astype(x, xp.float64)
    sums = to_numpy(xp.sum(x, axis=1))
    summed = bool((to_numpy(x) >= 0).all()) and float(np.abs(sums - 1).max()) < SUM
    if summed != (scale == "probabilities"):
        expected = "rows of probabilities" if scale == "probabilities" else "logits"
        got = "values that are negative or do not sum to 1" if scale == "probabilities" else "rows that sum to 1"
        do = f"Say scale={'logits' if scale == 'probabilities' else 'probabilities'!r}, if that is what they are."
        raise InputError(explain(expected=expected, got=got, argument=argument, do=do))
    if scale == "probabilities":
        return x
    powers = xp.exp(x - xp.max(x, axis=1, keepdims=True))
    return powers / xp.sum(powers, axis=1, keepdims=True)


def check_finite(x: Array, argument: str) -> None:
    """Raise `NotFiniteError` where NaN or infinity stands in `x`; found from the means."""
    if bool(np.isfinite(to_numpy(mean(x))).all()):
        return
    bad = ~np.isfinite(to_numpy(x))
    first = tuple(int(i) for i in np.argwhere(bad)[0]) if bad.any() else ()
    got = f"{int(bad.sum())} NaN or infinite values" + (f" (first: item {first[0]}, class {first[1]})" if first else "")
    do = "Drop those items in both, or give large finite scores for classes that are ruled out."
    raise NotFiniteError(explain(expected="finite values", got=got, argument=argument, do=do))


def like(value: float, x: Array) -> Float[Array, ""]:
    """Return a number as a 0-d float64 array in the library and on the device of `x`."""
    return from_numpy(np.asarray(value, dtype=np.float64), x)

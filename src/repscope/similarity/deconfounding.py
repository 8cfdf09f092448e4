"""What is left of one pattern of similarities when another one is regressed out (Cui et al. 2022)."""

from __future__ import annotations

from typing import Any

import numpy as np

from repscope.array.inputs import checked, match_ids, rows, rows_at
from repscope.array.namespace import from_numpy, library_of, namespace, to_numpy
from repscope.errors import ShapeError, explain
from repscope.types import Array, Float, Representation

OF_P = (
    "p is against items in random order, which share nothing, not even the confound: a small one does not say "
    "that anything beyond it is shared; an interval above 0 does"
)
"""What must be said of p: representations that share nothing but the confound fall below 0.05 far too often."""


def confound_of(confound: Any, X: Any) -> Any:
    """Return the confound as an array in the order of X's items, joined by id where both have ids."""
    if not isinstance(confound, Representation):
        return confound
    if not isinstance(X, Representation):
        return rows(confound, "confound")
    at = None if X.ids == confound.ids else match_ids(X.ids, confound.ids, "inner")[1]
    return rows_at(rows(confound, "confound"), at)


def checked_confound(confound: Any, like: Float[Array, "items units"]) -> Float[Array, "items features"]:
    """Return the confound as (items, features) in the library of `like`.

    Raises
    ------
    ShapeError, DtypeError
        It does not hold numbers, one row an item.
    """
    given = confound if hasattr(confound, "shape") else np.asarray(confound)
    given = given if library_of(given) == library_of(like) else from_numpy(to_numpy(given), like)
    given = namespace(given).reshape(given, (given.shape[0], -1)) if len(given.shape) > 1 else given[:, None]
    if given.shape[0] != like.shape[0]:
        got, do = f"{given.shape[0]} rows", "Give one row for each item, in the order of X."
        raise ShapeError(explain(expected=f"{like.shape[0]} rows", got=got, argument="confound", do=do))
    return checked(given, "confound")


def left_of_product(together: Array, with_a: Array, with_b: Array, alone: Array) -> Array:
    """Return the inner product of two patterns once the confound's is regressed out of both.

    `together` is that of the two as they are, `with_a` and `with_b` are theirs with the confound, and `alone` is the
    confound's with itself.
    """
    return together - with_a * with_b / alone


def residuals(values: Float[Array, "... pairs"], confound: Float[Array, " pairs"]) -> Float[Array, "... pairs"]:
    """Return similarities or dissimilarities of pairs of items less their regression on the confound's.

    Least squares with an intercept, one regression for each vector of `values`.
    """
    xp = namespace(values, confound)
    x = confound - xp.mean(confound)
    y = values - xp.mean(values, axis=-1, keepdims=True)
    slope = xp.sum(y * x, axis=-1, keepdims=True) / xp.sum(x * x)
    return y - slope * x

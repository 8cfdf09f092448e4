"""The classes that two networks choose, and how often they would choose alike by chance."""

from __future__ import annotations

import math

import numpy as np

from repscope.array.predictions import classes_of
from repscope.types import Array, Float, Int, Null


def correct(chosen: Int[np.ndarray, " items"], labels: Array) -> np.ndarray:
    """Return whether each item is given its true class."""
    return chosen == classes_of(labels, "labels", len(chosen))


def null_of_difference(a: Int[np.ndarray, " items"], b: Int[np.ndarray, " items"]) -> Null:
    """Return mean, SD and skewness, over all orders of the items of `b`, of the share of items that differ.

    In closed form: moments of a sum over a random permutation come from sums over the doubly centred table of all
    pairs (Hoeffding 1951), here over pairs of classes, weighted by how often each is chosen.
    """
    n = len(a)
    chosen, codes = np.unique(np.concatenate([a, b]), return_inverse=True)
    p, q = (np.bincount(side, minlength=len(chosen)) / n for side in (codes[:n], codes[n:]))
    differ = 1.0 - np.eye(len(chosen))
    mean = 1 - float(p @ q)
    centred = differ - (1 - q)[:, None] - (1 - p)[None, :] + mean
    weights = p[:, None] * q[None, :]
    variance = float(np.sum(weights * centred**2)) / (n - 1)
    third = float(np.sum(weights * centred**3)) / ((n - 1) * (n - 2)) if n > 2 else math.nan
    return Null(mean, math.sqrt(variance), third / variance**1.5 if variance > 0 else math.nan, "closed form")


def without_each(own: np.ndarray) -> Float[np.ndarray, " items"]:
    """Return the mean of the items' own values with each left out in turn."""
    found: np.ndarray = (own.sum() - own) / (len(own) - 1)
    return found

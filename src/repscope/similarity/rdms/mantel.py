"""The law of a product of two symmetric matrices when the items of one are permuted (Mantel 1967), in closed form."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from repscope.similarity.rdms.condensed import item_sums, pairs_of
from repscope.types import Float, Null

SAMPLE = 512
"""Items from which the third moments are found; the tail depends on them only weakly."""


class Parts(NamedTuple):
    """What permutations of the items leave alone in a matrix of unit length without a diagonal.

    The mean entry, and the squared lengths of the parts that permutations never mix: what rows have in common
    (n − 1 dimensions) and the rest (n (n − 3) / 2). `third` holds five means of products of three entries.
    """

    items: int
    mean: float
    rows: float
    rest: float
    third: Float[np.ndarray, " moments"]


def parts(vector: Float[np.ndarray, " pairs"], items: int) -> Parts:
    """Return the parts of a matrix given by its entries above the diagonal, the sum of whose squares is 1."""
    pairs = pairs_of(items)
    mean = float(vector.mean(dtype=np.float64))
    sums = item_sums(vector, items) - (items - 1) * mean
    rows = float((sums**2).sum()) / (items - 2)
    return Parts(items, mean, rows, 1 - pairs * mean**2 - rows, third_moments(sampled(vector, items) - mean))


def sampled(vector: Float[np.ndarray, " pairs"], items: int) -> Float[np.ndarray, "some some"]:
    """Return the matrix of at most `SAMPLE` evenly spaced items in full; its diagonal means nothing."""
    some = np.arange(0, items, max(1, -(-items // SAMPLE)))
    low, high = np.minimum.outer(some, some), np.maximum.outer(some, some)
    at = low * items - low * (low + 1) // 2 + high - low - 1
    return vector[np.clip(at, 0, len(vector) - 1)].astype(np.float64)


def third_moments(matrix: Float[np.ndarray, "some some"]) -> Float[np.ndarray, " moments"]:
    """Return the means over different items of r³, r_i r_j E_ij, r_i E_ij², E_ij E_jk E_ki and E³.

    r are the row effects of the matrix and E what they leave.
    """
    m = len(matrix)
    if m < 4:
        return np.zeros(5)
    two, others = m * (m - 1), 1 - np.eye(m)
    centred = (matrix - (matrix * others).sum() / two) * others
    r = centred.sum(axis=1) / (m - 2)
    e = (centred - r[:, None] - r[None, :]) * others
    squares = e * e
    triangles = ((e @ e) * e).sum() / (two * (m - 2))
    return np.array(
        [(r**3).mean(), r @ e @ r / two, r @ squares.sum(axis=1) / two, triangles, (squares * e).sum() / two]
    )


def law(a: Parts, b: Parts) -> Null:
    """Return mean, SD and skewness of the product over all orders of the items of one of the two.

    Averaging over permutations spreads each part evenly over its own dimensions; so the variance is the sum of
    products of squared lengths by dimension. The third moment is the leading one at many items.
    """
    n = a.items
    variance = a.rows * b.rows / (n - 1) + (a.rest * b.rest * 2 / (n * (n - 3)) if n > 3 else 0.0)
    mean = pairs_of(n) * a.mean * b.mean
    if not variance > 0:
        return Null(mean, 0.0, math.nan, "closed form")
    weight = 2.0 * (n - 2)
    counts = np.array([weight**3 * n, 6 * weight**2 * n**2, 12 * weight * n**2, 8.0 * n**3, 4.0 * n**2])
    third = float((counts * a.third * b.third).sum()) / 8
    return Null(mean, math.sqrt(variance), third / variance**1.5, "closed form")

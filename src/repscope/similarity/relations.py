"""Matrices of how items relate, such as who is near whom, over all orders of the items: the variance of their product.

A matrix with zeros on its diagonal and equal row sums, less its mean off the diagonal, splits into parts that orders
of the items never mix: what its column sums say (n − 1 dimensions), the rest of its symmetric half, n (n − 3) / 2,
and the rest of its antisymmetric half, (n − 1)(n − 2) / 2. Averaging over orders spreads each part evenly over
its own dimensions, so that the variance is the sum of products of squared lengths by dimension.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np


class Parts(NamedTuple):
    """The squared length of the column sums less their mean, and of the rest of either half of a matrix."""

    columns: float
    symmetric: float
    antisymmetric: float


NO_PARTS = Parts(math.nan, math.nan, math.nan)
"""Where no null was asked for."""


def parts_of(column_sums: np.ndarray, *, square: Any, mutual: Any, row_sum: float | int, bias: float = 0.0) -> Parts:
    """Return the parts of an n × n matrix M with row sums `row_sum` and zeros on its diagonal.

    `square` is Σ M_ij², `mutual` is Σ M_ij M_ji; `bias` is by how much the square of the column sums is too large,
    where they are estimated.
    """
    n = len(column_sums)
    of_mean = n * row_sum**2 / (n - 1)
    columns = max(float(((column_sums - row_sum) ** 2).sum()) - bias, 0.0)
    even, odd = (float(square + sign * mutual - (1 + sign) * of_mean) / 2 for sign in (1, -1))
    return Parts(columns, even - columns / (2 * (n - 2)), odd - columns / (2 * n))


def variance_over_orders(a: Parts, b: Parts, items: int) -> float:
    """Return the variance of Σ A_ij B_ij when the items of one come in every order."""
    n = items
    variance = a.columns * b.columns * (n - 1) / (n * (n - 2)) ** 2
    variance += a.antisymmetric * b.antisymmetric * 2 / ((n - 1) * (n - 2))
    return variance + (a.symmetric * b.symmetric * 2 / (n * (n - 3)) if n > 3 else 0.0)

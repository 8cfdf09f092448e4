"""What the alignment of two kernels scores when the items of one are shuffled, in closed form."""

from __future__ import annotations

import math

import numpy as np

from repscope.array import symmetric
from repscope.array.namespace import to_numpy
from repscope.similarity.kernels import Kernel
from repscope.types import Array, Null

SAMPLE = 512
"""Items from which the skewness of the null is found; its tail depends on it only weakly."""


def null_of_alignment(a: Kernel, b: Kernel, alone: tuple[Array, Array], skewness: float, *, estimator: str) -> Null:
    """Return mean, SD and skewness of HSIC(K, L) / √(HSIC(K, K) HSIC(L, L)) over all orders of the items.

    Debiased: mean 0 and variance 2 / (n (n − 3)), whatever the kernels: U-centred matrices form one
    irreducible representation of the permutations, of dimension n (n − 3) / 2, so that averaging over them
    spreads a matrix evenly. Biased and adjusted: Kazi-Aoual et al. 1995. `alone` holds each kernel's own HSIC.
    """
    n = a.items
    if estimator == "debiased":
        return Null(0.0, math.sqrt(2 / (n * (n - 3))), skewness, "closed form")
    if estimator == "lange":
        mean, variance = hollow_moments(a, b, alone)
        return Null(mean, math.sqrt(max(variance, 0.0)), skewness, "closed form")
    (trace_a, f_a, g_a, left_a), (trace_b, f_b, g_b, left_b) = (
        kazi_aoual_terms(kernel, own, estimator) for kernel, own in zip((a, b), alone, strict=True)
    )
    variance = 2 * f_a * f_b / ((n - 1) ** 2 * (n + 1) * (n - 2)) if n > 2 else 0.0
    if n > 3:
        variance += g_a * g_b / ((n + 1) * n * (n - 1) * (n - 2) * (n - 3))
    mean = trace_a * trace_b / (n - 1) if estimator == "biased" else 0.0
    return Null(mean, math.sqrt(max(variance, 0.0)) / math.sqrt(left_a * left_b), skewness, "closed form")


def kazi_aoual_terms(kernel: Kernel, alone: Array, estimator: str) -> tuple[float, float, float, float]:
    """Return tr K, f(K) and g(K) of Kazi-Aoual et al. 1995 for K of unit Frobenius norm, and what is left adjusted."""
    n = kernel.items
    diagonal = to_numpy(kernel.diagonal)
    own, square = float(alone) * (n - 1) ** 2, float(alone) * (n - 1) ** 2
    if estimator == "adjusted":
        square += float(diagonal.sum()) ** 2 / (n - 1)
    if not own > 0:
        return math.nan, math.nan, math.nan, math.nan
    trace, squares = float(diagonal.sum()) / math.sqrt(square), float((diagonal**2).sum()) / square
    return trace, (n - 1) - trace**2, n * (n + 1) * squares - (n - 1) * (trace**2 + 2), own / square


def hollow_moments(a: Kernel, b: Kernel, alone: tuple[Array, Array]) -> tuple[float, float]:
    """Return mean and variance for kernels whose diagonals are set to zero after centring.

    Functions on pairs of items split into constants, functions of one item (n − 1 dimensions) and U-centred ones
    (n (n − 3) / 2); averaging over orders spreads each part evenly over its own dimensions.
    """
    n = a.items
    (mean_a, one_a, two_a), (mean_b, one_b, two_b) = (
        hollow_parts(kernel, own) for kernel, own in zip((a, b), alone, strict=True)
    )
    return mean_a * mean_b, one_a * one_b / (n - 1) + two_a * two_b * 2 / (n * (n - 3))


def hollow_parts(kernel: Kernel, alone: Array) -> tuple[float, float, float]:
    """Return the length of the constant part of a hollow kernel of unit norm, and the squared lengths of the others."""
    n, diagonal = kernel.items, to_numpy(kernel.diagonal)
    square = float(alone) * n * (n - 3)
    if not square > 0:
        return math.nan, math.nan, math.nan
    constant = -float(diagonal.sum()) / math.sqrt(n * (n - 1) * square)
    # Rows of the centred kernel sum to zero, so those of the hollow one to minus its old diagonal.
    one = 2 * float(((diagonal - diagonal.mean()) ** 2).sum()) / ((n - 2) * square)
    return constant, one, 1 - constant**2 - one


def concentration(kernel: Kernel) -> float:
    """Return tr K³ / (tr K²)^1.5 without its bias, in [0, 1]: 1 is one direction, 0 is very many."""
    return concentration_of(sampled(kernel))


def sampled(kernel: Kernel) -> np.ndarray:
    """Return the kernel of at most `SAMPLE` evenly spaced items in float64."""
    positions = np.arange(0, kernel.items, max(1, -(-kernel.items // SAMPLE)))
    if kernel.gram is None:
        few = to_numpy(kernel.features)[positions].astype(np.float64)
        return few @ few.T
    return symmetric.sampled(kernel.gram, positions)


def concentration_of(k: np.ndarray) -> float:
    """Return the concentration of a matrix of similarities; only products of different items are summed."""
    k = k - (k.mean(axis=0) + k.mean(axis=1)[:, None] - k.mean())
    np.fill_diagonal(k, 0)
    m, squares = len(k), float((k * k).sum())
    if m < 4 or squares <= 0:
        return 0.0
    third = float(((k @ k) * k).sum()) / (m * (m - 1) * (m - 2))
    return min(max(third / (squares / (m * (m - 1))) ** 1.5, 0.0), 1.0)


def skewness(a: float, b: float) -> float:
    """Return the skewness of the null from both concentrations.

    The leading term 8 tr K³ tr L³ / (2 tr K² tr L²)^1.5 of a weighted sum of χ² variables.
    """
    return 2 * math.sqrt(2) * a * b

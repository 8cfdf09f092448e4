"""Moments of the singular values of a cross-covariance without bias, and the nuclear norm as a polynomial in them."""

from __future__ import annotations

from math import comb
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

from repscope.types import Float

GRID = np.linspace(0.005, 1.0, 200)
"""Singular values, as shares of the largest, at which the polynomial is held against their sum."""

SLIGHT = 1e-10
"""Variance that every coefficient costs at least, so that the optimum is one point however many items there are."""


class Polynomial(NamedTuple):
    """Coefficients of the moments from the first on, and the largest error at a singular value up to 1."""

    coefficients: np.ndarray
    error: float


def ordered_moments(
    left: Float[np.ndarray, "rows rows"], right: Float[np.ndarray, "rows rows"], count: int
) -> Float[np.ndarray, " count"]:
    """Return unbiased estimates of tr (Σxy Σyx)ᵖ for p = 1 … count, from the inner products of rows of zero mean.

    The products k(i₁, i₂) l(i₂, i₃) … l(i₂ₚ, i₁) along cycles of 2p different rows in ascending order, on average: no
    row meets itself. Triangular matrices sum over all of them in p products (Kong and Valiant 2017).
    """
    rows = len(left)
    path = np.triu(left, 1)
    two_steps = path @ np.triu(right, 1)
    found = np.empty(count)
    for p in range(1, count + 1):
        found[p - 1] = np.sum(path * right.T) / comb(rows, 2 * p)
        path = two_steps @ path if p < count else path
    return found


def moments_both_ways(
    left: Float[np.ndarray, "rows rows"], right: Float[np.ndarray, "rows rows"], count: int
) -> Float[np.ndarray, " count"]:
    """Return the mean of the estimates that begin with either matrix, so that they do not tell first from second."""
    return (ordered_moments(left, right, count) + ordered_moments(right, left, count)) / 2


def left_out(
    left: Float[np.ndarray, "rows rows"], right: Float[np.ndarray, "rows rows"], count: int, groups: int
) -> Float[np.ndarray, "groups count"]:
    """Return the moments with each group of rows left out in turn."""
    home = np.arange(len(left)) % groups
    kept = [np.ix_(home != g, home != g) for g in range(groups)]
    return np.stack([moments_both_ways(left[at], right[at], count) for at in kept])


def sum_of_roots(covariance: Float[np.ndarray, "count count"], weight: float, values: int) -> Polynomial:
    """Return the polynomial Σ γₚ λᵖ of least risk as an estimate of Σ √λ, for eigenvalues λ in [0, 1].

    `covariance` is that of the estimated moments. The risk is γᵀCγ + weight (N t)², the variance and the square of the
    largest bias that N = `values` singular values could have, t the polynomial's largest error at one of them. There
    is no constant term, so that nothing is estimated as nothing. A least-distance problem, solved exactly as one of
    non-negative least squares (Lawson and Hanson 1974, chapter 23).
    """
    count = len(covariance)
    powers = GRID[:, None] ** (2 * np.arange(1, count + 1))
    scaled = covariance / (weight * values**2) + SLIGHT * np.eye(count)
    inverse = np.linalg.inv(np.linalg.cholesky(scaled).T)
    turned, ones = powers @ inverse, np.ones((len(GRID), 1))
    # Both t − (polynomial − √λ) and t + (polynomial − √λ) are at least 0, at every point.
    rows, least = np.block([[-turned, ones], [turned, ones]]), np.concatenate([-GRID, GRID])
    system = np.vstack([rows.T, least])
    aim = np.append(np.zeros(count + 1), 1.0)
    residual = system @ nnls(system, aim, maxiter=100 * len(least))[0] - aim
    solution = -residual[:-1] / residual[-1]
    return Polynomial(inverse @ solution[:-1], float(solution[-1]))

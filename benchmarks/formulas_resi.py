"""What ReSi computes (Klabunde et al. 2025), re-stated in our own words with the functions that it calls.

Its canonical correlations are those of google/svcca, which it copies.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.optimize
import scipy.stats
from scipy.spatial.distance import squareform
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

Matrix = np.ndarray
Correlations = tuple[Matrix, tuple[Matrix, Matrix, Matrix]]


def procrustes(x: Matrix, y: Matrix) -> float:
    """Return the angle, from the rotation and the trace of three products."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    x, y = x / np.linalg.norm(x), y / np.linalg.norm(y)
    rotation, _ = scipy.linalg.orthogonal_procrustes(x, y)
    return float(np.arccos(np.clip(np.trace(rotation.T @ x.T @ y), -1, 1)))


def scipy_procrustes(x: Matrix, y: Matrix) -> float:
    """Return the cosine of the angle as SciPy's own function gives it."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return float(scipy.linalg.orthogonal_procrustes(x, y)[1] / (np.linalg.norm(x) * np.linalg.norm(y)))


def hard_match(x: Matrix, y: Matrix) -> float:
    """Return the mean correlation of units matched one to one."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    correlations = 1 - pairwise_distances(x.T, y.T, metric="cosine")
    return float(correlations[scipy.optimize.linear_sum_assignment(correlations, maximize=True)].mean())


def root(matrix: Matrix) -> Matrix:
    """Return the symmetric root, with its diagonal spelt out as a matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ (np.diag(np.sqrt(values)) @ vectors.T)


def correlations(x: Matrix, y: Matrix, *, epsilon: float = 0.0) -> Correlations:
    """Return google/svcca's canonical correlations and what they come from, from the covariance of all units."""
    units = x.shape[1]
    covariance = np.cov(x.T, y.T)
    xx, xy, yy = covariance[:units, :units], covariance[:units, units:], covariance[units:, units:]
    largest = np.abs(xx).max(), np.abs(yy).max()
    xx, yy, xy = xx / largest[0], yy / largest[1], xy / np.sqrt(largest[0] * largest[1])
    roots = [root(np.linalg.pinv(matrix + epsilon * np.eye(len(matrix)))) for matrix in (xx, yy)]
    u, s, vt = np.linalg.svd(roots[0] @ (xy @ roots[1]))
    return np.abs(s), (u, vt, roots[0])


def cca(x: Matrix, y: Matrix) -> float:
    """Return the mean canonical correlation of google/svcca."""
    return float(correlations(x, y)[0].mean())


def pwcca(x: Matrix, y: Matrix) -> float:
    """Return the weighted mean; the directions are those of the rotated space, as published."""
    s, (u, _, _) = correlations(x, y)
    average = x.mean(axis=0)
    directions = u.T @ (x - average).T + average[:, None]
    basis, _ = np.linalg.qr(directions.T)
    weights = np.abs(basis.T @ x).sum(axis=1)
    return float(weights @ s / weights.sum())


def svcca(x: Matrix, y: Matrix, share: float = 0.99) -> float:
    """Return the mean over the components of 99 % of the variance: as meant, where the code keeps one component."""

    def components(z: Matrix) -> Matrix:
        u, s, _ = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)
        kept = np.argmax(np.cumsum(s**2) / (s**2).sum() >= share) + 1
        return u[:, :kept] * s[:kept]

    return float(correlations(components(x), components(y), epsilon=1e-10)[0].mean())


def distance_correlation(x: Matrix, y: Matrix) -> float:
    """Return the distance correlation without correction."""

    def centred(z: Matrix) -> Matrix:
        found = pairwise_distances(z, metric="euclidean")
        return found - found.mean(axis=0) - found.mean(axis=1, keepdims=True) + found.mean()

    def product(a: Matrix, b: Matrix) -> float:
        return float(np.multiply(a, b).mean())

    a, b = centred(x), centred(y)
    return float(np.sqrt(product(a, b) / np.sqrt(product(a, a) * product(b, b))))


def eigenspace_overlap(x: Matrix, y: Matrix) -> float:
    """Return the overlap, from the full singular value decompositions and two more for the ranks."""
    u, v = (np.linalg.svd(z)[0][:, : np.linalg.matrix_rank(z)] for z in (x, y))
    return float(np.linalg.norm(u.T @ v) ** 2 / max(x.shape[1], y.shape[1]))


def rsm_norm_difference(x: Matrix, y: Matrix) -> float:
    """Return the norm as meant; the code takes the largest singular value of the (items, items) difference."""
    return float(np.linalg.norm(pairwise_distances(x) - pairwise_distances(y)))


def uniformity_difference(x: Matrix, y: Matrix) -> float:
    """Return the difference of uniformities of rows as they are, of all pairs with an item's own."""
    first, second = (
        np.log(np.exp(-2 * pairwise_distances(z, metric="sqeuclidean")).sum() / len(z) ** 2) for z in (x, y)
    )
    return float(abs(first - second))


def rsa(x: Matrix, y: Matrix) -> float:
    """Return the rank correlation of correlations between rows."""

    def entries(z: Matrix) -> Matrix:
        z = z - z.mean(axis=1, keepdims=True)
        return squareform(1 - pairwise_distances(z, metric="cosine"), checks=False)

    return float(scipy.stats.spearmanr(entries(x), entries(y)).statistic)


def neighbours(x: Matrix, k: int = 10) -> Matrix:
    """Return each row's k nearest by cosine; the first found is taken for the row itself."""
    return NearestNeighbors(n_neighbors=k + 1, metric="cosine").fit(x).kneighbors(x)[1][:, 1:]


def jaccard(x: Matrix, y: Matrix, k: int = 10) -> float:
    """Return the mean Jaccard similarity, set by set."""
    pairs = zip(map(set, neighbours(x, k)), map(set, neighbours(y, k)), strict=True)
    return float(np.mean([len(a & b) / len(a | b) for a, b in pairs]))


def rank_similarity(x: Matrix, y: Matrix, k: int = 10) -> float:
    """Return the mean rank similarity, item by item."""

    def score(first: Matrix, second: Matrix) -> float:
        common = set(first) & set(second)
        if not common:
            return 0.0
        total = 0.0
        for j in common:
            r, s = np.argwhere(first == j)[0][0] + 1, np.argwhere(second == j)[0][0] + 1
            total += 2 / ((1 + abs(r - s)) * (r + s))
        return total / sum(1 / i for i in range(1, len(common) + 1))

    return float(np.mean([score(a, b) for a, b in zip(neighbours(x, k), neighbours(y, k), strict=True)]))

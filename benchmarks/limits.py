"""The shortest programs that give the numbers: what a careful person writes by hand in NumPy for one pair of arrays.

They check nothing, say nothing and keep nothing; float32 in, products by BLAS in float32 unless said otherwise.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.optimize

Matrix = np.ndarray


def centred(x: Matrix) -> Matrix:
    """Return an array less the mean of each column."""
    return x - x.mean(axis=0)


def square(x: Matrix) -> float:
    """Return the sum of squares of all entries."""
    return float(np.vdot(x, x))


def cka_biased(x: Matrix, y: Matrix) -> float:
    """Return linear CKA in feature space."""
    x, y = centred(x), centred(y)
    return square(x.T @ y) / np.sqrt(square(x.T @ x) * square(y.T @ y))


def cka_debiased(x: Matrix, y: Matrix) -> float:
    """Return linear CKA in feature space, with the two terms that take the bias away."""
    n = len(x)
    x, y = centred(x), centred(y)
    a, b = np.vecdot(x, x), np.vecdot(y, y)

    def hsic(p: Matrix, q: Matrix, of_p: Matrix, of_q: Matrix) -> float:
        return square(p.T @ q) - n / (n - 2) * (of_p @ of_q) + of_p.sum() * of_q.sum() / ((n - 1) * (n - 2))

    return hsic(x, y, a, b) / np.sqrt(hsic(x, x, a, a) * hsic(y, y, b, b))


def distances(x: Matrix) -> Matrix:
    """Return the squared distances between all rows."""
    x = centred(x)
    squares = np.vecdot(x, x)
    found = x @ x.T
    found *= -2
    found += squares
    found += squares[:, None]
    np.fill_diagonal(found, 0)
    return found


def u_centre(k: Matrix) -> Matrix:
    """Return a symmetric matrix U-centred, in place."""
    n = len(k)
    np.fill_diagonal(k, 0)
    rows = k.sum(axis=0) / (n - 2)
    rows -= rows.sum() / (2 * (n - 1))
    k -= rows
    k -= rows[:, None]
    np.fill_diagonal(k, 0)
    return k


def cosine(k: Matrix, ell: Matrix) -> float:
    """Return the cosine of two matrices."""
    return float(np.vdot(k, ell) / np.sqrt(np.vdot(k, k) * np.vdot(ell, ell)))


def rbf_cka(x: Matrix, y: Matrix, bandwidth: float = 0.4) -> float:
    """Return debiased CKA with Gaussian kernels whose σ is a share of the median distance."""

    def kernel(z: Matrix) -> Matrix:
        found = distances(z)
        n = len(found)
        some = found[~np.eye(n, dtype=bool)] if n < 1000 else found[np.triu_indices(n, 1)]
        found *= -0.5 / (bandwidth**2 * np.median(some))
        return u_centre(np.exp(found, out=found))

    return cosine(kernel(x), kernel(y))


def distance_correlation(x: Matrix, y: Matrix) -> float:
    """Return the bias-corrected squared distance correlation."""
    k, ell = (u_centre(np.sqrt(np.maximum(distances(z), 0))) for z in (x, y))
    return cosine(k, ell)


def procrustes(x: Matrix, y: Matrix) -> float:
    """Return the angular Procrustes distance."""
    x, y = centred(x), centred(y)
    total = np.linalg.svd(x.T @ y, compute_uv=False).sum()
    return float(np.arccos(total / np.sqrt(square(x) * square(y))))


def permutation(x: Matrix, y: Matrix) -> float:
    """Return the angular distance under the best permutation of units."""
    x, y = centred(x), centred(y)
    product = x.T @ y
    rows, columns = scipy.optimize.linear_sum_assignment(product, maximize=True)
    return float(np.arccos(product[rows, columns].sum() / np.sqrt(square(x) * square(y))))


def whitening(x: Matrix) -> Matrix:
    """Return the Cholesky factor of the scatter of a centred array."""
    return np.linalg.cholesky((x.T @ x).astype(np.float64))


def whitened_product(x: Matrix, y: Matrix) -> tuple[Matrix, Matrix]:
    """Return the product of two arrays of orthonormal columns, whose singular values are canonical; one factor."""
    x, y = centred(x), centred(y)
    a, b = whitening(x), whitening(y)
    product = (x.T @ y).astype(np.float64)
    half = scipy.linalg.solve_triangular(a, product, lower=True, check_finite=False)
    return scipy.linalg.solve_triangular(b, half.T, lower=True, check_finite=False).T, a


def cca(x: Matrix, y: Matrix) -> float:
    """Return the mean canonical correlation, by Cholesky factors."""
    return float(np.linalg.svd(whitened_product(x, y)[0], compute_uv=False).mean())


def pwcca(x: Matrix, y: Matrix) -> float:
    """Return the correlations weighted by how much of X each direction takes."""
    product, factor = whitened_product(x, y)
    u, s, _ = np.linalg.svd(product, full_matrices=False)
    weights = np.abs(u.T @ factor.T).sum(axis=1)
    return float(weights @ s / weights.sum())


def svcca(x: Matrix, y: Matrix, variance: float = 0.99) -> float:
    """Return the mean canonical correlation of the components that explain a share of the variance."""
    x, y = centred(x), centred(y)

    def components(z: Matrix) -> Matrix:
        values, vectors = np.linalg.eigh((z.T @ z).astype(np.float64))
        explained = np.cumsum(values[::-1]) / values.sum()
        kept = 1 + int((explained < variance).sum())
        return vectors[:, -kept:] / np.sqrt(values[-kept:])

    product = components(x).T @ (x.T @ y).astype(np.float64) @ components(y)
    return float(np.linalg.svd(product, compute_uv=False).mean())


def eigenspace_overlap(x: Matrix, y: Matrix) -> float:
    """Return the overlap of the spaces that the units span, by Cholesky factors."""
    a, b = whitening(x), whitening(y)
    half = scipy.linalg.solve_triangular(a, x.T @ y, lower=True, check_finite=False)
    product = scipy.linalg.solve_triangular(b, half.T, lower=True, check_finite=False)
    return square(product) / max(x.shape[1], y.shape[1])


def rsm_norm_difference(x: Matrix, y: Matrix) -> float:
    """Return the Frobenius norm of the difference of the matrices of distances, in float64 as distances cancel."""
    difference = np.sqrt(np.maximum(distances(x.astype(np.float64)), 0))
    difference -= np.sqrt(np.maximum(distances(y.astype(np.float64)), 0))
    return float(np.sqrt(square(difference)))


def uniformity_difference(x: Matrix, y: Matrix) -> float:
    """Return the difference of log mean exp(−2 d²) over all pairs of rows of length 1."""

    def uniformity(z: Matrix) -> float:
        z = z / np.linalg.norm(z, axis=1, keepdims=True)
        found = z @ z.T
        found -= 1
        found *= 4
        np.exp(found, out=found)
        n = len(z)
        return float(np.log((found.sum(dtype=np.float64) - n) / (n * (n - 1))))

    return abs(uniformity(x) - uniformity(y))


def correlation_rdm(x: Matrix) -> Matrix:
    """Return 1 − r of all pairs of rows, the entries above the diagonal."""
    x = x - x.mean(axis=1, keepdims=True)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    product = x @ x.T
    return 1 - product[np.triu_indices(len(x), 1)]


def rsa(x: Matrix, y: Matrix) -> float:
    """Return the rank correlation of two correlation dissimilarity matrices without ties."""

    def ranks(entries: Matrix) -> Matrix:
        found = np.empty(len(entries), dtype=np.float32)
        found[np.argsort(entries)] = np.arange(len(entries), dtype=np.float32)
        return found - (len(entries) - 1) / 2

    a, b = (ranks(correlation_rdm(z)) for z in (x, y))
    return float(np.vdot(a, b) / np.sqrt(np.vdot(a, a) * np.vdot(b, b)))


def crossnobis(x: Matrix) -> Matrix:
    """Return the mean product of differences in different runs, of (runs, conditions, units)."""
    runs = len(x)
    x = x - x.mean(axis=(0, 1))
    total = x.sum(axis=0)
    gram = total @ total.T
    for run in x:
        gram -= run @ run.T
    gram /= runs * (runs - 1)
    own = np.diag(gram)
    return (own + own[:, None] - 2 * gram)[np.triu_indices(len(gram), 1)]


def nearest(x: Matrix, k: int, rows: int = 1024) -> Matrix:
    """Return the k nearest other rows of each row by cosine, nearest first, a block of rows at a time."""
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    found = np.empty((len(x), k), dtype=np.int64)
    for start in range(0, len(x), rows):
        near = x[start : start + rows] @ x.T
        at = np.arange(len(near))
        near[at, start + at] = -np.inf
        best = np.argpartition(near, -k, axis=1)[:, -k:]
        order = np.argsort(-np.take_along_axis(near, best, axis=1), axis=1)
        found[start : start + rows] = np.take_along_axis(best, order, axis=1)
    return found


def shared(a: Matrix, b: Matrix) -> Matrix:
    """Return which of a's neighbours are among b's, (items, k, k)."""
    return a[:, :, None] == b[:, None, :]


def mutual_knn(x: Matrix, y: Matrix, k: int = 10) -> float:
    """Return the share of neighbours in common."""
    return float(shared(nearest(x, k), nearest(y, k)).sum() / (k * len(x)))


def jaccard(x: Matrix, y: Matrix, k: int = 10) -> float:
    """Return the mean ratio of neighbours in common to neighbours of either."""
    common = shared(nearest(x, k), nearest(y, k)).sum(axis=(1, 2))
    return float((common / (2 * k - common)).mean())


def rank_similarity(x: Matrix, y: Matrix, k: int = 10) -> float:
    """Return how near in rank the neighbours in common are, the nearest counting most."""
    same = shared(nearest(x, k), nearest(y, k))
    rank = np.arange(1, k + 1)
    each = 2 / ((1 + np.abs(rank[:, None] - rank)) * (rank[:, None] + rank))
    harmonic = np.concatenate([[1], np.cumsum(1 / rank)])
    return float(((same * each).sum(axis=(1, 2)) / harmonic[same.sum(axis=(1, 2))]).mean())

"""What peers written for PyTorch compute, and netrep, re-stated from their published formulas in our own words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.optimize
import torch

Matrix = np.ndarray


def platonic_mutual_knn(x: Any, y: Any, k: int = 10) -> float:
    """Return platonic-rep's mutual kNN: every row sorted in full, two masks of all pairs."""
    n = len(x)
    masks = []
    for z in (x, y):
        near = (z @ z.T).fill_diagonal_(-1e8).argsort(dim=1, descending=True)[:, :k]
        mask = torch.zeros(n, n)
        mask[torch.arange(n)[:, None], near] = 1
        masks.append(mask)
    return float(((masks[0] * masks[1]).sum(dim=1) / k).mean())


def platonic_cka(x: Any, y: Any, *, sigma: float | None = None) -> float:
    """Return platonic-rep's biased CKA, linear or Gaussian: three traces of four-fold products of all pairs."""
    kernels = [z @ z.T if sigma is None else torch.exp(-(torch.cdist(z, z) ** 2) / (2 * sigma**2)) for z in (x, y)]
    centre = torch.eye(len(x)) - 1 / len(x)

    def hsic(k: Any, ell: Any) -> Any:
        return torch.trace(k @ centre @ ell @ centre)

    k, ell = kernels
    return float(hsic(k, ell) / (torch.sqrt(hsic(k, k) * hsic(ell, ell)) + 1e-6))


def latentis_cka(x: Any, y: Any, *, sigma_share: float | None = None) -> float:
    """Return latentis's CKA: kernels centred by products with a centring matrix, for each of three HSICs anew."""
    centre = torch.eye(len(x)) - 1 / len(x)

    def kernel(z: Any) -> Any:
        if sigma_share is None:
            return z @ z.T
        inner = z @ z.T
        squared = inner.diag() - inner
        squared = squared + squared.T
        return torch.exp(squared * (-0.5 / (sigma_share**2 * torch.median(squared[squared != 0]))))

    def hsic(a: Any, b: Any) -> Any:
        return torch.sum((centre @ kernel(a) @ centre) * (centre @ kernel(b) @ centre))

    return float(hsic(x, y) / torch.sqrt(hsic(x, x) * hsic(y, y)))


def anatome_procrustes(x: Any, y: Any) -> float:
    """Return anatome's squared orthogonal Procrustes distance of normalised tensors."""
    x, y = ((z - z.mean(dim=0)) for z in (x, y))
    x, y = x / x.norm(), y / y.norm()
    return float(x.norm() ** 2 + y.norm() ** 2 - 2 * (x.T @ y).norm(p="nuc"))


def anatome_cca_qr(x: Any, y: Any) -> float:
    """Return anatome's mean canonical correlation by QR, with the directions that it makes too."""
    (q, r), (p, s) = (torch.linalg.qr(z - z.mean(dim=0)) for z in (x, y))
    u, correlations, vt = torch.linalg.svd(q.T @ p)
    torch.inverse(r) @ u, torch.inverse(s) @ vt.T
    return float(correlations.mean())


def anatome_cca_svd(x: Any, y: Any) -> float:
    """Return anatome's mean canonical correlation by SVD, with the directions that it makes too."""
    (u, s, v), (p, t, q) = (torch.linalg.svd(z - z.mean(dim=0), full_matrices=False) for z in (x, y))
    left, correlations, right = torch.linalg.svd(u.T @ p)
    (v.T / s) @ left, (q.T / t) @ right.T
    return float(correlations.mean())


def calibrated_null(x: Any, y: Any, draws: int) -> tuple[float, float]:
    """Return p and threshold of calibrated_similarity with the callback of its README, which has nothing to share."""

    def cka(a: Any, b: Any) -> Any:
        a, b = a - a.mean(0), b - b.mean(0)
        both, first, second = ((p @ p.T * (q @ q.T)).sum() for p, q in ((a, b), (a, a), (b, b)))
        return both / torch.sqrt(first * second)

    observed = cka(x, y)
    null = torch.stack([cka(x, y[torch.randperm(len(y))]) for _ in range(draws)])
    threshold = torch.quantile(torch.cat([null, observed[None]]), 0.95)
    return float((1 + (null >= observed).sum()) / (1 + draws)), float(threshold)


def feature_space_null(x: Any, y: Any, draws: int) -> tuple[float, float]:
    """Return the same from the cheapest callback that a user could write: three products of features a call."""

    def cka(a: Any, b: Any) -> Any:
        a, b = a - a.mean(0), b - b.mean(0)
        return (a.T @ b).norm() ** 2 / ((a.T @ a).norm() * (b.T @ b).norm())

    observed = cka(x, y)
    null = torch.stack([cka(x, y[torch.randperm(len(y))]) for _ in range(draws)])
    threshold = torch.quantile(torch.cat([null, observed[None]]), 0.95)
    return float((1 + (null >= observed).sum()) / (1 + draws)), float(threshold)


def netrep(x: Matrix, y: Matrix, *, alpha: float = 1.0, group: str = "orth") -> float:
    """Return netrep's distance of one pair: fitted, then both arrays mapped, then the angle between the results."""
    parts = []
    for z in (x, y):
        average = z.mean(axis=0)
        whitened, factor = z - average, np.eye(z.shape[1], dtype=z.dtype)
        if alpha < 1:
            values, vectors = np.linalg.eigh(whitened.T @ whitened)
            factor = (vectors * (alpha + (1 - alpha) * np.maximum(values, 1e-7) ** -0.5)) @ vectors.T
            whitened = whitened @ factor
        parts.append((average, factor, whitened))
    (mean_x, factor_x, a), (mean_y, factor_y, b) = parts
    if group == "orth":
        u, _, vt = np.linalg.svd(a.T @ b)
        left, right = factor_x @ u, factor_y @ vt.T
    else:
        _, columns = scipy.optimize.linear_sum_assignment(a.T @ b, maximize=True)
        left, right = factor_x, factor_y[:, columns]
    p, q = (x - mean_x) @ left, (y - mean_y) @ right
    cosine = np.vdot(p, q) / (np.linalg.norm(p) * np.linalg.norm(q))
    return math.acos(min(1.0, max(-1.0, float(cosine))))


def netrep_cka(x: Matrix, y: Matrix) -> float:
    """Return netrep's linear CKA, the angle between the Gram matrices of centred arrays."""
    k, ell = (z @ z.T for z in (x - x.mean(axis=0), y - y.mean(axis=0)))
    cosine = np.dot(k.ravel(), ell.ravel()) / (np.linalg.norm(k) * np.linalg.norm(ell))
    return math.acos(min(1.0, max(-1.0, float(cosine))))


def thingsvision_rsa(x: Matrix, y: Matrix) -> float:
    """Return thingsvision's RSA: two correlation matrices, the rank correlation of their entries."""
    from scipy.stats import spearmanr

    above = np.triu_indices(len(x), 1)
    first, second = (np.corrcoef(z) for z in (x, y))
    return float(spearmanr(first[above], second[above]).statistic)

"""What peers compute, re-stated from their published formulas in our own words, in the array library they use.

Left out is whatever is not the computation (progress bars, class machinery), which would slow them further.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

Matrix = np.ndarray


def resi_cka(x: Matrix, y: Matrix) -> float:
    """Return ReSi's biased linear CKA: |XᵀY|² / (|XᵀX| |YᵀY|) of centred features, anew for each pair."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return float(np.linalg.norm(x.T @ y) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)))


def anatome_cka(x: Any, y: Any) -> float:
    """Return anatome's debiased linear CKA of torch tensors: Kornblith's feature-space form of Song et al. 2012."""
    n = x.shape[0]
    x, y = x - x.mean(dim=0), y - y.mean(dim=0)
    a, b = (x * x).sum(dim=1), (y * y).sum(dim=1)

    def debiased(left: Any, right: Any, rows: Any, columns: Any) -> Any:
        traces = rows.sum() * columns.sum() / ((n - 1) * (n - 2))
        return (left.T @ right).norm() ** 2 - n / (n - 2) * (rows @ columns) + traces

    return float(debiased(x, y, a, b) / (debiased(x, x, a, a) * debiased(y, y, b, b)).sqrt())


def torch_cka_hsic(k: Any, ell: Any) -> float:
    """Return torch_cka's HSIC: Song et al. 2012, eq. 5, its trace from the whole n × n × n product."""
    import torch

    n = k.shape[0]
    ones = torch.ones(n, 1)
    trace = torch.trace(k @ ell)
    sums = (ones.T @ k @ ones @ ones.T @ ell @ ones) / ((n - 1) * (n - 2))
    rows = ones.T @ k @ ell @ ones * 2 / (n - 2)
    return float((trace + sums - rows) / (n * (n - 3)))


def torch_cka(x: Any, y: Any) -> float:
    """Return torch_cka's debiased linear CKA of torch tensors, all items in one batch."""
    k, ell = x @ x.T, y @ y.T
    k.fill_diagonal_(0)
    ell.fill_diagonal_(0)
    return torch_cka_hsic(k, ell) / math.sqrt(torch_cka_hsic(k, k) * torch_cka_hsic(ell, ell))


def thingsvision_cka(x: Matrix, y: Matrix, *, kernel: str, checked: bool = True) -> float:
    """Return thingsvision's CKA: three HSICs, each from two kernels built and centred anew.

    Linear: its unbiased form. Gaussian: its biased form, σ² the median of all squared distances but zeros.
    `checked` is what it does: it tests every kernel for symmetry before centring.
    """
    similarity, centre = (linear, u_centred) if kernel == "linear" else (gaussian, double_centred)

    def kernel_of(z: Matrix) -> Matrix:
        k = similarity(z)
        if checked and not np.allclose(k, k.T, rtol=1e-3, atol=1e-4):
            raise ValueError("a kernel is not symmetric")
        return centre(k)

    def hsic(a: Matrix, b: Matrix) -> float:
        return float(np.sum(kernel_of(a) * kernel_of(b)))

    return hsic(x, y) / math.sqrt(hsic(x, x) * hsic(y, y))


def linear(x: Matrix) -> Matrix:
    """Return the inner products of all rows."""
    return x @ x.T


def gaussian(x: Matrix) -> Matrix:
    """Return exp(−d² / 2σ²) of all pairs of rows."""
    inner = x @ x.T
    half = np.diag(inner) - inner
    squared = half + half.T
    squared *= -0.5 / np.median(squared[squared != 0])
    return np.exp(squared)


def double_centred(k: Matrix) -> Matrix:
    """Return a kernel less the means of its rows and columns, in place."""
    means = k.mean(axis=0, dtype=np.float64)
    means -= means.mean() / 2
    k -= means[:, None]
    k -= means[None, :]
    return k


def u_centred(k: Matrix) -> Matrix:
    """Return a kernel U-centred (Székely and Rizzo 2014), in place."""
    n = k.shape[0]
    np.fill_diagonal(k, 0)
    means = k.sum(axis=0, dtype=np.float64) / (n - 2)
    means -= means.sum() / (2 * (n - 1))
    k -= means[:, None]
    k -= means[None, :]
    np.fill_diagonal(k, 0)
    return k


def netrep_angles(layers: Sequence[Matrix]) -> list[float]:
    """Return netrep's angular Procrustes distances of all pairs, with its cache of centred layers.

    Each pair: both rotations from a full SVD, both layers centred and rotated, the angle between the results.
    """
    cached = [(x.mean(axis=0), x - x.mean(axis=0), np.eye(x.shape[1])) for x in layers]
    found = []
    for (i, x), (j, y) in itertools.combinations(enumerate(layers), 2):
        (mean_x, centred_x, whiten_x), (mean_y, centred_y, whiten_y) = cached[i], cached[j]
        u, _, vt = np.linalg.svd(centred_x.T @ centred_y)
        a, b = (x - mean_x) @ (whiten_x @ u), (y - mean_y) @ (whiten_y @ vt.T)
        cosine = np.dot(a.ravel(), b.ravel()) / (np.linalg.norm(a) * np.linalg.norm(b))
        found.append(float(np.arccos(np.clip(cosine, -1, 1))))
    return found

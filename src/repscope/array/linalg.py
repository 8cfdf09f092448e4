"""Centring, products and decompositions, each in one place with its rule for precision."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.linalg import solve_triangular

from repscope.array.blocks import blocks
from repscope.array.namespace import (
    common_dtype,
    device_of,
    from_numpy,
    has_gradient,
    is_numpy,
    is_torch,
    itemsize,
    namespace,
    number,
    to_numpy,
)
from repscope.types import Array, Float

ROWS = 16384
"""Rows a partial product sums in the input's own dtype before the sum goes on in float64."""


def mean(x: Float[Array, "items units"]) -> Float[Array, " units"]:
    """Return the mean of each unit in float64, whatever the dtype of `x`."""
    xp = namespace(x)
    if x.dtype == xp.float64:
        return xp.mean(x, axis=0)
    total = xp.zeros_like(x[0, :], dtype=xp.float64)
    for block in blocks(x.shape[0], bytes_each=1, budget=ROWS // 32):
        total = total + xp.sum(x[block, :], axis=0, dtype=xp.float64)
    return total / x.shape[0]


def cross(x: Float[Array, "items p"], y: Float[Array, "items q"], *, rows: int = ROWS) -> Float[Array, "p q"]:
    """Return `xᵀy` in float64: products in the input's dtype, summed over blocks of `rows` in float64."""
    xp = namespace(x, y)
    x, y = common_dtype(x, y)
    if x is y and is_torch(x) and not has_gradient(x) and str(device_of(x)) == "cpu":
        # NumPy asks BLAS for half of a symmetric product, torch for all of it; the memory is the same.
        own = to_numpy(x)
        return from_numpy(cross(own, own, rows=rows), x)
    if x.dtype == xp.float64:
        return x.T @ y
    total = 0.0
    for block in blocks(x.shape[0], bytes_each=1, budget=rows):
        total = xp.astype(x[block, :].T @ y[block, :], xp.float64) + total
    return total


def stacked(factors: Sequence[tuple[Array, ...]], room: Array = None) -> Float[Array, "matrices p q"]:
    """Return matrices as one array, each given whole or as two factors; in the widest of their dtypes.

    NumPy writes each product to its place, in `room` if that is an array of enough entries of that dtype: memory that
    is taken anew costs more than it takes to fill. Elsewhere the products are made first and then copied.
    """
    xp = namespace(*(x for pair in factors for x in pair))
    wide = xp.float64 if len({x.dtype for pair in factors for x in pair}) > 1 else factors[0][0].dtype
    if not is_numpy(factors[0][0]):
        return xp.stack([xp.astype(p[0] @ p[1] if len(p) == 2 else p[0], wide, copy=False) for p in factors])
    shape = len(factors), factors[0][0].shape[0], factors[0][-1].shape[1]
    size, kept = math.prod(shape), room is not None and room.dtype == wide
    out = room[:size].reshape(shape) if kept and size <= len(room) else np.empty(shape, dtype=wide)
    for place, pair in zip(out, factors, strict=True):
        if len(pair) == 2:
            np.matmul(*pair, out=place)
        else:
            place[...] = pair[0]
    return out


def row_squares(x: Float[Array, "items units"]) -> Float[Array, " items"]:
    """Return the squared length of each row, as float64; summed in the input's dtype, one row's units at a time."""
    xp = namespace(x)
    if is_torch(x):  # whose vecdot makes the products first and sums them in a second pass
        return xp.astype(xp.linalg.vector_norm(x, axis=1), xp.float64) ** 2
    return xp.astype(xp.vecdot(x, x), xp.float64)


def square_sum(x: Float[Array, "p q"]) -> Float[Array, ""]:
    """Return the sum of squares of all entries in float64, row by row."""
    return namespace(x).sum(row_squares(x))


def singular_values(x: Float[Array, "p q"]) -> Float[Array, " rank"]:
    """Return the singular values of `x` in descending order."""
    return namespace(x).linalg.svdvals(x)


def svd(x: Float[Array, "p q"]) -> tuple[Array, Array, Array]:
    """Return the thin singular value decomposition `u (p, r), s (r,), vᵀ (r, q)` with r = min(p, q)."""
    u, s, vt = namespace(x).linalg.svd(x, full_matrices=False)
    return u, s, vt


def eigh(x: Float[Array, "p p"]) -> tuple[Array, Array]:
    """Return eigenvalues in ascending order and eigenvectors in columns, of a symmetric matrix."""
    values, vectors = namespace(x).linalg.eigh(x)
    return values, vectors


def nuclear_norm(x: Float[Array, "p q"]) -> Float[Array, ""]:
    """Return the sum of the singular values; its gradient is finite where singular values repeat."""
    xp = namespace(x)
    return xp.sum(singular_values(x), dtype=xp.float64)


def nuclear_norm_of_product(x: Float[Array, "items p"], y: Float[Array, "items q"]) -> Float[Array, ""]:
    """Return the nuclear norm of `xᵀy` in float64.

    float32 without a gradient takes the roots of the eigenvalues of the product's own square, in float64: half the
    cost of its singular values and, since those would be found in float32, more exact.
    """
    product = cross(x, y)
    rough = itemsize(x) + itemsize(y) == 8 and not (has_gradient(x) or has_gradient(y))
    return nuclear_norm_by_square(product) if rough else nuclear_norm(product)


def nuclear_norm_by_square(product: Float[Array, "p q"]) -> Float[Array, ""]:
    """Return the sum of the singular values of a float64 matrix of float32 precision, as roots of eigenvalues."""
    xp = namespace(product)
    square = product @ product.mT if product.shape[0] <= product.shape[1] else product.mT @ product
    values = xp.linalg.eigvalsh(square)
    return xp.sum(xp.sqrt(xp.where(values > 0, values, xp.zeros_like(values))))


def inverse_of_lower(factor: Float[Array, "p p"]) -> Float[Array, "p p"]:
    """Return the inverse of a lower triangular matrix; a third of a general one's cost where the library can."""
    xp = namespace(factor)
    eye = xp.eye(factor.shape[0], dtype=factor.dtype, device=device_of(factor))
    if is_numpy(factor):
        return np.asarray(solve_triangular(factor, eye, lower=True, check_finite=False))
    found: Array = (
        xp.linalg.solve_triangular(factor, eye, upper=False) if is_torch(factor) else xp.linalg.solve(factor, eye)
    )
    return found


def rank_tolerance(x: Float[Array, "items units"]) -> float:
    """Return the share of the largest eigenvalue of `xᵀx` below which an eigenvalue is rounding."""
    return float(namespace(x).finfo(x.dtype).eps) * max(x.shape)


def cholesky_or_none(scatter: Float[Array, "p p"]) -> Float[Array, "p p"] | None:
    """Return the lower Cholesky factor, or None where the matrix is not clearly positive definite."""
    xp = namespace(scatter)
    try:
        factor = xp.linalg.cholesky(scatter)
    except (RuntimeError, ValueError):  # each library's own LinAlgError derives from one of the two
        return None
    diagonal = xp.linalg.diagonal(factor)
    smallest, largest = number(xp.min(diagonal)), number(xp.max(diagonal))
    well_conditioned = math.isfinite(largest) and smallest > 1e-6 * largest
    return factor if well_conditioned else None


def coordinates(x: Float[Array, "items units"]) -> Float[Array, "items rank"]:
    """Return `x` rotated into at most `items` units: every product of its rows stays as it was."""
    if x.shape[1] <= x.shape[0]:
        return x
    _, r = namespace(x).linalg.qr(x.mT)
    return r.mT

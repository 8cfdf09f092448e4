"""The Hilbert–Schmidt independence criterion from sums over two centred kernels, whole and with each item left out.

K and L are centred over all n items, so their rows sum to zero. T = Σ_ij K_ij L_ij, D = Σ_i K_ii L_ii.
"""

from __future__ import annotations

from collections.abc import Sequence

from repscope.array.namespace import namespace
from repscope.similarity.kernels import Kernel, products, row_products, times
from repscope.types import Array, Float


def biased(total: Array, n: int) -> Array:
    """Return `tr(KHLH) / (n − 1)²` (Gretton et al. 2005, eq. 9)."""
    return total / (n - 1) ** 2


def debiased(total: Array, diagonals: Array, trace_a: Array, trace_b: Array, n: int) -> Array:
    """Return the unbiased estimator of HSIC (Song et al. 2012, eq. 5) from sums over centred kernels.

    The published formula uses kernels with a zero diagonal; the row sums of such a kernel, once centred, are
    minus its old diagonal, which turns the three terms into T, D and the traces.
    """
    last = trace_a * trace_b / ((n - 1) * (n - 2))
    return (total - n / (n - 2) * diagonals + last) / (n * (n - 3))


def of_pairs(rows: Sequence[Kernel], columns: Sequence[Kernel], *, unbiased: bool) -> Float[Array, "rows columns"]:
    """Return HSIC for all pairs of kernels; each pair once where `rows is columns`."""
    xp = namespace(rows[0].diagonal, columns[0].diagonal)
    total, n = products(rows, columns), rows[0].items
    if not unbiased:
        return biased(total, n)
    a, b = (xp.stack([kernel.diagonal for kernel in side]) for side in (rows, columns))
    return debiased(total, a @ b.mT, xp.sum(a, axis=1)[:, None], xp.sum(b, axis=1)[None, :], n)


def leave_one_out(a: Kernel, b: Kernel, *, unbiased: bool) -> Float[Array, " items"]:
    """Return HSIC of the other n − 1 items for each item left out; costs one more product than HSIC itself."""
    per_item = row_products(a, b)
    if unbiased:
        return debiased_without(a, b, per_item)
    return biased_without(a, b, per_item)


def debiased_without(a: Kernel, b: Kernel, per_item: Float[Array, " items"]) -> Float[Array, " items"]:
    """Return the unbiased HSIC without each item: eq. 5 of Song et al. 2012 on the kernels less one row."""
    xp = namespace(per_item)
    k, ell = a.diagonal, b.diagonal
    m = a.items - 1
    off_diagonal = per_item - k * ell
    # Row sums of the kernels with zero diagonal are −k and −ℓ; leaving out i takes away K_ji and L_ji.
    crossed = 2 * k * ell - times(b, k) - times(a, ell)
    rows = xp.sum(k * ell) - k * ell - crossed + off_diagonal
    total = xp.sum(off_diagonal) - 2 * off_diagonal
    sums = (2 * k - xp.sum(k)) * (2 * ell - xp.sum(ell)) / ((m - 1) * (m - 2))
    return (total + sums - 2 / (m - 2) * rows) / (m * (m - 3))


def biased_without(a: Kernel, b: Kernel, per_item: Float[Array, " items"]) -> Float[Array, " items"]:
    """Return the biased HSIC without each item, centred anew over the items that remain."""
    xp = namespace(per_item)
    m = a.items - 1
    both = a.diagonal * b.diagonal
    total = xp.sum(per_item) - 2 * per_item + both
    return (total - 2 / m * (per_item - both) + both / m**2) / (m - 1) ** 2

"""The Hilbert–Schmidt independence criterion from sums over two centred kernels, whole and with each item left out.

K and L are centred over all n items, so their rows sum to zero. T = Σ_ij K_ij L_ij, D = Σ_i K_ii L_ii. Every
estimator is an inner product of matrices made of K and L, and a combination of T, D and the product of the traces.
"""

from __future__ import annotations

from collections.abc import Sequence

from repscope.array import symmetric
from repscope.array.namespace import namespace
from repscope.array.symmetric import Panels
from repscope.similarity.kernels import Kernel, Slope, panels, products, row_products, times
from repscope.types import Array, Float

LEAST = {"debiased": 4, "biased": 2, "lange": 4, "adjusted": 3}
"""Estimators, and the items that each of them needs."""


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


def lange(total: Array, diagonals: Array, n: int) -> Array:
    """Return the mean product of different items, of kernels centred with their diagonal in (Lange et al. 2023)."""
    return (total - diagonals) / (n * (n - 3))


def adjusted(total: Array, trace_a: Array, trace_b: Array, n: int) -> Array:
    """Return the biased estimator less its mean over all orders of the items, which the traces give."""
    return biased(total - trace_a * trace_b / (n - 1), n)


def from_sums(total: Array, diagonals: Array, trace_a: Array, trace_b: Array, n: int, estimator: str) -> Array:
    """Return HSIC by the estimator of that name."""
    if estimator == "biased":
        return biased(total, n)
    if estimator == "lange":
        return lange(total, diagonals, n)
    if estimator == "adjusted":
        return adjusted(total, trace_a, trace_b, n)
    return debiased(total, diagonals, trace_a, trace_b, n)


def of_pairs(rows: Sequence[Kernel], columns: Sequence[Kernel], *, estimator: str) -> Float[Array, "rows columns"]:
    """Return HSIC for all pairs of kernels; each pair once where `rows is columns`."""
    xp = namespace(rows[0].diagonal, columns[0].diagonal)
    total, n = products(rows, columns), rows[0].items
    if estimator == "biased":
        return biased(total, n)
    a, b = (xp.stack([kernel.diagonal for kernel in side]) for side in (rows, columns))
    return from_sums(total, a @ b.mT, xp.sum(a, axis=1)[:, None], xp.sum(b, axis=1)[None, :], n, estimator)


def alone(kernel: Kernel, *, estimator: str) -> Float[Array, ""]:
    """Return HSIC of a kernel with itself."""
    own = [kernel]
    return beyond_rounding(of_pairs(own, own, estimator=estimator)[0, 0], kernel, estimator)


def beyond_rounding(found: Float[Array, ""], kernel: Kernel, estimator: str) -> Float[Array, ""]:
    """Return HSIC of a kernel with itself, 0 where it is only rounding beside the kernel's diagonal.

    Of items that are all equally alike, such as one-hot codes of their names, nothing is left once the bias is
    taken away; what is left of a kernel otherwise is of the order of its diagonal, or above.
    """
    if estimator == "biased":
        return found
    xp, n = namespace(found), kernel.items
    entries = kernel.features if kernel.gram is None else kernel.gram[0]
    square = xp.vecdot(kernel.diagonal, kernel.diagonal) / ((n - 1) ** 2 if estimator == "adjusted" else n * (n - 3))
    return xp.where(found > rounding(entries, n) * square, found, xp.zeros_like(found))


def rounding(entries: Array, items: int) -> float:
    """Return the share of a kernel's squared diagonal that rounding may leave of its own HSIC; it grows with n."""
    return (4 + items / 2) * float(namespace(entries).finfo(entries.dtype).eps)


def without_each(a: Kernel, b: Kernel, *, estimator: str) -> Float[Array, " items"]:
    """Return HSIC of the other n − 1 items for each item left out; costs one more product than HSIC itself."""
    per_item = row_products(a, b)
    if estimator == "biased":
        return biased_without(a, b, per_item)
    return lange_without(a, b, per_item) if estimator == "lange" else debiased_without(a, b, per_item)


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


def total_without(a: Kernel, b: Kernel, per_item: Float[Array, " items"]) -> Float[Array, " items"]:
    """Return T over the other items for each item left out, of kernels centred anew over those that remain."""
    xp = namespace(per_item)
    m = a.items - 1
    both = a.diagonal * b.diagonal
    return xp.sum(per_item) - 2 * per_item + both - 2 / m * (per_item - both) + both / m**2


def biased_without(a: Kernel, b: Kernel, per_item: Float[Array, " items"]) -> Float[Array, " items"]:
    """Return the biased HSIC without each item, centred anew over the items that remain."""
    return biased(total_without(a, b, per_item), a.items - 1)


def lange_without(a: Kernel, b: Kernel, per_item: Float[Array, " items"]) -> Float[Array, " items"]:
    """Return the mean product of different items without each item.

    Centring anew without item i takes K_jj to K_jj + 2 K_ji / m + K_ii / m², whose products over j ≠ i are D.
    """
    xp = namespace(per_item)
    k, ell = a.diagonal, b.diagonal
    m = a.items - 1
    both = k * ell
    diagonals = xp.sum(both) - both + 2 / m * (times(b, k) + times(a, ell) - 2 * both)
    diagonals = diagonals + (ell * (xp.sum(k) - k) + k * (xp.sum(ell) - ell)) / m**2
    diagonals = diagonals + 4 / m**2 * (per_item - both) - 4 / m**3 * both + both / m**3
    return lange(total_without(a, b, per_item), diagonals, m)


def moved(a: Kernel, b: Kernel, slope: Slope, *, estimator: str) -> Float[Array, " items"]:
    """Return how HSIC moves with each item left out because the scale and the centre of a's kernel are estimates."""
    turned = a._replace(gram=slope.gram, diagonal=symmetric.diagonal(slope.gram))
    by_scale = of_pairs([turned], [b], estimator=estimator)[0, 0] * slope.change
    if slope.pull is None:
        return by_scale
    return by_scale + pulled(slope.pull, slope.rows, b, estimator)


def pulled(pull: Panels, rows: Float[Array, "items units"], b: Kernel, estimator: str) -> Float[Array, " items"]:
    """Return how HSIC moves as the centre does when each item is left out, to first order.

    Without x_i, of centred rows, the others move by x_i / (n − 1), and K_jl by its derivative times (x_j + x_l) of
    that. HSIC is linear in K: its sum with what L contributes to each estimator, row by row.
    """
    xp, n, ell = namespace(b.diagonal), b.items, b.diagonal
    sums, trace = symmetric.row_sums(pull), xp.sum(b.diagonal)
    weights = symmetric.row_products(pull, panels(b))
    if estimator != "biased":
        shares = (1 / (n - 2), 1 / ((n - 1) * (n - 2))) if estimator == "debiased" else (1 / n, 1 / n**2)
        weights = weights + shares[0] * (ell * sums + symmetric.times(pull, ell)) - shares[1] * trace * sums
        weights = weights - symmetric.diagonal(pull) * ell
    change = 2 / (n - 1) * xp.astype(rows @ (rows.mT @ xp.astype(weights, rows.dtype)), xp.float64)
    return biased(change, n) if estimator == "biased" else change / (n * (n - 3))

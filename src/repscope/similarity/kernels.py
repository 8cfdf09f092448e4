"""A representation as kernel alignment sees it: the centred matrix of similarities between its items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from repscope.array.blocks import BUDGET, blocks
from repscope.array.inputs import centred
from repscope.array.linalg import cross, row_squares, square_sum
from repscope.array.namespace import itemsize, namespace
from repscope.array.neighbours import squared_distances
from repscope.array.ranks import median
from repscope.errors import InputError, explain
from repscope.types import Array, Float

Name = Literal["linear", "rbf"]
Width = Literal["median", "kornblith", "fixed"]

SKINNY = 4.0
"""How much dearer a multiplication is between a few long rows (Gram space) than between tall features."""


class Slope(NamedTuple):
    """How a Gaussian kernel moves with log σ (a centred matrix), and log σ with each item left out (items,)."""

    gram: Array
    change: Array


class Kernel(NamedTuple):
    """The centred kernel matrix K of n items, as features (K = x xᵀ) or in full; rows of K sum to zero.

    Features are kept while there are fewer units than items, else the matrix itself, which is then smaller.
    """

    features: Array  # or None
    gram: Array  # or None
    diagonal: Array
    units: int
    notes: tuple[str, ...]
    slope: Slope | None = None

    @property
    def items(self) -> int:
        """The number of items."""
        return int(self.diagonal.shape[0])


def kernel_of(
    x: Float[Array, "items units"],
    *,
    kernel: Name = "linear",
    bandwidth: float = 0.4,
    dialect: Width = "median",
    doubt: bool = False,
    argument: str = "X",
) -> Kernel:
    """Return the centred kernel of one representation; costs nothing (linear) or `items² units` products.

    With `doubt` a Gaussian kernel carries its slope, since its width is estimated from the items too.
    """
    x, _, notes = centred(x, argument)
    items, units = x.shape
    if units < items and (kernel == "linear" or not units):
        return Kernel(x, None, row_squares(x), units, notes)
    slope = None
    if kernel == "linear":
        gram = x @ x.mT
    elif kernel == "rbf":
        distances = distances_of(x)
        width = width_of(distances, bandwidth, dialect)
        exponent = distances / (2 * width)
        uncentred = namespace(x).exp(-exponent)
        gram = double_centred(uncentred)
        if doubt and dialect != "fixed":
            slope = Slope(double_centred(2 * exponent * uncentred), width_change(distances, width / bandwidth**2))
    else:
        do = "Choose one of the two."
        message = explain(expected="'linear' or 'rbf'", got=repr(kernel), argument="kernel", do=do)
        raise InputError(message)
    xp = namespace(gram)
    return Kernel(None, gram, xp.astype(xp.linalg.diagonal(gram), xp.float64), units, notes, slope)


def distances_of(x: Float[Array, "items units"]) -> Float[Array, "items items"]:
    """Return all squared distances between the items of a centred representation."""
    squares = row_squares(x)
    return squared_distances(x, x, squares, squares)


def width_of(distances: Float[Array, "items items"], bandwidth: float, dialect: Width) -> Any:
    """Return σ² of the kernel `exp(−|x − y|² / 2σ²)`, from squared distances, by `dialect`.

    `median`: σ is `bandwidth` times the median distance between two different items. `kornblith`: σ² is
    `bandwidth²` times the median of all squared distances, each item's with itself included, as in the code
    published with Kornblith et al. 2019. `fixed`: σ is `bandwidth`, in the units of the representation.
    """
    xp = namespace(distances)
    if dialect == "median":
        return bandwidth**2 * median(xp.sqrt(between_items(distances))) ** 2
    if dialect == "kornblith":
        return bandwidth**2 * median(xp.reshape(distances, (-1,)))
    if dialect == "fixed":
        return bandwidth**2
    expected, do = "'median', 'kornblith' or 'fixed'", "Choose one of the three."
    raise InputError(explain(expected=expected, got=repr(dialect), argument="dialect", do=do))


def width_change(distances: Float[Array, "items items"], middle: Any) -> Float[Array, " items"]:
    """Return how much log σ moves with each item left out: the influence of an item on a median of distances.

    An item most of whose distances lie below the median (`middle`, squared) raises it by leaving; by how much
    depends on how many distances lie near, counted here within a tenth.
    """
    xp = namespace(distances)
    n = distances.shape[0]
    below = xp.sum(xp.astype(distances < middle, xp.float64), axis=1) - 1
    near = xp.astype((distances > 0.81 * middle) & (distances < 1.21 * middle), xp.float64)
    density = xp.sum(near) / (n * (n - 1)) / 0.2
    return 2 / (n - 2) * (below / (n - 1) - 0.5) / density


def between_items(distances: Float[Array, "items items"]) -> Float[Array, " pairs"]:
    """Return the entries above the diagonal as a vector."""
    xp = namespace(distances)
    return xp.concat([distances[i, i + 1 :] for i in range(distances.shape[0] - 1)])


def double_centred(gram: Float[Array, "items items"]) -> Float[Array, "items items"]:
    """Return `HKH`: the kernel with its rows' and columns' means taken away, found in float64."""
    xp = namespace(gram)
    means = xp.sum(gram, axis=1, dtype=xp.float64) / gram.shape[1]
    half = means - xp.mean(means) / 2
    return gram - xp.astype(half, gram.dtype)[:, None] - xp.astype(half, gram.dtype)[None, :]


def entries(kernel: Kernel, rows: slice, columns: slice) -> Float[Array, "rows columns"]:
    """Return a block of the centred kernel matrix."""
    if kernel.gram is not None:
        return kernel.gram[rows, columns]
    return kernel.features[rows, :] @ kernel.features[columns, :].mT


def times(kernel: Kernel, vector: Float[Array, " items"]) -> Float[Array, " items"]:
    """Return the kernel matrix times a vector, in float64."""
    xp = namespace(vector)
    if kernel.gram is not None:
        return xp.astype(kernel.gram @ xp.astype(vector, kernel.gram.dtype), xp.float64)
    x = kernel.features
    return xp.astype(x @ (x.mT @ xp.astype(vector, x.dtype)), xp.float64)


def row_products(a: Kernel, b: Kernel) -> Float[Array, " items"]:
    """Return `Σ_j K_ij L_ij` for each item i, in float64: `n p q` multiplications, or `n²` in Gram space."""
    if a.features is not None and b.features is not None:
        xp = namespace(a.features, b.features)
        product = xp.astype(cross(a.features, b.features), a.features.dtype)
        return xp.astype(xp.vecdot(a.features @ product, b.features), xp.float64)
    xp = namespace(a.diagonal, b.diagonal)
    found = [
        xp.vecdot(entries(a, block, slice(None)), entries(b, block, slice(None)))
        for block in blocks(a.items, a.items * itemsize(a.diagonal), BUDGET)
    ]
    return xp.astype(xp.concat(found), xp.float64)


def products(rows: Sequence[Kernel], columns: Sequence[Kernel]) -> Float[Array, "rows columns"]:
    """Return `Σ_ij K_ij L_ij` in float64 for all pairs, in feature or in Gram space, whichever costs less.

    Where `rows is columns` each pair is computed once.
    """
    same = rows is columns
    n = rows[0].items
    every = [*rows] if same else [*rows, *columns]
    in_features = all(kernel.features is not None for kernel in every)
    pairs = [(i, j) for i in range(len(rows)) for j in range(i if same else 0, len(columns))]
    feature_cost = sum(rows[i].units * columns[j].units for i, j in pairs)
    gram_cost = n / 2 * (sum(k.units for k in every if k.features is not None) + SKINNY * len(pairs))
    if not in_features or gram_cost < feature_cost:
        return products_in_gram_space(rows, columns)
    xp = namespace(rows[0].diagonal, columns[0].diagonal)
    value = {(i, j): square_sum(cross(rows[i].features, columns[j].features)) for i, j in pairs}
    order = [[value[(j, i) if same and j < i else (i, j)] for j in range(len(columns))] for i in range(len(rows))]
    return xp.stack([xp.stack(row) for row in order])


def products_in_gram_space(
    rows: Sequence[Kernel], columns: Sequence[Kernel], budget: int = BUDGET
) -> Float[Array, "rows columns"]:
    """Return the same sums from blocks of all kernel matrices at once: one product of (kernels, entries).

    The matrices are symmetric, so a block of rows is read from its diagonal on and the rest counts twice.
    """
    xp = namespace(rows[0].diagonal, columns[0].diagonal)
    n, count = rows[0].items, len(rows) + (0 if rows is columns else len(columns))
    total = 0.0
    for block in blocks(n, 8 * n * count, budget):
        for part, weight in ((block, 1.0), (slice(block.stop, n), 2.0)):
            left = stacked(rows, block, part, xp)
            right = left if rows is columns else stacked(columns, block, part, xp)
            if left.shape[1]:
                total = weight * cross(left.mT, right.mT) + total
    return total


def stacked(kernels: Sequence[Kernel], rows: slice, columns: slice, xp: Any) -> Float[Array, "kernels entries"]:
    """Return one block of every kernel matrix, each flattened to a row."""
    return xp.stack([xp.reshape(entries(k, rows, columns), (-1,)) for k in kernels])

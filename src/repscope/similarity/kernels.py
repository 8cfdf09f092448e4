"""A representation as kernel alignment sees it: the centred matrix of similarities between its items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from repscope.array import symmetric
from repscope.array.blocks import BUDGET, blocks
from repscope.array.inputs import centred
from repscope.array.linalg import cross, square_sum
from repscope.array.namespace import common_dtype, device_of, itemsize, namespace, number
from repscope.array.neighbours import squared_distances
from repscope.array.ranks import middle
from repscope.array.symmetric import Panels
from repscope.errors import InputError, explain
from repscope.similarity.pairs import each_pair
from repscope.types import Array, Float

SKINNY = 4.0
"""How much dearer a multiplication is between a few long rows (Gram space) than between tall features."""


class Slope(NamedTuple):
    """How a Gaussian kernel moves with log σ (a centred matrix), and log σ with each item left out (items,)."""

    gram: Panels
    change: Array


class Kernel(NamedTuple):
    """The centred kernel matrix K of n items, as features (K = x xᵀ) or in panels; rows of K sum to zero.

    Features are kept while there are fewer units than items, else the matrix itself, which is then smaller.
    """

    features: Array  # or None
    gram: Panels | None
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
    kernel: str = "linear",
    bandwidth: float = 0.4,
    dialect: str = "median",
    debiased: bool = True,
    doubt: bool = False,
    argument: str = "X",
) -> Kernel:
    """Return the centred kernel of one representation; costs nothing (linear) or half of `items² units` products.

    With `doubt` a Gaussian kernel carries its slope, since its width is estimated from the items too.
    """
    check_kernel(kernel, bandwidth, dialect)
    x, squares, scale, notes = centred(x, argument)
    items, units = x.shape
    if units < items and (kernel == "linear" or not units):
        return Kernel(x, None, squares, units, notes)
    if kernel == "linear":
        gram = symmetric.gram(x)
        return Kernel(None, gram, symmetric.diagonal(gram), units, notes)
    distances = squared_distances(x)
    width = width_of(distances, bandwidth * scale if dialect == "fixed" else bandwidth, dialect)
    if not (width if isinstance(width, float) else number(width)) > 0:
        said = (
            f"{argument}: most items are equal, the median distance is 0: undefined (NaN); dialect='fixed' is defined"
        )
        return Kernel(x[:, :0], None, 0 * squares, 0, (*notes, said))
    uncentred = gaussian(distances, width, hollow=debiased)
    slope = None
    if doubt and dialect != "fixed":
        moved = tuple(panel * d / width for panel, d in zip(uncentred, distances, strict=True))
        slope = Slope(symmetric.double_centred(moved), width_change(distances, width / bandwidth**2))
    gram = symmetric.double_centred(uncentred)
    return Kernel(None, gram, symmetric.diagonal(gram), units, notes, slope)


def check_kernel(kernel: str, bandwidth: float, dialect: str) -> None:
    """Raise `InputError` unless there is such a kernel, and its width is above 0."""
    if kernel not in ("linear", "rbf"):
        message = explain(
            expected="'linear' or 'rbf'", got=repr(kernel), argument="kernel", do="Choose one of the two."
        )
        raise InputError(message)
    if not bandwidth > 0:
        message = explain(expected="above 0", got=repr(bandwidth), argument="bandwidth", do="0.4 is the default.")
        raise InputError(message)
    if dialect not in ("median", "kornblith", "fixed"):
        expected, do = "'median', 'kornblith' or 'fixed'", "Choose one of the three."
        raise InputError(explain(expected=expected, got=repr(dialect), argument="dialect", do=do))


def gaussian(distances: Panels, width: Any, *, hollow: bool) -> Panels:
    """Return `exp(−|x − y|² / 2σ²)` from squared distances; `hollow` with zeros on the diagonal.

    The debiased estimator does not depend on the diagonal, and the ones there would swamp a narrow kernel.
    """
    xp = namespace(*distances)
    panels = tuple(xp.exp(panel * (-0.5 / width)) for panel in distances)
    if not hollow:
        return panels
    like = {"dtype": panels[0].dtype, "device": device_of(panels[0])}
    return tuple(panel * (1 - xp.eye(*panel.shape, **like)) for panel in panels)


def width_of(distances: Panels, bandwidth: float, dialect: str) -> Any:
    """Return σ² of the kernel `exp(−|x − y|² / 2σ²)`, from squared distances, by `dialect`.

    `median`: σ is `bandwidth` times the median distance between two different items. `kornblith`: σ² is
    `bandwidth²` times the median of all squared distances, each item's with itself included, as in the code
    published with Kornblith et al. 2019. `fixed`: σ is `bandwidth`, in the units of the representation.
    """
    xp = namespace(*distances)
    if dialect == "fixed":
        return float(bandwidth**2)
    between = symmetric.above_diagonal(distances)
    if dialect == "median":
        low, high = (xp.where(m > 0, m, xp.zeros_like(m)) for m in middle(*between))
        return (bandwidth * (xp.sqrt(low) + xp.sqrt(high)) / 2) ** 2
    own = xp.zeros(distances[0].shape[1], dtype=distances[0].dtype, device=device_of(distances[0]))
    return bandwidth**2 * sum(middle(own, *between, *between)) / 2


def width_change(distances: Panels, median_square: Any) -> Float[Array, " items"]:
    """Return how much log σ moves with each item left out: the influence of an item on a median of distances.

    An item most of whose distances lie below the median raises it by leaving; by how much depends on how many
    distances lie near, counted here within a tenth.
    """
    xp = namespace(*distances)
    n = distances[0].shape[1]
    below = symmetric.row_sums(tuple(xp.astype(d < median_square, d.dtype) for d in distances)) - 1
    near = tuple(xp.astype((d > 0.81 * median_square) & (d < 1.21 * median_square), d.dtype) for d in distances)
    count = xp.sum(symmetric.row_sums(near))
    density = xp.where(count > 2, count, 2 * xp.ones_like(count)) / (n * (n - 1)) / 0.2
    return 2 / (n - 2) * (below / (n - 1) - 0.5) / density


def times(kernel: Kernel, vector: Float[Array, " items"]) -> Float[Array, " items"]:
    """Return the kernel matrix times a vector, in float64."""
    if kernel.gram is not None:
        return symmetric.times(kernel.gram, vector)
    xp = namespace(vector)
    x = kernel.features
    return xp.astype(x @ (x.mT @ xp.astype(vector, x.dtype)), xp.float64)


def row_products(a: Kernel, b: Kernel) -> Float[Array, " items"]:
    """Return `Σ_j K_ij L_ij` for each item i, in float64: `n p q` multiplications, or `n²` in Gram space."""
    if a.features is None or b.features is None:
        return symmetric.row_products(panels(a), panels(b))
    x, y = common_dtype(a.features, b.features)
    xp = namespace(x, y)
    return xp.astype(xp.vecdot(x @ xp.astype(cross(x, y), x.dtype), y), xp.float64)


def panels(kernel: Kernel) -> Panels:
    """Return the centred kernel matrix in panels."""
    return symmetric.gram(kernel.features) if kernel.gram is None else kernel.gram


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
    return each_pair(rows, columns, lambda a, b: square_sum(cross(a.features, b.features)))


def products_in_gram_space(
    rows: Sequence[Kernel], columns: Sequence[Kernel], budget: int = BUDGET
) -> Float[Array, "rows columns"]:
    """Return the same sums from panels of all kernel matrices at once: one product of (kernels, entries).

    All entries of a panel count twice, for their mirror images, less the square on the diagonal once.
    """
    same = rows is columns
    n, count = rows[0].items, len(rows) + (0 if same else len(columns))
    left_features, right_features = (stacked_features(side, budget) for side in (rows, columns))
    total: Any = 0.0
    for at, span in enumerate(symmetric.spans(n)):
        for part in blocks(span.stop - span.start, 8 * n * count, budget):
            left = pieces(rows, left_features, at, span.start, part)
            right = left if same else pieces(columns, right_features, at, span.start, part)
            size = part.stop - part.start
            corner = left[:, :, :size]
            other = corner if same else right[:, :, :size]
            total = total + 2 * inner(left, right) - inner(corner, other)
    return total


def stacked_features(kernels: Sequence[Kernel], budget: int) -> Array:
    """Return the features of all kernels as one array, or None where they differ in width or pass the budget."""
    features = [kernel.features for kernel in kernels]
    if len(kernels) == 1 or any(x is None for x in features) or len({(x.shape, x.dtype) for x in features}) > 1:
        return None
    size = len(features) * features[0].shape[0] * features[0].shape[1] * itemsize(features[0])
    return namespace(*features).stack(features) if size <= budget else None


def pieces(
    kernels: Sequence[Kernel], features: Array, at: int, start: int, part: slice
) -> Float[Array, "kernels rows columns"]:
    """Return some rows of one panel of every kernel matrix, from their own diagonal on."""
    rows, columns = slice(start + part.start, start + part.stop), slice(start + part.start, None)
    if features is not None:
        return features[:, rows, :] @ features[:, columns, :].mT
    found = [
        k.features[rows, :] @ k.features[columns, :].mT if k.gram is None else k.gram[at][part, part.start :]
        for k in kernels
    ]
    if len(found) == 1:
        return found[0][None, :, :]
    xp = namespace(*found)
    wide = xp.float64 if len({x.dtype for x in found}) > 1 else found[0].dtype
    return xp.stack([xp.astype(x, wide, copy=False) for x in found])


LONG = 2**16
"""Entries that a product of long rows sums in its own dtype before the sum goes on in float64."""


def inner(left: Float[Array, "left r c"], right: Float[Array, "right r c"]) -> Float[Array, "left right"]:
    """Return the sums of products of all entries, for every matrix on the left with every one on the right."""
    xp = namespace(left, right)
    a = xp.reshape(left, (left.shape[0], -1))
    b = a if right is left else xp.reshape(right, (right.shape[0], -1))
    return cross(a.mT, b.mT, rows=LONG)

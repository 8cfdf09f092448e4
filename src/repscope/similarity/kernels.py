"""A representation as kernel alignment sees it: the centred matrix of similarities between its items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.array import symmetric
from repscope.array.blocks import BUDGET
from repscope.array.inputs import centred
from repscope.array.linalg import cross, square_sum, stacked
from repscope.array.namespace import common_dtype, is_numpy, itemsize, namespace, number
from repscope.array.neighbours import squared_distances
from repscope.array.symmetric import Panels
from repscope.similarity.kernel_functions import check_kernel, gaussian, hollow, user_kernel, width_change, width_of
from repscope.similarity.pairs import each_pair
from repscope.types import Array, Float

SKINNY = 4.0
"""How much dearer a multiplication is between a few long rows (Gram space) than between tall features."""


KernelLike = str | Callable[[Array], Array]
"""A kernel by name, or a function from (items, units) to (items, items) similarities."""


class Slope(NamedTuple):
    """How a kernel moves with the logarithm of its scale (a centred matrix), and that with each item left out.

    Where it depends on the centre too, `pull` is its derivative by the inner product of two items, and `rows` are the
    items about the centre.
    """

    gram: Panels
    change: Array
    pull: Panels | None = None
    rows: Array = None


class Kernel(NamedTuple):
    """The centred kernel matrix K of n items, as features (K = x xᵀ) or in panels; rows of K sum to zero.

    Features are kept while there are fewer units than items, else the matrix itself, which is then smaller. The
    rows were multiplied by `scale`, so that their products stay in range.
    """

    features: Array  # or None
    gram: Panels | None
    diagonal: Array
    units: int
    notes: tuple[str, ...]
    slope: Slope | None = None
    scale: float = 1.0

    @property
    def items(self) -> int:
        """The number of items."""
        return int(self.diagonal.shape[0])


def kernel_of(
    x: Float[Array, "items units"],
    *,
    kernel: KernelLike = "linear",
    bandwidth: float | int = 0.4,
    width: str = "median",
    degree: int = 3,
    coef0: float | int = 1.0,
    estimator: str = "debiased",
    doubt: bool = False,
    argument: str = "X",
) -> Kernel:
    """Return the centred kernel of one representation; costs nothing (linear) or half of `items² units` products.

    With `doubt` a kernel whose parameters are estimated from the items carries its slopes.
    """
    check_kernel(kernel, bandwidth, width, degree, coef0)
    given, (x, squares, scale, notes) = x, centred(x, argument)
    units = x.shape[1]
    if not units:
        return Kernel(x, None, squares, 0, notes)
    if not isinstance(kernel, str):
        return in_panels(user_kernel(kernel, given, argument), units, notes)
    if kernel == "linear":
        return linear(x, squares, notes, scale)
    if kernel == "polynomial":
        return polynomial(x, squares, notes, degree, coef0, estimator, doubt=doubt)
    distances = squared_distances(x)
    sigma = width_of(distances, bandwidth * scale if width == "fixed" else bandwidth, width)
    if not (sigma if isinstance(sigma, float) else number(sigma)) > 0:
        said = f"{argument}: most items are equal, the median distance is 0: undefined (NaN); width='fixed' is defined"
        return Kernel(x[:, :0], None, 0 * squares, 0, (*notes, said))
    # The debiased estimator does not depend on the diagonal, and the ones there would swamp a narrow kernel.
    uncentred = gaussian(distances, sigma)
    uncentred = hollow(uncentred) if estimator == "debiased" else uncentred
    slope = None
    if doubt and width != "fixed":
        moved = tuple(panel * d / sigma for panel, d in zip(uncentred, distances, strict=True))
        slope = Slope(symmetric.double_centred(moved), width_change(distances, sigma / bandwidth**2))
    return in_panels(uncentred, units, notes)._replace(slope=slope)


def linear(
    x: Float[Array, "items units"],
    squares: Float[Array, " items"],
    notes: tuple[str, ...] = (),
    scale: float = 1.0,
) -> Kernel:
    """Return the inner products of centred rows with these squared lengths."""
    if x.shape[1] < x.shape[0]:
        return Kernel(x, None, squares, x.shape[1], notes, scale=scale)
    gram = symmetric.gram(x)
    return Kernel(None, gram, symmetric.diagonal(gram), x.shape[1], notes, scale=scale)


def in_panels(uncentred: Panels, units: int, notes: tuple[str, ...]) -> Kernel:
    """Return the kernel whose matrix, before it is centred, is this."""
    gram = symmetric.double_centred(uncentred)
    return Kernel(None, gram, symmetric.diagonal(gram), units, notes)


def polynomial(
    x: Float[Array, "items units"],
    squares: Float[Array, " items"],
    notes: tuple[str, ...],
    degree: int,
    coef0: float | int,
    estimator: str,
    *,
    doubt: bool,
) -> Kernel:
    """Return the powers of `⟨x, y⟩ / s + coef0`, s the mean squared length of the centred rows."""
    xp = namespace(x)
    mean_square = xp.mean(squares)
    products = tuple(panel / xp.astype(mean_square, x.dtype) for panel in symmetric.gram(x))
    raised = tuple((panel + coef0) ** degree for panel in products)
    raised = hollow(raised) if estimator == "debiased" else raised
    done = in_panels(raised, x.shape[1], notes)
    if not doubt:
        return done
    n = x.shape[0]
    steep = tuple(degree * (panel + coef0) ** (degree - 1) for panel in products)
    steep = hollow(steep) if estimator == "debiased" else steep
    moved = symmetric.double_centred(tuple(-rise * panel for rise, panel in zip(steep, products, strict=True)))
    left = (xp.sum(squares) - n / (n - 1) * squares) / (n - 1)
    root = xp.astype(xp.sqrt(mean_square), x.dtype)
    return done._replace(slope=Slope(moved, xp.log(left / mean_square), steep, x / root))


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
    left, right = sum(k.units for k in rows), sum(k.units for k in columns)
    pairs, feature_cost = len(rows) * len(columns), left * right
    if same:
        pairs, feature_cost = (pairs + len(rows)) // 2, (feature_cost + sum(k.units**2 for k in rows)) // 2
    gram_cost = n / 2 * (sum(k.units for k in every if k.features is not None) + SKINNY * pairs)
    if not in_features or gram_cost < feature_cost:
        return products_in_gram_space(rows, columns)
    return each_pair(rows, columns, lambda a, b: square_sum(cross(a.features, b.features)))


def products_in_gram_space(
    rows: Sequence[Kernel], columns: Sequence[Kernel], budget: int = BUDGET
) -> Float[Array, "rows columns"]:
    """Return the same sums from panels of all kernel matrices at once: one product of (kernels, entries).

    Entries beside the squares on the diagonal count twice, for their mirror images.
    """
    same = rows is columns
    n, count = rows[0].items, len(rows) + (0 if same else len(columns))
    left_features, right_features = (stacked_features(side, budget) for side in (rows, columns))
    entries = min(n * n, budget // (itemsize(rows[0].diagonal) // 2 * count))
    rooms = [room_for(side, entries) for side in (rows, columns)]
    total: Any = 0.0
    for at, span in enumerate(symmetric.spans(n)):
        for weight, part, where in symmetric.covering(span.stop - span.start, n - span.start, entries):
            left = pieces(rows, left_features, at, span.start, part, where, rooms[0])
            right = left if same else pieces(columns, right_features, at, span.start, part, where, rooms[1])
            total = total + weight * inner(left, right)
    return total


def room_for(kernels: Sequence[Kernel], entries: int) -> Array:
    """Return an array that holds as many entries of every matrix, or None where nothing is gained by keeping one."""
    x = kernels[0].features if kernels[0].gram is None else kernels[0].gram[0]
    return np.empty(len(kernels) * entries, dtype=x.dtype) if is_numpy(x) and len(kernels) > 1 else None


def stacked_features(kernels: Sequence[Kernel], budget: int) -> Array:
    """Return the features of all kernels as one array, or None where they differ in width or pass the budget."""
    features = [kernel.features for kernel in kernels]
    if len(kernels) == 1 or any(x is None for x in features) or len({(x.shape, x.dtype) for x in features}) > 1:
        return None
    size = len(features) * features[0].shape[0] * features[0].shape[1] * itemsize(features[0])
    return namespace(*features).stack(features) if size <= budget else None


def pieces(
    kernels: Sequence[Kernel], features: Array, at: int, start: int, part: slice, where: slice, room: Array
) -> Float[Array, "kernels rows columns"]:
    """Return some rows and columns of one panel of every kernel matrix, counted from the panel's own diagonal."""
    rows = slice(start + part.start, start + part.stop)
    columns = slice(start + where.start, start + where.stop)
    if features is not None:
        return features[:, rows, :] @ features[:, columns, :].mT
    return stacked(
        [
            (k.features[rows, :], k.features[columns, :].mT) if k.gram is None else (k.gram[at][part, where],)
            for k in kernels
        ],
        room,
    )


LONG = 2**16
"""Entries that a product of long rows sums in its own dtype before the sum goes on in float64."""


def inner(left: Float[Array, "left r c"], right: Float[Array, "right r c"]) -> Float[Array, "left right"]:
    """Return the sums of products of all entries, for every matrix on the left with every one on the right."""
    xp = namespace(left, right)
    a = xp.reshape(left, (left.shape[0], -1))
    b = a if right is left else xp.reshape(right, (right.shape[0], -1))
    return cross(a.mT, b.mT, rows=LONG)

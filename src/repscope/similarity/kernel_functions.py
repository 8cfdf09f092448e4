"""Similarities of two items beyond the inner product: Gaussian, polynomial, or any function of the user's own."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from repscope.array import symmetric
from repscope.array.namespace import device_of, library_of, namespace, number
from repscope.array.ranks import middle
from repscope.array.symmetric import Panels
from repscope.errors import InputError, ShapeError, explain
from repscope.types import Array, Float

KERNELS = ("linear", "rbf", "polynomial")
WIDTHS = ("median", "kornblith", "fixed")

SYMMETRIC = 1e-6
"""How far a user's kernel may be from its transpose, as a share of its largest entry."""


def check_kernel(kernel: Any, bandwidth: float | int, width: str, degree: float | int, coef0: float | int) -> None:
    """Raise `InputError` unless there is such a kernel with such parameters."""
    if not callable(kernel) and kernel not in KERNELS:
        expected = "'linear' or 'rbf' or 'polynomial', or a function of (items, units) to (items, items)"
        message = explain(expected=expected, got=repr(kernel), argument="kernel", do="Choose one of them.")
        raise InputError(message)
    if not 0 < bandwidth < math.inf:
        message = explain(
            expected="a number above 0", got=repr(bandwidth), argument="bandwidth", do="0.4 is the default."
        )
        raise InputError(message)
    if width not in WIDTHS:
        expected, do = "'median', 'kornblith' or 'fixed'", "Choose one of the three."
        raise InputError(explain(expected=expected, got=repr(width), argument="width", do=do))
    if isinstance(degree, bool) or not 1 <= degree < math.inf or degree != int(degree):
        message = explain(expected="a whole number from 1", got=repr(degree), argument="degree", do="3 is the default.")
        raise InputError(message)
    if not 0 <= coef0 < math.inf:
        message = explain(expected="a number, at least 0", got=repr(coef0), argument="coef0", do="1 is the default.")
        raise InputError(message)


def hollow(panels: Panels) -> Panels:
    """Return the matrix with zeros on the diagonal."""
    xp = namespace(*panels)
    like = {"dtype": panels[0].dtype, "device": device_of(panels[0])}
    return tuple(panel * (1 - xp.eye(*panel.shape, **like)) for panel in panels)


def gaussian(distances: Panels, width: Any) -> Panels:
    """Return `exp(−|x − y|² / 2σ²)` from squared distances, `width` being σ²."""
    xp = namespace(*distances)
    return tuple(xp.exp(panel * (-0.5 / width)) for panel in distances)


def width_of(distances: Panels, bandwidth: float | int, width: str) -> Any:
    """Return σ² of the kernel `exp(−|x − y|² / 2σ²)`, from squared distances, as `width` says.

    `median`: σ is `bandwidth` times the median distance between two different items. `kornblith`: σ² is
    `bandwidth²` times the median of all squared distances, each item's with itself included, as in the code
    published with Kornblith et al. 2019. `fixed`: σ is `bandwidth`, in the units of the representation.
    """
    xp = namespace(*distances)
    if width == "fixed":
        return float(bandwidth**2)
    between = symmetric.above_diagonal(distances)
    if width == "median":
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


def user_kernel(kernel: Callable[[Array], Array], x: Float[Array, "items units"], argument: str) -> Panels:
    """Return what a user's function makes of the rows of `x`, as float64 panels of a symmetric matrix.

    Raises
    ------
    ShapeError, InputError
        It is not one finite number a pair of items, of the library of `x`; it is not symmetric.
    """
    xp, n, do = namespace(x), x.shape[0], "Return k(x_i, x_j) for all pairs of rows of its argument."
    name = getattr(kernel, "__name__", type(kernel).__name__)
    found = kernel(x)
    if library_of(found) != library_of(x):
        got = f"{library_of(found)}"
        raise InputError(explain(expected=f"{library_of(x)}'s array from {name}", got=got, argument="kernel", do=do))
    if tuple(found.shape) != (n, n):
        got = f"{tuple(found.shape)} from {name} for {argument}"
        raise ShapeError(explain(expected=f"({n}, {n})", got=got, argument="kernel", do=do))
    found = xp.astype(found, xp.float64)
    largest = number(xp.max(abs(found)))
    if not largest < float("inf"):
        raise InputError(explain(expected="finite values", got=f"others from {name}", argument="kernel", do=do))
    if number(xp.max(abs(found - found.mT))) > SYMMETRIC * largest:
        got = f"one that differs from its transpose, from {name} for {argument}"
        raise InputError(explain(expected="a symmetric matrix", got=got, argument="kernel", do=do))
    return tuple(found[span, span.start :] for span in symmetric.spans(n))

"""Rows lifted so that one matrix of products holds all that linear measures need of them.

A row x is lifted to u = (x, 1, |x|²), x taken about a point near the mean, so that nothing cancels. The sum of uᵀv
over the items, v the lifted row of another layer, holds n, Σx, Σxyᵀ, Σ|x|², Σ|x|²y and Σ|x|²|y|². To move the point
is a linear map of u. Layers stand side by side, so that the sums of all of them are one product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from repscope.array.blocks import blocks
from repscope.array.inputs import FAR_OUT, MODERATE
from repscope.array.linalg import mean, row_squares
from repscope.array.namespace import device_of, namespace
from repscope.errors import ShapeError, explain
from repscope.types import Array, Float

BLOCK = 1024
"""Rows, about, that are lifted and multiplied in their own dtype while they are in cache; sums go on in float64."""


class Sums(NamedTuple):
    """Sums of products of lifted rows, in float64.

    `products` is of the first layers (rows) with the others (columns) and `alone` of each layer with itself; where
    `alone` is empty, `products` is of all layers with all.
    """

    products: Float[Array, "rows columns"]
    alone: tuple[Array, ...]


def point_of(x: Float[Array, "items units"]) -> Float[Array, " units"]:
    """Return a point near the mean, in float64, that can be taken away from rows in their own dtype.

    Of a unit that takes one value only it is that value, so that its sums are exactly 0. Where the mean is not
    finite it is 0.
    """
    xp = namespace(x)
    at = xp.astype(mean(x), x.dtype)
    at = xp.where(xp.all(x == x[:1, :], axis=0), x[0, :], at)
    return xp.astype(xp.where(xp.isfinite(at), at, xp.zeros_like(at)), xp.float64)


def spans(points: Sequence[Array]) -> list[slice]:
    """Return where each layer's lifted columns stand: its units, then two more."""
    ends = accumulate((int(point.shape[0]) + 2 for point in points), initial=0)
    return [slice(*both) for both in pairwise(ends)]


def sums_of(layers: Sequence[Array], points: Sequence[Array], first: int, into: Sums | None = None) -> Sums:
    """Return the sums over the rows of some layers: the `first` ones with the others, or all with all for 0.

    Rows pass through memory once. A block goes up to float64 where its squares would not keep float32's digits:
    one row far longer than the rest, or numbers very large or very small. `into` is added to in place.

    Raises
    ------
    ShapeError
        There is no row.
    """
    items = layers[0].shape[0]
    each = -(-items // max(1, round(items / BLOCK)))
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for block in blocks(items, bytes_each=1, budget=each):
            rows = [x[block, :] for x in layers]
            u, squares = lift(rows, points)
            if not keeps_digits(u, squares):
                xp = namespace(u)
                u, squares = lift([xp.astype(x, xp.float64) for x in rows], points)
            into = add_block(into, u, squares, spans(points), first)
    if into is None:
        do = "Leave empty shards out."
        raise ShapeError(explain(expected="at least one row", got="none", argument="shard", do=do))
    return into


def lift(rows: Sequence[Array], points: Sequence[Array]) -> tuple[Array, Array]:
    """Return the lifted rows side by side, in the widest of the dtypes, and (1, |x|²) of each layer in float64."""
    xp = namespace(*rows)
    wide = xp.result_type(*(x.dtype for x in rows))
    items, device, layers = rows[0].shape[0], device_of(rows[0]), spans(points)
    u = xp.empty((items, layers[-1].stop), dtype=wide, device=device)
    squares = xp.ones((items, 2 * len(rows)), dtype=xp.float64, device=device)
    for i, (x, point, span) in enumerate(zip(rows, points, layers, strict=True)):
        own = u[:, span.start : span.stop - 2]
        own[...] = xp.astype(x, wide, copy=False)
        own -= xp.astype(point, wide)[None, :]
        squares[:, 2 * i + 1] = row_squares(own)
        u[:, span.stop - 2 : span.stop] = xp.astype(squares[:, 2 * i : 2 * i + 2], wide)
    return u, squares


def keeps_digits(u: Array, squares: Array) -> bool:
    """Return whether products in the dtype of `u` keep its digits: squared lengths are moderate and none stands out."""
    xp = namespace(u, squares)
    if u.dtype == xp.float64:
        return True
    lengths = squares[:, 1::2]
    largest = xp.max(lengths, axis=0)
    moderate = (largest > MODERATE[0]) & (largest < MODERATE[1])
    return bool(xp.all(moderate & (largest <= FAR_OUT * xp.mean(lengths, axis=0))))


def add_block(total: Sums | None, u: Array, squares: Array, layers: Sequence[slice], first: int) -> Sums:
    """Return `total` with the products of one block of lifted rows added in place, each wanted product made once.

    The sums of 1, |x|² and their products, small differences of which decide, come from float64.
    """
    exact = squares.T @ squares
    if first:
        cut = layers[first].start
        found = [u[:, :cut].T @ u[:, cut:], *(u[:, span].T @ u[:, span] for span in layers)]
    else:
        found = [u.T @ u]
    corners = list(corners_of(layers, first))
    for part, _, _, rows, columns in corners:
        found[part][rows, columns] = 0.0
    if total is None:
        xp = namespace(u)
        products, *alone = (xp.astype(part, xp.float64) for part in found)
        total = Sums(products, tuple(alone))
    else:
        for have, more in zip((total.products, *total.alone), found, strict=True):
            have += more
    sums = (total.products, *total.alone)
    for part, i, j, rows, columns in corners:
        sums[part][rows, columns] += exact[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
    return total


def corners_of(layers: Sequence[slice], first: int) -> Iterator[tuple[int, int, int, slice, slice]]:
    """Yield where (1, |x|²) of each pair of layers stands: in which of the sums, which layers, rows and columns."""
    at = [slice(span.stop - 2, span.stop) for span in layers]
    cut = layers[first].start if first else 0
    for i in range(first or len(layers)):
        for j in range(first, len(layers)):
            yield 0, i, j, at[i], slice(at[j].start - cut, at[j].stop - cut)
    if first:
        for i, span in enumerate(layers):
            size = span.stop - span.start
            yield i + 1, i, i, slice(size - 2, size), slice(size - 2, size)


def moved(sums: Float[Array, "rows columns"], left: Sequence[Array], right: Sequence[Array]) -> Array:
    """Return sums with the points of the layers on the rows moved by `left`, of those on the columns by `right`."""
    return moved_rows(moved_rows(sums, left).T, right).T


def moved_rows(sums: Float[Array, "rows columns"], by: Sequence[Array]) -> Float[Array, "rows columns"]:
    """Return sums with the point of each layer on the rows moved by d: (x, 1, s) → (x − d, 1, s − 2dᵀx + |d|²)."""
    xp = namespace(sums, *by)
    parts: list[Array] = []
    for d, span in zip(by, spans(by), strict=True):
        x, one, square = sums[span.start : span.stop - 2, :], sums[span.stop - 2, :], sums[span.stop - 1, :]
        squares = square - 2 * (d @ x) + xp.vecdot(d, d) * one
        parts += [x - d[:, None] * one[None, :], one[None, :], squares[None, :]]
    return xp.concat(parts)

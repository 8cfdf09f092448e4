"""A symmetric matrix kept as panels: blocks of its rows, each from the diagonal on, so that no entry stands twice.

Panel i holds rows `span` and columns `span.start …`; its first columns are a square on the diagonal, the rest
stands for its mirror image too. Sums inside a panel are in its dtype, sums over panels in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from repscope.array.blocks import blocks
from repscope.array.namespace import common_dtype, device_of, namespace, to_numpy
from repscope.types import Array, Float

PANEL = 2**20
"""Entries of a panel: small enough to stay in cache between two passes over it."""

SMALL = 16
"""How many times fewer entries a piece on the diagonal has than one beside it."""

Panels = tuple[Array, ...]


def spans(n: int) -> list[slice]:
    """Return the rows of each panel of an n × n matrix."""
    return list(blocks(n, n, PANEL))


def covering(rows: int, columns: int, entries: int) -> Iterator[tuple[int, slice, slice]]:
    """Yield pieces of a panel of about `entries` at most, with what each counts: 1 on the diagonal, else 2.

    As square as they come, so that a product that makes one reads few rows of its factors; those on the diagonal are
    small, since half of each is there twice.
    """
    yield from on_diagonal(0, rows, entries)
    for part, where in halved(slice(0, rows), slice(rows, columns), entries):
        yield 2, part, where


def on_diagonal(start: int, stop: int, entries: int) -> Iterator[tuple[int, slice, slice]]:
    """Yield the pieces of a square on the diagonal."""
    middle = (start + stop) // 2
    if middle == start or (stop - start) ** 2 <= entries // SMALL:
        yield 1, slice(start, stop), slice(start, stop)
        return
    for part, where in halved(slice(start, middle), slice(middle, stop), entries):
        yield 2, part, where
    yield from on_diagonal(start, middle, entries)
    yield from on_diagonal(middle, stop, entries)


def halved(part: slice, where: slice, entries: int) -> Iterator[tuple[slice, slice]]:
    """Yield some rows and columns, halved along the longer side until no piece has more than `entries`."""
    height, width = part.stop - part.start, where.stop - where.start
    if not height or not width:
        return
    if height * width <= entries or height * width == 1:
        yield part, where
    elif height > width:
        middle = part.start + height // 2
        yield from halved(slice(part.start, middle), where, entries)
        yield from halved(slice(middle, part.stop), where, entries)
    else:
        middle = where.start + width // 2
        yield from halved(part, slice(where.start, middle), entries)
        yield from halved(part, slice(middle, where.stop), entries)


def gram(x: Float[Array, "items units"]) -> Panels:
    """Return the inner products of all rows: half of `items² units` multiplications."""
    return tuple(x[span, :] @ x[span.start :, :].mT for span in spans(x.shape[0]))


def per_row(panels: Panels, rows: Callable[[int], Array], columns: Callable[[int], Array]) -> Float[Array, " n"]:
    """Return one float64 number a row, summed over panels: of `rows(i)` and, for the mirrored part, `columns(i)`."""
    xp = namespace(*panels)
    total, n = 0.0, panels[0].shape[1]
    for i, panel in enumerate(panels):
        found = xp.astype(xp.concat([rows(i), columns(i)]), xp.float64)
        before = xp.zeros(n - panel.shape[1], dtype=xp.float64, device=device_of(panel))
        total = xp.concat([before, found]) + total
    return total


def mirrored(panel: Array) -> Array:
    """Return the part of a panel that stands for its mirror image too."""
    return panel[:, panel.shape[0] :]


def row_sums(panels: Panels) -> Float[Array, " n"]:
    """Return the sum of each row."""
    xp = namespace(*panels)
    return per_row(panels, lambda i: xp.sum(panels[i], axis=1), lambda i: xp.sum(mirrored(panels[i]), axis=0))


def row_products(a: Panels, b: Panels) -> Float[Array, " n"]:
    """Return `Σ_j A_ij B_ij` for each row i."""
    xp = namespace(*a, *b)
    a, b = (tuple(side) for side in zip(*(common_dtype(p, q) for p, q in zip(a, b, strict=True)), strict=True))
    return per_row(
        a,
        lambda i: xp.vecdot(a[i], b[i]),
        lambda i: xp.sum(mirrored(a[i]) * mirrored(b[i]), axis=0),
    )


def times(panels: Panels, vector: Float[Array, " n"]) -> Float[Array, " n"]:
    """Return the matrix times a vector."""
    xp = namespace(*panels)
    v, cuts = xp.astype(vector, panels[0].dtype), spans(panels[0].shape[1])
    return per_row(
        panels,
        lambda i: panels[i] @ v[cuts[i].start :],
        lambda i: mirrored(panels[i]).mT @ v[cuts[i]],
    )


def diagonal(panels: Panels) -> Float[Array, " n"]:
    """Return the diagonal in float64."""
    xp = namespace(*panels)
    return xp.concat([xp.astype(xp.linalg.diagonal(p[:, : p.shape[0]]), xp.float64) for p in panels])


def double_centred(panels: Panels) -> Panels:
    """Return the matrix with the means of its rows and columns taken away."""
    xp = namespace(*panels)
    n = panels[0].shape[1]
    means = row_sums(panels) / n
    half = xp.astype(means - xp.mean(means) / 2, panels[0].dtype)
    return tuple(p - half[s][:, None] - half[s.start :][None, :] for p, s in zip(panels, spans(n), strict=True))


def above_diagonal(panels: Panels) -> tuple[Array, ...]:
    """Return the entries above the diagonal, in any number of arrays of any shape."""
    xp = namespace(*panels)
    corners = []
    for panel in panels:
        rows = panel.shape[0]
        i, j = np.triu_indices(rows, 1)
        corner = xp.reshape(panel[:, :rows], (-1,))
        corners.append(xp.take(corner, xp.asarray(i * rows + j, device=device_of(panel))))
    return *corners, *(mirrored(panel) for panel in panels)


def sampled(panels: Panels, positions: np.ndarray) -> np.ndarray:
    """Return the rows and columns at ascending `positions` in full, as float64 on the host."""
    rows = []
    for panel, span in zip(panels, spans(panels[0].shape[1]), strict=True):
        inside = positions[(positions >= span.start) & (positions < span.stop)] - span.start
        after = positions[positions >= span.start] - span.start
        found = to_numpy(panel)[np.ix_(inside, after)].astype(np.float64)
        rows.append(np.pad(found, ((0, 0), (len(positions) - len(after), 0))))
    upper = np.triu(np.concatenate(rows))
    return upper + np.triu(upper, 1).T


def shuffled(panels: Panels, order: np.ndarray) -> Panels:
    """Return the matrix with rows and columns in another order."""
    xp, n = namespace(*panels), panels[0].shape[1]
    full = sampled(panels, np.arange(n))[np.ix_(order, order)]
    like = {"dtype": panels[0].dtype, "device": device_of(panels[0])}
    return tuple(xp.asarray(np.ascontiguousarray(full[span, span.start :]), **like) for span in spans(n))

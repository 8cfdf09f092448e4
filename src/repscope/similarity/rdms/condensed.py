"""A dissimilarity matrix as the vector of its entries above the diagonal, row by row, in SciPy's order."""

from __future__ import annotations

import math

import numpy as np

from repscope.array.namespace import device_of, from_numpy, namespace, to_numpy
from repscope.array.symmetric import Panels
from repscope.errors import ShapeError, explain
from repscope.types import Array, Float, Int, Shaped


def pairs_of(items: int) -> int:
    """Return the number of pairs of items."""
    return items * (items - 1) // 2


def items_of(entries: Array, argument: str) -> int:
    """Return the number of items whose pairs the last axis of `entries` holds.

    Raises
    ------
    ShapeError
        No number of items has as many pairs.
    """
    count = int(entries.shape[-1])
    items = (1 + math.isqrt(1 + 8 * count)) // 2
    if pairs_of(items) != count or items < 3:
        expected, do = "n (n − 1) / 2 entries of n ≥ 3 items, on the last axis", "Make them with rs.rdm(X)."
        raise ShapeError(explain(expected=expected, got=f"{count} entries", argument=argument, do=do))
    return items


def condensed(panels: Panels) -> Float[Array, " pairs"]:
    """Return the entries above the diagonal of a symmetric matrix in panels, of which a full one is a single panel."""
    xp = namespace(*panels)
    rows = [panel[i, i + 1 :] for panel in panels for i in range(panel.shape[0])]
    return xp.concat(rows)


def squared(entries: Float[Array, " pairs"], items: int) -> Float[Array, "items items"]:
    """Return the full matrix, with zeros on its diagonal."""
    xp = namespace(entries)
    at = np.zeros((items, items), dtype=np.int64)
    upper = np.triu_indices(items, 1)
    at[upper] = np.arange(1, pairs_of(items) + 1)
    at += at.T
    padded = xp.concat([xp.zeros(1, dtype=entries.dtype, device=device_of(entries)), entries])
    return xp.reshape(xp.take(padded, from_numpy(at.ravel(), entries)), (items, items))


def places(positions: Int[np.ndarray, " some"], items: int) -> Int[np.ndarray, " pairs"]:
    """Return where the pairs of the items at `positions`, in that order, stand in the vector of all pairs."""
    chosen = np.asarray(positions, dtype=np.int64)
    starts = chosen * items - chosen * (chosen + 1) // 2 - chosen - 1
    found = []
    for k in range(len(chosen) - 1):
        here, others = chosen[k], chosen[k + 1 :]
        found.append(np.where(others > here, starts[k] + others, starts[k + 1 :] + here))
    return np.concatenate(found)


def taken(entries: Shaped[Array, " pairs"], items: int, positions: Int[np.ndarray, " some"]) -> Shaped[Array, " few"]:
    """Return the entries of the pairs of the items at `positions`, in that order."""
    return namespace(entries).take(entries, from_numpy(places(to_numpy(positions), items), entries))


def item_sums(entries: Float[np.ndarray, " pairs"], items: int) -> Float[np.ndarray, " items"]:
    """Return the sum of the entries of each item's pairs."""
    total, start = np.zeros(items), 0
    for i in range(items - 1):
        row = entries[start : start + items - 1 - i]
        total[i] += row.sum(dtype=np.float64)
        total[i + 1 :] += row
        start += len(row)
    return total

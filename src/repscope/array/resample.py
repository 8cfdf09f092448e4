"""Maps brought to another grid by bilinear interpolation: two matrix products."""

from __future__ import annotations

import numpy as np

from repscope.array.namespace import from_numpy, namespace
from repscope.types import Array, Float


def resampled(x: Float[Array, "items rows columns units"], rows: int, columns: int) -> Array:
    """Return maps on a grid of `rows` × `columns`, each value a mean of the four nearest by distance.

    Cells are areas, so that the centres of both grids' borders lie within the same frame (half a cell inside it);
    beyond the outermost centres the map is constant. Nothing is smoothed first when the grid gets coarser.
    """
    xp = namespace(x)
    items, _, old_columns, units = x.shape
    if x.shape[1] != rows:
        weights = xp.astype(from_numpy(interpolation(x.shape[1], rows), x), x.dtype)
        x = xp.reshape(weights @ xp.reshape(x, (items, x.shape[1], -1)), (items, rows, old_columns, units))
    if old_columns != columns:
        weights = xp.astype(from_numpy(interpolation(old_columns, columns), x), x.dtype)
        x = xp.reshape(weights @ xp.reshape(x, (-1, old_columns, units)), (items, rows, columns, units))
    return x


def interpolation(old: int, new: int) -> Float[np.ndarray, "new old"]:
    """Return the weights of the old cells in each new one along one axis; every row sums to 1."""
    at = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    below = np.minimum(np.floor(at).astype(np.int64), max(old - 2, 0))
    share = at - below
    weights = np.zeros((new, old))
    weights[np.arange(new), below] = 1 - share
    weights[np.arange(new), np.minimum(below + 1, old - 1)] += share
    return weights

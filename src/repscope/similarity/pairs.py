"""Values of all pairs, one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from repscope.array.namespace import namespace
from repscope.types import Array, Float


def each_pair(
    rows: Sequence[Any], columns: Sequence[Any], between: Callable[[Any, Any], Array], *, symmetric: bool = True
) -> Float[Array, "rows columns"]:
    """Return `between` of every row with every column; if `symmetric`, each pair once where `rows is columns`."""
    once = rows is columns and symmetric
    value = {(i, j): between(a, b) for i, a in enumerate(rows) for j, b in enumerate(columns) if not once or j >= i}
    xp = namespace(value[0, 0])
    order = [[value[(j, i) if once and j < i else (i, j)] for j in range(len(columns))] for i in range(len(rows))]
    return xp.stack([xp.stack(row) for row in order])


def grid_of(
    module: Any, rows: Sequence[Any], columns: Sequence[Any], *, symmetric: bool
) -> Float[Array, "rows columns"]:
    """Return the values of all pairs of states: by the measure's own `grid`, or pair by pair where it has none."""
    if hasattr(module, "grid"):
        found: Array = module.grid(rows, columns)
        return found
    return each_pair(rows, columns, module.between, symmetric=symmetric)

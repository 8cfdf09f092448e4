"""Values of all pairs, one after another, each unordered pair once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from repscope.array.namespace import namespace
from repscope.types import Array, Float


def each_pair(
    rows: Sequence[Any], columns: Sequence[Any], between: Callable[[Any, Any], Array]
) -> Float[Array, "rows columns"]:
    """Return `between` of every row with every column; where `rows is columns` each pair is computed once."""
    same = rows is columns
    value = {(i, j): between(a, b) for i, a in enumerate(rows) for j, b in enumerate(columns) if not same or j >= i}
    xp = namespace(value[0, 0])
    order = [[value[(j, i) if same and j < i else (i, j)] for j in range(len(columns))] for i in range(len(rows))]
    return xp.stack([xp.stack(row) for row in order])

"""The planner: each representation prepared once a tile, tiles sized to the byte budget, pairs in blocks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from repscope.array.namespace import itemsize
from repscope.inference.pair import Side

Prepare = Callable[[int], Any]


def tiles(
    rows: Sequence[int], columns: Sequence[int] | None, prepare: Prepare, budget: int
) -> Iterator[tuple[dict[int, Any], dict[int, Any]]]:
    """Yield groups of prepared rows and columns, by position, that together stay near `budget` bytes.

    `columns=None` compares rows with rows: each unordered pair of positions then falls in one tile, and a
    group against itself is yielded as one and the same dict.
    """
    held = group(rows, prepare, budget) if columns is None else {}
    if columns is None and len(held) == len(rows):
        yield held, held
        return

    def state(position: int) -> Any:
        """Return a state that is held, which then is no longer, or a new one."""
        return held.pop(position) if position in held else prepare(position)

    start = 0
    while start < len(rows):
        left = group(rows[start:], state, budget // 2)
        start += len(left)
        others = rows[start:] if columns is None else columns
        if columns is None:
            yield left, left
        at = 0
        while at < len(others):
            right = group(others[at:], state, budget // 2)
            at += len(right)
            yield left, right


def group(positions: Sequence[int], prepare: Prepare, budget: int) -> dict[int, Any]:
    """Return states prepared one after another until the next one would pass the budget; at least one."""
    states: dict[int, Any] = {}
    used = largest = 0
    for position in positions:
        if states and used + largest > budget:
            break
        states[position] = prepare(position)
        size = bytes_of(states[position])
        used, largest = used + size, max(largest, size)
    return states


def bytes_of(state: Any) -> int:
    """Return the bytes of all arrays in a state, itself a tuple of arrays and tuples, and of the rows beside it."""
    if isinstance(state, Side):
        return bytes_of(state.state) + bytes_of(state.x)
    if isinstance(state, tuple):
        return sum(bytes_of(part) for part in state)
    if hasattr(state, "shape") and hasattr(state, "dtype"):
        return math.prod(state.shape) * itemsize(state)
    return 0

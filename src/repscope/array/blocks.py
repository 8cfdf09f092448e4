"""Consecutive ranges that keep temporary arrays under a byte budget."""

from __future__ import annotations

from collections.abc import Iterator

BUDGET = 256 * 2**20
"""Bytes that one temporary array may take by default."""


def blocks(total: int, bytes_each: int, budget: int = BUDGET) -> Iterator[slice]:
    """Yield slices that cover `range(total)`, each of at most `budget` bytes at `bytes_each` a row.

    A single row that is larger than the budget still makes a block of its own.
    """
    step = max(1, budget // max(1, bytes_each))
    for start in range(0, total, step):
        yield slice(start, min(start + step, total))

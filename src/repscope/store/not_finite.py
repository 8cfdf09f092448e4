"""Rows that hold NaN or infinity: kept as they are, and never unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from repscope.store.store import Recording

BLOCK_BYTES = 64 * 2**20
"""Bytes of rows in memory at a time."""


class NotFinite:
    """Counts, by layer, the rows that hold NaN or infinity."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.total = 0

    def add(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Count the rows of one block."""
        self.total += len(next(iter(arrays.values())))
        for layer, x in arrays.items():
            self.add_rows(layer, x)

    def add_rows(self, layer: str, x: np.ndarray) -> None:
        """Count some rows of one layer."""
        self.rows[layer] += rows_not_finite(x)

    def notes(self) -> tuple[str, ...]:
        """Return one line for each layer that has such rows."""
        return tuple(
            f"{layer}: {number} of {self.total} rows hold NaN or infinity"
            for layer, number in self.rows.items()
            if number
        )


def rows_not_finite(x: np.ndarray) -> int:
    """Return how many rows hold NaN or infinity; one sum settles the usual case, that none does."""
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(np.sum(x, dtype=np.float32 if x.dtype.itemsize < 4 else None)):
            return 0
    return int((~np.isfinite(x.reshape(len(x), -1)).all(axis=1)).sum())


def counted(recording: Recording) -> NotFinite:
    """Return the counts of the rows that a recording holds; reads all of them."""
    counts = NotFinite()
    for layer in recording.layers:
        for x in recording[layer].x.blocks(BLOCK_BYTES):
            counts.add_rows(layer, x)
    counts.total = recording.items
    return counts

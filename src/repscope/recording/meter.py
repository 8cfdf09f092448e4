"""Measures a recording as it runs, and tells the caller."""

from __future__ import annotations

import time

from repscope.recording.batches import Batch
from repscope.recording.intake import Block
from repscope.recording.options import ITEMSIZE, Options
from repscope.recording.progress import Progress, free_bytes


class Meter:
    """Counts items, estimates bytes and seconds from the first batch on, and calls `options.progress`."""

    def __init__(self, options: Options, first: Batch, block: Block, total: int | None, seconds: float) -> None:
        self.options = options
        self.total = total
        self.units = {layer: x.shape[1:] for layer, x in block.arrays.items()}
        numbers = sum(x[:1].size for x in block.arrays.values())
        self.bytes_a_row = numbers * ITEMSIZE[options.dtype]
        self.rows_an_item = len(block.ids) / len(first)
        self.free = free_bytes(options.to)
        self.started = time.perf_counter() - seconds
        self.items = 0
        self.run_items, self.run_seconds = len(first), seconds
        self.last = time.perf_counter()

    def bytes_for(self, items: int | None, *, written: int = 0) -> int | None:
        """Return the bytes on disk of a number of items less the rows written, estimated from the first batch."""
        return None if items is None else max(0, round(items * self.rows_an_item) - written) * self.bytes_a_row

    def done(self, batch: Batch, *, was_run: bool) -> None:
        """Count a batch, and its time if the model was run on it, and tell."""
        now = time.perf_counter()
        if was_run:
            self.run_items += len(batch)
            self.run_seconds += now - self.last
        self.last = now
        self.items += len(batch)
        self.tell()

    def tell(self) -> None:
        """Call the caller's `progress`, if there is one."""
        if self.options.progress is None:
            return
        left = None if self.total is None else max(0, self.total - self.items)
        self.options.progress(
            Progress(
                items=self.items,
                total=self.total,
                bytes=self.bytes_for(self.items) or 0,
                bytes_total=self.bytes_for(self.total),
                seconds=time.perf_counter() - self.started,
                seconds_left=None if left is None else left * self.run_seconds / self.run_items,
                units=self.units,
                free=self.free,
            )
        )

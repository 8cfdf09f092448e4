"""Measures a recording as it runs, and tells the caller."""

from __future__ import annotations

import time

from repscope.recording.batches import Batch
from repscope.recording.extent import Extent
from repscope.recording.intake import Block
from repscope.recording.options import ITEMSIZE, Options
from repscope.recording.progress import Progress, free_bytes


class Meter:
    """Counts items, estimates bytes and seconds from the first batch on, and calls `options.progress`."""

    def __init__(self, options: Options, first: Batch, block: Block, extent: Extent, seconds: float) -> None:
        self.options = options
        self.extent = extent
        self.items_an_element = len(first) / first.elements
        self.units = {layer: x.shape[1:] for layer, x in block.arrays.items()}
        numbers = sum(x[:1].size for x in block.arrays.values())
        self.bytes_a_row = numbers * ITEMSIZE[options.dtype]
        self.rows_an_item = len(block.ids) / len(first)
        self.free = free_bytes(options.to)
        self.started = time.perf_counter() - seconds
        self.items = self.elements = 0
        self.run_items, self.run_seconds = len(first), seconds
        self.last = time.perf_counter()

    @property
    def total(self) -> int | None:
        """The items in all, None where there is no telling; an estimate where only batches can be counted."""
        return self.extent.total(self.items, self.elements, self.items_an_element)

    @property
    def sure_total(self) -> int | None:
        """The same without the estimate: a guess of the batches to come must not refuse a recording."""
        return None if self.extent.items is None else self.total

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
        self.elements += batch.elements
        self.tell()

    def tell(self) -> None:
        """Call the caller's `progress`, if there is one."""
        if self.options.progress is None:
            return
        total = self.total
        left = None if total is None else max(0, total - self.items)
        self.options.progress(
            Progress(
                items=self.items,
                total=total,
                bytes=self.bytes_for(self.items) or 0,
                bytes_total=self.bytes_for(total),
                seconds=time.perf_counter() - self.started,
                seconds_left=None if left is None else left * self.run_seconds / self.run_items,
                units=self.units,
                free=self.free,
            )
        )

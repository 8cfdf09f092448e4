"""The one way from an adapter to a store: learn, check, estimate, then batch by batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from repscope.errors import InputError, explain
from repscope.recording.batches import Batch
from repscope.recording.checks import PROBE, check_agreement, check_rows
from repscope.recording.digest import item_digest
from repscope.recording.extent import Extent
from repscope.recording.intake import Block, Intake
from repscope.recording.meter import Meter
from repscope.recording.options import Options
from repscope.recording.pool import name_of_pooling
from repscope.recording.progress import check_room
from repscope.recording.resume import Committed
from repscope.store import Recording, Writer, open_store
from repscope.store.not_finite import NotFinite, counted
from repscope.types import Source

TOLERANCE, HALF_TOLERANCE = 1e-3, 5e-2
COMMIT_SECONDS = 60.0
"""At most this much work is lost to a kill, or one shard."""
WORDS = {
    "digest": "the model's weights differ",
    "first_item": "the first item of the data differs",
    "tokenizer": "the tokenizer differs",
}
"""What it means that a digest among the settings is another one."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """One kind of model: how a batch is run so that the intake receives its arrays.

    `settle` ends the learning; `digest` is the model's; `settings` are those of this kind alone; `notes` are
    what it has to say at the end.
    """

    kind: str
    intake: Intake
    forward: Callable[[Batch], None]
    settle: Callable[[], None]
    digest: str
    settings: Mapping[str, Any]
    notes: Callable[[], tuple[str, ...]] = tuple


def run(adapter: Adapter, batches: Iterator[Batch], extent: Extent, options: Options) -> Recording:
    """Return the finished recording of every batch, continuing one that was begun with the same settings.

    Raises
    ------
    InputError
        There is no batch.
    RecordingError
        The model's answer depends on the batch, or the disk has no room.
    StoreDiffers
        Model, settings or data are not those of the recording that was begun.
    """
    first = next(batches, None)
    if first is None:
        do = "Give at least one batch; an iterator that was read before is empty."
        raise InputError(explain(expected="items to record", got="no batch", argument="data", do=do))
    started = time.perf_counter()
    block = learn(adapter, first, options)
    meter = Meter(options, first, block, extent, time.perf_counter() - started)
    if not options.to.exists():
        check_room(meter.bytes_for(meter.sure_total), meter.free, options.to)
    meter.tell()
    with open_writer(adapter, first, block, options) as writer:
        check_room(meter.bytes_for(meter.sure_total, written=writer.rows), meter.free, options.to)
        return write(writer, adapter, chain((first,), batches), first, block, meter)


def learn(adapter: Adapter, first: Batch, options: Options) -> Block:
    """Return the rows of the first batch, having run a few of its items alone and found them the same."""
    intake = adapter.intake
    adapter.forward(first.part(min(PROBE, max(1, len(first) // 2))))
    alone = {site: rows.copy() for site, rows in intake.rows.items()}
    adapter.forward(first)
    adapter.settle()
    block = intake.block(first)
    tolerance = options.tolerance
    if tolerance is None:
        tolerance = HALF_TOLERANCE if intake.half else TOLERANCE
    few = {name: alone[site] for site, name in intake.plan.items() if site in alone}
    check_agreement(few, block.arrays, tolerance)
    return block


def open_writer(adapter: Adapter, first: Batch, block: Block, options: Options) -> Writer:
    """Return the writer of this recording, with settings that say all that its bytes depend on."""
    pooling = name_of_pooling(options.pooling)
    settings = {
        "adapter": adapter.kind,
        "digest": adapter.digest,
        "revision": options.revision,
        "layers": list(block.arrays),
        "of": options.of,
        "pooling": pooling,
        "channels": options.channels,
        "dtype": options.dtype,
        "mode": options.mode,
        "first_item": item_digest(first.part(1).payload),
        **adapter.settings,
    }
    source = Source(
        model=options.name,
        revision=options.revision or adapter.digest[:12],
        pooling=pooling,
        dtype=options.dtype,
    )
    sources = {layer: replace(source, layer=layer) for layer in block.arrays}
    size = {} if options.shard_bytes is None else {"shard_bytes": options.shard_bytes}
    return Writer.open(
        options.to, options.name, settings=settings, sources=sources, dtype=options.dtype, words=WORDS, **size
    )


def write(
    writer: Writer, adapter: Adapter, batches: Iterator[Batch], first: Batch, block: Block, meter: Meter
) -> Recording:
    """Return the finished recording after appending what is not yet committed of every batch."""
    committed = Committed(writer.committed_ids, tokens=meter.options.pooling == "tokens")
    counts = NotFinite()
    if writer.rows and not writer.entry.complete:
        counts = counted(open_store(meter.options.to)[meter.options.name])
    shapes = {layer: x.shape[1:] for layer, x in block.arrays.items()}
    last_commit = time.perf_counter()
    for batch in batches:
        have, whole = committed.take(batch.ids)
        if not whole:
            if batch is not first:
                adapter.forward(batch)
                block = adapter.intake.block(batch)
            append(writer, block, have, shapes, counts)
            if time.perf_counter() - last_commit > COMMIT_SECONDS:
                writer.commit()
                last_commit = time.perf_counter()
        meter.done(batch, was_run=not whole)
    committed.end()
    return writer.finish((*adapter.intake.notes, *counts.notes(), *adapter.notes()))


def append(writer: Writer, block: Block, have: int, shapes: Mapping[str, tuple[int, ...]], counts: NotFinite) -> None:
    """Append the rows of a block after the first `have`, which are committed."""
    check_rows(shapes, block.arrays)
    if have == len(block.ids):
        return
    arrays = {layer: x[have:] for layer, x in block.arrays.items()}
    counts.add(arrays)
    writer.append(block.ids[have:], arrays, {name: np.asarray(x[have:]) for name, x in block.labels.items()})

"""Where what a model gives comes in: pooled and copied at once, learned on one batch, checked on the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from repscope.array.namespace import is_torch, to_numpy
from repscope.errors import RecordingError, ShapeError, explain
from repscope.recording.batches import Batch
from repscope.recording.buffers import Buffers
from repscope.recording.options import Options
from repscope.recording.pool import pool
from repscope.recording.sites import Site, choose, left_out, name_of
from repscope.types import Array, Ids


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one batch, every layer: what a store appends."""

    ids: Ids
    arrays: Mapping[str, np.ndarray]
    labels: Mapping[str, np.ndarray]


class Intake:
    """Takes arrays in by site, as the model gives them.

    Until `settle` it learns: which sites there are, how often each module runs, and which sites cannot be
    recorded, and why. Afterwards `plan` holds the chosen sites with their layer names, and anything else that
    happens is an error.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.buffers = Buffers(options.in_memory)
        self.rows: dict[Site, np.ndarray] = {}
        self.reasons: dict[Site, str] = {}
        self.calls: Counter[str] = Counter()
        self.plan: dict[Site, str] = {}
        self.notes: tuple[str, ...] = ()
        self.half = False
        self.settled = False
        self.items = 0
        self.mask: Array | None = None

    def begin(self, items: int, mask: Array | None = None) -> None:
        """Make ready for a batch; `mask` is (items, positions), non-zero where a position is real."""
        self.rows = {}
        self.items, self.mask = items, mask

    def receive(self, site: Site, x: Array) -> None:
        """Take in one array that the model gives.

        Raises
        ------
        RecordingError
            A module runs more often than in the first batch.
        ShapeError
            The array can no longer be pooled as in the first batch.
        """
        if not self.settled:
            self.learn(site, x)
        elif site in self.plan:
            self.take(site, x)
        elif site.call >= self.calls[site.module] and any(known.module == site.module for known in self.plan):
            got = f"a call number {site.call + 1} of {site.module!r} in a later batch"
            expected = f"{self.calls[site.module]} calls, as in the first batch"
            do = "Record this module apart, with batches that run it equally often."
            raise RecordingError(explain(expected=expected, got=got, argument="layers", do=do))

    def learn(self, site: Site, x: Array) -> None:
        """Take in one array of the first batch, or keep in mind why it cannot be recorded."""
        self.calls[site.module] = max(self.calls[site.module], site.call + 1)
        self.reasons.setdefault(site, "")
        try:
            self.take(site, x)
        except ShapeError as error:
            self.reasons[site] = str(error)

    def take(self, site: Site, x: Array) -> None:
        """Pool an array and copy it; raise `ShapeError` where it holds no items or no real numbers."""
        if not is_floating(x):
            got, do = f"{x.dtype}", "Choose a layer that gives floating numbers."
            raise ShapeError(explain(expected="real floating numbers", got=got, argument=site.module, do=do))
        if len(x.shape) == 0 or (x.shape[0] != self.items and not callable(self.options.pooling)):
            got = f"an array of shape {tuple(x.shape)}"
            do = "Set batch_first, or give as pooling a function that puts the items first."
            expected = f"{self.items} items on the first axis"
            raise ShapeError(explain(expected=expected, got=got, argument=site.module, do=do))
        self.half = self.half or x.dtype.itemsize < 4
        pooling, mask = self.options.pooling, self.mask
        if mask is not None and len(x.shape) != 3:
            mask = None
        rows = pool(x, pooling, mask=mask, channels=self.options.channels, items=self.items)
        self.rows[site] = self.buffers.put(site, rows if is_torch(rows) else to_numpy(rows))

    def settle(self, asked: tuple[str, ...] = ()) -> None:
        """End the learning: choose the layers; `asked` are modules that were to run.

        Raises
        ------
        UnknownName, RecordingError
            A pattern matches no array, or none that can be recorded.
        """
        names = {name_of(site, self.calls[site.module]): why for site, why in self.reasons.items()}
        names |= {
            module: "the model never calls it, or it gives no array" for module in asked if module not in self.calls
        }
        chosen = set(choose(names, self.options.patterns))
        self.plan = {site: name for site in self.reasons if (name := name_of(site, self.calls[site.module])) in chosen}
        self.notes = left_out(names, self.options.patterns)
        self.buffers.keep(self.plan)
        self.settled = True

    def block(self, batch: Batch) -> Block:
        """Return the rows of the batch just run; they are valid until the next one begins.

        Raises
        ------
        RecordingError
            A layer of the first batch was not reached, or layers disagree about their positions.
        """
        for site, name in self.plan.items():
            if site not in self.rows:
                got, do = "a batch that does not reach it", "Record it apart, with batches that all do."
                raise RecordingError(explain(expected=f"{name!r} in every batch", got=got, argument="layers", do=do))
        arrays = {name: self.rows[site] for site, name in self.plan.items()}
        if self.options.pooling != "tokens":
            return Block(batch.ids, arrays, batch.labels)
        return by_token(batch, arrays, self.mask)


def by_token(batch: Batch, arrays: Mapping[str, np.ndarray], mask: Array | None) -> Block:
    """Return a block of positions: ids `item:position`, label columns `item` and `position`."""
    rows = {name: len(x) for name, x in arrays.items()}
    expected = next(iter(rows.values()))
    for name, got in rows.items():
        if got != expected:
            message = f"{got} positions in {name!r} and {expected} in {next(iter(rows))!r} for {len(batch)} items"
            do = "Record layers with other positions apart, under another name."
            wanted = "as many positions in every layer"
            raise RecordingError(explain(expected=wanted, got=message, argument="pooling", do=do))
    each = np.full(len(batch), expected // len(batch)) if mask is None else (to_numpy(mask) != 0).sum(axis=1)
    position = np.concatenate([np.arange(number) for number in each])
    item = np.repeat(np.array(batch.ids), each)
    ids = tuple(f"{i}:{p}" for i, p in zip(item, position, strict=True))
    labels = {name: np.repeat(column, each, axis=0) for name, column in batch.labels.items()}
    return Block(ids, arrays, {**labels, "item": item, "position": position})


def is_floating(x: Array) -> bool:
    """Return whether an array holds real floating numbers, bfloat16 among them."""
    kind = str(x.dtype)
    return "float" in kind and "complex" not in kind

"""A folder of recordings, read only: what its manifest said when it was opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from repscope.errors import UnknownName, near_misses
from repscope.store.dtypes import TENSOR
from repscope.store.growing import checked_items, digest_of
from repscope.store.items import Items, decode, joined
from repscope.store.layout import Entry, Space
from repscope.store.manifest import read_manifest
from repscope.store.rows import Rows
from repscope.store.shard import ALIGNMENT, check_size, corrupt, mapped, parsed_header
from repscope.types import Ids, Representation


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """One model's layers as one manifest saw them; a read-only view that later writing does not change.

    `recording[layer]` is a `Representation` whose rows are read when they are used; `layers` lists the names.
    """

    path: Path
    entry: Entry

    @property
    def model(self) -> str:
        """The name of the model."""
        return self.entry.model

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers, in the order in which they were recorded."""
        return tuple(space.layer for space in self.entry.spaces)

    @property
    def items(self) -> int:
        """The number of committed items."""
        return self.entry.rows

    @property
    def complete(self) -> bool:
        """Whether the recording was finished; if not, it can be resumed."""
        return self.entry.complete

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the recording was made with, as plain JSON values."""
        return self.entry.settings

    @property
    def notes(self) -> tuple[str, ...]:
        """What the recording said at its end."""
        return self.entry.notes

    @property
    def ids(self) -> Ids:
        """One unique string an item; read at first use, a million in under a second."""
        return self.columns.ids

    @property
    def labels(self) -> Mapping[str, np.ndarray]:
        """Per-item columns, each of length items; read at first use."""
        return self.columns.labels

    @cached_property
    def columns(self) -> Items:
        """Ids and labels of all items."""
        parts = [decode(self.path / shard.file, self.entry.columns, shard.rows) for shard in self.entry.items]
        return joined(parts)

    def __getitem__(self, layer: str) -> Representation:
        """Return a layer, its rows lazy.

        Raises
        ------
        UnknownName
            There is no such layer; the message lists near misses.
        """
        space = next((space for space in self.entry.spaces if space.layer == layer), None)
        if space is None:
            message = (
                f"recording[…]: expected a layer of {self.model!r}, got {layer!r}. {near_misses(layer, self.layers)}"
            )
            raise UnknownName(message)
        axes = ("item", "unit") if len(space.shape) == 1 else ("item", "position", "unit")
        return Representation(self.rows(space), self.ids, axes, space.source, self.labels)

    def rows(self, space: Space) -> Rows:
        """Return the lazy rows of a layer."""
        paths = tuple(self.path / shard.file for shard in space.shards)
        return Rows(paths, tuple(shard.rows for shard in space.shards), space.shape, space.dtype)

    def __len__(self) -> int:
        """The number of layers."""
        return len(self.entry.spaces)

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the layers."""
        return iter(self.layers)

    def __repr__(self) -> str:
        """Name model, sizes and place."""
        state = "" if self.complete else ", incomplete"
        return f"Recording({self.model!r}, {len(self)} layers, {self.items:,} items{state}, at {str(self.path)!r})"

    def verify(self) -> None:
        """Read every byte again and compare it with what was committed; about 1 s a GB.

        Raises
        ------
        StoreCorrupt
            A shard is not what was committed; the message names the file.
        StoreTruncated
            A shard is shorter than was committed.
        """
        for shard in self.entry.items:
            checked_items(self.path, shard, self.entry.columns)
        for space in self.entry.spaces:
            for shard in space.shards:
                path = self.path / shard.file
                x = parsed_header(mapped(path), path).get("x")
                if x is None or (x.dtype, x.shape[1:], x.begin) != (TENSOR[space.dtype], space.shape, ALIGNMENT):
                    raise corrupt(path, "a header of other rows")
                if digest_of(self.path, shard) != shard.sha256:
                    raise corrupt(path, "other bytes than were committed")


@dataclass(frozen=True, eq=False, repr=False)
class Store:
    """A folder of recordings by model name, in the order in which they were begun."""

    path: Path
    recordings: Mapping[str, Recording]

    def __getitem__(self, model: str) -> Recording:
        """Return a model's recording.

        Raises
        ------
        UnknownName
            There is none of that name; the message lists near misses.
        """
        if model not in self.recordings:
            message = f"store[…]: expected a recorded model, got {model!r}. {near_misses(model, self.recordings)}"
            raise UnknownName(message)
        return self.recordings[model]

    def __len__(self) -> int:
        """The number of recordings."""
        return len(self.recordings)

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the models."""
        return iter(self.recordings)

    def __repr__(self) -> str:
        """Name place and models."""
        return f"Store({str(self.path)!r}: {', '.join(map(repr, self.recordings)) or 'empty'})"


def open_store(path: str | Path) -> Store:
    """Return the store at `path`, read only; the size of every shard is checked, its bytes are not (`verify`).

    What it shows does not change while somebody writes; open it again to see more.

    Parameters
    ----------
    path : path
        The folder of the store.

    Raises
    ------
    StoreMissing
        There is no store.
    StoreVersion
        It was written by a newer repscope.
    StoreTruncated
        A shard is shorter than was committed.
    StoreCorrupt
        The manifest does not read, or a shard is missing.

    Examples
    --------
    >>> import numpy as np, tempfile, repscope as rs
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = rs.record(lambda batch: {"twice": 2 * batch}, [np.eye(4)], to=folder, name="doubler")
    ...     rs.open_store(folder)["doubler"]["twice"].x.shape
    (4, 4)
    """
    root = Path(path)
    entries = read_manifest(root).recordings
    for entry in entries:
        for shard in entry.shards:
            check_size(root / shard.file, ALIGNMENT + shard.bytes)
    return Store(root, {entry.model: Recording(root, entry) for entry in entries})

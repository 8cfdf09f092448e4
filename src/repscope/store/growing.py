"""Shards that grow: rows go to the end of the file at once, and count once the manifest says so."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from repscope.store.dtypes import ON_DISK, TENSOR
from repscope.store.files import make_folder, replace, sync_folder, write_at, write_new
from repscope.store.items import Items, decode, encode, joined
from repscope.store.layout import Column, Shard, items_file, space_file
from repscope.store.shard import ALIGNMENT, corrupt, mapped, row_header


class GrowingRows:
    """The shards of one layer: full ones, which no longer change, and the one that rows are appended to.

    A shard's committed bytes are never written again, with one exception: its header, one page, is written at
    every commit to name the rows there are. Readers go by the manifest and do not look at it.
    """

    def __init__(self, root: Path, folders: tuple[str, str], dtype: str, shape: tuple[int, ...]) -> None:
        self.root, self.folders = root, folders
        self.dtype, self.shape = dtype, shape
        self.full: tuple[Shard, ...] = ()
        self.rows = 0
        self.new = True
        self.hash = hashlib.sha256()
        self.width = int(np.prod(shape, dtype=np.int64)) * np.dtype(ON_DISK[dtype]).itemsize

    @property
    def file(self) -> str:
        """The path of the open shard, relative to the store."""
        return space_file(*self.folders, len(self.full))

    @property
    def path(self) -> Path:
        """The path of the open shard."""
        return self.root / self.file

    def resume(self, shards: tuple[Shard, ...], capacity: int) -> None:
        """Continue after committed shards; what lies beyond them is cut off.

        Raises
        ------
        StoreCorrupt
            The shard to be continued is not as it was committed.
        """
        if shards and shards[-1].rows < capacity:
            last, self.full = shards[-1], shards[:-1]
            self.hash.update(memoryview(mapped(self.path, ALIGNMENT + last.bytes))[ALIGNMENT:])
            if self.hash.hexdigest() != last.sha256:
                raise corrupt(self.path, "other bytes than were committed")
            self.rows, self.new = last.rows, False
            cut(self.root, last, self.dtype, self.shape)
        else:
            self.full = shards

    @property
    def header(self) -> bytes:
        """The header for the rows there are."""
        return row_header(TENSOR[self.dtype], self.rows, self.shape)

    def append(self, rows: np.ndarray) -> None:
        """Write rows, in the dtype on disk, to the end of the open shard."""
        if self.new:
            make_folder(self.path.parent)
            write_new(self.path, self.header, durable=False)
            self.new = False
        write_at(self.path, ALIGNMENT + self.rows * self.width, rows)
        self.hash.update(rows.data)
        self.rows += len(rows)

    def commit(self) -> tuple[Shard, ...]:
        """Return all shards with what the manifest is to say of them, having made their bytes durable."""
        if self.rows == 0:
            return self.full
        write_at(self.path, 0, self.header, durable=True)
        sync_folder(self.path.parent)
        return (*self.full, Shard(self.file, self.rows, self.rows * self.width, self.hash.hexdigest()))

    def begin_next(self, full: tuple[Shard, ...]) -> None:
        """Leave the full shards, which the manifest names, and begin another."""
        self.full, self.rows, self.new, self.hash = full, 0, True, hashlib.sha256()

    def rewind(self, rows: int) -> None:
        """Go back to the first rows of the open shard, whatever an interrupted append has written behind them."""
        self.hash = hashlib.sha256(memoryview(mapped(self.path, ALIGNMENT + rows * self.width))[ALIGNMENT:])
        self.rows = rows


class GrowingItems:
    """The shards of ids and labels; the open one is small, held in memory and written whole at every commit."""

    def __init__(self, root: Path, folder: str) -> None:
        self.root, self.folder = root, folder
        self.full: tuple[Shard, ...] = ()
        self.parts: list[Items] = []

    @property
    def rows(self) -> int:
        """The items of the open shard."""
        return sum(map(len, self.parts))

    def resume(self, shards: tuple[Shard, ...], columns: tuple[Column, ...], capacity: int) -> None:
        """Continue after committed shards."""
        if shards and shards[-1].rows < capacity:
            self.full = shards[:-1]
            self.parts = [checked_items(self.root, shards[-1], columns)]
        else:
            self.full = shards

    def commit(self) -> tuple[Shard, ...]:
        """Return all shards with what the manifest is to say of them, having made their bytes durable."""
        if not self.parts:
            return self.full
        self.parts = [joined(self.parts)]
        header, payload = encode(self.parts[0])
        file = items_file(self.folder, len(self.full))
        make_folder((self.root / file).parent)
        replace(self.root / file, header + payload)
        return (*self.full, Shard(file, self.rows, len(payload), hashlib.sha256(payload).hexdigest()))

    def begin_next(self, full: tuple[Shard, ...]) -> None:
        """Leave the full shards, which the manifest names, and begin another."""
        self.full, self.parts = full, []


def checked_items(root: Path, shard: Shard, columns: tuple[Column, ...]) -> Items:
    """Return the items of a shard whose digest is that of the manifest.

    Raises
    ------
    StoreCorrupt
        It is not.
    """
    items = decode(root / shard.file, columns, shard.rows)
    _, payload = encode(items)
    if hashlib.sha256(payload).hexdigest() != shard.sha256:
        raise corrupt(root / shard.file, "other bytes than were committed")
    return items


def cut(root: Path, shard: Shard, dtype: str, shape: tuple[int, ...]) -> None:
    """Cut off what was appended to a shard of a layer since it was committed."""
    os.truncate(root / shard.file, ALIGNMENT + shard.bytes)
    write_at(root / shard.file, 0, row_header(TENSOR[dtype], shard.rows, shape), durable=True)


def digest_of(root: Path, shard: Shard) -> str:
    """Return the SHA-256 of the committed rows of a shard of a layer, as they are on disk."""
    return hashlib.sha256(memoryview(mapped(root / shard.file, ALIGNMENT + shard.bytes))[ALIGNMENT:]).hexdigest()


def longest_rows(shapes: Mapping[str, tuple[str, tuple[int, ...]]], shard_bytes: int) -> int:
    """Return how many rows a shard takes so that the widest layer, given as (dtype, row shape), fills its bytes."""
    widths = [int(np.prod(shape)) * np.dtype(ON_DISK[dtype]).itemsize for dtype, shape in shapes.values()]
    return min(MOST_ROWS, max(1, shard_bytes // max(widths)))


MOST_ROWS = 1 << 20
"""Rows a shard at most: the ids of the open shard are held in memory."""

"""The rows of one layer, read when they are asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repscope.errors import explain
from repscope.store.dtypes import ON_DISK, TENSOR, from_disk, read_dtype
from repscope.store.gather import gather_rows
from repscope.store.shard import read_rows


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rows:
    """Lazy rows, (items, units) or (items, positions, units): what `numpy.asarray` reads whole and `[…]` in part.

    A slice within one shard is a read-only view of the file; everything else is a copy. bfloat16, which NumPy
    has not, is read as float32. Holds no open file, so it can be pickled and shared between threads.

    Parameters
    ----------
    paths : the shards, in order
    counts : the rows of each that count
    row_shape : the shape of one row
    stored : the dtype on disk: `float32`, `float16`, `bfloat16` or `float64`
    """

    paths: tuple[Path, ...]
    counts: tuple[int, ...]
    row_shape: tuple[int, ...]
    stored: str

    @property
    def shape(self) -> tuple[int, ...]:
        """(items, units) or (items, positions, units)."""
        return (sum(self.counts), *self.row_shape)

    @property
    def dtype(self) -> np.dtype:
        """The dtype in which rows are read."""
        return read_dtype(self.stored)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return 1 + len(self.row_shape)

    @property
    def size(self) -> int:
        """The number of values."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """The bytes that all rows take in memory."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        """The number of items."""
        return sum(self.counts)

    def __repr__(self) -> str:
        """Name shape and dtypes."""
        kept = "" if self.stored == self.dtype.name else f", stored as {self.stored}"
        return f"Rows(shape={self.shape}, dtype={self.dtype.name}{kept}, shards={len(self.paths)})"

    def __array__(self, dtype: Any = None, *, copy: bool | None = None) -> np.ndarray:
        """Return all rows; a read-only view of the file where there is one shard in a dtype that NumPy has."""
        view = len(self.paths) == 1 and self.stored != "bfloat16"
        if copy is False and not (view and dtype in (None, self.dtype)):
            message = (
                "Rows: expected one shard in the wanted dtype for copy=False, which shares memory. Drop copy=False."
            )
            raise ValueError(message)
        rows = self.between(0, len(self))
        return np.array(rows, dtype=dtype, copy=True if copy and view else None)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield row by row, reading a few MiB at a time."""
        for block in self.blocks(1 << 23):
            yield from block

    def __getitem__(self, key: Any) -> Any:
        """Return rows as NumPy indexing does: an int, a slice, indices, a mask, or a tuple that begins with one.

        Random rows cost about 2 µs of CPU each. Indexing columns as well, `x[rows, columns]`, reads whole rows.

        Raises
        ------
        IndexError
            A row that is not there, a mask of another length, or something that does not index rows.
        """
        first, rest = split_key(key)
        if isinstance(first, slice):
            rows = self.range(first)
            return rows[(slice(None), *rest)] if rest else rows
        picked = positions_of(first, len(self))
        rows = self.take(picked.ravel())
        places = np.arange(picked.size).reshape(picked.shape)
        return (
            rows[(int(places), *rest) if picked.ndim == 0 else (places, *rest)]
            if rest
            else rows.reshape(picked.shape + self.row_shape)
        )

    def range(self, key: slice) -> np.ndarray:
        """Return the rows of a slice."""
        begin, end, step = key.indices(len(self))
        if step == 1:
            return self.between(begin, max(begin, end))
        return self.take(np.arange(begin, end, step))

    def between(self, begin: int, end: int) -> np.ndarray:
        """Return consecutive rows: a read-only view inside one shard, a copy across shards or of bfloat16."""
        parts, start = [], 0
        for path, count in zip(self.paths, self.counts, strict=True):
            low, high = max(begin, start), min(end, start + count)
            if low < high:
                whole = read_rows(path, high - start, TENSOR[self.stored], self.row_shape)
                parts.append(whole[low - start :])
            start += count
        if len(parts) == 1:
            return from_disk(parts[0], self.stored)
        out = np.empty((end - begin, *self.row_shape), self.dtype)
        at = 0
        for part in parts:
            out[at : at + len(part)] = from_disk(part, self.stored)
            at += len(part)
        return out

    def take(self, positions: np.ndarray) -> np.ndarray:
        """Return the rows at positions from 0, in their order; each may stand more than once."""
        raw = np.dtype(ON_DISK[self.stored])
        out = np.empty((len(positions), *self.row_shape), raw)
        if not len(positions):
            return from_disk(out, self.stored)
        whole = out.reshape(len(positions), -1).view(np.dtype((np.void, out.nbytes // len(positions))))[:, 0]
        order = np.argsort(positions, kind="stable")
        ascending = positions[order]
        starts = np.cumsum((0, *self.counts))
        edges = np.searchsorted(ascending, starts)
        for shard, path in enumerate(self.paths):
            part = slice(edges[shard], edges[shard + 1])
            if part.start < part.stop:
                gather_rows(path, ascending[part] - starts[shard], order[part], whole)
        return from_disk(out, self.stored)

    def blocks(self, max_bytes: int) -> Iterator[np.ndarray]:
        """Yield all rows in consecutive blocks of at most `max_bytes` bytes each, and at least one row."""
        step = max(1, max_bytes // (math.prod(self.row_shape) * self.dtype.itemsize))
        for begin in range(0, len(self), step):
            yield self.between(begin, min(begin + step, len(self)))


def split_key(key: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return what indexes the rows, and what indexes the other axes."""
    parts = key if isinstance(key, tuple) else (key,)
    if not parts:
        return slice(None), ()
    return (slice(None), parts) if parts[0] is Ellipsis else (parts[0], parts[1:])


def positions_of(key: Any, rows: int) -> np.ndarray:
    """Return the positions from 0 that an int, integers or a mask mean.

    Raises
    ------
    IndexError
        A row that is not there, a mask of another length, or something that does not index rows.
    """
    picked = np.asarray(key)
    if picked.dtype == np.bool_ and picked.shape == (rows,):
        return np.flatnonzero(picked)
    if picked.dtype.kind not in "iu" and picked.size:
        got = f"{picked.dtype} of shape {picked.shape}"
        do = "numpy.asarray(x)[…] reads all rows and takes any index."
        expected = f"an int, a slice, integers or a mask of {rows} rows"
        raise IndexError(explain(expected=expected, got=got, argument="rows", do=do))
    picked = picked.astype(np.int64)
    if picked.size and (picked.min() < -rows or picked.max() >= rows):
        got = f"{picked.min() if picked.min() < -rows else picked.max()}"
        do = "Count from 0, or from -1 at the end."
        raise IndexError(explain(expected=f"rows of {rows}", got=got, argument="rows", do=do))
    return np.where(picked < 0, picked + rows, picked)

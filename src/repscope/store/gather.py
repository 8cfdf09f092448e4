"""Random rows of a file into memory: the disk is told of all of them at once, then they are copied."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from repscope.store.shard import ALIGNMENT, mapped

AHEAD_BYTES = 64 * 2**20
"""Bytes of rows that are asked for before they are copied: many reads in flight, few enough to stay in memory."""

NEAR_BYTES = 16384
"""Rows that lie nearer than this are asked for together: the disk reads on from one to the next anyway."""


def gather_rows(path: Path, rows: np.ndarray, targets: np.ndarray, out: np.ndarray) -> None:
    """Copy rows of one shard, given in ascending order, to the places `targets` of `out`, one void item a row.

    Raises
    ------
    StoreTruncated
        The file ends before a row does.
    StoreCorrupt
        There is no such file.
    """
    width = out.dtype.itemsize
    last = int(rows[-1])
    data = mapped(path, ALIGNMENT + (last + 1) * width)
    stored = np.frombuffer(data, out.dtype, last + 1, ALIGNMENT)
    step = max(1, AHEAD_BYTES // width)
    with path.open("rb") as file:
        for at in range(0, len(rows), step):
            part = rows[at : at + step]
            ask_for(file.fileno(), *ranges_of(part, width))
            out[targets[at : at + step]] = stored.take(part)


def ranges_of(rows: np.ndarray, width: int) -> tuple[list[int], list[int]]:
    """Return offset and length in bytes of the parts of the file that ascending rows lie in."""
    breaks = np.flatnonzero(np.diff(rows) * width > NEAR_BYTES)
    begins = rows[np.concatenate(([0], breaks + 1))] * width + ALIGNMENT
    ends = (rows[np.concatenate((breaks, [len(rows) - 1]))] + 1) * width + ALIGNMENT
    return begins.tolist(), (ends - begins).tolist()


def ask_for(descriptor: int, begins: list[int], lengths: list[int]) -> None:
    """Have the system read parts of a file into its page cache without waiting; where it cannot, do nothing."""
    advise = getattr(os, "posix_fadvise", None)
    if advise is None:
        return
    for begin, length in zip(begins, lengths, strict=True):
        advise(descriptor, begin, length, os.POSIX_FADV_WILLNEED)

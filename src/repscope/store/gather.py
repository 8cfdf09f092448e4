"""Random rows of a file into memory: what the page cache holds at once, the rest by many reads in flight."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from repscope.errors import StoreTruncated
from repscope.store.shard import ALIGNMENT, check_size, corrupt, mapped

THREADS = 16
"""Reads in flight while the disk is waited for; 16 is where a cold gather stopped getting faster."""

MISSES = 32
"""Rows that may be missing from the page cache before all that are left go to the threads."""

BUFFERS, SPARSE = 512, 16384
"""Buffers a call (systems allow 1,024), and bytes a read below which a file is read through rather than in parts."""


@dataclass(frozen=True, slots=True)
class Read:
    """One call: where in the file it begins, where its bytes go, and how many there are."""

    offset: int
    buffers: tuple[memoryview, ...]
    size: int


def gather_rows(path: Path, rows: np.ndarray, targets: np.ndarray, out: np.ndarray) -> None:
    """Copy rows of one shard, given in ascending order, to the rows `targets` of `out`, (…, row bytes) of uint8.

    Raises
    ------
    StoreTruncated
        The file ends before a row does.
    StoreCorrupt
        There is no such file.
    """
    width = out.shape[1]
    first, last = int(rows[0]), int(rows[-1])
    check_size(path, ALIGNMENT + (last + 1) * width)
    breaks = np.flatnonzero(np.diff(rows) != 1) + 1
    if (len(breaks) + 1) * SPARSE >= (last + 1 - first) * width:
        data = mapped(path, ALIGNMENT + (last + 1) * width)
        out[targets] = np.frombuffer(data, np.uint8, (last + 1) * width, ALIGNMENT).reshape(-1, width)[rows]
        return
    reads = planned(rows, targets, breaks, out.data.cast("B"), width)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        cold = reads_left(descriptor, reads, path)
        read_in_threads(descriptor, cold, path)
    finally:
        os.close(descriptor)


def planned(rows: np.ndarray, targets: np.ndarray, breaks: np.ndarray, view: memoryview, width: int) -> list[Read]:
    """Return the calls that read the rows, with neighbours in the file joined into one."""
    edges = [0, *breaks.tolist(), len(rows)]
    offsets = (rows * width + ALIGNMENT).tolist()
    places = (targets * width).tolist()
    reads = []
    for begin, end in pairwise(edges):
        for at in range(begin, end, BUFFERS):
            buffers = tuple(view[place : place + width] for place in places[at : min(at + BUFFERS, end)])
            reads.append(Read(offsets[at], buffers, width * len(buffers)))
    return reads


def reads_left(descriptor: int, reads: Sequence[Read], path: Path) -> Sequence[Read]:
    """Do the reads that the page cache can answer without waiting, and return the others."""
    flag = getattr(os, "RWF_NOWAIT", 0)
    if not flag:
        return reads
    missed: list[Read] = []
    for done, read in enumerate(reads):
        if len(missed) >= MISSES:
            return [*missed, *reads[done:]]
        try:
            if os.preadv(descriptor, read.buffers, read.offset, flag) != read.size:
                missed.append(read)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                raise corrupt(path, f"a read that fails ({error.strerror})") from error
            missed.append(read)
    return missed


def read_in_threads(descriptor: int, reads: Sequence[Read], path: Path) -> None:
    """Do reads with many in flight at once.

    Raises
    ------
    StoreTruncated
        The file ended before a read did.
    StoreCorrupt
        The disk could not read.
    """
    if not reads:
        return

    def work(part: Sequence[Read]) -> None:
        for read in part:
            if os.preadv(descriptor, read.buffers, read.offset) != read.size:
                message = f"{path}: expected {read.size:,} bytes at {read.offset:,}, the file ends there. Restore it."
                raise StoreTruncated(message)

    threads = min(THREADS, len(reads))
    try:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, [reads[i::threads] for i in range(threads)]))
    except StoreTruncated:
        raise
    except OSError as error:
        raise corrupt(path, f"a read that fails ({error.strerror})") from error

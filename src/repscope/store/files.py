"""Bytes that stay: writes that finish, files replaced whole, folders made durable."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from repscope.errors import StoreError, StoreFull, explain

PAGE = 4096
"""Bytes to which memory, offset and length of a write past the page cache are aligned."""

DIRECT = 2**20
"""Bytes from which a write goes past the page cache: smaller ones are likely to be read again soon."""


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Turn any failure to write below `root` into `StoreFull`.

    Raises
    ------
    StoreFull
        The operating system refused a write; the message says why.
    """
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        got = f"{error.strerror or error} ({error.filename})" if error.filename else f"{error.strerror or error}"
        do = "What was committed is safe: make room or give permission, then run the same again to go on."
        raise StoreFull(explain(expected="to write", got=got, argument=str(root), do=do)) from error


def write_all(descriptor: int, data: Any) -> None:
    """Write a whole buffer where the descriptor stands, however few bytes the system takes at a time."""
    view = memoryview(data).cast("B") if memoryview(data).nbytes else memoryview(b"")
    while view:
        view = view[os.write(descriptor, view) :]


def write_at(path: Path, offset: int, data: Any, *, durable: bool = False) -> None:
    """Write a buffer at an offset of a file that exists; past the page cache where it is large and aligned."""
    view = memoryview(data).cast("B") if memoryview(data).nbytes else memoryview(b"")
    done = write_direct(path, offset, view)
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.lseek(descriptor, offset + done, os.SEEK_SET)
        write_all(descriptor, view[done:])
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_direct(path: Path, offset: int, view: memoryview) -> int:
    """Write as much as can go straight from these pages to the disk, and return how many bytes that was.

    A long recording would otherwise fill the page cache with rows that nobody reads soon, at the price of a
    copy and of new pages for every byte. Where a file system cannot do it, nothing is written and 0 returned.
    """
    address = np.frombuffer(view, np.uint8).ctypes.data if len(view) >= DIRECT else 1
    if address % PAGE or offset % PAGE:
        return 0
    try:
        descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_DIRECT", 0))
        try:
            return os.pwrite(descriptor, view[: len(view) // PAGE * PAGE], offset)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return 0


def write_new(path: Path, data: Any, *, durable: bool = True) -> None:
    """Write a file from its beginning; what was there is lost."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        write_all(descriptor, data)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, data: Any) -> None:
    """Put a file in the place of another at once: readers see the old one or the new one, whole."""
    with in_place_of(path) as temporary:
        write_new(temporary, data)
    sync_folder(path.parent)


@contextmanager
def in_place_of(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to, and put what is there in its place once that is done."""
    temporary = path.with_name(path.name + ".tmp")
    yield temporary
    temporary.replace(path)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, durably."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)

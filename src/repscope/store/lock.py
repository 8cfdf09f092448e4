"""One writer at a time."""

from __future__ import annotations

import fcntl
from io import BufferedWriter
from pathlib import Path

from repscope.errors import StoreBusy, explain
from repscope.store.layout import LOCK


def acquire(root: Path) -> BufferedWriter:
    """Return the store's lock; it is released when the file is closed or the process ends, however it ends.

    Raises
    ------
    StoreBusy
        Somebody holds it, in this process or in another.
    """
    lock = (root / LOCK).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        got, do = "another writer at work on it", "Wait until it ends, or write to another folder."
        raise StoreBusy(explain(expected="a store without a writer", got=got, argument=str(root), do=do)) from error
    return lock


def release(lock: BufferedWriter) -> None:
    """Release the lock, also where a forked child still has the file open."""
    fcntl.flock(lock, fcntl.LOCK_UN)
    lock.close()

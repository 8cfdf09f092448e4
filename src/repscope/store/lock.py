"""One writer at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from repscope.errors import StoreBusy, explain
from repscope.store.layout import LOCK


def acquire(root: Path) -> int:
    """Return the descriptor of the store's lock; the system releases it when the process ends, however it ends.

    Raises
    ------
    StoreBusy
        Somebody holds it, in this process or in another.
    """
    descriptor = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        got, do = "another writer at work on it", "Wait until it ends, or write to another folder."
        raise StoreBusy(explain(expected="a store without a writer", got=got, argument=str(root), do=do)) from error
    return descriptor


def release(descriptor: int) -> None:
    """Release the lock, also where a forked child still holds the descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)

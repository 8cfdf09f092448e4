"""Ctrl-C or SIGTERM in the middle of work that can be gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from repscope.cli.output import counted
from repscope.errors import StoreError
from repscope.store import open_store


@contextmanager
def resumable(to: Path, model: str | None) -> Iterator[None]:
    """Raise `KeyboardInterrupt` again with what is safe, where the block is interrupted."""
    try:
        yield
    except KeyboardInterrupt as error:
        items = items_at(to, to.absolute().name if model is None else model)
        safe = f"{counted(items, 'item')} {'is' if items == 1 else 'are'} safe in {to}"
        said = f"{safe}; run the same command to go on" if items else "nothing was recorded yet"
        raise KeyboardInterrupt(said) from error


def items_at(to: Path, model: str) -> int:
    """Return how many items of a model are committed, 0 where there is no store."""
    try:
        recordings = open_store(to).recordings
    except StoreError:
        return 0
    return recordings[model].items if model in recordings else 0

"""Rows of numbers by key, in memory and in one file that is replaced whole."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from repscope.errors import StoreCorrupt, explain
from repscope.store.files import in_place_of, make_folder, writing
from repscope.studies.zoo.keys import BYTES
from repscope.types import Float

Note = tuple[str, str]


@dataclass(slots=True)
class Kept:
    """Rows of `width` numbers, each under a key, with notes said of several rows at once.

    A note is the digest of the layer that it speaks of, or nothing, and the text that follows the layer's name.

    With a `path`, what the file holds is read at the start, and `save` adds to it what is new here: what another
    process put there meanwhile stays.
    """

    path: Path | None
    width: int
    rows: dict[bytes, tuple[Float[np.ndarray, " width"], int]] = field(default_factory=dict)
    notes: list[tuple[Note, ...]] = field(default_factory=list)
    changed: bool = False

    @classmethod
    def at(cls, path: Path | None, width: int) -> Kept:
        """Return what a file holds, or nothing where there is no file."""
        kept = cls(path, width)
        kept.read()
        return kept

    def add(self, found: Mapping[bytes, Float[np.ndarray, " width"]], notes: Sequence[Note]) -> None:
        """Keep rows with what was said of them."""
        self.notes.append(tuple(notes))
        self.rows |= {key: (row, len(self.notes) - 1) for key, row in found.items()}
        self.changed = True

    def said(self, keys: Sequence[bytes]) -> dict[Note, None]:
        """Return what was said of some rows, each note once."""
        blocks = dict.fromkeys(self.rows[key][1] for key in keys)
        return dict.fromkeys(note for block in blocks for note in self.notes[block])

    def read(self) -> None:
        """Add what the file holds and is not here.

        Raises
        ------
        StoreCorrupt
            The file is not one of these.
        """
        if self.path is None or not self.path.exists():
            return
        try:
            with self.path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                keys, rows, blocks = (file[name] for name in ("keys", "rows", "blocks"))
                notes = [tuple((a, b) for a, b in one) for one in json.loads(file["notes"].tobytes())]
            if keys.shape != (len(rows), BYTES) or rows.shape != (len(rows), self.width) or len(blocks) != len(rows):
                message = f"shapes {keys.shape}, {rows.shape}, {blocks.shape}"
                raise ValueError(message)
        except (ValueError, KeyError, EOFError, BadZipFile, TypeError) as error:
            do = "Delete the file: what it held is computed again."
            got = f"{type(error).__name__}: {error}"
            raise StoreCorrupt(explain(expected="numbers kept", got=got, argument=str(self.path), do=do)) from error
        offset = len(self.notes)
        self.notes += notes
        for key, row, block in zip(keys, rows, blocks.tolist(), strict=True):
            self.rows.setdefault(key.tobytes(), (row, offset + block))

    def save(self) -> None:
        """Put all rows into the file at once; nothing where there is no file or nothing is new.

        Raises
        ------
        StoreFull
            The operating system refused.
        """
        if self.path is None or not self.changed:
            return
        with writing(self.path.parent), alone(self.path.parent):
            self.read()
            blocks = np.array([block for _, block in self.rows.values()], np.int64)
            with in_place_of(self.path) as temporary, temporary.open("wb") as file:
                np.savez(
                    file,
                    keys=np.frombuffer(b"".join(self.rows), np.uint8).reshape(-1, BYTES),
                    rows=np.array([row for row, _ in self.rows.values()], np.float64).reshape(-1, self.width),
                    blocks=blocks,
                    notes=np.frombuffer(json.dumps(self.notes).encode(), np.uint8),
                )
        self.changed = False


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Make a folder, and let one process at a time write into it; others wait."""
    make_folder(folder)
    with (folder / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

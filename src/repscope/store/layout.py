"""Where everything lies in a store, and what its manifest says: names, escaping, the format's version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from repscope.types import Source

FORMAT = 1
"""The version of the store format that this library writes, and the newest that it reads."""

MANIFEST, LOCK, ITEMS, SPACES, RESULTS = "MANIFEST.json", ".lock", "items", "spaces", "results"
SUFFIX, TEMPORARY = ".safetensors", ".tmp"

SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
RESERVED = frozenset(["con", "prn", "aux", "nul", *(f"com{i}" for i in range(10)), *(f"lpt{i}" for i in range(10))])
LONGEST = 120
"""Bytes of a folder's name; file systems end at 255, archives at less."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One file: how many of its rows count, how many bytes those take, and their SHA-256."""

    file: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Column:
    """One label column: its name, its safetensors dtype or `string`, and the shape of one label."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Space:
    """One layer: the dtype on disk, the shape of one row, where it comes from, and its shards in order."""

    layer: str
    dtype: str
    shape: tuple[int, ...]
    source: Source
    shards: tuple[Shard, ...]

    @property
    def digest(self) -> str:
        """The SHA-256 of dtype, row shape and the shards' digests, in hexadecimal."""
        shape = ",".join(map(str, self.shape))
        parts = (self.dtype, shape, *(f"{shard.rows}:{shard.sha256}" for shard in self.shards))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One recording as the manifest sees it."""

    model: str
    settings: Mapping[str, Any]
    dtype: str | None
    shard_bytes: int
    rows_per_shard: int
    columns: tuple[Column, ...]
    items: tuple[Shard, ...]
    spaces: tuple[Space, ...]
    notes: tuple[str, ...] = ()
    complete: bool = False

    @property
    def rows(self) -> int:
        """The number of committed items."""
        return sum(shard.rows for shard in self.items)

    @property
    def shards(self) -> tuple[Shard, ...]:
        """Every shard of items and of layers."""
        return (*self.items, *(shard for space in self.spaces for shard in space.shards))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a store holds: its recordings, in the order in which they were begun."""

    recordings: tuple[Entry, ...] = ()
    version: str = ""

    def get(self, model: str) -> Entry | None:
        """Return the recording of this model, or None."""
        return next((entry for entry in self.recordings if entry.model == model), None)

    def replace(self, entry: Entry) -> tuple[Entry, ...]:
        """Return the recordings with this one in the place of its predecessor, or at the end."""
        if self.get(entry.model) is None:
            return (*self.recordings, entry)
        return tuple(entry if old.model == entry.model else old for old in self.recordings)


def escape(name: str) -> str:
    """Return a name for a folder: safe on every file system, readable, and one-to-one up to its length limit.

    Bytes outside letters, digits, `-`, `_` and `.` become `%XX`; so does a leading or trailing dot and the
    first letter of a name that Windows reserves. The empty name becomes `%`. What is longer than 120 bytes is
    cut and ends in `~` and 16 hexadecimal digits of its SHA-256.
    """
    data = name.encode("utf-8", "surrogatepass")
    parts = [chr(b) if chr(b) in SAFE else f"%{b:02X}" for b in data] or ["%"]
    for end in (0, -1):
        if parts[end] == ".":
            parts[end] = "%2E"
    if name.split(".")[0].lower() in RESERVED:
        parts[0] = f"%{data[0]:02X}"
    safe = "".join(parts)
    return safe if len(safe) <= LONGEST else f"{safe[: LONGEST - 17]}~{fingerprint(data, 16)}"


def folders(names: Iterable[str]) -> dict[str, str]:
    """Return a folder for each name; one that differs from an earlier one in case alone ends in its digest."""
    taken: set[str] = set()
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        folder = escape(name)
        if folder.lower() in taken:
            folder = f"{folder[: LONGEST - 9]}~{fingerprint(name.encode('utf-8', 'surrogatepass'), 8)}"
        taken.add(folder.lower())
        found[name] = folder
    return found


def fingerprint(data: bytes, digits: int) -> str:
    """Return the first hexadecimal digits of the SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()[:digits]


def items_file(model_folder: str, number: int) -> str:
    """Return the path of a shard of items, relative to the store."""
    return str(PurePosixPath(ITEMS, model_folder, f"{number:05d}{SUFFIX}"))


def space_file(model_folder: str, layer_folder: str, number: int) -> str:
    """Return the path of a shard of a layer, relative to the store."""
    return str(PurePosixPath(SPACES, model_folder, layer_folder, f"{number:05d}{SUFFIX}"))

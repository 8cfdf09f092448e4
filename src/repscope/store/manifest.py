"""The one file that says what a store holds: read, checked, and replaced whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from repscope.errors import StoreCorrupt, StoreMissing, StoreVersion, explain
from repscope.store.dtypes import ON_DISK
from repscope.store.files import replace
from repscope.store.layout import FORMAT, ITEMS, MANIFEST, SPACES, Column, Entry, Manifest, Shard, Space
from repscope.types import Source


def read_manifest(root: Path) -> Manifest:
    """Return what the store at `root` holds.

    Raises
    ------
    StoreMissing
        There is no manifest, or it may not be read.
    StoreVersion
        It was written by a newer repscope.
    StoreCorrupt
        It does not read, or contradicts itself.
    """
    path = root / MANIFEST
    try:
        data = json.loads(path.read_bytes())
        found = data["format"]
    except OSError as error:
        without = "a folder without one" if root.is_dir() else "a file" if root.exists() else "nothing"
        got = f"one that cannot be opened ({error.strerror})" if path.exists() else without
        do = "Check the path, or make a store there: repscope.record(…, to=path), repscope.import_array(…, to=path)."
        raise StoreMissing(explain(expected=f"a store, with {MANIFEST}", got=got, argument=str(root), do=do)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise contradiction(path, str(error)) from error
    if isinstance(found, int) and found > FORMAT:
        do = "Update repscope: pip install --upgrade repscope."
        got = f"format {found}, by repscope {data.get('repscope', 'of unknown version')}"
        raise StoreVersion(explain(expected=f"format {FORMAT} or older", got=got, argument=str(path), do=do))
    if found != FORMAT:
        raise contradiction(path, f"format {found!r}")
    return parsed(data, path)


def parsed(data: Any, path: Path) -> Manifest:
    """Return the manifest that JSON values say, checked.

    Raises
    ------
    StoreCorrupt
        Something is missing, of another kind, or contradicts the rest.
    """
    try:
        entries = tuple(entry_of(entry) for entry in data["recordings"])
        digests = [space["digest"] for entry in data["recordings"] for space in entry["spaces"]]
        manifest = Manifest(entries, str(data["repscope"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise contradiction(path, f"{type(error).__name__}: {error}") from error
    for entry in entries:
        fault = fault_of(entry)
        if fault:
            raise contradiction(path, f"{fault} in recording {entry.model!r}")
    if digests != [space.digest for entry in entries for space in entry.spaces]:
        raise contradiction(path, "a digest that is not that of its shards")
    return manifest


def fault_of(entry: Entry) -> str:
    """Return what a recording contradicts itself in, or the empty string."""
    counts = [shard.rows for shard in entry.items]
    if not counts or min(counts) < 1 or any(rows != entry.rows_per_shard for rows in counts[:-1]):
        return "shards of unequal rows"
    for space in entry.spaces:
        if space.dtype not in ON_DISK:
            return f"dtype {space.dtype!r}"
        if [shard.rows for shard in space.shards] != counts:
            return f"other rows in layer {space.layer!r} than items"
        row = int(np.prod(space.shape, dtype=np.int64)) * np.dtype(ON_DISK[space.dtype]).itemsize
        if row < 1 or any(shard.bytes != shard.rows * row for shard in space.shards):
            return f"bytes that are not rows of {row} in layer {space.layer!r}"
    for shard in entry.shards:
        parts = PurePosixPath(shard.file).parts
        if parts[:1] not in ((ITEMS,), (SPACES,)) or ".." in parts:
            return f"a file outside the store, {shard.file!r},"
    return ""


def entry_of(data: Any) -> Entry:
    """Return one recording from its JSON values."""
    return Entry(
        model=str(data["model"]),
        settings=dict(data["settings"]),
        dtype=data["dtype"],
        shard_bytes=int(data["shard_bytes"]),
        rows_per_shard=int(data["rows_per_shard"]),
        columns=tuple(Column(c["name"], c["dtype"], tuple(c["shape"])) for c in data["items"]["columns"]),
        items=tuple(Shard(**shard) for shard in data["items"]["shards"]),
        spaces=tuple(
            Space(
                layer=str(space["layer"]),
                dtype=space["dtype"],
                shape=tuple(space["shape"]),
                source=Source(**space["source"]),
                shards=tuple(Shard(**shard) for shard in space["shards"]),
            )
            for space in data["spaces"]
        ),
        notes=tuple(data["notes"]),
        complete=bool(data["complete"]),
    )


def values_of(entry: Entry) -> dict[str, Any]:
    """Return one recording as JSON values."""
    return {
        "model": entry.model,
        "settings": dict(entry.settings),
        "dtype": entry.dtype,
        "shard_bytes": entry.shard_bytes,
        "rows_per_shard": entry.rows_per_shard,
        "items": {
            "columns": [asdict(column) for column in entry.columns],
            "shards": [asdict(shard) for shard in entry.items],
        },
        "spaces": [asdict(space) | {"digest": space.digest} for space in entry.spaces],
        "notes": list(entry.notes),
        "complete": entry.complete,
    }


def write_manifest(root: Path, manifest: Manifest) -> Manifest:
    """Put a manifest in the place of the old one, at once and durably, and return it with this version."""
    manifest = Manifest(manifest.recordings, version("repscope"))
    recordings = [values_of(entry) for entry in manifest.recordings]
    data = {"format": FORMAT, "repscope": manifest.version, "recordings": recordings}
    replace(root / MANIFEST, (json.dumps(data, indent=1, sort_keys=True, allow_nan=False) + "\n").encode())
    return manifest


def contradiction(path: Path, got: str) -> StoreCorrupt:
    """Return the error for a manifest that is not one."""
    do = "Restore it from a copy; the shards beside it are untouched."
    return StoreCorrupt(explain(expected="a manifest as repscope writes it", got=got, argument=str(path), do=do))

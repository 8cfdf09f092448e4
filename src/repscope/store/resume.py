"""What a writer finds when it opens a store: leftovers to sweep, and a recording to go on with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repscope.errors import InputError, StoreCorrupt, StoreDiffers, explain
from repscope.store.files import writing
from repscope.store.layout import ITEMS, LOCK, MANIFEST, SPACES, SUFFIX, TEMPORARY, Entry, Manifest
from repscope.store.manifest import read_manifest, write_manifest


def check_folder(root: Path) -> None:
    """Raise `InputError` if a file stands where the folder of a store, or one above it, is to be."""
    with writing(root):
        here = next(path for path in (root.absolute(), *root.absolute().parents) if path.exists())
        if not here.is_dir():
            got = "a file" if here == root.absolute() else f"a path through the file {here}"
            do = "Choose another path, or move the file away."
            raise InputError(explain(expected="a folder", got=got, argument=str(root), do=do))


def prepared(root: Path) -> Manifest:
    """Return the manifest of the store at `root`, made if there is none, after sweeping what it does not name.

    Raises
    ------
    StoreCorrupt
        There are shards but no manifest: they may be somebody's only copy.
    StoreError
        The store cannot be read.
    """
    if not (root / MANIFEST).exists():
        if (root / ITEMS).exists() or (root / SPACES).exists():
            do = f"Restore {MANIFEST} from a copy, or choose another folder."
            got = f"{ITEMS}/ or {SPACES}/ without it"
            raise StoreCorrupt(explain(expected=MANIFEST, got=got, argument=str(root), do=do))
        return write_manifest(root, Manifest())
    manifest = read_manifest(root)
    sweep(root, manifest)
    return manifest


def sweep(root: Path, manifest: Manifest) -> None:
    """Delete the shards and temporary files that the manifest does not name, and folders left empty."""
    named = {root / shard.file for entry in manifest.recordings for shard in entry.shards}
    (root / (MANIFEST + TEMPORARY)).unlink(missing_ok=True)
    for top in (root / ITEMS, root / SPACES):
        for path in sorted(top.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path.suffix in (SUFFIX, TEMPORARY) and path not in named:
                path.unlink()


def discard(root: Path) -> None:
    """Remove the folder of a store without recordings, unless something else lies in it."""
    if {path.name for path in root.iterdir()} <= {MANIFEST, LOCK, ITEMS, SPACES}:
        for folder in (root / ITEMS, root / SPACES):
            if folder.exists():
                folder.rmdir()
        for file in (root / MANIFEST, root / LOCK):
            file.unlink(missing_ok=True)
        root.rmdir()


def plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as JSON reads them back: tuples are lists, keys are strings.

    Raises
    ------
    InputError
        They hold something that JSON cannot say.
    """
    try:
        values: dict[str, Any] = json.loads(json.dumps(dict(settings), allow_nan=False))
    except (TypeError, ValueError) as error:
        do = "Give strings, finite numbers, booleans, None, lists and dicts of those."
        raise InputError(explain(expected="plain JSON values", got=str(error), argument="settings", do=do)) from error
    return values


def check_same(
    root: Path,
    entry: Entry,
    settings: Mapping[str, Any],
    dtype: str | None,
    shard_bytes: int,
    words: Mapping[str, str] = {},
) -> None:
    """Raise `StoreDiffers` unless a recording was begun with these settings; it lists each that differs.

    `words` say of a setting what it means that it differs.
    """
    old = {**entry.settings, "dtype on disk": entry.dtype, "shard_bytes": entry.shard_bytes}
    new = {**settings, "dtype on disk": dtype, "shard_bytes": shard_bytes}
    differing = [
        described(key, f"{shown(old, key)} then, {shown(new, key)} now", words)
        for key in sorted(old.keys() | new.keys())
        if (key in old) != (key in new) or old.get(key) != new.get(key)
    ]
    if differing:
        expected = f"the settings with which {entry.model!r} was begun at {root}"
        do = "Go on with the old settings, or record under another name or to another folder."
        raise StoreDiffers(explain(expected=expected, got="; ".join(differing), argument="settings", do=do))


def described(key: str, change: str, words: Mapping[str, str]) -> str:
    """Return the change of a setting, after the words that there are for it."""
    return f"{words[key]} ({key} {change})" if key in words else f"{key}: {change}"


def shown(settings: Mapping[str, Any], key: str) -> str:
    """Return a setting as JSON, a digest by its first digits, or `nothing` where it is not set."""
    if re.fullmatch("[0-9a-f]{64}", str(settings.get(key, ""))):
        return f"{settings[key][:8]}…"
    return json.dumps(settings[key], ensure_ascii=False) if key in settings else "nothing"

"""Power may fail at any moment: nothing is named before it is on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.planted import write


class Log:
    """What is written, made durable and renamed, in order, and what at each moment is not yet durable."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.loose: set[Path] = set()
        self.at_manifest: list[set[Path]] = []
        self.shards: set[Path] = set()
        for name in ("write", "fsync", "replace", "mkdir"):
            monkeypatch.setattr(os, name, self.seen(name, getattr(os, name)))
        opened = os.open

        def open_new(path: Any, flags: int, *args: Any) -> int:
            if flags & os.O_CREAT and not Path(path).exists():
                self.loose.add(Path(path).parent)
            return opened(path, flags, *args)

        monkeypatch.setattr(os, "open", open_new)

    def seen(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def logged(*args: Any, **kwargs: Any) -> Any:
            on = Path(f"/proc/self/fd/{args[0]}").readlink() if isinstance(args[0], int) else Path(args[0])
            if name == "write":
                self.loose.add(on)
                self.shards.add(on)
            elif name == "fsync":
                self.loose.discard(on)
            elif name == "mkdir":
                self.loose.add(on.parent)
            else:
                assert on not in self.loose
                if Path(args[1]).name == "MANIFEST.json":
                    self.at_manifest.append({path for path in self.loose if path != on.parent})
                self.loose.add(Path(args[1]).parent)
            return call(*args, **kwargs)

        return logged


def test_everything_a_manifest_names_is_durable_before_it_and_so_is_the_manifest_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log(monkeypatch)
    write(folder, rows=300, commit_every=3)
    assert len(log.at_manifest) > 12
    assert log.at_manifest == [set()] * len(log.at_manifest)
    assert {path for path in log.loose if folder in (path, *path.parents)} == set()
    assert len([path for path in log.shards if "spaces" in path.parts]) == 2 * 5

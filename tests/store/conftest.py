from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from repscope.store import Recording
from store.planted import write


@pytest.fixture(scope="module", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """A killed process loses nothing that it has written; only power does, and test_durability sees to that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The planted recording, written without interruption; nobody writes to it."""
    return write(tmp_path_factory.mktemp("whole") / "store")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"

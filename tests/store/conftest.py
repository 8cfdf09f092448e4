from __future__ import annotations

from pathlib import Path

import pytest

from repscope.store import Recording
from store.planted import write


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The planted recording, written without interruption; nobody writes to it."""
    return write(tmp_path_factory.mktemp("whole") / "store")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"

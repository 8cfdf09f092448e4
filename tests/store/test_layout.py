"""Names become folders that no file system trips over, and stay apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repscope.store import Writer, open_store
from repscope.store.layout import escape, folders

HOSTILE = [
    "../../x", "..", ".", "", "a/b", "a\\b", "CON", "con.txt", "Nul", "layer1.0.conv1", "a:b*?<>|", "~", "%", "%25",
    "a b", " ", "a.", ".hidden", "ü", "u\u0308", "层", "\n", "\0", "x" * 300, "x" * 301, "/etc/passwd", "A", "a",
    "\udc80",
]  # fmt: skip


def test_plain_names_stay_readable() -> None:
    assert escape("layer3.1-conv_2") == "layer3.1-conv_2"
    assert escape("a/b:0") == "a%2Fb%3A0"


@given(st.lists(st.text(), unique=True))
def test_names_never_share_a_folder_even_where_case_does_not_count(names: list[str]) -> None:
    found = folders(names)
    assert len({folder.lower() for folder in found.values()}) == len(names)
    for folder in found.values():
        assert 1 <= len(folder.encode()) <= 120
        assert not folder.startswith(".")
        assert not folder.endswith(".")
        assert not set(folder) & set('/\\:*?"<>| \0\n')
        assert folder.split(".")[0].lower() not in ("con", "nul", "aux", "prn", "com1", "lpt9")


def test_a_folder_does_not_depend_on_names_that_come_later() -> None:
    assert folders(["Q", "q"]) == {"Q": "Q", "q": folders(["Q", "q", "r"])["q"]}
    assert folders(["Q"]) == {"Q": "Q"}
    assert folders(["a", "a"]) == {"a": "a"}


def test_hostile_names_of_layers_and_models_are_kept_and_stay_inside(tmp_path: Path) -> None:
    root = tmp_path / "store"
    arrays = {name: np.full((2, 1), i, np.float32) for i, name in enumerate(HOSTILE)}
    for model in HOSTILE[:8]:
        with Writer.open(root, model, settings={"m": model}) as writer:
            writer.append(["0", "1"], arrays)
            writer.finish()
    store = open_store(root)
    assert list(store) == HOSTILE[:8]
    for model in store:
        assert store[model].layers == tuple(HOSTILE)
        assert [float(store[model][name].x[0, 0]) for name in HOSTILE] == list(range(len(HOSTILE)))
        store[model].verify()
    assert [path.name for path in tmp_path.iterdir()] == ["store"]
    assert {path.name for path in root.iterdir()} == {"MANIFEST.json", ".lock", "items", "spaces"}


@pytest.mark.parametrize("name", ["CON", "con.txt", "..", ".", ""])
def test_names_that_systems_reserve_are_changed(name: str) -> None:
    assert escape(name) != name
    assert escape(name).startswith("%")

"""Ids and labels: any text, any column of numbers, a million of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repscope.errors import DtypeError, InputError, ShapeError
from repscope.store import Writer, open_store
from repscope.store.items import Items, checked_labels, encode, text_of, text_tensors

text = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(text), st.data())
def test_text_comes_back_whole_and_in_part(texts: list[str], data: st.DataObject) -> None:
    tensors = text_tensors(texts, "t")
    assert text_of(tensors, "t", len(texts)) == texts
    rows = data.draw(st.integers(0, len(texts)))
    assert text_of(tensors, "t", rows) == texts[:rows]


def test_tensors_are_aligned_to_their_width() -> None:
    header, payload = encode(Items(("a", "bc"), {"flag": np.array([True, False]), "y": np.array([0.5, 1.5])}))
    assert len(header) % 4096 == 0
    assert payload[:24] == np.array([0, 1, 3]).tobytes()
    assert payload[24:40] == np.array([0.5, 1.5]).tobytes()


def test_columns_of_every_kind_come_back_in_their_dtype(tmp_path: Path) -> None:
    columns = {
        "int": np.array([1, -2, 3]),
        "big": np.array([1, 2, 3], dtype=">u2"),
        "half": np.array([0.5, np.nan, np.inf], dtype=np.float16),
        "flag": np.array([True, False, True]),
        "soft": np.arange(6.0).reshape(3, 2),
        "text": np.array(["", "né", "x" * 50]),
        "object": np.array(["a", "b", "c"], dtype=object),
        "ids.bytes/..": np.array([1, 2, 3], dtype=np.uint8),
    }
    with Writer.open(tmp_path, "m", settings={}, shard_bytes=8) as writer:
        writer.append(["a", "b", "c"], {"x": np.ones((3, 1))}, columns)
        labels = writer.finish().labels
    assert list(labels) == list(columns)
    for name, column in columns.items():
        np.testing.assert_array_equal(labels[name], column)
    assert {name: column.dtype.str for name, column in labels.items() if name not in ("text", "object")} == {
        "int": "<i8",
        "big": "<u2",
        "half": "<f2",
        "flag": "|b1",
        "soft": "<f8",
        "ids.bytes/..": "|u1",
    }
    assert labels["text"].dtype.kind == labels["object"].dtype.kind == "U"


@pytest.mark.parametrize(
    ("column", "error"),
    [
        (np.array([1, 2]), ShapeError),
        (np.array(3), ShapeError),
        (np.array([1j, 2, 3]), DtypeError),
        (np.array([None, 1, "a"]), DtypeError),
        (np.array(["2020-01-01"] * 3, dtype="datetime64[D]"), DtypeError),
        (np.array([["a"], ["b"], ["c"]]), DtypeError),
        (np.array(["a", "b", "\ud800"]), InputError),
    ],
)
def test_columns_that_cannot_be_kept_are_refused(column: np.ndarray, error: type[Exception]) -> None:
    with pytest.raises(error, match="'y'"):
        checked_labels({"y": column}, 3)


def test_a_million_ids_come_back_and_a_repeat_among_them_is_found(tmp_path: Path) -> None:
    ids = [f"{i * 7919 % 1_000_003}{'é' if i % 1000 == 0 else ''}" for i in range(1_100_000)]
    ids[1_000_003:] = [f"b{i}" for i in range(99_997)]
    with Writer.open(tmp_path, "m", settings={}) as writer:
        for begin in range(0, len(ids), 300_000):
            part = ids[begin : begin + 300_000]
            writer.append(part, {"x": np.ones((len(part), 1), np.float16)})
        with pytest.raises(InputError, match="'b99' more than once"):
            writer.append(["new", "b99"], {"x": np.ones((2, 1), np.float16)})
        writer.finish()
    recording = open_store(tmp_path)["m"]
    assert recording.ids == tuple(ids)
    assert [shard.rows for shard in recording.entry.items] == [1 << 20, 1_100_000 - (1 << 20)]

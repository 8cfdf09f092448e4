"""Counts of rows that hold NaN or infinity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from repscope.store import Writer
from repscope.store.not_finite import NotFinite, counted, rows_not_finite

X = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_rows_that_are_not_finite_are_counted_once_each(dtype):
    x = np.ones((5, 2, 3), dtype)
    assert rows_not_finite(x) == 0
    x[1, 0, 0], x[1, 1, 2], x[3, 0, 1], x[4, 1, 1] = np.nan, np.inf, np.inf, -np.inf
    assert rows_not_finite(x) == 3


def test_a_sum_that_overflows_is_no_row_that_is_not_finite():
    assert rows_not_finite(np.full((8, 8), 3e38, np.float32)) == 0


def test_notes_name_only_layers_that_have_such_rows():
    counts = NotFinite()
    bad = X.copy()
    bad[2] = np.nan
    counts.add({"a": X, "b": bad})
    counts.add({"a": X[:1], "b": X[:1]})
    assert counts.notes() == ("b: 1 of 7 rows hold NaN or infinity",)


def test_what_a_recording_holds_is_counted_as_what_was_appended(tmp_path: Path) -> None:
    bad = X.copy()
    bad[[1, 4], 2] = np.inf
    with Writer.open(tmp_path, "m", settings={}, shard_bytes=32) as writer:
        writer.append([str(i) for i in range(6)], {"a": X, "b": bad})
        recording = writer.finish()
    assert counted(recording).notes() == ("b: 2 of 6 rows hold NaN or infinity",)

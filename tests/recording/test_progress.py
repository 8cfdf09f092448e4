"""Estimates of size and time, and the disk's room."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from repscope.errors import RecordingError
from repscope.recording import Progress, record
from repscope.recording.progress import check_room, free_bytes, size

X = np.arange(40.0, dtype=np.float32).reshape(20, 2)


def layers(x: np.ndarray) -> dict[str, np.ndarray]:
    return {"a": np.tile(x, 5), "b": x}


def test_the_first_call_comes_before_anything_is_written_and_estimates_all(tmp_path):
    told: list[tuple[Progress, bool]] = []
    record(
        layers,
        [X[:8], X[8:16], X[16:]],
        to=tmp_path / "run",
        dtype="float16",
        progress=lambda progress: told.append((progress, (tmp_path / "run").exists())),
    )
    first, existed = told[0]
    assert not existed
    assert (first.items, first.total, first.bytes) == (0, 20, 0)
    assert first.bytes_total == 20 * (10 + 2) * 2
    assert dict(first.units) == {"a": (10,), "b": (2,)}
    assert first.seconds_left > 0
    assert [progress.items for progress, _ in told] == [0, 8, 16, 20]
    last = told[-1][0]
    assert (last.bytes, last.seconds_left) == (480, 0)
    assert last.seconds >= first.seconds


def test_an_unknown_number_of_items_is_said_to_be_unknown(tmp_path):
    told = []
    record(layers, iter([X]), to=tmp_path / "run", progress=told.append)
    assert (told[0].total, told[0].bytes_total, told[0].seconds_left) == (None, None, None)
    assert told[-1].items == 20


def test_a_recording_that_does_not_fit_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=959))
    with pytest.raises(RecordingError, match=r"room for 960 bytes .*959 bytes free"):
        record(layers, [X], to=tmp_path / "run")
    assert not (tmp_path / "run").exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=960))
    assert record(layers, [X], to=tmp_path / "run").items == 20


def test_free_bytes_are_those_of_the_nearest_folder_that_exists(tmp_path):
    assert free_bytes(tmp_path / "not" / "yet") == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.2)


def test_both_numbers_are_named_as_a_person_reads_them(tmp_path):
    check_room(None, 0, tmp_path)
    with pytest.raises(RecordingError, match=r"2.0 GB \(2,000,000,000 bytes\).*1.5 kB \(1,500 bytes\)"):
        check_room(2_000_000_000, 1500, tmp_path)
    assert size(999) == "999 bytes"
    assert size(3 * 10**15).startswith("3000.0 TB")

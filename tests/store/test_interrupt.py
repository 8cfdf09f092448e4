"""Interrupted at any line of the writer, a recording keeps every item that was appended whole."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from repscope.errors import StoreMissing
from repscope.store import Recording, growing, open_store, writer
from store.planted import MODEL, append, check, open_writer, tree

ROWS, STEP, TRIALS = 150, 25, 120
TRACED = (writer.__file__, growing.__file__)


class Interrupts:
    """Raises `KeyboardInterrupt` at one line of the writer, counted from the beginning, and never again."""

    def __init__(self, at: int) -> None:
        self.at, self.lines = at, 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in TRACED:
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                raise KeyboardInterrupt
        return self


def record(path: Path, acknowledged: list[int]) -> Recording:
    """Record what is planted, and note how many items each append that ended had brought to."""
    with open_writer(path) as opened:
        for number, begin in enumerate(range(opened.rows, ROWS, STEP)):
            end = min(begin + STEP, ROWS)
            append(opened, begin, end)
            acknowledged.append(end)
            if number % 2:
                opened.commit()
        return opened.finish(["planted"])


def interrupted(path: Path, at: int, acknowledged: list[int]) -> int:
    """Record until a line, and return how many lines there were."""
    tracer, before = Interrupts(at), sys.gettrace()
    sys.settrace(tracer)
    try:
        record(path, acknowledged)
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return tracer.lines


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a lock dropped while it is taken
def test_interrupted_at_any_line_it_keeps_what_was_appended_and_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    expected = tree(record(tmp_path / "whole", []).path)
    lines = interrupted(tmp_path / "counted", 0, [])
    assert lines > 2 * TRIALS
    kept = set()
    for at in range(1, lines, lines // TRIALS):
        folder, acknowledged = tmp_path / str(at), [0]
        assert interrupted(folder, at, acknowledged) >= at
        try:
            recordings = open_store(folder).recordings
        except StoreMissing:
            recordings = {}
        rows = check(recordings[MODEL]) if MODEL in recordings else 0
        if rows:
            recordings[MODEL].verify()
        assert rows >= acknowledged[-1], at
        kept.add(rows)
        record(folder, [])
        assert tree(folder) == expected, at
    assert len(kept) > ROWS // STEP

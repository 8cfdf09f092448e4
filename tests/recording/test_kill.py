"""A recording killed at any moment holds only whole rows, and goes on to the same bytes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from recording import recorder_process
from repscope.errors import StoreMissing
from repscope.store import open_store

TRIALS = 24


class Recorder:
    """A process that records in children which may be killed."""

    def __init__(self) -> None:
        command = [sys.executable, recorder_process.__file__]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, to: Path, kill_after: float | None = None) -> int:
        """Return how the child ended: 0, or 9 if it was killed after so many seconds."""
        self.process.stdin.write(f"{to}\n")
        self.process.stdin.flush()
        child = int(self.process.stdout.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return int(self.process.stdout.readline())


@pytest.fixture
def recorder():
    recorder = Recorder()
    yield recorder
    recorder.process.stdin.close()
    recorder.process.wait(timeout=30)
    recorder.process.stdout.close()


def folder(path: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }


def expected_rows() -> dict[str, np.ndarray]:
    model = recorder_process.model()
    with torch.no_grad():
        linear = model[0](recorder_process.data())
        return {"0": linear.numpy(), "1": linear.clamp(min=0).numpy(), "2": model[2](linear.clamp(min=0)).numpy()}


def committed(path: Path, rows: dict[str, np.ndarray]) -> int:
    """Return how many rows a killed recording holds, all of them whole and right."""
    try:
        recordings = open_store(path).recordings
    except StoreMissing:
        return 0
    if "m" not in recordings or not recordings["m"].items:
        return 0
    run = recordings["m"]
    assert run.ids == tuple(map(str, range(run.items)))
    for layer, values in rows.items():
        np.testing.assert_allclose(np.asarray(run[layer].x), values[: run.items], rtol=1e-5, atol=1e-6)
    run.verify()
    return run.items


def test_a_killed_recording_resumes_byte_identical(recorder, tmp_path):
    assert recorder.run(tmp_path / "whole") == 0
    start = time.perf_counter()
    assert recorder.run(tmp_path / "again") == 0
    duration = time.perf_counter() - start
    whole, rows = folder(tmp_path / "whole"), expected_rows()
    assert folder(tmp_path / "again") == whole
    moments = np.random.default_rng(0).uniform(0, duration, TRIALS)
    held = []
    for trial, moment in enumerate(moments):
        to = tmp_path / str(trial)
        recorder.run(to, kill_after=float(moment))
        held.append(committed(to, rows))
        assert recorder.run(to) == 0
        assert folder(to) == whole
    assert len(set(held)) > 5  # the kills came at different moments

"""Killed at any moment, a recording keeps what it acknowledged and ends as if it had never been killed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from repscope.errors import StoreMissing
from repscope.store import Recording, open_store
from store import planted
from store.planted import MODEL, ROWS, STEP, check, tree, write

APPENDS = -(-ROWS // STEP)


def killed(path: Path, after: int, moment: float, commit_every: int) -> int:
    """Record in a child, kill it a moment after so many appends, and return the rows that it acknowledged."""
    command = [sys.executable, planted.__file__, str(path), str(commit_every)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(1 + after)]
        time.sleep(moment)
        child.kill()
        said += child.stdout.read().splitlines()
    return max((int(line) for line in said[1:] if line), default=0)


def recordings_at(path: Path) -> Mapping[str, Recording]:
    """Return what a store holds; a child killed before its first manifest has left none."""
    try:
        return open_store(path).recordings
    except StoreMissing:
        return {}


@pytest.mark.parametrize("seed", range(24))
def test_a_killed_recording_keeps_what_it_acknowledged_and_resumes_to_the_same_bytes(
    seed: int, folder: Path, whole: Recording
) -> None:
    rng = np.random.default_rng(seed)
    acknowledged = 0
    for _ in range(1 + seed % 2):
        after, moment = int(rng.integers(0, APPENDS)), rng.uniform(0, 0.003)
        acknowledged = max(acknowledged, killed(folder, after, moment, commit_every=int(rng.integers(0, 4))))
        recordings = recordings_at(folder)
        if acknowledged:
            assert check(recordings[MODEL]) >= acknowledged
        for recording in recordings.values():
            recording.verify()
            check(recording)
    assert write(folder, step=int(rng.integers(1, 40))).items == ROWS
    assert tree(folder) == tree(whole.path)

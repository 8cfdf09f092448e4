"""Ctrl-C and SIGTERM: what is whole is kept, and the same command goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from repscope.store import open_store

MODULE = """
import os, signal
import numpy as np
X = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
def make_model():
    return lambda x: {"double": 2 * x}
def whole():
    return list(X.reshape(5, 4, 3))
def stopped():
    for number, batch in enumerate(whole()):
        if number == int(os.environ["AT"]):
            os.kill(os.getpid(), getattr(signal, os.environ["SIGNAL"]))
        yield batch
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(MODULE)
    return tmp_path


def repscope(folder: Path, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from repscope.cli.app import main; main()", *line.split()]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def tree(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_stopped_it_says_what_is_safe_and_the_same_command_goes_on(folder, name):
    line = "record mine:make_model --data mine:{} --to {} --name m --json"
    stopped = repscope(folder, line.format("stopped", "runs/a"), SIGNAL=name, AT="3")
    assert (stopped.returncode, stopped.stdout) == (130, "")
    assert stopped.stderr == "stopped: 12 items are safe in runs/a; run the same command to go on\n"
    assert open_store(folder / "runs" / "a")["m"].items == 12
    for to in ("runs/a", "runs/b"):
        assert repscope(folder, line.format("whole", to)).returncode == 0
    assert tree(folder / "runs" / "a") == tree(folder / "runs" / "b")


def test_stopped_before_anything_was_recorded_it_leaves_nothing(folder):
    line = "record mine:make_model --data mine:stopped --to runs/a"
    stopped = repscope(folder, line, SIGNAL="SIGINT", AT="0")
    assert (stopped.returncode, stopped.stdout) == (130, "")
    assert stopped.stderr == "stopped: nothing was recorded yet\n"
    assert not (folder / "runs").exists()

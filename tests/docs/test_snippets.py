"""Every snippet of the docs runs, and prints what the docs say it prints."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SNIPPETS = Path(__file__).parents[2] / "docs" / "snippets"
NETWORK = "# needs the network"
NUMBER = re.compile(r"-?\d+\.\d+|-?inf|-?nan")
TOLERANCE = 0.03
"""Numbers of trained networks differ a little from machine to machine."""

PYTHON = sorted(SNIPPETS.glob("*.py"))
SHELL = [path for path in sorted(SNIPPETS.glob("*.sh")) if not path.read_text().startswith(NETWORK)]
OUTPUTS = sorted(SNIPPETS.glob("*.txt"))
ROUNDING = "float_trap"
"""What float32 makes of a bad formula depends on the machine: that table has a test of its own."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A fresh folder with all snippets in it, which are then found by import as they are by a reader."""
    for path in SNIPPETS.iterdir():
        if path.suffix in (".py", ".sh"):
            shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "mymodule", raising=False)
    return tmp_path


def output_of(name, folder, capsys):
    runpy.run_path(str(folder / f"{name}.py"), run_name="__main__")
    return capsys.readouterr().out


def same(shown, printed):
    """Whether two texts are the same but for spaces and small differences of decimal numbers."""
    frames = [NUMBER.sub("#", text).split() for text in (shown, printed)]
    numbers = [[float(number) for number in NUMBER.findall(text)] for text in (shown, printed)]
    return frames[0] == frames[1] and all(
        abs(a - b) <= TOLERANCE or (a != a and b != b) for a, b in zip(*numbers, strict=True)
    )


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.stem)
def test_python(path, folder, capsys):
    printed = output_of(path.stem, folder, capsys)
    shown = path.with_suffix(".txt")
    if shown.exists() and path.stem != ROUNDING:
        assert same(shown.read_text(), printed), printed


@pytest.mark.parametrize("path", SHELL, ids=lambda path: path.stem)
def test_shell(path, folder):
    bin_ = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "120"}
    done = subprocess.run(["bash", "-e", path.name], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    for store in re.findall(r"--to (runs/\S+)", path.read_text()):
        assert (folder / store / "MANIFEST.json").exists()
    for report in re.findall(r"--to (\S+\.html)", path.read_text()):
        assert "<html" in (folder / report).read_text(encoding="utf8")[:200]


def test_the_textbook_formula_fails_where_ours_does_not(folder, capsys):
    printed = output_of(ROUNDING, folder, capsys)
    assert printed.splitlines()[0] == (SNIPPETS / f"{ROUNDING}.txt").read_text().splitlines()[0]
    rows = {int(line.split()[0]): [float(cell) for cell in line.split()[1:]] for line in printed.splitlines()[1:]}
    assert all(abs(ours - exact) <= 0.01 for _, ours, exact in rows.values())
    assert abs(rows[0][0] - rows[0][2]) <= 0.01
    assert not abs(rows[100][0] - rows[100][2]) <= 0.1


def test_the_closed_forms_equal_all_orders(folder, capsys):
    lines = output_of("null_by_enumeration", folder, capsys).splitlines()
    assert len(lines) == 3
    for line in lines:
        mean, sd, closed = NUMBER.findall(line)
        assert float(mean) == 0
        assert sd == closed


def test_every_snippet_and_every_output_is_shown():
    pages = "".join(path.read_text(encoding="utf8") for path in SNIPPETS.parent.rglob("*.md"))
    for path in [*PYTHON, *SNIPPETS.glob("*.sh"), *OUTPUTS]:
        assert f"snippets/{path.name}" in pages, path.name
    assert {path.stem for path in OUTPUTS} <= {path.stem for path in PYTHON}


def test_an_output_that_went_stale_is_noticed():
    shown = "a 0.500, p < 0.0001"
    assert same(shown, "a  0.510, p < 0.0001\n")
    assert not same(shown, "a 0.600, p < 0.0001")
    assert not same(shown, "b 0.500, p < 0.0001")
    assert not same(shown, "a 0.500, p = 0.0001")

"""The page for contributors is true: its diff applies and passes, and the news can be printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf8")
TYPES = ("feature", "change", "bugfix")


def run(*command, cwd, **more):
    environment = os.environ | more
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies the diff: apt-get install git")
def test_the_diff_applies_and_its_measure_passes(tmp_path):
    for folder in ("src", "tests", "changes"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    diff = re.search(r"```diff\n(.*?)```", PAGE, re.DOTALL).group(1)
    (tmp_path / "measure.diff").write_text(diff, encoding="utf8")
    run("git", "apply", "measure.diff", cwd=tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    tests = ["tests/test_every_card.py", "tests/similarity/test_kernel_angle.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-k", "kernel_angle", "-p", "no:cacheprovider", *tests]
    said = run(*command, cwd=tmp_path, PYTHONPATH=str(tmp_path / "src"))
    assert int(re.search(r"(\d+) passed", said).group(1)) > 15
    run(sys.executable, "-m", "ruff", "check", "src", "tests/similarity/test_kernel_angle.py", cwd=tmp_path)


def test_the_commands_are_those_of_the_makefile():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf8"), re.MULTILINE)
    named = set(re.findall(r"\bmake ([a-z-]+)", PAGE))
    assert {"install", "test", "lint"} <= named <= set(targets)


def test_every_fragment_has_an_issue_a_type_and_one_sentence():
    for path in (ROOT / "changes").iterdir():
        if path.name == ".gitkeep":
            continue
        issue, kind, *_ = path.name.split(".")
        assert issue.isdigit(), path.name
        assert kind in TYPES, path.name
        text = path.read_text(encoding="utf8").strip()
        assert text.endswith("."), path.name
        assert "\n" not in text, path.name


def test_the_news_can_be_printed():
    said = run(sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9.9", cwd=ROOT)
    assert "## 9.9.9" in said
    assert "towncrier release notes start" in (ROOT / "CHANGELOG.md").read_text(encoding="utf8")

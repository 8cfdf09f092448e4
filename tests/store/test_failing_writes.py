"""A disk that refuses: whichever call fails, what was committed stays, and the rest can be recorded again."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from repscope.errors import InputError, StoreFull, StoreMissing
from repscope.store import Recording, open_store
from store.planted import LAYERS, MODEL, append, check, open_writer, tree, write

CALLS = ("write", "fsync", "replace", "mkdir", "truncate")
ROWS, STEP = 150, 25


class Disk:
    """Counts the calls that change the disk and refuses some of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls, self.refuse = 0, range(0)
        for name in CALLS:
            monkeypatch.setattr(os, name, self.guarded(getattr(os, name)))

    def guarded(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def maybe(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls - 1 in self.refuse:
                raise OSError(errno.ENOSPC, "No space left on device")
            return call(*args, **kwargs)

        return maybe


@pytest.mark.parametrize("lasting", [False, True])
def test_whichever_call_fails_nothing_committed_is_lost(
    lasting: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = tree(write(tmp_path / "whole", rows=ROWS, step=STEP).path)
    disk = Disk(monkeypatch)
    with open_writer(tmp_path / "begun") as writer:
        append(writer, 0, 2 * STEP)
    until_a_commit, disk.calls = disk.calls, 0
    write(tmp_path / "counted", rows=ROWS, step=STEP, commit_every=2)
    total = disk.calls
    assert total > 50
    for failing in range(0, total, 1 if not lasting else 5):
        folder = tmp_path / f"{failing}"
        disk.calls, disk.refuse = 0, range(failing, total if lasting else failing + 1)
        with pytest.raises(StoreFull, match="No space left"):
            write(folder, rows=ROWS, step=STEP, commit_every=2)
        disk.refuse = range(0)
        try:
            store = open_store(folder)
        except StoreMissing:
            assert failing < until_a_commit + len(LAYERS)  # one write a layer more, in two appends
        else:
            for recording in store.recordings.values():
                recording.verify()
                check(recording)
        write(folder, rows=ROWS, step=STEP)
        assert tree(folder) == expected, failing


def test_after_a_failed_write_the_writer_is_closed_and_the_store_free(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    with pytest.raises(InputError, match="open writer"), open_writer(folder) as writer:  # noqa: PT012
        append(writer, 0, 70)
        disk.refuse = range(disk.calls, disk.calls + 10**6)
        with pytest.raises(StoreFull, match="to write"):
            append(writer, 70, 90)
        disk.refuse = range(0)
        append(writer, 70, 90)
    with open_writer(folder) as writer:
        assert writer.rows == 64
        append(writer, 64, 70)
    assert check(open_store(folder)[MODEL]) == 70


LIMITED = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from store.planted import write
from repscope.errors import StoreFull
resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
try:
    write(sys.argv[2])
except StoreFull as error:
    print(error)
"""


def test_a_limit_of_the_system_is_store_full_and_the_recording_goes_on_without_it(
    folder: Path, whole: Recording
) -> None:
    tests = Path(__file__).parents[1]
    command = [sys.executable, "-c", LIMITED, str(tests), str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "File too large" in said
    write(folder)
    assert tree(folder) == tree(whole.path)


TMPFS = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from store.planted import MODEL, append, check, open_writer, tree, write
from repscope.errors import StoreFull
from repscope.store import open_store
root = Path(sys.argv[2])
ballast = root / "ballast"
ballast.write_bytes(bytes(900_000))
try:
    write(root / "store", rows=40_000, step=333)
except StoreFull:
    rows = check(open_store(root / "store")[MODEL])
    open_store(root / "store")[MODEL].verify()
    ballast.unlink()
    with open_writer(root / "store") as writer:
        assert writer.rows == rows
        append(writer, rows, rows + 100)
    print("kept", check(open_store(root / "store")[MODEL]) - rows)
"""


def test_a_full_disk_is_store_full_and_keeps_what_was_committed(tmp_path: Path) -> None:
    mount = 'mount -t tmpfs -o size=1m tmpfs "$1" && shift && exec "$@"'
    unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh", str(tmp_path)]
    try:
        allowed = subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    if not allowed:
        pytest.skip("no file system may be mounted here")
    tests = str(Path(__file__).parents[1])
    command = [*unshare, sys.executable, "-c", TMPFS, tests, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "kept 100\n", done.stderr

"""Writes past the page cache end as the same bytes as writes through it."""

from __future__ import annotations

import errno
import mmap
import os
from pathlib import Path

import numpy as np
import pytest

from repscope.store import files

RNG = np.random.default_rng(0)


def in_pages(size: int, skip: int = 0) -> np.ndarray:
    """Random bytes that begin `skip` bytes into a page of their own."""
    block = np.frombuffer(mmap.mmap(-1, size + skip), np.uint8)[skip:]
    block[:] = RNG.integers(0, 256, size, dtype=np.uint8)
    return block


@pytest.mark.parametrize("size", [files.DIRECT, files.DIRECT + 1, 3 * files.DIRECT + 4095, files.DIRECT - 1, 5])
@pytest.mark.parametrize(("offset", "skip"), [(0, 0), (8192, 0), (100, 0), (4096, 64)])
def test_bytes_are_the_same_whatever_the_size_and_alignment(tmp_path: Path, size: int, offset: int, skip: int) -> None:
    path = tmp_path / "file"
    before = bytes(RNG.integers(0, 256, 20_000, dtype=np.uint8))
    path.write_bytes(before)
    data = in_pages(size, skip)
    files.write_at(path, offset, data)
    found = path.read_bytes()
    assert found[:offset] == before[:offset]
    assert found[offset : offset + size] == data.tobytes()
    assert found[offset + size :] == before[offset + size :]


def test_large_aligned_writes_really_bypass_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    real = os.open

    def spy(path: object, flags: int, *rest: object) -> int:
        opened.append(flags)
        return real(path, flags, *rest)

    (tmp_path / "file").touch()
    monkeypatch.setattr(os, "open", spy)
    files.write_at(tmp_path / "file", 0, in_pages(files.DIRECT))
    files.write_at(tmp_path / "file", 0, in_pages(100))
    assert [bool(flags & os.O_DIRECT) for flags in opened] == [True, False, False]


def test_a_file_system_that_cannot_is_written_to_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EINVAL, "no direct access")

    monkeypatch.setattr(os, "pwrite", refuse)
    data = in_pages(files.DIRECT)
    (tmp_path / "file").touch()
    files.write_at(tmp_path / "file", 0, data)
    assert (tmp_path / "file").read_bytes() == data.tobytes()


def test_a_full_disk_is_not_taken_for_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "pwrite", refuse)
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="no space left"):
        files.write_at(tmp_path / "file", 0, in_pages(files.DIRECT))

"""What is appended is what is read, in the same bytes however it is cut; what cannot be kept is refused."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repscope.errors import (
    DtypeError,
    IdMismatch,
    InputError,
    ShapeError,
    StoreBusy,
    StoreCorrupt,
    StoreDiffers,
    StoreFull,
)
from repscope.store import Recording, Writer, open_store
from repscope.types import Source
from store.planted import LAYERS, MODEL, ROWS, append, check, open_writer, tree, write


@settings(max_examples=15, deadline=None)
@given(
    data=st.data(),
    rows=st.integers(1, 60),
    shapes=st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=2).map(tuple), min_size=1, max_size=3),
    dtype=st.sampled_from([None, "float32", "float16", "bfloat16", "float64"]),
    shard_bytes=st.integers(1, 2000),
    seed=st.integers(0, 99),
)
def test_whatever_the_batches_the_same_bytes_and_the_same_values(
    data: Any, rows: int, shapes: list[tuple[int, ...]], dtype: str | None, shard_bytes: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    arrays = {f"l{i}": rng.integers(-99, 99, (rows, *shape)).astype(np.float32) for i, shape in enumerate(shapes)}
    ids = [f"{i}" for i in range(rows)]
    trees = []
    with tempfile.TemporaryDirectory() as parent:
        for name in ("a", "b"):
            begin = 0
            writer = Writer.open(Path(parent, name), "m", settings={}, dtype=dtype, shard_bytes=shard_bytes)
            with writer:
                while begin < rows:
                    end = begin + data.draw(st.integers(1, rows))
                    writer.append(ids[begin:end], {layer: x[begin:end] for layer, x in arrays.items()})
                    if data.draw(st.booleans()):
                        writer.commit()
                    begin = end
                recording = writer.finish()
            trees.append(tree(Path(parent, name)))
        for layer, x in arrays.items():
            np.testing.assert_array_equal(np.asarray(recording[layer].x), x)
        recording.verify()
    assert trees[0] == trees[1]


def test_all_layers_and_items_are_cut_at_the_same_rows(whole: Recording) -> None:
    counts = [[shard.rows for shard in space.shards] for space in whole.entry.spaces]
    assert counts == [[64] * 23 + [28]] * 2
    assert [shard.rows for shard in whole.entry.items] == counts[0]


@pytest.mark.parametrize("cut", [1, 63, 64, 65, 128, 700])
def test_left_and_gone_on_with_it_ends_in_the_same_bytes(cut: int, folder: Path, whole: Recording) -> None:
    with open_writer(folder) as writer:
        append(writer, 0, cut)
    with open_writer(folder) as writer:
        assert (writer.rows, len(writer.committed_ids)) == (cut, cut)
        writer.commit()
    write(folder)
    assert tree(folder) == tree(whole.path)


def test_an_exception_drops_what_is_not_committed_and_frees_the_store(folder: Path) -> None:
    with pytest.raises(RuntimeError), open_writer(folder) as writer:  # noqa: PT012
        append(writer, 0, 70)
        writer.commit()
        before = tree(folder)
        append(writer, 70, 100)
        assert tree(folder) != before
        raise RuntimeError
    assert tree(folder) == before
    with open_writer(folder) as writer:
        assert writer.rows == 70


def test_a_keyboard_interrupt_keeps_what_was_appended(folder: Path, whole: Recording) -> None:
    with pytest.raises(KeyboardInterrupt), open_writer(folder) as writer:  # noqa: PT012
        append(writer, 0, 100)
        raise KeyboardInterrupt
    assert check(open_store(folder)[MODEL]) == 100
    write(folder)
    assert tree(folder) == tree(whole.path)


def test_an_interrupt_that_finds_the_disk_full_is_still_an_interrupt(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, data: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(KeyboardInterrupt), open_writer(folder) as writer:  # noqa: PT012
        append(writer, 0, 100)
        monkeypatch.setattr("repscope.store.manifest.replace", refused)
        raise KeyboardInterrupt
    assert check(open_store(folder)[MODEL]) == 64


def test_a_folder_made_for_nothing_is_removed_and_one_that_was_there_or_is_used_is_not(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for name in ("made", "there", "used"):
        with pytest.raises(RuntimeError), open_writer(tmp_path / name) as writer:  # noqa: PT012
            append(writer, 0, 10)
            if name == "used":
                (tmp_path / "used" / "mine.txt").write_text("somebody's")
            raise RuntimeError
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there", "used"]
    assert list(open_store(tmp_path / "there")) == list(open_store(tmp_path / "used")) == []


def test_a_folder_that_a_writer_could_not_be_opened_in_is_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, data: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("repscope.store.manifest.replace", refused)
    with pytest.raises(StoreFull):
        open_writer(folder)
    assert not folder.exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("somebody's")
    with pytest.raises(InputError, match="expected a folder, got a file"):
        open_writer(tmp_path / "file")
    with pytest.raises(InputError, match="expected a folder, got a path through the file "):
        open_writer(tmp_path / "file" / "store")
    assert (tmp_path / "file").read_text() == "somebody's"


def test_a_digest_that_differs_is_said_in_words_and_by_its_first_digits(folder: Path) -> None:
    words = {"digest": "the weights differ"}
    open_writer(folder, settings={"digest": "a1" * 32, "seed": 1}).close()
    with open_writer(folder, settings={"digest": "a1" * 32, "seed": 1}) as writer:
        append(writer, 0, 3)
    with pytest.raises(StoreDiffers, match=r"got the weights differ \(digest a1a1a1a1… then, b2b2b2b2… now\)\. "):
        open_writer(folder, settings={"digest": "b2" * 32, "seed": 1}, words=words)
    with pytest.raises(StoreDiffers, match=r"got seed: 1 then, 2 now\. "):
        open_writer(folder, settings={"digest": "a1" * 32, "seed": 2}, words=words)


def test_a_complete_recording_opens_with_its_rows_and_takes_no_more(folder: Path) -> None:
    before = tree(write(folder).path)
    with open_writer(folder) as writer:
        assert writer.rows == len(writer.committed_ids) == ROWS
        with pytest.raises(StoreDiffers, match="already complete with 1,500"):
            append(writer, ROWS, ROWS + 1)
        assert check(writer.finish(["other notes"])) == ROWS
    assert tree(folder) == before


def test_other_settings_are_refused_and_each_difference_is_named(folder: Path) -> None:
    with open_writer(folder) as writer:
        append(writer, 0, 10)
    other = {"pooling": "mean", "seed": 4, "limit": [1, 2]}
    with pytest.raises(StoreDiffers, match=r"limit: nothing then, \[1, 2\] now; seed: 3 then, 4 now") as refused:
        open_writer(folder, settings=other)
    assert "pooling" not in str(refused.value)
    with pytest.raises(StoreDiffers, match='dtype on disk: null then, "float16" now'):
        open_writer(folder, dtype="float16")
    with pytest.raises(StoreDiffers, match="shard_bytes: 3072 then, 99 now"):
        open_writer(folder, shard_bytes=99)
    open_writer(folder).close()


@pytest.mark.parametrize("value", [object(), float("nan"), np.float32(1), {1, 2}])
def test_settings_that_json_cannot_say_are_refused(value: Any, folder: Path) -> None:
    with pytest.raises(InputError, match="plain JSON"):
        open_writer(folder, settings={"x": value})
    assert not folder.exists()


def test_settings_are_compared_as_json_reads_them_back(folder: Path) -> None:
    with open_writer(folder, settings={"layers": ("a", "b")}) as writer:
        append(writer, 0, 3)
    with open_writer(folder, settings={"layers": ["a", "b"]}) as writer:
        assert writer.rows == 3


def test_shards_of_no_bytes_are_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="shard_bytes"):
        open_writer(folder, shard_bytes=0)


HOLD = """
import sys
from repscope.store import Writer
with Writer.open(sys.argv[1], "other", settings={}):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(folder: Path) -> Iterator[None]:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdin=pipe, stdout=pipe) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        yield


def test_a_second_writer_is_refused_until_the_first_is_done(folder: Path) -> None:
    with another_process(folder), pytest.raises(StoreBusy, match="another writer"):
        open_writer(folder)
    with open_writer(folder), pytest.raises(StoreBusy):
        Writer.open(folder, "other", settings={})
    with open_writer(folder) as writer:
        append(writer, 0, 1)
    assert open_store(folder)[MODEL].items == 1


def test_a_lock_is_released_although_a_forked_child_lives_on(folder: Path) -> None:
    with open_writer(folder) as writer:
        child = os.fork()
        if child == 0:
            time.sleep(60)
        append(writer, 0, 1)
    try:
        open_writer(folder).close()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert open_store(folder)[MODEL].items == 1


def test_nothing_to_finish_is_said(folder: Path) -> None:
    with open_writer(folder) as writer, pytest.raises(InputError, match="Append at least one"):
        writer.finish()
    assert list(open_store(folder)) == []


def test_a_closed_writer_says_so(folder: Path) -> None:
    with open_writer(folder) as writer:
        append(writer, 0, 5)
        writer.finish()
    for call in (writer.commit, writer.finish, lambda: append(writer, 5, 6)):
        with pytest.raises(InputError, match="closed"):
            call()


X = np.ones((2, 3), np.float32)


@pytest.mark.parametrize(
    ("ids", "arrays", "labels", "error", "says"),
    [
        (["c", "c"], {"x": X}, {"y": [1, 2]}, IdMismatch, "'c' more than once"),
        (["c", "a"], {"x": X}, {"y": [1, 2]}, IdMismatch, "'a' more than once"),
        (["c"], {"x": X}, {"y": [1]}, ShapeError, r"shape \(2, 3\) in layer 'x'"),
        (["c", "d"], {"x": X[:, :2]}, {"y": [1, 2]}, ShapeError, r"rows of shape \(3,\), as before"),
        (["c", "d"], {"x": X[:, 0]}, {"y": [1, 2]}, ShapeError, "items, units"),
        (["c", "d"], {"x": X[:, :0]}, {"y": [1, 2]}, ShapeError, "at least one unit"),
        (["c", "d"], {"x": X[:, :, None, None]}, {"y": [1, 2]}, ShapeError, "reshape"),
        (["c", "d"], {"z": X}, {"y": [1, 2]}, InputError, "layers 'x', got 'z'"),
        (["c", "d"], {}, {"y": [1, 2]}, InputError, "layers 'x', got none"),
        (["c", "d"], {"x": X}, {}, InputError, r"'y' \(I64\), as before, got none"),
        (["c", "d"], {"x": X}, {"y": ["a", "b"]}, InputError, r"got 'y' \(string\)"),
        (["c", "d"], {"x": X}, {"y": [1]}, ShapeError, "2 labels"),
        (["c", "d"], {"x": X}, {"y": [1j, 2j]}, DtypeError, "column 'y'"),
        (["c", "\ud800"], {"x": X}, {"y": [1, 2]}, InputError, "UTF-8"),
    ],
)
def test_rows_that_cannot_be_kept_are_refused_and_nothing_is_written(
    ids: list[str], arrays: Any, labels: Any, error: type[Exception], says: str, folder: Path
) -> None:
    with Writer.open(folder, "m", settings={}) as writer:
        writer.append(["a", "b"], {"x": X}, {"y": np.array([1, 2])})
        writer.commit()
        before = tree(folder)
        with pytest.raises(error, match=says):
            writer.append(ids, arrays, {name: np.array(column) for name, column in labels.items()})
        assert tree(folder) == before
        writer.append(["e", "f"], {"x": X}, {"y": np.array([3, 4])})
        assert writer.finish().ids == ("a", "b", "e", "f")


def test_a_first_append_without_layers_or_rows(folder: Path) -> None:
    with Writer.open(folder, "m", settings={}) as writer:
        with pytest.raises(InputError, match="at least one layer"):
            writer.append(["a"], {})
        writer.append([], {"x": X[:0]})
        assert writer.rows == 0


def test_ids_that_are_no_strings_are_refused() -> None:
    from repscope.store.batch import check_ids

    with pytest.raises(IdMismatch, match="3, a int"):
        check_ids(("a", 3), set())


def test_the_source_of_a_layer_says_where_it_comes_from(folder: Path) -> None:
    sources = {"fc": Source(revision="v2", pooling="mean", dtype="?")}
    with open_writer(folder, sources=sources) as writer:
        append(writer, 0, 100)
        source = writer.finish()["fc"].source
    assert (source.model, source.layer, source.revision) == (MODEL, "fc", "v2")
    assert (source.pooling, source.dtype, len(source.digest)) == ("mean", "float32", 64)


def test_a_digest_changes_with_the_values(tmp_path: Path) -> None:
    digests = set()
    for value in (1, 2):
        with Writer.open(tmp_path / f"{value}", "m", settings={}) as writer:
            writer.append(["a"], {"x": np.full((1, 2), value, np.float32), "y": np.ones((1, 2), np.float32)})
            recording = writer.finish()
        digests |= {recording["x"].source.digest, recording["y"].source.digest}
    assert len(digests) == 2


def test_what_the_manifest_does_not_name_is_swept_and_other_files_are_left(folder: Path) -> None:
    write(folder, rows=70)
    expected = tree(folder)
    for name in ("spaces/net/fc/00000.safetensors", "items/gone/00007.safetensors", "MANIFEST.json.tmp"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"left by a killed writer")
    for name in ("results/mine.json", "spaces/README.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"somebody's")
        expected[name] = b"somebody's"
    open_writer(folder).close()
    assert tree(folder) == expected
    assert not (folder / "items" / "gone").exists()


def test_shards_without_a_manifest_are_not_touched(folder: Path) -> None:
    write(folder, rows=70)
    (folder / "MANIFEST.json").unlink()
    before = tree(folder)
    with pytest.raises(StoreCorrupt, match="Restore"):
        open_writer(folder)
    assert tree(folder) == before


def test_several_models_share_a_store(folder: Path) -> None:
    write(folder, rows=70)
    with Writer.open(folder, "b", settings={}) as writer:
        writer.append(["only"], {"x": X[:1]})
        writer.finish()
    store = open_store(folder)
    assert list(store.recordings) == [MODEL, "b"]
    assert check(store[MODEL]) == 70
    assert store["b"].ids == ("only",)
    assert tuple(LAYERS) == store[MODEL].layers


def test_a_shard_that_was_changed_is_not_gone_on_with(folder: Path) -> None:
    with open_writer(folder) as writer:
        append(writer, 0, 70)
    path = next((folder / "spaces").rglob("fc/00001.safetensors"))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreCorrupt, match="00001"):
        open_writer(folder)
    data[-1] ^= 1
    path.write_bytes(data)
    open_writer(folder).close()

"""What a reader sees: the old store or the new one; and what it says of a store that is damaged or is none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from repscope.errors import StoreCorrupt, StoreMissing, StoreTruncated, StoreVersion, UnknownName
from repscope.store import Recording, Writer, open_store
from store.planted import LAYERS, MODEL, ROWS, SETTINGS, append, check, ids, open_writer, tree, values, write


@pytest.fixture
def copied(whole: Recording, folder: Path) -> Path:
    shutil.copytree(whole.path, folder)
    return folder


def edited(root: Path, change: Callable[[Any], Any]) -> None:
    path = root / "MANIFEST.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def test_a_recording_is_read_as_it_was_written(whole: Recording) -> None:
    store = open_store(str(whole.path))
    recording = store[MODEL]
    assert check(recording) == recording.items == ROWS
    assert (recording.complete, recording.notes, recording.settings) == (True, ("planted",), SETTINGS)
    assert (list(recording), len(recording), len(store), list(store)) == (list(LAYERS), 2, 1, [MODEL])
    assert recording["fc"].axes == ("item", "unit")
    assert recording["../conv:1"].axes == ("item", "position", "unit")
    assert recording["fc"].labels["class"].tolist() == [i % 10 for i in range(ROWS)]
    assert repr(recording) == f"Recording('net/../1', 2 layers, 1,500 items, at '{whole.path}')"
    assert repr(store) == f"Store('{whole.path}': 'net/../1')"
    recording.verify()


def test_shards_load_with_the_safetensors_library_and_begin_on_a_page(whole: Recording) -> None:
    for space in whole.entry.spaces:
        for number in (0, -1):
            path = whole.path / space.shards[number].file
            begin = 64 * 23 if number else 0
            expected = values(space.layer, begin, begin + space.shards[number].rows)
            np.testing.assert_array_equal(load_file(path)["x"], expected)
            assert (8 + int.from_bytes(path.read_bytes()[:8], "little")) % 4096 == 0
    items = load_file(whole.path / whole.entry.items[-1].file)
    assert items["label.class"].tolist() == [i % 10 for i in range(64 * 23, ROWS)]
    text = items["ids.bytes"].tobytes()
    begin, end = items["ids.offsets"][-2:]
    assert text[begin:end].decode() == ids(ROWS - 1, ROWS)[0]


def test_an_unfinished_recording_shows_what_is_committed_and_loads_elsewhere(folder: Path) -> None:
    with open_writer(folder) as writer:
        append(writer, 0, 70)
        writer.commit()
        append(writer, 70, 100)
        recording = open_store(folder)[MODEL]
        assert check(recording) == 70
        assert not recording.complete
        assert "incomplete" in repr(recording)
    with pytest.raises(RuntimeError), open_writer(folder) as writer:  # noqa: PT012
        append(writer, 100, 110)
        raise RuntimeError
    last = open_store(folder)[MODEL].entry.spaces[0].shards[-1]
    assert load_file(folder / last.file)["x"].shape == (36, 7)


def test_an_old_view_stays_what_it_was_while_the_store_grows(folder: Path) -> None:
    with open_writer(folder) as writer:
        views = []
        for begin in range(0, 300, 23):
            append(writer, begin, begin + 23)
            writer.commit()
            views.append(open_store(folder)[MODEL])
        writer.finish()
    assert [check(view) for view in views] == list(range(23, 323, 23))
    for view in views:
        view.verify()


def test_readers_during_a_write_see_the_old_store_or_the_new(folder: Path) -> None:
    open_writer(folder).close()
    done, seen = Event(), []

    def read() -> None:
        while not done.is_set():
            for recording in open_store(folder).recordings.values():
                seen.append(check(recording))

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        write(folder, rows=700, step=11, commit_every=2)
        done.set()
        reading.result()
    assert seen == sorted(seen)
    assert len(set(seen)) > 3


def test_unknown_names_list_near_misses(whole: Recording) -> None:
    with pytest.raises(UnknownName, match=r"got 'fd'. Did you mean 'fc'\?"):
        whole["fd"]
    with pytest.raises(UnknownName, match=r"Did you mean 'net/../1'\?"):
        open_store(whole.path)["net/1"]


def test_a_place_without_a_store_says_what_to_do(tmp_path: Path, whole: Recording) -> None:
    with pytest.raises(StoreMissing, match=r"got nothing.*record"):
        open_store(tmp_path / "no")
    with pytest.raises(StoreMissing, match="a folder without one"):
        open_store(tmp_path)
    with pytest.raises(StoreMissing, match="got a file"):
        open_store(whole.path / "MANIFEST.json")
    (tmp_path / "MANIFEST.json").mkdir()
    with pytest.raises(StoreMissing, match="Is a directory"):
        open_store(tmp_path)


def test_a_newer_format_is_refused_by_reader_and_writer(copied: Path) -> None:
    edited(copied, lambda data: data.update(format=2, repscope="9.1"))
    before = tree(copied)
    with pytest.raises(StoreVersion, match=r"format 2, by repscope 9.1.*Update"):
        open_store(copied)
    with pytest.raises(StoreVersion):
        open_writer(copied)
    assert tree(copied) == before


SHARDS = ["spaces/net%2F..%2F1/fc/00003.safetensors", "items/net%2F..%2F1/00003.safetensors"]


@pytest.mark.parametrize("file", SHARDS)
def test_a_truncated_shard_is_named_when_the_store_is_opened(file: str, copied: Path) -> None:
    data = (copied / file).read_bytes()
    (copied / file).write_bytes(data[:-1])
    with pytest.raises(StoreTruncated, match="00003"):
        open_store(copied)
    (copied / file).unlink()
    with pytest.raises(StoreCorrupt, match=r"00003.*no such file"):
        open_store(copied)


@pytest.mark.parametrize("file", SHARDS)
@pytest.mark.parametrize("at", ["payload", "last", "header", "length"])
def test_a_changed_byte_is_found_by_verify(file: str, at: str, copied: Path) -> None:
    data = bytearray((copied / file).read_bytes())
    data[{"payload": 4096, "last": -1, "header": 12, "length": 2}[at]] ^= 0x41
    (copied / file).write_bytes(data)
    recording = open_store(copied)[MODEL]
    with pytest.raises(StoreCorrupt, match="00003"):
        recording.verify()


def test_a_header_of_other_rows_is_found_by_verify(copied: Path) -> None:
    data = (copied / SHARDS[0]).read_bytes()
    (copied / SHARDS[0]).write_bytes(data.replace(b'"F32","shape":[64,7]', b'"I32","shape":[64,7]'))
    with pytest.raises(StoreCorrupt, match="header of other rows"):
        open_store(copied)[MODEL].verify()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"shape":[64,7]', b'"shape":[65,7]'),
        (b'"dtype":"F32"', b'"dtype":"F33"'),
        (b'"dtype":"F32"', b'"dtypo":"F32"'),
    ],
)
def test_a_header_that_contradicts_itself_is_found_by_verify(old: bytes, new: bytes, copied: Path) -> None:
    data = (copied / SHARDS[0]).read_bytes()
    assert old in data
    (copied / SHARDS[0]).write_bytes(data.replace(old, new))
    with pytest.raises(StoreCorrupt, match="00003"):
        open_store(copied)[MODEL].verify()


def test_items_whose_columns_are_gone_or_short_are_corrupt(copied: Path) -> None:
    path = copied / SHARDS[1]
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"label.class"', b'"label.glass"'))
    with pytest.raises(StoreCorrupt, match=r"00003.*label.class"):
        _ = open_store(copied)[MODEL].ids
    path.write_bytes(data)

    def claim(manifest: Any) -> None:
        for shards in (manifest["recordings"][0]["items"]["shards"],):
            shards[-1]["rows"] += 1

    edited(copied, claim)
    with pytest.raises(StoreCorrupt, match="other rows in layer"):
        open_store(copied)


def test_items_with_fewer_rows_than_the_manifest_counts_are_corrupt(folder: Path) -> None:
    with Writer.open(folder, "m", settings={}, shard_bytes=8) as writer:
        writer.append(["a", "b"], {"x": np.ones((2, 1), np.float32)})
        writer.finish()
    shards = sorted((folder / "items" / "m").iterdir())
    with Writer.open(folder, "n", settings={}, shard_bytes=4) as writer:
        writer.append(["aaaaaaaaaaaaaaaaaaaaaaaaaa"], {"x": np.ones((1, 1), np.float32)})
        writer.finish()
    shutil.copy(folder / "items" / "n" / "00000.safetensors", shards[0])
    with pytest.raises(StoreCorrupt, match="fewer than 2 rows in 'ids'"):
        _ = open_store(folder)["m"].ids


def first(data: Any) -> Any:
    return data["recordings"][0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(format="1"), "format '1'"),
        (lambda d: d.pop("format"), "format"),
        (lambda d: d.pop("recordings"), "recordings"),
        (lambda d: first(d).pop("model"), "model"),
        (lambda d: first(d)["spaces"][0].update(shards=3), "TypeError"),
        (lambda d: first(d)["spaces"][0].update(dtype="int8"), "dtype 'int8'"),
        (lambda d: first(d)["spaces"][0]["shards"].pop(), "other rows in layer"),
        (lambda d: first(d)["spaces"][0]["shards"][1].update(bytes=5), "bytes that are not rows"),
        (lambda d: first(d)["spaces"][0]["shards"][1].update(sha256="0" * 64), "digest"),
        (lambda d: first(d)["spaces"][0]["shards"][1].update(file="/etc/passwd"), "outside the store"),
        (lambda d: first(d)["spaces"][0]["shards"][1].update(file="spaces/../../x"), "outside the store"),
        (lambda d: first(d)["items"].update(shards=[]), "unequal rows"),
        (lambda d: first(d).update(rows_per_shard=3), "unequal rows"),
    ],
)
def test_a_manifest_that_is_none_or_contradicts_itself_is_corrupt(
    change: Callable[[Any], Any], says: str, copied: Path
) -> None:
    edited(copied, change)
    with pytest.raises(StoreCorrupt, match=says):
        open_store(copied)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\udcff"])
def test_a_manifest_that_is_no_json_is_corrupt(text: str, copied: Path) -> None:
    (copied / "MANIFEST.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(StoreCorrupt, match="MANIFEST"):
        open_store(copied)

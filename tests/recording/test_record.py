"""The public edge: what is refused, what is kept with the rows, and how a recording goes on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from repscope.errors import InputError, RecordingError, StoreDiffers
from repscope.recording import record
from repscope.recording.digest import model_digest
from repscope.store import open_store

X = torch.randn(30, 6, generator=torch.Generator().manual_seed(0))
BATCHES = list(X.split(4))


def net(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))


class Interrupted(Exception):
    pass


def until(batches: list, number: int):
    yield from batches[:number]
    raise Interrupted


def interrupted(tmp_path, **options) -> None:
    with pytest.raises(Interrupted):
        record(net(), until(BATCHES, 6), to=tmp_path / "run", shard_bytes=256, **options)


def folder(path) -> dict[str, bytes]:
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }


def test_what_the_bytes_depend_on_is_kept_with_them(tmp_path):
    run = record(net(), BATCHES, to=tmp_path / "resnet-a", layers=["0", "2"], revision="epoch 3")
    assert run.model == "resnet-a"
    assert run.settings["digest"] == model_digest(net())
    assert run.settings["layers"] == ["0", "2"]
    source = run["2"].source
    assert (source.label, source.revision, source.pooling, source.dtype) == ("resnet-a/2", "epoch 3", "none", "float32")
    assert run.complete
    unnamed = record(net(), BATCHES, to=tmp_path / "two", name="m")
    assert unnamed["0"].source.revision == model_digest(net())[:12]
    assert unnamed.model == "m"


def test_a_resumed_recording_is_byte_identical_and_runs_only_what_is_missing(tmp_path):
    record(net(), BATCHES, to=tmp_path / "whole", name="run", shard_bytes=256)
    interrupted(tmp_path)
    model, items = net(), []
    model[0].register_forward_hook(lambda module, args, output: items.append(len(output)))
    told = []
    record(model, BATCHES, to=tmp_path / "run", shard_bytes=256, progress=told.append)
    assert folder(tmp_path / "run") == folder(tmp_path / "whole")
    assert items[:2] == [2, 4]  # the few items and the first batch, which every run begins with
    assert 2 < sum(items[2:]) < 26
    assert [progress.items for progress in told][-1] == 30


def test_counts_of_bad_rows_go_on_where_they_were(tmp_path):
    bad = [batch.clone() for batch in BATCHES]
    bad[0][1] = float("nan")
    bad[7][0] = float("inf")
    with pytest.raises(Interrupted):
        record(net(), until(bad, 6), to=tmp_path / "run", shard_bytes=256, layers="0")
    run = record(net(), bad, to=tmp_path / "run", shard_bytes=256, layers="0")
    assert run.notes == ("0: 2 of 30 rows hold NaN or infinity",)


def test_a_resumed_recording_of_tokens_is_byte_identical(tmp_path):
    data = list(torch.randn(20, 5, 6).split(3))
    record(net(), data, to=tmp_path / "whole", name="run", pooling="tokens", shard_bytes=256)
    with pytest.raises(Interrupted):
        record(net(), until(data, 5), to=tmp_path / "run", pooling="tokens", shard_bytes=256)
    record(net(), data, to=tmp_path / "run", pooling="tokens", shard_bytes=256)
    assert folder(tmp_path / "run") == folder(tmp_path / "whole")
    again = record(net(), data, to=tmp_path / "run", pooling="tokens", shard_bytes=256)
    assert again.items == 100


def test_a_complete_recording_is_checked_and_returned(tmp_path):
    first = record(net(), BATCHES, to=tmp_path / "run")
    before = folder(tmp_path / "run")
    again = record(net(), BATCHES, to=tmp_path / "run")
    assert again.ids == first.ids
    assert folder(tmp_path / "run") == before
    with pytest.raises(StoreDiffers):
        record(net(), [*BATCHES, X[:3]], to=tmp_path / "run")
    with pytest.raises(StoreDiffers, match="data that ends at row 28"):
        record(net(), BATCHES[:7], to=tmp_path / "run")
    assert folder(tmp_path / "run") == before


@pytest.mark.parametrize(
    ("model", "options", "differs"),
    [
        (net(1), {}, "digest"),
        (net(), {"layers": ["0"]}, "layers"),
        (net(), {"pooling": "mean"}, "pooling"),
        (net(), {"of": "input"}, "of"),
        (net(), {"dtype": "float16"}, "dtype"),
        (net(), {"revision": "b"}, "revision"),
    ],
)
def test_another_model_or_other_settings_are_refused_and_named(tmp_path, model, options, differs):
    interrupted(tmp_path)
    with pytest.raises(StoreDiffers, match=differs):
        record(model, BATCHES, to=tmp_path / "run", shard_bytes=256, **options)


def test_other_data_are_refused_by_ids_or_by_the_first_item(tmp_path):
    interrupted(tmp_path)
    with pytest.raises(StoreDiffers, match="'b0'"):
        record(net(), BATCHES, to=tmp_path / "run", shard_bytes=256, ids=[f"b{i}" for i in range(30)])
    with pytest.raises(StoreDiffers, match="first_item"):
        record(net(), BATCHES[::-1], to=tmp_path / "run", shard_bytes=256)


def test_work_is_committed_at_intervals_and_the_bytes_do_not_depend_on_them(tmp_path, monkeypatch):
    record(net(), BATCHES, to=tmp_path / "whole", name="run")
    monkeypatch.setattr("repscope.recording.run.COMMIT_SECONDS", -1.0)
    with pytest.raises(Interrupted):
        record(net(), until(BATCHES, 6), to=tmp_path / "run")
    assert open_store(tmp_path / "run")["run"].items == 24
    record(net(), BATCHES, to=tmp_path / "run")
    assert folder(tmp_path / "run") == folder(tmp_path / "whole")


def test_room_is_needed_only_for_what_is_missing(tmp_path, monkeypatch):
    interrupted(tmp_path)
    have = open_store(tmp_path / "run")["run"].items
    missing = (30 - have) * (8 + 8 + 3) * 4
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=missing - 1))
    with pytest.raises(RecordingError, match=f"room for {missing:,}|room for .*{missing:,} bytes"):
        record(net(), BATCHES, to=tmp_path / "run", shard_bytes=256)
    assert open_store(tmp_path / "run")["run"].items == have
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=missing))
    assert record(net(), BATCHES, to=tmp_path / "run", shard_bytes=256).items == 30


def test_a_keyboard_interrupt_keeps_every_whole_batch(tmp_path):
    def stopped():
        yield from BATCHES[:6]
        raise KeyboardInterrupt

    record(net(), BATCHES, to=tmp_path / "whole", name="run")
    with pytest.raises(KeyboardInterrupt):
        record(net(), stopped(), to=tmp_path / "run")
    assert open_store(tmp_path / "run")["run"].items == 24
    record(net(), BATCHES, to=tmp_path / "run")
    assert folder(tmp_path / "run") == folder(tmp_path / "whole")


def test_a_recording_that_fails_before_it_holds_anything_leaves_no_folder(tmp_path):
    with pytest.raises(Interrupted):
        record(net(), until(BATCHES, 2), to=tmp_path / "run")
    assert not (tmp_path / "run").exists()
    record(net(), BATCHES, to=tmp_path / "both", name="first")
    with pytest.raises(Interrupted):
        record(net(), until(BATCHES, 2), to=tmp_path / "both", name="second")
    assert list(open_store(tmp_path / "both")) == ["first"]


def test_a_file_in_the_place_of_the_folder_is_refused_before_the_model_runs(tmp_path):
    (tmp_path / "file").write_text("somebody's")
    with pytest.raises(InputError, match=r"file: expected a folder, got a file"):
        record(until, BATCHES, to=tmp_path / "file")


def test_what_differs_is_said_in_words(tmp_path):
    interrupted(tmp_path)
    short = model_digest(net())[:8], model_digest(net(1))[:8]
    says = rf"the model's weights differ \(digest {short[0]}… then, {short[1]}… now\)"
    with pytest.raises(StoreDiffers, match=says):
        record(net(1), BATCHES, to=tmp_path / "run", shard_bytes=256)
    with pytest.raises(StoreDiffers, match="got the first item of the data differs"):
        record(net(), BATCHES[::-1], to=tmp_path / "run", shard_bytes=256)


def test_a_folder_holds_several_models(tmp_path):
    record(net(), BATCHES, to=tmp_path / "run", name="a", layers="0")
    b = record(net(1), BATCHES, to=tmp_path / "run", name="b", layers="0")
    assert b.model == "b"
    a = record(net(), BATCHES, to=tmp_path / "run", name="a", layers="0")
    assert not np.array_equal(np.asarray(a["0"].x), np.asarray(b["0"].x))


def test_two_recordings_of_the_same_are_byte_identical(tmp_path):
    for name in ("a", "b"):
        record(net(), BATCHES, to=tmp_path / name, name="m")
    assert folder(tmp_path / "a") == folder(tmp_path / "b")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"of": "both"}, "of: expected one of output, input"),
        ({"mode": "train"}, "mode: expected one of eval, keep"),
        ({"dtype": "int8"}, "dtype: expected one of float64"),
        ({"pooling": "median"}, "pooling: expected one of none"),
        ({"channels": "middle"}, "channels: expected one of None, first, last"),
        ({"layers": []}, "layers: expected at least one pattern"),
        ({"limit": 0}, "limit: expected at least 1"),
        ({"batch_size": 0}, "batch_size: expected at least 1"),
    ],
)
def test_bad_arguments_are_refused_with_what_would_do(tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        record(net(), BATCHES, to=tmp_path / "run", **options)
    assert not (tmp_path / "run").exists()


def test_a_model_of_no_known_kind_and_empty_data_are_refused(tmp_path):
    with pytest.raises(InputError, match="a torch module, a text model or a function of a batch, got a int"):
        record(3, BATCHES, to=tmp_path / "run")
    with pytest.raises(InputError, match="items to record, got no batch"):
        record(net(), [], to=tmp_path / "run")


def test_functions_are_recorded_without_torch(tmp_path):
    code = (
        "import sys, numpy as np\n"
        "from repscope.recording import record\n"
        f"run = record(lambda x: x * 2, np.ones((5, 3)), to={str(tmp_path / 'run')!r})\n"
        "assert run.items == 5 and run['output'].x.shape == (5, 3)\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

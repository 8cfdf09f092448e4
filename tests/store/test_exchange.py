"""Arrays come in from other formats and go out to them with their values, ids and labels."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from repscope.errors import IdMismatch, InputError, MissingExtra, ShapeError, StoreDiffers, UnknownName
from repscope.store import Recording, Writer, exchange, exports, open_store
from repscope.store.exchange import export, import_array
from repscope.types import Representation
from store.planted import LAYERS, ROWS, ids, labels, tree, values

X = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
NEEDS = {".parquet": "pyarrow", ".zarr": "zarr", ".h5": "h5py", ".hdf5": "h5py"}


@pytest.mark.parametrize("kind", [".npz", ".safetensors", ".parquet", ".zarr", ".h5"])
def test_a_recording_goes_out_and_comes_back_the_same(
    kind: str, whole: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind in NEEDS:
        pytest.importorskip(NEEDS[kind])
    monkeypatch.setattr(exchange, "BLOCK_BYTES", 5000)
    monkeypatch.setattr(exports, "BLOCK_BYTES", 5000)
    path = export(whole, tmp_path / f"out{kind}")
    recording = import_array(path, tmp_path / "store", model="m")
    assert (recording.model, set(recording.layers)) == ("m", set(LAYERS))
    assert recording.ids == whole.ids
    for layer in LAYERS:
        np.testing.assert_array_equal(np.asarray(recording[layer].x), np.asarray(whole[layer].x))
    for name, column in labels(0, ROWS).items():
        np.testing.assert_array_equal(recording.labels[name], column)
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".tmp")] == []


def test_exports_are_read_by_the_libraries_of_their_formats(whole: Recording, tmp_path: Path) -> None:
    expected = values("fc", 0, ROWS)
    np.testing.assert_array_equal(np.load(export(whole["fc"], tmp_path / "a.npy")), expected)
    np.testing.assert_array_equal(np.load(export(whole["fc"].x, tmp_path / "b.npy")), expected)
    with np.load(export(whole, tmp_path / "c.npz")) as file:
        np.testing.assert_array_equal(file["fc"], expected)
        assert file["ids"].tolist() == ids(0, ROWS)
        np.testing.assert_array_equal(file["labels/split"], labels(0, ROWS)["split"])
    tensors = load_file(export(whole, tmp_path / "d.safetensors"))
    np.testing.assert_array_equal(tensors["../conv:1"], values("../conv:1", 0, ROWS))
    np.testing.assert_array_equal(tensors["labels/class"], labels(0, ROWS)["class"])
    given = Representation(X.astype(">f4"), tuple(map(str, range(20))))
    np.testing.assert_array_equal(load_file(export(given, tmp_path / "e.safetensors"))["x"], X)


def test_an_npy_file_takes_its_names_from_files_and_running_ids(tmp_path: Path) -> None:
    np.save(tmp_path / "embeddings.npy", X.astype(np.float64))
    recording = import_array(tmp_path / "embeddings.npy", tmp_path / "runs" / "c")
    assert (recording.model, recording.layers) == ("c", ("embeddings",))
    assert recording.ids == tuple(map(str, range(20)))
    np.testing.assert_array_equal(np.asarray(recording["embeddings"].x), X)
    assert recording.complete


def test_ids_come_one_a_line_and_the_layer_may_be_named(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    names = [f"né {i}" for i in range(20)]
    for ending in ("\n", "\r\n"):
        (tmp_path / "ids.txt").write_bytes(ending.join([*names, ""]).encode())
        to = tmp_path / f"to{len(ending)}"
        recording = import_array(tmp_path / "x.npy", to, ids=tmp_path / "ids.txt", layer="fc")
        assert (recording.ids, recording.layers) == (tuple(names), ("fc",))
    assert import_array(tmp_path / "x.npy", tmp_path / "listed", ids=names).ids == tuple(names)


def test_an_import_that_is_repeated_changes_nothing_and_one_of_other_data_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    import_array(tmp_path / "x.npy", tmp_path / "to")
    before = tree(tmp_path / "to")
    assert import_array(tmp_path / "x.npy", tmp_path / "to").items == 20
    assert tree(tmp_path / "to") == before
    np.save(tmp_path / "x.npy", X + 1)
    with pytest.raises(StoreDiffers, match="digest"):
        import_array(tmp_path / "x.npy", tmp_path / "to")


def test_an_interrupted_import_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "x.npy", X)
    expected = tree(import_array(tmp_path / "x.npy", tmp_path / "whole" / "m").path)
    monkeypatch.setattr(exchange, "BLOCK_BYTES", 3 * 12)
    append, begun = Writer.append, []

    def interrupted(writer: Writer, *args: Any) -> None:
        append(writer, *args)
        begun.append(args[0][0])
        writer.commit()
        if len(begun) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Writer, "append", interrupted)
    with pytest.raises(KeyboardInterrupt):
        import_array(tmp_path / "x.npy", tmp_path / "cut" / "m")
    assert open_store(tmp_path / "cut" / "m")["m"].items == 9
    import_array(tmp_path / "x.npy", tmp_path / "cut" / "m")
    assert begun == ["0", "3", "6", "9", "12", "15", "18"]
    assert tree(tmp_path / "cut" / "m") == expected


def test_bfloat16_tensors_come_in_as_float32(tmp_path: Path) -> None:
    with Writer.open(tmp_path / "a", "m", settings={}, dtype="bfloat16") as writer:
        writer.append([str(i) for i in range(20)], {"x": X})
        stored = writer.finish()["x"].x
    recording = import_array(stored.paths[0], tmp_path / "b")
    np.testing.assert_array_equal(np.asarray(recording["x"].x), np.asarray(stored))
    np.testing.assert_allclose(np.asarray(stored), X, rtol=2**-8)


def test_of_several_arrays_one_may_be_chosen(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", first=X, second=X + 1, y=np.arange(20), name=np.array(["s"] * 20, dtype="S1"))
    recording = import_array(tmp_path / "x.npz", tmp_path / "one", layer="second")
    np.testing.assert_array_equal(np.asarray(recording["second"].x), X + 1)
    assert recording.layers == ("second",)
    assert recording.labels["y"].tolist() == list(range(20))
    assert recording.labels["name"].tolist() == ["s"] * 20
    assert import_array(tmp_path / "x.npz", tmp_path / "both").layers == ("first", "second")
    with pytest.raises(UnknownName, match="Did you mean 'second'"):
        import_array(tmp_path / "x.npz", tmp_path / "none", layer="secnd")


def test_files_that_cannot_be_imported_say_why(tmp_path: Path) -> None:
    def saved(name: str, x: Any, **arrays: Any) -> Path:
        np.savez(tmp_path / name, **arrays) if arrays else np.save(tmp_path / name, x, allow_pickle=True)
        return tmp_path / name

    (tmp_path / "text.npy").write_text("no array")
    (tmp_path / "text.npz").write_text("no archive")
    (tmp_path / "text.safetensors").write_text("no header, but more than eight bytes")
    (tmp_path / "x.csv").write_text("1,2")
    (tmp_path / "bad.txt").write_bytes(b"\xff\n")
    (tmp_path / "two.txt").write_text("a\nb\n")
    good = saved("good.npy", X)
    to = tmp_path / "to"
    for path, error, says in [
        (tmp_path / "no.npy", InputError, "no such file"),
        (tmp_path / "x.csv", InputError, "ends in .npy"),
        (tmp_path / "text.npy", InputError, "does not read"),
        (tmp_path / "text.npz", InputError, "does not read"),
        (tmp_path / "text.safetensors", InputError, "does not read"),
        (saved("object.npy", np.array([{}])), InputError, "does not read"),
        (saved("flat.npy", X[:, 0]), ShapeError, "flat: "),
        (saved("scalar.npy", np.array(1.0)), ShapeError, "items, units"),
        (saved("unequal.npz", None, a=X, b=X[:5]), ShapeError, r"b: \(5, 3\)"),
        (saved("labels.npz", None, a=X[:, 0], b=X[:, 1]), InputError, "two or three axes"),
        (saved("deep.npy", X[:, :, None, None]), ShapeError, "reshape"),
    ]:
        with pytest.raises(error, match=says):
            import_array(path, to)
    with pytest.raises(IdMismatch, match="20 ids"):
        import_array(good, to, ids=tmp_path / "two.txt")
    with pytest.raises(InputError, match="UTF-8"):
        import_array(good, to, ids=tmp_path / "bad.txt")
    with pytest.raises(InputError, match="file of ids"):
        import_array(good, to, ids=str(tmp_path / "none.txt"))
    assert import_array(good, to).items == 20


def test_rows_that_are_not_finite_come_in_and_are_counted_in_the_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = X.copy()
    bad[[3, 11], 1] = np.nan
    np.savez(tmp_path / "x.npz", good=X, bad=bad)
    note = ("bad: 2 of 20 rows hold NaN or infinity",)
    recording = import_array(tmp_path / "x.npz", tmp_path / "whole", model="m")
    assert recording.notes == note
    np.testing.assert_array_equal(np.asarray(recording["bad"].x), bad)
    assert import_array(tmp_path / "x.npz", tmp_path / "whole", model="m").notes == note
    monkeypatch.setattr(exchange, "BLOCK_BYTES", 8 * 24)
    append = Writer.append

    def interrupted(writer: Writer, *args: Any) -> None:
        append(writer, *args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):  # noqa: PT012
        patch.setattr(Writer, "append", interrupted)
        import_array(tmp_path / "x.npz", tmp_path / "cut", model="m")
    assert open_store(tmp_path / "cut")["m"].items == 8
    assert import_array(tmp_path / "x.npz", tmp_path / "cut", model="m").notes == note
    assert tree(tmp_path / "cut") == tree(tmp_path / "whole")


@pytest.mark.parametrize("kind", [".npy", ".npz", ".safetensors", ".parquet", ".zarr", ".h5"])
def test_a_file_without_rows_is_refused_by_name_and_leaves_no_folder(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"empty{kind}"
    if kind in NEEDS:
        pytest.importorskip(NEEDS[kind])
    if kind == ".npy":
        np.save(path, X[:0])
    elif kind == ".npz":
        np.savez(path, x=X[:0], y=np.arange(0))
    else:
        export(Representation(X[:0], ()), path)
    with pytest.raises(InputError, match=rf"empty\{kind}: expected at least one row, got none"):
        import_array(path, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_a_failed_import_leaves_no_folder_and_a_file_is_no_folder(tmp_path: Path) -> None:
    np.save(tmp_path / "wide.npy", X[:, :0])
    np.save(tmp_path / "x.npy", X)
    with pytest.raises(ShapeError, match="at least one unit"):
        import_array(tmp_path / "wide.npy", tmp_path / "to")
    assert not (tmp_path / "to").exists()
    with pytest.raises(InputError, match=r"x\.npy: expected a folder, got a file"):
        import_array(tmp_path / "x.npy", tmp_path / "x.npy")


def test_an_import_of_other_ids_says_so_in_words(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    import_array(tmp_path / "x.npy", tmp_path / "to")
    with pytest.raises(StoreDiffers, match=r"the ids differ \(ids [0-9a-f]{8}… then, [0-9a-f]{8}… now\)"):
        import_array(tmp_path / "x.npy", tmp_path / "to", ids=[f"i{i}" for i in range(20)])


def test_what_cannot_be_exported_says_why(whole: Recording, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"one layer for .npy, got 2"):
        export(whole, tmp_path / "x.npy")
    with pytest.raises(InputError, match="ends in"):
        export(whole, tmp_path / "x.mat")
    with Writer.open(tmp_path / "s", "m", settings={}) as writer:
        writer.append(["a"], {"ids": X[:1]})
        recording = writer.finish()
    with pytest.raises(InputError, match="layer 'ids'"):
        export(recording, tmp_path / "x.npz")
    assert not (tmp_path / "x.npz").exists()


@pytest.mark.parametrize(("kind", "library"), NEEDS.items())
def test_a_missing_library_names_the_extra(
    kind: str, library: str, whole: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    extra = "table" if library == "pyarrow" else "exchange"
    with pytest.raises(MissingExtra, match=rf"{library}.*repscope\[{extra}\]"):
        export(whole, tmp_path / f"x{kind}")
    (tmp_path / f"y{kind}").write_bytes(b"")
    with pytest.raises(MissingExtra, match=rf"repscope\[{extra}\]"):
        import_array(tmp_path / f"y{kind}", tmp_path / "to")


def test_a_zarr_folder_that_exists_is_not_replaced(whole: Recording, tmp_path: Path) -> None:
    pytest.importorskip("zarr")
    export(whole, tmp_path / "x.zarr")
    with pytest.raises(InputError, match="Delete it"):
        export(whole, tmp_path / "x.zarr")


def test_a_file_written_by_others_comes_in(tmp_path: Path) -> None:
    save_file(
        {"x": X, "text.weight": X, "label.x": X, "text.offsets": X, "y": np.arange(20)}, tmp_path / "x.safetensors"
    )
    recording = import_array(tmp_path / "x.safetensors", tmp_path / "to")
    assert set(recording.layers) == {"x", "text.weight", "label.x", "text.offsets"}
    np.testing.assert_array_equal(np.asarray(recording["x"].x), X)
    assert recording.labels["y"].tolist() == list(range(20))

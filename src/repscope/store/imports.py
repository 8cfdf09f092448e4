"""Readers of other people's formats: each opens a file and gives its layers, ids and labels."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from repscope.errors import InputError, MissingExtra, ShapeError, StoreError, explain
from repscope.store.dtypes import widened
from repscope.store.items import text_of
from repscope.store.shard import read_tensors
from repscope.types import Ids, as_ids


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a file holds: layers as anything with shape, dtype and slices of rows; ids if there are any; labels."""

    layers: Mapping[str, Any]
    ids: Ids | None
    labels: Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Widened:
    """bfloat16 rows, float32 once they are sliced."""

    bits: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.bits.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.bits.ndim

    @property
    def dtype(self) -> np.dtype:
        """The dtype of a slice."""
        return np.dtype(np.float32)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.bits)

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return rows as float32."""
        return widened(self.bits[key])


def classified(arrays: Mapping[str, Any], path: Path) -> Foreign:
    """Return arrays by what they are: `ids`, label columns (one axis, or named `labels/…`), and layers.

    Raises
    ------
    ShapeError
        Layers or label columns have unequally many rows, or an array has no axis.
    InputError
        There are no rows.
    """
    ids = None if "ids" not in arrays else as_ids(strings(np.asarray(arrays["ids"][:])))
    rest = {name: x for name, x in arrays.items() if name != "ids"}
    layers = {name: x for name, x in rest.items() if x.ndim > 1 and not name.startswith("labels/")}
    labels = {name.removeprefix("labels/"): x for name, x in rest.items() if name not in layers}
    rows = {name: x.shape[0] if x.ndim else None for name, x in rest.items()}
    if set(rows.values()) == {0}:
        do = "Check what wrote the file."
        raise InputError(explain(expected="at least one row", got="none", argument=str(path), do=do))
    if (not layers and len(rest) == 1) or len(set(rows.values())) > 1:
        got = ", ".join(f"{name}: {x.shape}" for name, x in rest.items())
        expected, do = "arrays (items, units) with equally many rows", "Save those of one set of items alone."
        raise ShapeError(explain(expected=expected, got=got, argument=str(path), do=do))
    return Foreign(layers, ids, {name: strings(np.asarray(x[:])) for name, x in labels.items()})


def strings(column: np.ndarray) -> np.ndarray:
    """Return bytes as text, and anything else unchanged."""
    if column.dtype.kind == "S":
        return np.char.decode(column, "utf-8")
    if column.dtype.kind == "O":
        return np.array([x.decode() if isinstance(x, bytes) else str(x) for x in column.tolist()], dtype=np.str_)
    return column


@contextmanager
def read_npy(path: Path) -> Iterator[Foreign]:
    """Give the one array of an npy file, mapped, under the file's name."""
    with readable(path):
        x = np.load(path, mmap_mode="r", allow_pickle=False)
    yield classified({path.stem: x}, path)


@contextmanager
def read_npz(path: Path) -> Iterator[Foreign]:
    """Give the arrays of an npz file, all in memory."""
    with readable(path), np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    yield classified(arrays, path)


@contextmanager
def read_safetensors(path: Path) -> Iterator[Foreign]:
    """Give the tensors of a safetensors file, mapped."""
    with readable(path):
        tensors = read_tensors(path)
    arrays = {name: Widened(x) if dtype == "BF16" else x for name, (dtype, x) in tensors.items()}
    yield classified(unpacked(arrays), path)


def unpacked(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return arrays with the ids and text labels that `export` packs into bytes and offsets as strings."""
    texts = {
        text
        for text in (name.removesuffix(".offsets") for name in arrays if name.endswith(".offsets"))
        if f"{text}.bytes" in arrays and (text == "ids" or text.startswith("labels/"))
    }
    packed = {f"{text}.{part}" for text in texts for part in ("bytes", "offsets")}
    read = {name: np.asarray(arrays[name][:]) for name in packed}
    rows = {text: len(read[f"{text}.offsets"]) - 1 for text in texts}
    strings_of = {text: np.array(text_of(read, text, rows[text]), np.str_) for text in sorted(texts)}
    return {name: x for name, x in arrays.items() if name not in packed} | strings_of


@contextmanager
def read_parquet(path: Path) -> Iterator[Foreign]:
    """Give the columns of a parquet file, all in memory: lists of numbers are layers, `id` or `ids` the ids."""
    parquet = extra("pyarrow.parquet", "table")
    arrays: dict[str, Any] = {}
    with readable(path):
        table = parquet.read_table(path)
        for name in table.column_names:
            column = table.column(name)
            array = np.array(column.to_pylist()) if "list" in str(column.type) else column.to_numpy()
            arrays["ids" if name in ("id", "ids") else name] = strings(array)
    yield classified(arrays, path)


@contextmanager
def read_zarr(path: Path) -> Iterator[Foreign]:
    """Give the arrays of a zarr array or group, lazily."""
    zarr = extra("zarr", "exchange")
    with readable(path):
        root = zarr.open(str(path), mode="r")
    if hasattr(root, "shape"):
        yield classified({path.stem: root}, path)
        return
    arrays: dict[str, Any] = {x.attrs.get("name", name): x for name, x in root.arrays()}
    yield classified(unpacked(arrays), path)


@contextmanager
def read_hdf5(path: Path) -> Iterator[Foreign]:
    """Give the data sets of an HDF5 file, lazily, whatever groups they lie in."""
    h5py = extra("h5py", "exchange")
    with readable(path):
        opened = h5py.File(path, "r")
    with opened as file:
        arrays: dict[str, Any] = {}

        def visit(name: str, node: Any) -> None:
            if isinstance(node, h5py.Dataset):
                arrays[str(node.attrs.get("name", name))] = node

        file.visititems(visit)
        yield classified(arrays, path)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn whatever a library says of a file that does not read into `InputError`."""
    try:
        yield
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, StoreError) as error:
        do = "Check that it is what its ending says, without pickled objects."
        got = f"one that does not read ({error})"
        raise InputError(explain(expected="a file of arrays", got=got, argument=str(path), do=do)) from error


def extra(module: str, name: str) -> Any:
    """Return a module of an optional library.

    Raises
    ------
    MissingExtra
        It is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        message = f"{module.split('.')[0]} is not installed, which this format needs: pip install 'repscope[{name}]'"
        raise MissingExtra(message) from error

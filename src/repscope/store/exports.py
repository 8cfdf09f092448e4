"""Writers of other people's formats: each puts layers, ids and labels into one file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repscope.errors import InputError, explain
from repscope.store.files import in_place_of
from repscope.store.imports import extra
from repscope.store.items import text_tensors
from repscope.store.layout import escape
from repscope.store.rows import Rows
from repscope.store.shard import NUMPY, header
from repscope.types import Ids

BLOCK_BYTES = 64 * 2**20
"""Bytes of rows in memory at a time."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is written: layers as arrays or lazy rows, ids if there are any, label columns."""

    layers: Mapping[str, Any]
    ids: Ids | None
    labels: Mapping[str, np.ndarray]


def blocks_of(x: Any) -> Iterator[np.ndarray]:
    """Yield the rows of a layer, contiguous, in blocks of bounded size."""
    for block in x.blocks(BLOCK_BYTES) if isinstance(x, Rows) else (np.asarray(x),):
        yield np.ascontiguousarray(block)


def write_npy(what: Outgoing, path: Path) -> None:
    """Write the values of one layer as an npy file.

    Raises
    ------
    InputError
        There are several layers.
    """
    if len(what.layers) != 1:
        do = "Export recording[layer], or to .npz."
        got = f"{len(what.layers)}"
        raise InputError(explain(expected="one layer for .npy", got=got, argument="what", do=do))
    x = next(iter(what.layers.values()))
    with in_place_of(path) as temporary, temporary.open("wb") as file:
        head = {"descr": np.lib.format.dtype_to_descr(x.dtype), "fortran_order": False, "shape": tuple(x.shape)}
        np.lib.format.write_array_header_1_0(file, head)
        for block in blocks_of(x):
            file.write(block.data)


def write_npz(what: Outgoing, path: Path) -> None:
    """Write every layer under its name, `ids`, and each label column as `labels/…`.

    Raises
    ------
    InputError
        A layer is called as something else that is written.
    """
    arrays: dict[str, Any] = dict(what.layers)
    others: dict[str, Any] = {f"labels/{name}": column for name, column in what.labels.items()}
    if what.ids is not None:
        others["ids"] = np.array(what.ids, dtype=np.str_)
    check_names(arrays, others)
    with in_place_of(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for name, x in (arrays | others).items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asarray(x), allow_pickle=False)


def packed(what: Outgoing) -> dict[str, np.ndarray]:
    """Return ids and label columns as arrays of numbers, text as UTF-8 bytes and offsets."""
    arrays = text_tensors(what.ids, "ids") if what.ids is not None else {}
    for name, column in what.labels.items():
        text = column.dtype.kind == "U"
        arrays |= text_tensors(column.tolist(), f"labels/{name}") if text else {f"labels/{name}": column}
    return arrays


def write_safetensors(what: Outgoing, path: Path) -> None:
    """Write every layer as a tensor, ids and each label column `labels/…`; text as UTF-8 bytes and offsets.

    Raises
    ------
    InputError
        A layer is called as something else that is written.
    """
    codes = {np.dtype(code): name for name, code in NUMPY.items() if name != "BF16"}
    others = packed(what)
    check_names(what.layers, others)
    tensors = dict(what.layers) | others
    ordered = sorted(tensors, key=lambda name: (-np.dtype(tensors[name].dtype).itemsize, name))
    with in_place_of(path) as temporary, temporary.open("wb") as file:
        file.write(header({name: (codes[np.dtype(tensors[name].dtype)], tensors[name].shape) for name in ordered}))
        for name in ordered:
            for block in blocks_of(tensors[name]):
                file.write(block.data)


def write_parquet(what: Outgoing, path: Path) -> None:
    """Write one row an item: `id`, each label, and each layer as a list (of lists) of fixed size.

    Raises
    ------
    InputError
        A layer is called as something else that is written.
    MissingExtra
        pyarrow is not installed.
    """
    pa, parquet = extra("pyarrow", "table"), extra("pyarrow.parquet", "table")
    others: dict[str, Any] = {name: pa.array(column.tolist()) for name, column in what.labels.items()}
    if what.ids is not None:
        others["id"] = pa.array(what.ids, pa.string())
    check_names(what.layers, others)
    columns = dict(others)
    for name, x in what.layers.items():
        column = pa.array(np.ravel(np.asarray(x)))
        for size in reversed(x.shape[1:]):
            column = pa.FixedSizeListArray.from_arrays(column, size)
        columns[name] = column
    with in_place_of(path) as temporary:
        parquet.write_table(pa.table(columns), temporary)


def write_zarr(what: Outgoing, path: Path) -> None:
    """Write a zarr group: every layer, ids and each label column `labels/…`; text as UTF-8 bytes and offsets.

    Raises
    ------
    InputError
        There is something at `path`.
    MissingExtra
        zarr is not installed.
    """
    zarr = extra("zarr", "exchange")
    if path.exists():
        got, do = "a folder", "Delete it, or choose another name."
        raise InputError(explain(expected="nothing there yet", got=got, argument=str(path), do=do))
    others = packed(what)
    check_names(what.layers, others)
    group = zarr.open_group(str(path), mode="w")
    for name, x in (dict(what.layers) | others).items():
        array = group.create_array(escape(name), shape=x.shape, dtype=np.dtype(x.dtype))
        array.attrs["name"] = name
        fill(array, x)


def write_hdf5(what: Outgoing, path: Path) -> None:
    """Write an HDF5 file with one data set a layer, `ids`, and each label column.

    Raises
    ------
    InputError
        A layer is called as something else that is written.
    MissingExtra
        h5py is not installed.
    """
    h5py = extra("h5py", "exchange")
    others: dict[str, Any] = {f"labels/{name}": column for name, column in what.labels.items()}
    if what.ids is not None:
        others["ids"] = np.array(what.ids, dtype=np.str_)
    check_names(what.layers, others)
    with in_place_of(path) as temporary, h5py.File(temporary, "w") as file:
        for name, x in (dict(what.layers) | others).items():
            text = x.dtype.kind == "U"
            kind = h5py.string_dtype() if text else np.dtype(x.dtype)
            data = file.create_dataset(escape(name), shape=x.shape, dtype=kind)
            data.attrs["name"] = name
            fill(data, x.astype(object) if text else x)


def fill(target: Any, x: Any) -> None:
    """Copy rows into an array of another library, block by block."""
    at = 0
    for block in blocks_of(x):
        target[at : at + len(block)] = block
        at += len(block)


def check_names(layers: Mapping[str, Any], others: Mapping[str, Any]) -> None:
    """Raise `InputError` if a layer is called as something else that is written."""
    twice = layers.keys() & others.keys()
    if twice:
        got, do = f"layer {min(twice)!r}", "Export recording[layer].x, or rename the layer."
        raise InputError(explain(expected="other names than those of ids and labels", got=got, argument="what", do=do))

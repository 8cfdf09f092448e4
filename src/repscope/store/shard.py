"""One safetensors file: a header padded so that the payload begins on a page, and tensors one after another."""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repscope.errors import StoreCorrupt, StoreTruncated, explain

ALIGNMENT = 4096
"""Bytes of a page: the payload of a shard begins on a multiple of it."""

NUMPY = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
    "BOOL": "|b1",
}
"""The NumPy dtype of each safetensors dtype that is read; bfloat16 as its bits."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor as the header describes it; `begin` counts bytes from the beginning of the file."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def header(tensors: Mapping[str, tuple[str, tuple[int, ...]]]) -> bytes:
    """Return the header of a file that holds these tensors in this order, given as (dtype, shape) by name."""
    described, at = {}, 0
    for name, (dtype, shape) in tensors.items():
        end = at + int(np.prod(shape, dtype=np.int64)) * np.dtype(NUMPY[dtype]).itemsize
        described[name] = {"data_offsets": [at, end], "dtype": dtype, "shape": list(shape)}
        at = end
    text = json.dumps(described, separators=(",", ":"), sort_keys=True).encode()
    size = -(-(8 + len(text)) // ALIGNMENT) * ALIGNMENT - 8
    return size.to_bytes(8, "little") + text.ljust(size)


def row_header(dtype: str, rows: int, shape: tuple[int, ...]) -> bytes:
    """Return the header of a shard of a layer; it always takes exactly one page."""
    return header({"x": (dtype, (rows, *shape))})


def read_tensors(path: Path) -> dict[str, tuple[str, np.ndarray]]:
    """Return dtype and values of every tensor of a safetensors file, as read-only views of it.

    The file is opened once: it may be replaced by another in the meantime.

    Raises
    ------
    StoreCorrupt
        There is no such file, or its header is not one of safetensors.
    StoreTruncated
        The file ends before a tensor does.
    """
    data = mapped(path)
    tensors = parsed_header(data, path)
    check_length(path, len(data), max((tensor.end for tensor in tensors.values()), default=0))
    return {name: (tensor.dtype, view_of(data, tensor)) for name, tensor in tensors.items()}


def parsed_header(data: mmap.mmap, path: Path) -> dict[str, Tensor]:
    """Return the tensors that the header of a safetensors file describes.

    Raises
    ------
    StoreCorrupt
        The header is not one of safetensors, or contradicts itself.
    """
    end = 8 + int.from_bytes(data[:8], "little")
    if end > len(data):
        raise corrupt(path, f"a header of {end:,} bytes")
    try:
        described = {name: t for name, t in json.loads(data[8:end]).items() if name != "__metadata__"}
        tensors = {
            name: Tensor(t["dtype"], tuple(t["shape"]), end + t["data_offsets"][0], end + t["data_offsets"][1])
            for name, t in described.items()
        }
        for name, tensor in tensors.items():
            check_tensor(path, name, tensor)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise corrupt(path, f"a header that does not read ({error})") from error
    return tensors


def check_tensor(path: Path, name: str, tensor: Tensor) -> None:
    """Raise `StoreCorrupt` unless a tensor's dtype is known and its bytes are as many as its shape says."""
    if tensor.dtype not in NUMPY:
        raise corrupt(path, f"dtype {tensor.dtype!r} in tensor {name!r}")
    size = int(np.prod(tensor.shape, dtype=np.int64)) * np.dtype(NUMPY[tensor.dtype]).itemsize
    if tensor.end - tensor.begin != size or min(tensor.shape, default=0) < 0:
        raise corrupt(path, f"{tensor.end - tensor.begin:,} bytes for shape {tensor.shape} in tensor {name!r}")


def view_of(data: mmap.mmap, tensor: Tensor) -> np.ndarray:
    """Return a tensor as a read-only view of the mapped file."""
    dtype = np.dtype(NUMPY[tensor.dtype])
    count = (tensor.end - tensor.begin) // dtype.itemsize
    return np.frombuffer(data, dtype, count, tensor.begin).reshape(tensor.shape)


def read_rows(path: Path, rows: int, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return the first `rows` rows of a shard of a layer as a read-only view of the file.

    Raises
    ------
    StoreCorrupt
        There is no such file.
    StoreTruncated
        The file holds fewer rows.
    """
    end = ALIGNMENT + rows * int(np.prod(shape, dtype=np.int64)) * np.dtype(NUMPY[dtype]).itemsize
    return view_of(mapped(path, end), Tensor(dtype, (rows, *shape), ALIGNMENT, end))


def mapped(path: Path, size: int | None = None) -> mmap.mmap:
    """Return the first `size` bytes of a file, by default all, as mapped memory.

    Raises
    ------
    StoreCorrupt
        There is no such file.
    StoreTruncated
        The file is shorter, or empty.
    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno()).st_size
            check_length(path, found, size or 8)
            return mmap.mmap(file.fileno(), size or found, prot=mmap.PROT_READ)
    except FileNotFoundError as error:
        raise corrupt(path, "no such file") from error


def check_size(path: Path, size: int) -> None:
    """Raise `StoreTruncated` if a file is shorter than `size` bytes, `StoreCorrupt` if there is none."""
    try:
        found = path.stat().st_size
    except FileNotFoundError as error:
        raise corrupt(path, "no such file") from error
    check_length(path, found, size)


def check_length(path: Path, found: int, size: int) -> None:
    """Raise `StoreTruncated` if a file of `found` bytes is to have `size`."""
    if found < size:
        do = "Restore the file from a copy, or delete the recording and record again."
        expected = f"at least {size:,} bytes, as committed"
        raise StoreTruncated(explain(expected=expected, got=f"{found:,}", argument=str(path), do=do))


def pack(tensors: Mapping[str, np.ndarray]) -> tuple[bytes, bytes]:
    """Return header and payload of a file that holds these arrays, widest items first, so that all are aligned."""
    ordered = sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name))
    names = {np.dtype(code): name for name, code in NUMPY.items() if name != "BF16"}
    arrays = {name: np.ascontiguousarray(tensors[name], tensors[name].dtype.newbyteorder("<")) for name in ordered}
    described = {name: (names[x.dtype], x.shape) for name, x in arrays.items()}
    return header(described), b"".join(x.tobytes() for x in arrays.values())


def corrupt(path: Path, got: str) -> StoreCorrupt:
    """Return the error for a file that is not what was committed."""
    do = "Restore the file from a copy, or delete the recording and record again."
    return StoreCorrupt(explain(expected="the file as it was committed", got=got, argument=str(path), do=do))

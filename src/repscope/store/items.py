"""Ids and label columns: as Python sees them, and as the tensors of one shard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from repscope.errors import DtypeError, InputError, ShapeError, explain
from repscope.store.layout import Column
from repscope.store.shard import NUMPY, corrupt, pack, read_tensors
from repscope.types import Ids

IDS, NUMBERS, STRINGS = "ids", "label", "text"
CODES = {np.dtype(code): name for name, code in NUMPY.items() if name != "BF16"}


@dataclass(frozen=True, slots=True)
class Items:
    """Consecutive items: one id each, and label columns of as many rows."""

    ids: Ids
    labels: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        """The number of items."""
        return len(self.ids)

    def part(self, rows: slice) -> Items:
        """Return some of the items."""
        return Items(self.ids[rows], {name: column[rows] for name, column in self.labels.items()})


def joined(parts: Sequence[Items]) -> Items:
    """Return the items of all parts, one after another."""
    if not parts:
        return Items((), {})
    ids = tuple(name for part in parts for name in part.ids)
    names = parts[0].labels
    return Items(ids, {name: np.concatenate([part.labels[name] for part in parts]) for name in names})


def encode(items: Items) -> tuple[bytes, bytes]:
    """Return header and payload of the shard that holds these items."""
    tensors = text_tensors(items.ids, IDS)
    for name, column in items.labels.items():
        if column.dtype.kind == "U":
            tensors |= text_tensors(column.tolist(), f"{STRINGS}.{name}")
        else:
            tensors[f"{NUMBERS}.{name}"] = column
    return pack(tensors)


def decode(path: Path, columns: Sequence[Column], rows: int) -> Items:
    """Return the first `rows` items of a shard.

    Raises
    ------
    StoreCorrupt
        A column is missing or holds fewer rows, or its text does not read.
    """
    read = {name: x for name, (_, x) in read_tensors(path).items()}
    try:
        ids = text_of(read, IDS, rows)
        labels = {}
        for column in columns:
            if column.dtype == "string":
                labels[column.name] = np.array(text_of(read, f"{STRINGS}.{column.name}", rows), dtype=np.str_)
            else:
                labels[column.name] = np.array(read[f"{NUMBERS}.{column.name}"][:rows])
    except (KeyError, ValueError) as error:
        raise corrupt(path, f"columns that do not read ({error})") from error
    lengths = {"ids": len(ids)} | {name: len(column) for name, column in labels.items()}
    short = [name for name, length in lengths.items() if length != rows]
    if short:
        raise corrupt(path, f"fewer than {rows:,} rows in {short[0]!r}")
    return Items(tuple(ids), labels)


def text_tensors(texts: Sequence[str], name: str) -> dict[str, np.ndarray]:
    """Return strings as UTF-8 bytes and the offsets at which each begins and the last ends."""
    whole = "".join(texts)
    data = whole.encode()
    lengths = map(len, texts) if len(data) == len(whole) else (len(text.encode()) for text in texts)
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(lengths, np.int64, len(texts)), out=offsets[1:])
    return {f"{name}.bytes": np.frombuffer(data, np.uint8), f"{name}.offsets": offsets}


def check_text(texts: Sequence[str], argument: str) -> None:
    """Raise `InputError` if a string holds half a surrogate pair, which UTF-8 cannot say."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        do = "Clean the text: s.encode('utf-8', 'replace').decode()."
        raise InputError(explain(expected="text that is UTF-8", got=str(error), argument=argument, do=do)) from error


def text_of(tensors: Mapping[str, np.ndarray], name: str, rows: int) -> list[str]:
    """Return the first `rows` strings of a column; `UnicodeDecodeError` where they are none."""
    data = tensors[f"{name}.bytes"].tobytes()
    offsets = tensors[f"{name}.offsets"][: rows + 1].tolist()
    whole = data.decode()
    if len(whole) == len(data):
        return [whole[begin:end] for begin, end in pairwise(offsets)]
    return [data[begin:end].decode() for begin, end in pairwise(offsets)]


def checked_labels(labels: Mapping[str, np.ndarray], rows: int) -> dict[str, np.ndarray]:
    """Return label columns as arrays that can be kept, strings as NumPy's `U`.

    Raises
    ------
    ShapeError
        A column is not of length `rows`.
    DtypeError
        A column holds neither numbers, booleans nor strings.
    InputError
        A string is not UTF-8.
    """
    kept = {}
    for name, given in labels.items():
        column = np.asarray(given)
        if column.dtype.kind in "OT" and all(isinstance(text, str) for text in column.ravel()):
            column = column.astype(np.str_)
        if column.ndim < 1 or len(column) != rows:
            got, do = f"shape {column.shape} in column {name!r}", "Give one label an item."
            raise ShapeError(explain(expected=f"{rows} labels", got=got, argument="labels", do=do))
        if code_of(column) is None or (column.dtype.kind == "U" and column.ndim > 1):
            got = f"{column.dtype} of shape {column.shape} in column {name!r}"
            do = "Convert it: column.astype(str)."
            raise DtypeError(
                explain(expected="numbers, booleans or one string an item", got=got, argument="labels", do=do)
            )
        if column.dtype.kind == "U":
            check_text(column.tolist(), f"labels[{name!r}]")
        kept[name] = column
    return kept


def code_of(column: np.ndarray) -> str | None:
    """Return the dtype of a label column as the manifest names it, or None for one that cannot be kept."""
    return "string" if column.dtype.kind == "U" else CODES.get(column.dtype.newbyteorder("<"))


def columns_of(labels: Mapping[str, np.ndarray]) -> tuple[Column, ...]:
    """Return what the manifest says of checked label columns."""
    return tuple(Column(name, code_of(column) or "", column.shape[1:]) for name, column in labels.items())

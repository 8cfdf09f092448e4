"""Rows that anybody can compute again, a recording of them, and a folder's bytes; run as a script, it records.

    python planted.py FOLDER [commit every … appends]

appends until it is done or killed, and says on standard output how many rows are committed after each append.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from repscope.store import Recording, Writer

ROWS, STEP, MODEL = 1500, 7, "net/../1"
LAYERS = {"fc": (7,), "../conv:1": (3, 4)}
SETTINGS = {"pooling": "mean", "seed": 3}
SHARD_BYTES = 64 * 12 * 4


def ids(begin: int, end: int) -> list[str]:
    return [f"item {i} é" if i % 5 == 0 else f"item {i}" for i in range(begin, end)]


def values(layer: str, begin: int, end: int) -> np.ndarray:
    shape = LAYERS[layer]
    at = np.arange(begin, end, dtype=np.float64)[:, None] * 31 + np.arange(int(np.prod(shape)))
    return np.sin(at + len(layer)).astype(np.float32).reshape(-1, *shape)


def labels(begin: int, end: int) -> dict[str, np.ndarray]:
    at = np.arange(begin, end)
    return {"class": at % 10, "split": np.array(["train" if i % 3 else "tést" for i in at], dtype=np.str_)}


def open_writer(path: Path | str, **other: object) -> Writer:
    return Writer.open(path, MODEL, **{"settings": SETTINGS, "shard_bytes": SHARD_BYTES, **other})


def append(writer: Writer, begin: int, end: int) -> None:
    writer.append(ids(begin, end), {layer: values(layer, begin, end) for layer in LAYERS}, labels(begin, end))


def write(path: Path | str, *, rows: int = ROWS, step: int = STEP, commit_every: int = 0) -> Recording:
    with open_writer(path) as writer:
        for number, begin in enumerate(range(writer.rows, rows, step)):
            append(writer, begin, min(begin + step, rows))
            if commit_every and number % commit_every == commit_every - 1:
                writer.commit()
            os.write(1, f"{writer.rows}\n".encode()) if __name__ == "__main__" else None
        return writer.finish(["planted"])


def check(recording: Recording) -> int:
    """Assert that a recording holds the first rows of those planted, whole; return how many."""
    rows = recording.items
    assert recording.layers == tuple(LAYERS)
    assert recording.ids == tuple(ids(0, rows))
    for layer in LAYERS:
        np.testing.assert_array_equal(np.asarray(recording[layer].x), values(layer, 0, rows))
    for name, column in labels(0, rows).items():
        np.testing.assert_array_equal(recording.labels[name], column)
    return rows


def tree(path: Path) -> dict[str, bytes]:
    """Return every file of a folder with its bytes."""
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


if __name__ == "__main__":
    os.fsync = lambda descriptor: None
    os.write(1, b"ready\n")
    write(sys.argv[1], commit_every=int(sys.argv[2]))

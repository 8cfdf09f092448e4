"""One pass over a store that is larger than the budget of memory: resident memory, and CPU time beside what must be.

What must be is reading the bytes and the three bare products, each block of which lies in cache.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Figure, cpu_seconds, in_child, peak_megabytes, slower

ITEMS, UNITS, BLOCK = 2_000_000, (512, 384), 4096
MEMORY = 2**29
ROOM = 1.3
"""Times its own bytes that the disk must have free for the store."""


def figures(items: int = ITEMS) -> list[Figure]:
    """Return peak memory and CPU time of debiased CKA with its interval over a store made for the purpose."""
    size = 4 * items * sum(UNITS)
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < ROOM * size:
        print(
            f"stream: left out: needs {ROOM * size / 1e9:.0f} GB in {tempfile.gettempdir()}, {free / 1e9:.0f} are free"
        )
        return []
    with tempfile.TemporaryDirectory() as folder:
        in_child("benchmarks.stream", "make", folder, str(items))
        rounds = [{job: in_child("benchmarks.stream", job, folder) for job in ("bare", "stream")} for _ in range(2)]
    bare = min(found["bare"]["seconds"] for found in rounds)
    seconds = min(found["stream"]["seconds"] for found in rounds)
    peak = max(found["stream"]["peak"] for found in rounds)
    shape = " and ".join(f"{items:,} × {units}" for units in UNITS)
    return [
        slower(f"debiased CKA of {shape} from disk, with interval", seconds, bare, 1.5),
        Figure("peak resident memory of that", peak, "MB", high=1000),
    ]


def make(folder: Path, items: int) -> dict[str, Any]:
    """Write two related layers of so many items, from a few blocks of rows that come again in another order."""
    from repscope.store import Writer

    rng = np.random.default_rng(0)
    x = rng.standard_normal((8 * BLOCK, UNITS[0]), dtype=np.float32) + 1
    y = x[:, : UNITS[1]] + rng.standard_normal((8 * BLOCK, UNITS[1]), dtype=np.float32)
    with Writer.open(folder / "run", "model", settings={}) as writer:
        for at in range(0, items, BLOCK):
            rows = slice(start := int(rng.integers(7 * BLOCK)), start + min(BLOCK, items - at))
            ids = [str(i) for i in range(at, at + rows.stop - rows.start)]
            writer.append(ids, {"x": x[rows], "y": y[rows]})
        writer.finish()
    return {}


def stream(folder: Path) -> dict[str, Any]:
    """Return CPU seconds, peak memory and the value of one pass."""
    from repscope import registry
    from repscope.store import open_store
    from repscope.studies.gather import gather, joined
    from repscope.studies.streaming import stream as one_pass

    found: dict[str, Any] = {}

    def job() -> None:
        layers, _, _ = joined(gather(open_store(folder / "run")), "exact")
        matrices = one_pass(layers, [0], [1], registry.get("cka"), {}, memory=MEMORY).matrices
        found.update({name: float(matrices[name][0, 0]) for name in ("value", "low", "high")})

    seconds = cpu_seconds(job)
    return found | {"seconds": seconds, "peak": peak_megabytes()}


def bare(folder: Path) -> dict[str, Any]:
    """Return CPU seconds of reading every byte of both layers, and of the products of as many rows."""
    from repscope.store import open_store

    recording = open_store(folder / "run")["model"]
    paths = [path for layer in recording for path in recording[layer].x.paths]
    buffer = bytearray(2**24)
    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal((BLOCK, units), dtype=np.float32) for units in UNITS)

    def read() -> None:
        for path in paths:
            with path.open("rb", buffering=0) as file:
                while file.readinto(buffer):
                    pass

    def multiply() -> None:
        for _ in range(recording.items // BLOCK):
            x.T @ y, x.T @ x, y.T @ y

    parts = {"reading": cpu_seconds(read), "products": cpu_seconds(multiply)}
    return parts | {"seconds": sum(parts.values())}


JOBS = {"stream": stream, "bare": bare}

if __name__ == "__main__":
    name, folder = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(make(folder, int(sys.argv[3])) if name == "make" else JOBS[name](folder)))

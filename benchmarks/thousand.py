"""All pairs of a thousand representations in a process of its own: minutes, share of the GEMM peak, resident memory.

Counted is what nobody can avoid: half of every Gram matrix once, and for every pair one multiplication and one
addition an entry of such a half. The peak is that of a large float32 product, taken before and after in the same
process with the same threads.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Figure, cpu_seconds, in_child, peak_megabytes

COUNT, ITEMS, UNITS = 1000, 1000, (64, 512)
LARGE = 4096
"""Rows and columns of the product that shows the peak."""


def figures(count: int = COUNT) -> list[Figure]:
    """Return minutes, share of the peak and memory of debiased CKA of every unordered pair."""
    with tempfile.TemporaryDirectory() as folder:
        in_child("benchmarks.thousand", "make", folder, str(count))
        rounds = [in_child("benchmarks.thousand", "compare", folder) for _ in range(3)]
    best = min(rounds, key=lambda found: found["seconds"])
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    name = f"{count * (count - 1) // 2:,} pairs of {count:,} representations, n={ITEMS:,} d={UNITS[0]} to {UNITS[1]}"
    bare = best["flops"] / best["peak"]
    return [
        Figure(f"{name}, debiased CKA, {cores} cores: wall", best["wall"] / 60, "min", high=5, seconds=best["seconds"]),
        Figure(
            f"{name}: of the GEMM peak ({best['peak'] / 1e9:.0f} GFLOP a CPU second)",
            100 * bare / best["seconds"],
            "%",
            low=60,
            seconds=best["seconds"],
            other=bare,
        ),
        Figure(f"{name}: peak resident memory", max(found["memory"] for found in rounds), "MB", high=2000),
    ]


def widths(count: int) -> list[int]:
    """Return the units of each representation, evenly spread."""
    return [round(units) for units in np.linspace(*UNITS, count)]


def make(folder: Path, count: int) -> dict[str, Any]:
    """Write representations with a common signal, one layer each."""
    from repscope.store import Writer

    rng = np.random.default_rng(0)
    signal = rng.standard_normal((ITEMS, 16), dtype=np.float32)
    with Writer.open(folder / "run", "zoo", settings={}) as writer:
        layers = {}
        for i, units in enumerate(widths(count)):
            mixed = signal @ rng.standard_normal((16, units), dtype=np.float32)
            layers[f"{i:04d}"] = mixed + 4 * rng.standard_normal((ITEMS, units), dtype=np.float32)
        writer.append([str(i) for i in range(ITEMS)], layers)
        writer.finish()
    return {}


def compare(folder: Path) -> dict[str, Any]:
    """Return CPU and wall seconds of all pairs, the peak, the floating-point operations counted and the memory."""
    import repscope as rs

    values: dict[str, Any] = {}

    def job() -> None:
        values["value"] = rs.compare(folder / "run", interval=None, null=None).value

    before, started = gemm_peak(), time.perf_counter()
    seconds, wall = cpu_seconds(job), time.perf_counter() - started
    memory = peak_megabytes()
    if not np.isfinite(values["value"]).all():
        raise SystemExit("thousand: a value is not finite")
    count = len(values["value"])
    return {
        "seconds": seconds,
        "wall": wall,
        "peak": max(before, gemm_peak()),
        "flops": ITEMS**2 * (sum(widths(count)) + math.comb(count, 2)),
        "memory": memory,
    }


def gemm_peak() -> float:
    """Return the floating-point operations a CPU second of a large product in float32."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((LARGE, LARGE), dtype=np.float32) for _ in "ab")
    a @ b
    return 2 * LARGE**3 / min(cpu_seconds(lambda: a @ b) for _ in range(3))


if __name__ == "__main__":
    job, folder = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(make(folder, int(sys.argv[3])) if job == "make" else compare(folder)))

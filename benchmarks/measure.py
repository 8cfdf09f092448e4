"""CPU seconds, peak memory and figures against bars; shared by all benchmarks, the standard library alone."""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

Jobs = Mapping[str, Callable[[], Any]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, what it was measured against, and the range it is to lie in.

    `seconds` are repscope's own CPU seconds and `other` those of what it is compared with; NaN where a figure has
    none. Without `low` and `high` the figure is shown for comparison only.
    """

    name: str
    value: float
    unit: str = "×"
    low: float | None = None
    high: float | None = None
    seconds: float = float("nan")
    other: float = float("nan")

    @property
    def bar(self) -> str:
        """The range in words."""
        if self.low is None and self.high is None:
            return ""
        if self.low is None or self.high is None:
            return f"≤ {self.high:g}" if self.low is None else f"≥ {self.low:g}"
        return f"{self.low:g} to {self.high:g}"

    @property
    def verdict(self) -> str:
        """`ok`, `MISSES`, or nothing where there is no bar; NaN misses."""
        if not self.bar:
            return ""
        lowest, highest = self.low, self.high
        met = (lowest is None or self.value >= lowest) and (highest is None or self.value <= highest)
        return "ok" if met else "MISSES"


def slower(name: str, seconds: float, bare: float, bar: float | None = None) -> Figure:
    """Return how many times the bare products' time repscope takes."""
    return Figure(name, seconds / bare, high=bar, seconds=seconds, other=bare)


def faster(name: str, seconds: float, peer: float, bar: float | None = None) -> Figure:
    """Return how many times repscope's time a peer takes."""
    return Figure(name, peer / seconds, low=bar, seconds=seconds, other=peer)


def cpu_seconds(job: Callable[[], Any]) -> float:
    """Return user and system seconds of this process, all threads, for one call."""
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF)
    result = job()
    after = resource.getrusage(resource.RUSAGE_SELF)
    del result
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def interleaved(jobs: Jobs, rounds: int) -> dict[str, float]:
    """Return the best CPU seconds of each job over rounds in which all of them run in turn.

    A neighbour that takes the cache or the memory bus then slows numerator and denominator alike.
    """
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(rounds):
        for name, job in jobs.items():
            best[name] = min(best[name], cpu_seconds(job))
    return best


def peak_megabytes() -> float:
    """Return the highest resident memory of this process so far, in MB.

    From `/proc` where there is one: Linux hands the parent's peak down to a child in `ru_maxrss`.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def in_child(module: str, *arguments: str, python: str = sys.executable) -> Any:
    """Return what `python -m module arguments` prints as JSON on its last line: a process with nothing else in it."""
    command = [python, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def child_cpu_seconds(command: Sequence[str], rounds: int) -> float:
    """Return the best user and system seconds of a whole process, its start included; NaN if it fails."""
    best = float("inf")
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            return float("nan")
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best

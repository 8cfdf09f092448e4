"""Peers that install from the package index, run for real in an environment of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import repscope as rs
from benchmarks.compare import tensors
from benchmarks.inputs import FEWER, ITEMS, LAYERS, UNITS, layers_of_a_network, pair
from benchmarks.measure import ROOT, Figure, faster, in_child, interleaved

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
MISSING = """peers: the installable ones are not here: `make bench-peers` puts them in .venv-peers.
The figures of `compare` against formulas that are re-stated in formulas.py need nothing."""


class Run(NamedTuple):
    """A peer's job in peer_worker.py, what it is, repscope's side of it, and the bar."""

    job: str
    name: str
    ours: str
    bar: float | None = None


RUNS = (
    Run("torch_cka", f"linear CKA debiased, n={ITEMS:,} d={UNITS}", "torch", 100),
    Run("pytorch_cka", f"linear CKA debiased, n={ITEMS:,} d={UNITS}", "torch"),
    Run("shesha_debiased", f"linear CKA debiased, n={ITEMS:,} d={UNITS}", "numpy"),
    Run("shesha_biased", f"linear CKA biased, n={ITEMS:,} d={UNITS}", "biased"),
    Run("pytorch_cka_all", f"linear CKA debiased, {LAYERS} layers, n={FEWER:,} d={UNITS}", "all pairs"),
    Run("shesha_procrustes", f"Procrustes, n={FEWER:,} d={UNITS}", "procrustes"),
)


def figures() -> list[Figure]:
    """Return how many times repscope's CPU seconds each installed peer takes, each in a process of its own."""
    if not PYTHON.exists():
        print(MISSING)
        return []
    best = interleaved(ours(), rounds=5)
    return [ratio(run, best[run.ours]) for run in RUNS]


def ratio(run: Run, seconds: float) -> Figure:
    """Return one peer's time over repscope's; the name says what the peer answers."""
    found = in_child("benchmarks.peer_worker", run.job, python=str(PYTHON))
    name = f"{run.name}: {found['version']} (answers {found['answer']:.4f}) / {run.ours}"
    return faster(name, seconds, found["seconds"], run.bar)


def ours() -> dict[str, Callable[[], Any]]:
    """Return repscope's side of every run."""
    x, y = pair(ITEMS)
    fewer_x, fewer_y = pair(FEWER)
    tx, ty = tensors(x, y)
    named = {str(i): layer for i, layer in enumerate(layers_of_a_network())}
    return {
        "numpy": partial(rs.cka, x, y),
        "torch": partial(rs.cka, tx, ty),
        "biased": partial(rs.cka, x, y, debiased=False),
        "procrustes": partial(rs.procrustes, fewer_x, fewer_y),
        "all pairs": partial(rs.compare, named, interval=None, null=None),
    }

"""One kind of job, measured: repscope, the shortest program that gives the same number, and what peers take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.measure import Figure, Jobs, cpu_seconds, faster, in_child, interleaved, slower
from benchmarks.peers import PYTHON

LIMIT = 1.2
"""How many times the shortest program's seconds repscope may take."""


@dataclass(frozen=True, slots=True)
class Row:
    """A job: repscope's way, the shortest way to the same number, peers' formulas, and peers that run for real.

    Peers in `slow` are run once, at the end; the others in turn with repscope. `installed` names jobs of
    `peer_worker`, which are left out where the peers' environment is not there. `close` is how far the shortest
    program's answer may lie from repscope's; `bar` and `ahead` are those against it and against the fastest peer.
    """

    name: str
    ours: Callable[[], Any]
    limit: Callable[[], Any] | None = None
    peers: Jobs = field(default_factory=dict)
    slow: Jobs = field(default_factory=dict)
    installed: tuple[str, ...] = ()
    rounds: int = 7
    close: float = 1e-3
    bar: float | None = LIMIT
    ahead: float = 1.0


def figures_of(row: Row) -> list[Figure]:
    """Return the ratio to the shortest program, and to each peer; the fastest peer carries the bar."""
    agree(row)
    limit = {} if row.limit is None else {"limit": row.limit}
    best = interleaved({"ours": row.ours, **limit, **row.peers}, row.rounds)
    seconds = best["ours"]
    found = [] if row.limit is None else [slower(f"{row.name}: / shortest", seconds, best["limit"], row.bar)]
    others = {f"{name}'s formula": best[name] for name in row.peers}
    others |= {f"{name}'s formula": cpu_seconds(job) for name, job in row.slow.items()}
    others |= installed(row.installed)
    return [*found, *against(row.name, seconds, others, row.ahead)]


def agree(row: Row) -> None:
    """Stop unless the shortest program gives repscope's number."""
    if row.limit is not None:
        np.testing.assert_allclose(*(np.asarray(job()) for job in (row.ours, row.limit)), rtol=row.close, atol=1e-6)


def installed(jobs: tuple[str, ...]) -> dict[str, float]:
    """Return the seconds of peers that are installed, each in a process of its own, by name, version and answer."""
    if not PYTHON.exists():
        return {}
    found = {}
    for job in jobs:
        answer = in_child("benchmarks.peer_worker", job, python=str(PYTHON))
        found[f"{answer['version']} (answers {answer['answer']:.4f})"] = answer["seconds"]
    return found


def against(name: str, seconds: float, others: Mapping[str, float], bar: float) -> list[Figure]:
    """Return how many times repscope's seconds each peer takes, the fastest first and with the bar."""
    ranked = sorted(others, key=others.__getitem__)
    return [
        faster(f"{name}: {peer} / repscope", seconds, others[peer], bar if i == 0 else None)
        for i, peer in enumerate(ranked)
    ]

"""The null in closed form against permutations: how much sooner, and how near."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import Figure, cpu_seconds, interleaved

FEW, MANY = 200, 20_000


class Case(NamedTuple):
    """A measure with one of its settings."""

    name: str
    measure: str
    options: dict[str, Any]


CASES = (
    Case("CKA linear debiased", "cka", {}),
    Case("CKA linear biased", "cka", {"debiased": False}),
    Case("CKA RBF debiased", "cka", {"kernel": "rbf"}),
    Case("CKA RBF biased", "cka", {"kernel": "rbf", "debiased": False}),
    Case("mutual kNN", "mutual_knn", {}),
)


def figures() -> list[Figure]:
    """Return time and agreement of each null that has a closed form."""
    timed = [figure for case in CASES for figure in timing(case)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        near = [figure for found in pool.map(agreement, CASES) for figure in found]
    return [*timed, *near]


def module_of(case: Case) -> ModuleType:
    """Return the module of a case's measure."""
    return import_module(f"repscope.similarity.{case.measure}")


def pair(items: int, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two representations with a common signal, uneven variances and means far from zero."""
    rng = np.random.default_rng(7)
    signal = rng.standard_normal((items, 4))
    scale = 1 / np.sqrt(1 + np.arange(units))
    x, y = (signal @ rng.standard_normal((4, units)) / 2 + rng.standard_normal((items, units)) * scale for _ in "xy")
    return x + 1, y - 2


def timing(case: Case, items: int = 2000, units: int = 256) -> list[Figure]:
    """Return the closed form's time as a share of that of permutations which share all factors.

    The closed form is charged with every step of the preparation that is there for its sake.
    """
    module, rng = module_of(case), np.random.default_rng(0)
    a, b = prepared(module, (z.astype(np.float32) for z in pair(items, units)), case.options)
    own = OWN_STEPS[case.measure]
    best = interleaved({"closed": lambda: (own(module, a), own(module, b), module.null(a, b))}, rounds=9)
    permuted = cpu_seconds(lambda: [module.shuffled(a, b, rng.permutation(items)) for _ in range(FEW)])
    name = f"{case.name}, n={items:,} d={units}: closed null / {FEW} permutations"
    return [Figure(name, 100 * best["closed"] / permuted, "%", high=5, seconds=best["closed"], other=permuted)]


OWN_STEPS: dict[str, Callable[[ModuleType, Any], Any]] = {
    "cka": lambda module, state: module.concentration(state.kernel),
    "mutual_knn": lambda module, state: module.parts(state.neighbours[:, : state.k]),
}
"""What a state is prepared with for the null alone; neighbours and leave-one-out values serve the interval."""


def prepared(module: ModuleType, both: Iterable[np.ndarray], options: dict[str, Any]) -> list[Any]:
    """Return both states, ready for doubt."""
    return [module.prepare(z, doubt=True, **options) for z in both]


def agreement(case: Case, items: int = 200, units: int = 20) -> list[Figure]:
    """Return how far mean and SD in closed form lie from those of many permutations."""
    module, rng = module_of(case), np.random.default_rng(0)
    a, b = prepared(module, pair(items, units), case.options)
    closed = module.null(a, b)
    draws = np.array([module.shuffled(a, b, rng.permutation(items)) for _ in range(MANY)])
    name = f"{case.name}, n={items} d={units}: closed null against {MANY:,} permutations"
    spread = 100 * abs(closed.sd / draws.std(ddof=1) - 1)
    chance = 2 * draws.std() / math.sqrt(MANY)
    return [
        Figure(f"{name}, mean (± {chance:.0e} by chance)", abs(closed.mean - draws.mean()), "", high=0.001),
        Figure(f"{name}, SD", spread, "%", high=5),
    ]

"""How often a 95 % interval covers the truth, on planted data drawn anew many times."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import Figure
from repscope import registry
from repscope.inference.interval import interval_of
from repscope.inference.pair import prepared

LEVEL, TRIALS, SIZES = 0.95, 500, (50, 200, 1000)
LOWEST, HIGHEST = 92, 98
UNITS, SIGNALS = 10, 3


class Case(NamedTuple):
    """A measure with one of its settings, and whether its interval is for the population's value."""

    name: str
    measure: str
    options: dict[str, Any]
    population: bool = False


CASES = (
    Case("CKA debiased", "cka", {}, population=True),
    Case("CKA biased", "cka", {"debiased": False}),
    Case("CKA RBF debiased", "cka", {"kernel": "rbf"}),
    Case("Procrustes", "procrustes", {}),
    Case("mutual kNN", "mutual_knn", {}),
)


def figures() -> list[Figure]:
    """Return the coverage of every measure at every sample size, in percent."""
    jobs = [(case, items) for items in sorted(SIZES, reverse=True) for case in CASES]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        found = dict(zip(jobs_named(jobs), pool.map(coverage, *zip(*jobs, strict=True)), strict=True))
    return [found[name] for name in jobs_named((case, items) for case in CASES for items in SIZES)]


def jobs_named(jobs: Any) -> Iterator[tuple[str, int]]:
    """Yield a name for each job."""
    return ((case.name, items) for case, items in jobs)


def mixing() -> tuple[np.ndarray, np.ndarray]:
    """Return how the shared signals enter the units of each representation."""
    rng = np.random.default_rng(1)
    return rng.standard_normal((SIGNALS, UNITS)), rng.standard_normal((SIGNALS, UNITS))


def planted(items: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return two representations: mixed shared signals and as much noise in every unit."""
    signal = rng.standard_normal((items, SIGNALS))
    x, y = (signal @ w + rng.standard_normal((items, UNITS)) for w in mixing())
    return x, y


def population_cka() -> float:
    """Return |Σxy|² / (|Σxx| |Σyy|), what debiased CKA estimates, from the covariances that were planted."""
    a, b = mixing()
    sxx, syy, sxy = a.T @ a + np.eye(UNITS), b.T @ b + np.eye(UNITS), a.T @ b
    return float(np.sum(sxy**2) / np.sqrt(np.sum(sxx**2) * np.sum(syy**2)))


def coverage(case: Case, items: int) -> Figure:
    """Return how many of the intervals cover the truth.

    Where the truth is the expected value at this number of items, it is the mean over all trials, whose own error
    is a twentieth of the spread that the intervals are for.
    """
    card = registry.get(case.measure)
    rng = np.random.default_rng(items)
    values, intervals = np.empty(TRIALS), np.empty((TRIALS, 2))
    for trial in range(TRIALS):
        pair = prepared(card, *planted(items, rng), case.options)
        values[trial] = float(pair.module.between(pair.a, pair.b))
        how: dict[str, Any] = {"bounds": card.bounds, "level": LEVEL, "items": items, "clusters": None, "rng": rng}
        intervals[trial] = interval_of(pair, values[trial], **how)
    truth = population_cka() if case.population else values.mean()
    covered = 100 * float(np.mean((intervals[:, 0] <= truth) & (truth <= intervals[:, 1])))
    of = f"the population's {truth:.3f}" if case.population else f"the expected {truth:.3f} at n"
    return Figure(f"{case.name}, n={items}: {LEVEL:.0%} interval covers {of}", covered, "%", LOWEST, HIGHEST)

"""How often the 95 % interval of every card covers, on one planted case; shown without bars."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.coverage import LEVEL, SIGNALS, UNITS, mixing
from benchmarks.measure import Figure
from repscope import registry
from repscope.inference.doubt import Doubt
from repscope.inference.pair import prepared
from repscope.types import Card

ITEMS, TRIALS, CLASSES, NOISE, SIDE = 60, 150, 5, 1.5, 4
SLOW = ("representation_topology_divergence",)
"""Cards whose intervals take minutes a trial."""


def figures() -> list[Figure]:
    """Return the coverage of every card's interval, in percent, with its width against the ideal in the name."""
    names = [
        card.name
        for card in registry.CARDS
        if card.name not in SLOW and getattr(registry.module_of(card), "INTERVAL", "") != "none"
    ]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return list(pool.map(coverage, names))


def coverage(name: str) -> Figure:
    """Return how many of the intervals cover the expected value at this number of items."""
    card, rng = registry.get(name), np.random.default_rng(ITEMS)
    doubt = Doubt(LEVEL, None, 2, rng)
    values, intervals = np.empty(TRIALS), np.empty((TRIALS, 2))
    for trial in range(TRIALS):
        x, y, per_item = planted(card, rng)
        pair = prepared(card, x, y, {}, {key: per_item[key] for key in card.per_item if key in per_item})
        values[trial] = float(pair.module.between(pair.a, pair.b))
        cell = doubt.beside(values[trial], pair, items=ITEMS, same=False)
        intervals[trial] = cell.low, cell.high
    truth = values.mean()
    covered = 100 * float(np.mean((intervals[:, 0] <= truth) & (truth <= intervals[:, 1])))
    width = float(np.median(intervals[:, 1] - intervals[:, 0])) / (2 * 1.96 * values.std())
    return Figure(f"{name}, n={ITEMS}: {LEVEL:.0%} interval covers, {width:.2f} × the ideal width", covered, "%")


def planted(card: Card, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Return two representations of shared signals, of the kind that a card takes, and one entry an item."""
    signal = rng.standard_normal((ITEMS, SIGNALS))
    x, y = (signal @ w + rng.standard_normal((ITEMS, UNITS)) for w in mixing())
    per_item: dict[str, Any] = {"labels": np.arange(ITEMS) % 3, "confound": x[:, :2] + rng.standard_normal((ITEMS, 2))}
    if card.takes == "trials":
        x, y = (v + 0.7 * rng.standard_normal((SIDE, *v.shape)) for v in (x, y))
    elif card.takes == "maps":
        pattern = np.random.default_rng(2).standard_normal((SIDE, SIDE, 1))
        x, y = (v[:, None, None, :] * pattern + rng.standard_normal((ITEMS, SIDE, SIDE, UNITS)) for v in (x, y))
    elif card.takes == "predictions":
        truth = rng.integers(0, CLASSES, ITEMS)
        shown = 2 * np.eye(CLASSES)[truth] + rng.standard_normal((ITEMS, CLASSES))
        x, y = (shown + NOISE * rng.standard_normal((ITEMS, CLASSES)) for _ in range(2))
        per_item["labels"] = truth
    return x, y, per_item

"""The strongest and the weakest correspondences, and the best match of each pair of models, as tables."""

from __future__ import annotations

import math

import numpy as np

from repscope.reports.blocks import Cell, Doubt, Section, Table
from repscope.reports.chance import above_chance
from repscope.reports.findings import aligned, mean_at_depth, ranked
from repscope.reports.groups import ModelPair, layer_pairs, model_pairs
from repscope.reports.measured import closeness, limits
from repscope.reports.words import bounds, number, probability
from repscope.types import Comparison

EACH = 6
"""How many correspondences are shown at each end; all of them ride in the file as JSON."""


def extremes(comparison: Comparison) -> Section:
    """Return the tables of the strongest and of the weakest pairs of layers."""
    order = ranked(comparison)
    half = min(EACH, len(order) - len(order) // 2)
    strong, weak = order[:half], order[half:][-EACH:]
    words = ("Highest", "Lowest") if comparison.card.higher == "neither" else ("Strongest", "Weakest")
    tables = [table(comparison, strong, words[0])]
    if weak:
        tables.append(table(comparison, weak[::-1], words[1]))
    undefined = [at for at in layer_pairs(comparison, crossing=True) if np.isnan(comparison.value[at])]
    if undefined:
        tables.append(table(comparison, undefined[:EACH], f"Undefined ({len(undefined)} in all)"))
    return Section("Strongest and weakest correspondences", tuple(tables))


def table(comparison: Comparison, pairs: list[tuple[int, int]], caption: str) -> Table:
    """Return one row a pair of layers: its value, doubt, chance and p."""
    ends = limits(comparison)
    rows: list[tuple[Cell, ...]] = []
    for i, j in pairs:
        value, low, high, null, p, adjusted = (
            float(getattr(comparison, name)[i, j]) for name in ("value", "low", "high", "null", "p", "adjusted")
        )
        if math.isnan(value):
            low = high = math.nan
        drawn = Doubt(value, low, high, null, ends)
        names = comparison.rows[i].label, comparison.columns[j].label
        numbers = number(value), bounds(low, high), number(null), probability(p), number(adjusted)
        rows.append((*names, drawn, *numbers))
    columns = ("layer", "layer", span(comparison), "value", "interval", "chance", "p", "chance-adjusted")
    return Table(columns, tuple(rows), caption, numeric=(3, 4, 5, 6, 7))


def span(comparison: Comparison) -> str:
    """Return the ends of the scale on which the small drawings of doubt stand."""
    low, high = limits(comparison)
    return f"{low:g} to {high:g}".replace("-", "−")


def by_model(comparison: Comparison) -> tuple[Table, ...]:
    """Return one row a pair of models: its best match with its doubt, and its mean at corresponding depth."""
    pairs = [pair for pair in model_pairs(comparison) if not pair.same and pair.rows.name and pair.columns.name]
    if not pairs:
        return ()
    passed = above_chance(comparison).passed
    rows = tuple(
        best_match(comparison, pair, int(passed[np.ix_(pair.rows.at, pair.columns.at)].sum())) for pair in pairs
    )
    columns = (
        "models",
        "best match",
        span(comparison),
        "value",
        "interval",
        "p",
        "mean at depth",
        "above chance",
    )
    return (Table(columns, rows, "Pair by pair", numeric=(3, 4, 5, 6, 7)),)


def best_match(comparison: Comparison, pair: ModelPair, passed: int) -> tuple[Cell, ...]:
    """Return the row of one pair of models."""
    block = closeness(comparison)[np.ix_(pair.rows.at, pair.columns.at)]
    mean = number(mean_at_depth(comparison, pair)) if aligned(pair) else "–"
    above = f"{passed} of {block.size}" if not np.isnan(comparison.p).all() else "not tested"
    if np.isnan(block).all():
        return (pair.label, "–", "", "undefined", "undefined", "undefined", mean, above)
    row, column = np.unravel_index(int(np.nanargmax(block)), block.shape)
    i, j = pair.rows.at[int(row)], pair.columns.at[int(column)]
    names = f"{comparison.rows[i].layer} – {comparison.columns[j].layer}"
    value, low, high = (float(matrix[i, j]) for matrix in (comparison.value, comparison.low, comparison.high))
    null = float(comparison.null[i, j]) if not math.isnan(comparison.null[i, j]) else math.nan
    drawn = Doubt(value, low, high, null, limits(comparison))
    p = probability(float(comparison.p[i, j]))
    return (pair.label, names, drawn, number(value), bounds(low, high), p, mean, above)

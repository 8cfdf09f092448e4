"""The strongest and the weakest correspondences, and the best match of each pair of models, as tables."""

from __future__ import annotations

import math

import numpy as np

from repscope.reports.blocks import Cell, Doubt, Section, Table, Text
from repscope.reports.chance import above_chance
from repscope.reports.findings import aligned, mean_at_depth, ranked
from repscope.reports.groups import ModelPair, layer_pairs, model_pairs, partners, scope
from repscope.reports.measured import asked_for, closeness, limits
from repscope.reports.words import bounds, number, probability
from repscope.types import Comparison

EACH = 6
"""How many correspondences are shown at each end; all of them ride in the file as JSON."""


def extremes(comparison: Comparison) -> tuple[Section, ...]:
    """Return the tables of the strongest and of the weakest pairs of layers, or nothing where there is no pair."""
    pairs, which = list(layer_pairs(comparison, crossing=True)), scope(comparison)
    if not pairs:
        return ()
    if len(pairs) == 1:
        return (Section("The pair of layers", (table(comparison, pairs, ""),)),)
    order = ranked(comparison)
    half = min(EACH, len(order) - len(order) // 2)
    undefined = [at for at in pairs if np.isnan(comparison.value[at])]
    words = ("Highest", "Lowest") if comparison.card.higher == "neither" else ("Strongest", "Weakest")
    parts = (
        (order[:half], f"{words[0]}{which}"),
        (order[half:][-EACH:][::-1], f"{words[1]}{which}"),
        (undefined[:EACH], f"Undefined ({len(undefined):,} in all)"),
    )
    title = f"{words[0]} and {words[1].lower()} correspondences"
    return (Section(title, tuple(table(comparison, some, caption) for some, caption in parts if some)),)


def table(comparison: Comparison, pairs: list[tuple[int, int]], caption: str) -> Table:
    """Return one row a pair of layers: its value, and what was asked for of interval, chance and p."""
    ends, every_q = limits(comparison), comparison.q
    rows: list[tuple[Cell, ...]] = []
    for i, j in pairs:
        value, low, high, null, p, adjusted = (
            float(getattr(comparison, name)[i, j]) for name in ("value", "low", "high", "null", "p", "adjusted")
        )
        if math.isnan(value):
            low = high = math.nan
        drawn = Doubt(value, low, high, null, ends)
        names = comparison.rows[i].label, comparison.columns[j].label
        chance = number(null), probability(p), probability(float(every_q[i, j])), number(adjusted)
        ceiling = (bounds(float(comparison.ceiling_low[i, j]), float(comparison.ceiling_high[i, j])),)
        beside = asked_for(comparison, interval=(bounds(low, high),), null=chance, ceiling=ceiling)
        rows.append((*names, drawn, number(value), *beside))
    heads = "chance", "p", "q", "chance-adjusted"
    doubt = asked_for(comparison, interval=("interval",), null=heads, ceiling=("noise ceiling",))
    sides = ("layer", "layer") if comparison.card.symmetric else ("from layer", "to layer")
    columns = (*sides, span(comparison), "value", *doubt)
    return Table(columns, tuple(rows), caption, numeric=tuple(range(3, len(columns))))


def span(comparison: Comparison) -> str:
    """Return the ends of the scale on which the small drawings of doubt stand."""
    low, high = limits(comparison)
    return f"{low:g} to {high:g}".replace("-", "−")


def by_model(comparison: Comparison) -> tuple[Table | Text, ...]:
    """Return one row a pair of models: its best match with its doubt, and the mean over layers and partners."""
    pairs = [pair for pair in model_pairs(comparison) if not pair.same and pair.rows.name and pair.columns.name]
    if not pairs or comparison.shape == (1, 1):
        return ()
    passed, q = above_chance(comparison).passed, comparison.q
    rows = tuple(
        best_match(comparison, pair, int(passed[np.ix_(pair.rows.at, pair.columns.at)].sum()), q) for pair in pairs
    )
    deep = [pair for pair in pairs if aligned(pair)]
    columns = (
        "models",
        "best match",
        span(comparison),
        "value",
        *asked_for(comparison, interval=("interval",), null=("p", "q", "above chance")),
        "mean of partners",
    )
    table = Table(columns, rows, "Pair by pair", numeric=tuple(range(3, len(columns))))
    said = f"Partners are the layers {partners(deep)}.".replace(",.", ".") if deep else ""
    return (table, Text((said,), role="caption")) if said else (table,)


def best_match(comparison: Comparison, pair: ModelPair, passed: int, q: np.ndarray) -> tuple[Cell, ...]:
    """Return the row of one pair of models."""
    block = closeness(comparison)[np.ix_(pair.rows.at, pair.columns.at)]
    mean = number(mean_at_depth(comparison, pair)) if aligned(pair) else "–"
    above = f"{passed:,} of {block.size:,}"
    if np.isnan(block).all():
        doubt = asked_for(comparison, interval=("undefined",), null=("undefined", "undefined", above))
        return (pair.label, "–", "", "undefined", *doubt, mean)
    row, column = np.unravel_index(int(np.nanargmax(block)), block.shape)
    i, j = pair.rows.at[int(row)], pair.columns.at[int(column)]
    left, right = comparison.rows[i], comparison.columns[j]
    match = f"{left.layer or left.label} {'–' if comparison.card.symmetric else '→'} {right.layer or right.label}"
    value, low, high = (float(matrix[i, j]) for matrix in (comparison.value, comparison.low, comparison.high))
    drawn = Doubt(value, low, high, float(comparison.null[i, j]), limits(comparison))
    chance = probability(float(comparison.p[i, j])), probability(float(q[i, j])), above
    return (
        pair.label,
        match,
        drawn,
        number(value),
        *asked_for(comparison, interval=(bounds(low, high),), null=chance),
        mean,
    )

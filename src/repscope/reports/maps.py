"""The layer × layer map of every pair of models."""

from __future__ import annotations

import math

import numpy as np

from repscope.figures import MANY, PANEL, SEQUENTIAL, WIDE, heatmap
from repscope.reports.blocks import Figure, Figures, Scale, Section, Table
from repscope.reports.chance import above_chance
from repscope.reports.groups import ModelPair, model_pairs, names
from repscope.reports.measured import asked_for, closeness, hover, limits, with_interval
from repscope.reports.words import bounds, listed, number, percent
from repscope.types import Comparison


def maps(comparison: Comparison) -> Section:
    """Return one map a pair of models; models against themselves stand apart, below."""
    marked = above_chance(comparison).marked
    pairs = model_pairs(comparison)
    crossed = [pair for pair in pairs if not pair.same]
    own = [pair for pair in pairs if pair.same and (len(pair.rows.at) > 1 or not crossed)]
    shown = listed(
        ("value", *asked_for(comparison, interval=("interval",), null=("chance", "p"), ceiling=("noise ceiling",)))
    )
    way = "" if comparison.card.symmetric else ", from that of the row to that of the column"
    caption = f"Each cell is a pair of layers{way}. Rest the pointer on one, or tap it, for its {shown}."
    key = scale(comparison, marked)
    first = group(comparison, crossed or own, marked, title="", caption=caption, key=key)
    rest = [group(comparison, own, marked, title="Each model with itself", caption="", key=None)] if crossed else []
    return Section("Layer by layer", (first, *(figures for figures in rest if figures.figures)))


def group(
    comparison: Comparison,
    pairs: list[ModelPair],
    marked: np.ndarray,
    *,
    title: str,
    caption: str,
    key: Scale | None,
) -> Figures:
    """Return the maps of some pairs of models: small ones side by side, wide ones where they are many layers."""
    most = max((len(g.at) for pair in pairs for g in (pair.rows, pair.columns)), default=0)
    wide = most > MANY or (len(pairs) == 1 and not title)
    figures = tuple(one_map(comparison, pair, marked, WIDE if wide else PANEL) for pair in pairs)
    return Figures(figures, title=title, caption=caption, scale=key, wide=wide)


def one_map(comparison: Comparison, pair: ModelPair, marked: np.ndarray, width: int) -> Figure:
    """Return the map of one pair of models with its reading and its numbers."""
    block = np.ix_(pair.rows.at, pair.columns.at)
    rows, columns = names(pair.rows, comparison.rows), names(pair.columns, comparison.columns)
    plot = heatmap(
        comparison.value[block],
        rows=rows,
        columns=columns,
        hover=[[hover(comparison, i, j) for j in pair.columns.at] for i in pair.rows.at],
        limits=limits(comparison),
        higher=comparison.card.higher,
        marked=marked[block],
        axes=(axis(pair.rows.name, rows), axis(pair.columns.name, columns)),
        scale=False,
        width=width,
    )
    return Figure(pair.label, plot, reading(comparison, pair), numbers(comparison, pair, rows, columns))


def axis(model: str, labels: list[str]) -> str:
    """Return the title of an axis: the model, unless that is what its only tick says."""
    return "" if labels == [model] else model


def reading(comparison: Comparison, pair: ModelPair) -> str:
    """Return one sentence: the range of the values, and where the closest pair of distinct layers is."""
    close = np.array(closeness(comparison)[np.ix_(pair.rows.at, pair.columns.at)])
    if pair.same:
        np.fill_diagonal(close, math.nan)
    if pair.same and close.size == 1:
        return f"One layer with itself: {number(float(comparison.value[pair.rows.at[0], pair.rows.at[0]]))}."
    if np.isnan(close).all():
        return "Every value is undefined."
    row, column = np.unravel_index(int(np.nanargmax(close)), close.shape)
    i, j = pair.rows.at[int(row)], pair.columns.at[int(column)]
    far = abs(float(close.flat[int(np.nanargmin(close))]))
    far = far if comparison.card.higher == "different" else float(np.nanmin(close))
    word = "highest" if comparison.card.higher == "neither" else "closest"
    left = names(pair.rows, comparison.rows)[int(row)]
    right = names(pair.columns, comparison.columns)[int(column)]
    value = number(float(comparison.value[i, j]))
    if number(far) == value:
        return f"{left} and {right}: {value}."
    return f"From {number(far)} to {value}; {word}: {left} and {right}."


def numbers(comparison: Comparison, pair: ModelPair, rows: list[str], columns: list[str]) -> Table:
    """Return the values of a map with their intervals, as a matrix in words."""
    cells = tuple(
        (name, *(cell(comparison, i, j) for j in pair.columns.at)) for name, i in zip(rows, pair.rows.at, strict=True)
    )
    around = "" if not with_interval(comparison) else f", with {percent(comparison.level)} intervals"
    caption = f"{comparison.card.name}, {pair.label}{around}"
    return Table(("", *columns), cells, caption, numeric=tuple(range(1, len(columns) + 1)), headed=True)


def cell(comparison: Comparison, i: int, j: int) -> str:
    """Return a value and, where there is one, its interval."""
    value = number(float(comparison.value[i, j]))
    if not with_interval(comparison) or value == "undefined":
        return value
    return f"{value} ({bounds(float(comparison.low[i, j]), float(comparison.high[i, j]))})"


def scale(comparison: Comparison, marked: np.ndarray) -> Scale:
    """Return the key to the colours and to those marks that are there."""
    low, high = limits(comparison)
    different = comparison.card.higher == "different"
    far = " and less" if np.nanmin(comparison.value, initial=low) < low - (high - low) / 10 else ""
    far = " and more" if np.nanmax(comparison.value, initial=high) > high + (high - low) / 10 else far
    ends = (high, low) if different else (low, high)
    words = ("", "") if comparison.card.higher == "neither" else ("unlike", "alike")
    marks = []
    if marked.any():
        marks.append(("○", "not told apart from chance (5 %, Benjamini–Hochberg)"))
    if np.isnan(comparison.value).any():
        marks.append(("■", "undefined"))
    return Scale(
        SEQUENTIAL, (f"{ends[0]:g}{far}".replace("-", "−"), f"{ends[1]:g}".replace("-", "−")), words, tuple(marks)
    )

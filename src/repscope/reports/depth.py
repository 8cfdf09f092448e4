"""The profile along depth: how alike two models are from their first recorded layers to their last."""

from __future__ import annotations

import numpy as np

from repscope.figures import Series, lines
from repscope.reports.blocks import Figure, Figures, Section, Table
from repscope.reports.findings import aligned
from repscope.reports.groups import ModelPair, corresponding, model_pairs, names, partners
from repscope.reports.measured import asked_for, hover, limits, with_ceiling, with_interval
from repscope.reports.words import bounds, number, percent, probability
from repscope.types import Comparison


def depth(comparison: Comparison) -> tuple[Section, ...]:
    """Return the profile of each pair of models, or of successive layers where there is one model, or nothing."""
    pairs = [pair for pair in model_pairs(comparison) if aligned(pair)]
    crossed = [pair for pair in pairs if not pair.same]
    chosen = crossed or [pair for pair in pairs if len(pair.rows.at) > 2]
    if not chosen:
        return ()
    figures = tuple(profile(comparison, pair) for pair in chosen)
    words = caption(comparison, chosen)
    return (Section("Along depth", (Figures(figures, caption=words, wide=len(figures) == 1),)),)


def caption(comparison: Comparison, pairs: list[ModelPair]) -> str:
    """Return what the lines are, naming only what is drawn."""
    said = (
        "Each layer with the one after it, from the first (0) to the last (1)."
        if pairs[0].same
        else f"Each layer with the layer of the other model {partners(pairs)}: 0 is the first recorded layer of the "
        "deeper model, 1 its last.".replace(",:", ":")
    )
    if not comparison.card.symmetric:
        said += " The measure goes from the first named to the second."
    if with_interval(comparison):
        said += f" The band is the {percent(comparison.level)} interval."
    if not np.isnan(comparison.null).all():
        said += " The dashed line is what unrelated layers would score."
    if with_ceiling(comparison):
        said += " The hatched band is the noise ceiling."
    return said


def profile(comparison: Comparison, pair: ModelPair) -> Figure:
    """Return the values of one pair of models, layer by partner."""
    places = corresponding(pair)
    rows, columns = [i for _, i, _ in places], [j for _, _, j in places]
    at = rows, columns
    series = Series(
        name=pair.label,
        x=[t for t, _, _ in places],
        y=comparison.value[at].tolist(),
        hover=[hover(comparison, i, j) for _, i, j in places],
        low=() if not with_interval(comparison) else comparison.low[at].tolist(),
        high=() if not with_interval(comparison) else comparison.high[at].tolist(),
        baseline=() if np.isnan(comparison.null[at]).all() else comparison.null[at].tolist(),
        ceiling=list(zip(comparison.ceiling_low[at].tolist(), comparison.ceiling_high[at].tolist(), strict=True))
        if with_ceiling(comparison)
        else (),
    )
    low, high = limits(comparison)
    known = comparison.value[at][np.isfinite(comparison.value[at])]
    low, high = float(min([low, *known])), float(max([high, *known]))
    pad = 0.07 * (high - low)
    plot = lines(
        [series],
        x_title="position among the recorded layers",
        y_title=comparison.card.name,
        limits=(low - pad, high + pad),
    )
    return Figure(pair.label, plot, reading(comparison.value[at].tolist()), numbers(comparison, pair))


def reading(values: list[float]) -> str:
    """Return one sentence: the value at the first and at the last layer, and the extremes between."""
    known = [value for value in values if not np.isnan(value)]
    if not known:
        return "Every value is undefined."
    first, last = number(values[0]), number(values[-1])
    return f"{first} at the first, {last} at the last; between {number(min(known))} and {number(max(known))}."


def numbers(comparison: Comparison, pair: ModelPair) -> Table:
    """Return the profile as a table, one row a depth."""
    left = dict(zip(pair.rows.at, names(pair.rows, comparison.rows), strict=True))
    right = dict(zip(pair.columns.at, names(pair.columns, comparison.columns), strict=True))
    q = comparison.q
    cells = tuple(
        (
            f"{t:.2f}",
            left[i],
            right[j],
            number(float(comparison.value[i, j])),
            *asked_for(
                comparison,
                interval=(bounds(float(comparison.low[i, j]), float(comparison.high[i, j])),),
                null=(
                    number(float(comparison.null[i, j])),
                    probability(float(comparison.p[i, j])),
                    probability(float(q[i, j])),
                ),
                ceiling=(bounds(float(comparison.ceiling_low[i, j]), float(comparison.ceiling_high[i, j])),),
            ),
        )
        for t, i, j in corresponding(pair)
    )
    sides = ("layer", "next layer") if pair.same else (pair.rows.name, pair.columns.name)
    columns = (
        "position",
        *sides,
        "value",
        *asked_for(comparison, interval=("interval",), null=("chance", "p", "q"), ceiling=("noise ceiling",)),
    )
    numeric = (0, *range(3, len(columns)))
    return Table(columns, cells, f"{comparison.card.name} along depth, {pair.label}", numeric=numeric)

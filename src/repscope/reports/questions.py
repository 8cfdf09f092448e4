"""The statistical questions: which is closer, which layer is best, how many items are enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from repscope.figures import MANY, curve, forest, heatmap
from repscope.reports.about import provenance
from repscope.reports.blocks import Chapter, Figure, Figures, Findings, Provenance, Section, Table, Text
from repscope.reports.notes import noted
from repscope.reports.words import bounds, count, direction, equation, number, percent, probability, settings, stopped
from repscope.types import BestLayer, Card, Difference, SampleCurve

EACH = 10
"""How many pairs of layers the table of the best shows."""

ALPHA = 0.05
"""The p above which a pair of layers is marked as not told apart from chance."""


def of_difference(answer: Difference) -> Chapter:
    """Return the chapter of a Difference."""
    x, y, z = answer.names
    what = f"{x} beside {y} and beside {z}, over the same {count(answer.n, 'item')}, {measured(answer.card)}"
    how = (
        f"Settings: {settings(answer.params)}. The {percent(answer.level)} interval is of the difference itself: the "
        "same items stand on both sides, so that what both values share cancels. p is two-sided, of no difference."
    )
    return Chapter(
        title=f"Is {x} closer to {y} or to {z}?",
        measure=answer.card.name,
        lead=Text((what, how), role="lead"),
        sections=(
            Section("The difference and its doubt", (Findings((closer(answer),)), of_interval(answer))),
            *noted(answer.notes),
            facts(answer.card, answer.params, answer.n),
        ),
    )


def measured(card: Card) -> str:
    """Return how a card measures, and how to read it."""
    return f"measured by {card.name}: {stopped(card.summary)} {direction(card)}"


def closer(answer: Difference) -> str:
    """Return which is closer, with both values, in one sentence."""
    x, y, z = answer.names
    found = {"Y": f"{x} is closer to {y} than to {z}", "Z": f"{x} is closer to {z} than to {y}"}
    verdict = found.get(answer.closer, f"It is undecided whether {x} is closer to {y} or to {z}")
    if not math.isfinite(answer.value):
        return f"{verdict}: the difference is undefined."
    around = f"{percent(answer.level)} interval {bounds(*answer.interval)}"
    return (
        f"{verdict}: {number(answer.first)} with {y} and {number(answer.second)} with {z}, a difference of "
        f"{number(answer.value)} ({around}; {equation(answer.p)})."
    )


def of_interval(answer: Difference) -> Figures:
    """Return the difference on its interval beside a line at no difference."""
    _, y, z = answer.names
    low, high = answer.interval
    words = f"difference {number(answer.value)}\n{percent(answer.level)} interval {bounds(low, high)}"
    label = f"{y} less {z}"
    plot = forest(
        [answer.value],
        low=[low],
        high=[high],
        labels=["difference"],
        hover=[f"{label}\n{words}\n{equation(answer.p)}"],
        filled=[answer.closer != "undecided"],
        null=0.0,
        x_title=f"{answer.card.name} with {y} less {answer.card.name} with {z}",
    )
    rows = (
        (f"with {y}", number(answer.first)),
        (f"with {z}", number(answer.second)),
        ("difference", number(answer.value)),
        ("interval", bounds(low, high)),
        ("p", probability(answer.p)),
    )
    table = Table(("", answer.card.name), rows, "The difference and its doubt", numeric=(1,), headed=True)
    caption = "The dot is the difference on its interval, filled where it is told apart from 0, the dashed line."
    return Figures((Figure("", plot, closer(answer), table),), caption=caption, wide=True)


def of_best_layer(answer: BestLayer) -> Chapter:
    """Return the chapter of a BestLayer."""
    best, card = answer.best, answer.best.card
    pairs = count(answer.value.size, "pair")
    what = f"{pairs} of layers, over the same {count(best.n, 'item')}, {measured(card)}"
    how = (
        f"Settings: {settings(best.params)}. The best of many looks good by being picked. So each pair is compared "
        f"with the best of all {answer.value.size:,} where the items of the candidates are shuffled, and p is "
        "corrected for all of them (Westfall and Young 1993)."
    )
    return Chapter(
        title="Which layers are most alike?",
        measure=card.name,
        lead=Text((what, how), role="lead"),
        sections=(
            Section("The best pair", (Findings((winner(answer),)), strongest(answer))),
            Section("All pairs", (all_pairs(answer),)),
            *noted(best.notes),
            provenance(best, best.inputs),
        ),
    )


def winner(answer: BestLayer) -> str:
    """Return the best pair beside the best of unrelated ones, in one sentence."""
    best = answer.best
    first, second = (source.label for source in best.inputs)
    said = f"{first} and {second} are the closest of {count(answer.value.size, 'pair')}: {number(best.value)}"
    if best.null is None:
        return f"{said}."
    chance = f"the best of as many unrelated pairs would score {number(best.null.mean)} ± {number(best.null.sd)}"
    sign = "" if best.card.higher != "different" else ", the sign turned so that higher is closer"
    return f"{said}; {chance}{sign} ({equation(best.p)})."


def ordered(answer: BestLayer) -> list[tuple[int, int]]:
    """Return the pairs with a value, closest first."""
    sign = -1.0 if answer.best.card.higher == "different" else 1.0
    at = [(int(i), int(j)) for i, j in np.argwhere(~np.isnan(answer.value))]
    return sorted(at, key=lambda pair: -sign * answer.value[pair])


def strongest(answer: BestLayer) -> Table:
    """Return the closest pairs as a table."""
    rows = tuple(
        (answer.rows[i], answer.columns[j], number(float(answer.value[i, j])), probability(float(answer.p[i, j])))
        for i, j in ordered(answer)[:EACH]
    )
    return Table(("layer", "candidate", "value", "p"), rows, "The closest pairs", numeric=(2, 3))


def all_pairs(answer: BestLayer) -> Figures:
    """Return the map of all pairs."""
    card = answer.best.card
    plot = heatmap(
        answer.value,
        rows=answer.rows,
        columns=answer.columns,
        hover=[
            [
                f"{row} × {column}\nvalue {number(float(answer.value[i, j]))}\n{equation(float(answer.p[i, j]))}"
                for j, column in enumerate(answer.columns)
            ]
            for i, row in enumerate(answer.rows)
        ],
        higher=card.higher,
        marked=~np.isnan(answer.p) & (answer.p > ALPHA),
        scale=len(answer.columns) <= MANY,
        width=680,
    )
    cells = tuple(
        (row, *(number(float(v)) for v in values)) for row, values in zip(answer.rows, answer.value, strict=True)
    )
    numeric = tuple(range(1, len(answer.columns) + 1))
    table = Table(("", *answer.columns), cells, card.name, numeric=numeric, headed=True)
    caption = "A ring marks the pairs that the best of unrelated ones would match in more than 1 of 20 shuffles."
    return Figures((Figure("", plot, winner(answer), table),), caption=caption, wide=True)


def of_sample_curve(answer: SampleCurve) -> Chapter:
    """Return the chapter of a SampleCurve."""
    what = f"Random subsets of the items of {' and '.join(answer.names)}, {measured(answer.card)}"
    how = (
        f"Settings: {settings(answer.params)}. At each number of items stand the mean value and the mean width of the "
        f"{percent(answer.level)} interval. The width falls as n to the power {number(answer.exponent)}; what lies "
        "beyond the items that there are is extrapolated."
    )
    return Chapter(
        title="How many items are enough?",
        measure=answer.card.name,
        lead=Text((what, how), role="lead"),
        sections=(
            Section("The width of the interval", (Findings((needed(answer),)), by_size(answer))),
            *noted(answer.notes),
            facts(answer.card, answer.params, int(answer.sizes[-1])),
        ),
    )


def needed(answer: SampleCurve) -> str:
    """Return how many items are needed, in one sentence."""
    width = f"an interval no wider than {answer.width:g}"
    if math.isnan(answer.needed):
        return f"How many items {width} needs cannot be told: the widths do not fall with n."
    have = int(answer.sizes[-1])
    beside = "there are" if answer.needed <= have else "there are only"
    return f"About {count(round(answer.needed), 'item')} are needed for {width}; {beside} {have:,}."


def by_size(answer: SampleCurve) -> Figures:
    """Return the width of the interval against the number of items."""
    sizes, widths, values = answer.sizes.tolist(), answer.widths.tolist(), answer.values.tolist()
    points = list(zip(sizes, values, widths, strict=True))
    fit: list[tuple[float, float]] = []
    if math.isfinite(answer.needed):
        ends = sizes[0], max(sizes[-1], answer.needed)
        fit = [(n, answer.width * (n / answer.needed) ** answer.exponent) for n in ends]
    plot = curve(
        sizes,
        widths,
        hover=[f"{n:,} items\nvalue {number(v)}\nwidth {number(w)}" for n, v, w in points],
        fit=fit,
        level=answer.width,
        x_title="items",
        y_title="width of the interval",
    )
    rows = tuple((f"{n:,}", number(v), number(w)) for n, v, w in points)
    table = Table(("items", "value", "width"), rows, f"{answer.card.name} by number of items", numeric=(0, 1, 2))
    caption = "Both axes are logarithmic. The dotted line is the fit, the dashed line the width that is asked for."
    return Figures((Figure("", plot, needed(answer), table),), caption=caption, wide=True)


def facts(card: Card, params: Mapping[str, Any], items: int) -> Section:
    """Return what is needed to make the numbers again, where no run was kept."""
    rows = (
        ("measure", f"{card.name} ({card.at})"),
        ("source", card.source),
        ("settings", settings(params)),
        ("items", f"{items:,}"),
    )
    return Section("Provenance", (Provenance(rows, Table((), ())),))

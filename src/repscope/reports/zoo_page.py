"""A zoo of models: which are alike, on a map and as a tree, and how alignment goes with scale."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from repscope.figures import MANY, SEQUENTIAL, Series, dendrogram, ellipses, fit, heatmap
from repscope.reports.about import provenance
from repscope.reports.blocks import Chapter, Figure, Figures, Findings, Scale, Section, Table, Text
from repscope.reports.chance import RATE
from repscope.reports.notes import noted
from repscope.reports.words import bounds, count, equation, listed, number, percent, probability
from repscope.types.zoo import ModelMap, ModelTree, Trend, Zoo

SURE = 0.9
"""The share of resamples from which on a cluster is called stable."""

FLAT = 0.5
"""The share of the distances below which a map says little of them."""

SHOWN = 12
"""Models that a cluster is named by in a sentence; a larger one is counted."""


def of_zoo(zoo: Zoo) -> Chapter:
    """Return the chapter of a Zoo: the main findings, then by measure the map, the tree and the trend."""
    first = next(iter(zoo.comparisons.values()))
    layers, several = count(len(first.rows), "layer"), len(zoo.comparisons) > 1
    what = f"{count(len(zoo.models), 'model')} with {layers} in all, over the same {count(first.n, 'item')}"
    pairs = f"{count(zoo.computed, 'pair')} of layers computed for this, {zoo.cached:,} found among those kept."
    doubt = (
        "Every layer is compared with every other one; models are compared by their layers. What is said to be stable "
        "would come out alike on other items of the same kind; other seeds of the same models were not tried, unless "
        "they are models here."
    )
    sections: list[Section] = []
    ends: list[Section] = list(noted(zoo.notes))
    for name, comparison in zoo.comparisons.items():
        by = f" by {name}" if several else ""
        if name in zoo.maps:
            sections.append(Section(f"Models on one map{by}", mapped(zoo.maps[name])))
            sections.append(Section(f"Models as a tree{by}", (treed(zoo.trees[name]),)))
        if name in zoo.trends:
            sections.append(Section(f"Alignment against scale{by}", (trended(zoo.trends[name], name),)))
        ends += [replace(part, title=f"{part.title}{by}") for part in noted(comparison.notes)]
        source = provenance(comparison, comparison.rows)
        ends.append(replace(source, title=f"{source.title}{by}"))
    return Chapter(
        title=f"Which of {count(len(zoo.models), 'model')} are alike?",
        measure=listed(zoo.comparisons),
        lead=Text((f"{what}, measured by {listed(zoo.comparisons)}. {pairs}", doubt), role="lead"),
        sections=(Section("Main findings", (Findings(said(zoo)),)), *sections, *ends),
    )


def said(zoo: Zoo) -> tuple[str, ...]:
    """Return the main findings, measure by measure."""
    found: list[str] = []
    for name in zoo.comparisons:
        own = [nearest(zoo.maps[name]), stable(zoo.trees[name])] if name in zoo.maps else []
        own += [rising(zoo.trends[name])] if name in zoo.trends else []
        found += [f"By {name}: {words}" if len(zoo.comparisons) > 1 else sentence(words) for words in own]
    return tuple(found) or ("There are too few models for a map or a tree.",)


def nearest(one: ModelMap) -> str:
    """Return which two models are nearest and which two are farthest."""
    rows, columns = np.triu_indices(len(one.models), 1)
    far = one.distance[rows, columns]
    near, apart = (int(f(far)) for f in (np.argmin, np.argmax))
    a, b, c, d = (one.models[side[k]] for k in (near, apart) for side in (rows, columns))
    return (
        f"{a} and {b} are nearest, {number(float(far[near]))} apart; {c} and {d} are farthest, "
        f"{number(float(far[apart]))} apart."
    )


def stable(one: ModelTree) -> str:
    """Return how many clusters come back on half of the items, and the smallest of them."""
    inner = list(zip(one.clusters, one.supports.tolist(), strict=True))[:-1]
    if not inner or not one.resamples:
        return f"the tree joins {count(len(one.models), 'model')}; no halves of the items were drawn."
    sure = [cluster for cluster, support in inner if support >= SURE]
    verb = "comes" if len(sure) == 1 else "come"
    share = f"{len(sure)} of {count(len(inner), 'cluster')} {verb} back on at least {percent(SURE)} of the halves"
    if not sure:
        return f"{share}: the grouping may be chance."
    small = min(sure, key=len)
    named = listed(small) if len(small) <= SHOWN else count(len(small), "model")
    return f"{share}; {'that is' if len(sure) == 1 else 'the smallest is'} {named}."


def rising(one: Trend) -> str:
    """Return how alignment goes with scale, and how sure that is."""
    if math.isnan(one.rho):
        return f"how {one.group} models align with {one.other} models against scale takes three models."
    how = f"Spearman's ρ = {number(one.rho)}, {equation(one.rho_p)}"
    over = f"over {count(len(one.models), one.group + ' model')}"
    if not one.rho_p <= RATE:
        return f"{over} no trend of the value with {one.other} is told apart from chance: {how}."
    return f"{over} the value with {one.other} {'rises' if one.rho > 0 else 'falls'} with scale: {how}."


def mapped(one: ModelMap) -> tuple[Figures, Figures]:
    """Return the map of models, and the distances on which it rests."""
    halves = f"{one.resamples} random halves of the items"
    words = (
        "Models that are alike lie near each other. Classical scaling of the distances between models, "
        f"{PAIRING[one.pairing]}: these two axes hold {100 * one.share:.0f} % of their variance."
    )
    if one.share < FLAT:
        words += " That is little: models that lie near each other here may be far apart; the distances below tell."
    if one.resamples:
        words += (
            f" Each ellipse covers in {100 * one.level:g} of 100 samples of items where its model would lie with all "
            f"items of this kind; from {halves}."
        )
    words += f" Left out, for want of a value: {listed(one.left_out)}." if one.left_out else ""
    axes = one.ellipses
    hover = [f"{name}\nellipse {number(a)} × {number(b)}" for name, (a, b, _) in zip(one.models, axes, strict=True)]
    plot = ellipses(one.models, one.places, axes, hover=hover if one.resamples else one.models)
    rows = tuple(
        (name, number(x), number(y), number(a), number(b), f"{math.degrees(turn) % 180:.0f}°" if a == a else "–")
        for name, (x, y), (a, b, turn) in zip(one.models, one.places.tolist(), axes.tolist(), strict=True)
    )
    columns = ("model", "first axis", "second axis", "long half-axis", "short half-axis", "angle")
    table = Table(columns, rows, "Places on the map and ellipses", numeric=(1, 2, 3, 4, 5), headed=True)
    figure = Figure("", plot, sentence(nearest(one)), table)
    return Figures((figure,), caption=words, wide=True), apart(one)


PAIRING = {
    "partners": "each the mean over their corresponding layers",
    "best": "each the mean over every layer and the nearest one of the other model",
}
"""What the distance of two models is."""


def apart(one: ModelMap) -> Figures:
    """Return the distances between models as a heatmap."""
    far = one.distance
    hover = [
        [f"{a} × {b}\ndistance {number(v)}" for b, v in zip(one.models, row, strict=True)]
        for a, row in zip(one.models, far.tolist(), strict=True)
    ]
    high = float(far.max())
    plot = heatmap(
        far, rows=one.models, columns=one.models, hover=hover, limits=(0.0, high), higher="different", scale=False
    )
    rows = tuple((name, *map(number, row)) for name, row in zip(one.models, far.tolist(), strict=True))
    table = Table(("", *one.models), rows, "Distances", numeric=tuple(range(1, len(rows) + 1)), headed=True)
    key = Scale(SEQUENTIAL, (number(high), "0"), ("unlike", "alike"))
    reading = f"Distances from {number(float(far[~np.eye(len(far), dtype=bool)].min()))} to {number(high)}."
    figure = Figure("", plot, reading, table)
    return Figures((figure,), title="Distances between models", scale=key, wide=len(far) > MANY)


def treed(one: ModelTree) -> Figures:
    """Return the tree with how often each cluster comes back."""
    words = "Models join, from the left, at the mean distance between the models of either side (average linkage)."
    if one.resamples:
        words += (
            f" The share beside a join: in how many of {one.resamples} trees, each made on a random half of the items, "
            "the same models form a cluster."
        )
    words += f" Left out, for want of a value: {listed(one.left_out)}." if one.left_out else ""
    joins = list(zip(one.clusters, one.linkage[:, 2].tolist(), one.supports.tolist(), strict=True))
    hover = [f"{listed(c)}\ndistance {number(d)}" + (f"\nsupport {share(s)}" if s == s else "") for c, d, s in joins]
    plot = dendrogram(
        one.linkage, names=one.models, order=one.order, supports=one.supports, hover=hover, x_title="distance"
    )
    rows = tuple((", ".join(cluster), number(distance), share(support)) for cluster, distance, support in joins)
    table = Table(("models", "distance", "support"), rows, "Joins, the nearest first", numeric=(1, 2))
    return Figures((Figure("", plot, sentence(stable(one)), table),), caption=words, wide=True)


def share(support: float) -> str:
    """Return a share of the resamples in per cent, or a dash where there were none."""
    return "–" if math.isnan(support) else f"{100 * support:.0f} %"


def trended(one: Trend, measure: str) -> Figures:
    """Return alignment against scale with its line."""
    whom = f"the best of the {one.other} models" if one.partner == "best" else f"the {one.other} models on average"
    words = f"Each {one.group} model with {whom}, by the best pair of layers."
    if one.draws:
        words += (
            " The grey bars: the same best pair for unrelated items, from the mean to the 95th percentile of "
            f"{one.draws:,} permutations, so that having had many pairs to choose from is counted."
        )
    axis = " of the logarithm of scale" if one.logarithmic else " of scale"
    words += f" The line: least squares{axis}, with its {percent(one.level)} band. {CAUSE}"
    rows = tuple(
        (name, f"{x:.4g}", number(y), number(null), number(high), probability(p), *pair)
        for name, x, y, null, high, p, pair in zip(
            one.models, *(getattr(one, f).tolist() for f in FIELDS), one.matched, strict=True
        )
    )
    hover = [
        f"{r[0]}\nscale {r[1]}\nvalue {r[2]}\nchance {r[3]}\n{equation(p)}\n{r[6]} × {r[7]}"
        for r, p in zip(rows, one.p.tolist(), strict=True)
    ]
    series = Series("", one.scale.tolist(), one.alignment.tolist(), hover, labels=one.models)
    chance = np.column_stack([one.null, one.high])
    title = f"{measure} with {one.other}"
    plot = fit(series, one.curve, chance=chance, logarithmic=one.logarithmic, x_title="scale", y_title=title)
    columns = (one.group, "scale", "value", "chance", "95th percentile", "p", "layer", "partner")
    table = Table(columns, rows, "Alignment and scale", numeric=(1, 2, 3, 4, 5))
    reading = sentence(rising(one))
    if len(one.curve) and one.slope == one.slope:
        step = "for each tenfold scale" if one.logarithmic else "for each unit of scale"
        ends = bounds(float(one.curve[0, 1]), float(one.curve[-1, 1]))
        reading += f" The line changes by {number(one.slope)} {step}, {ends} from end to end."
    return Figures((Figure("", plot, reading, table),), caption=words, wide=True)


FIELDS = ("scale", "alignment", "null", "high", "p")

CAUSE = "Models of one family share data and recipes, so that they are not as many independent points as they seem."
"""What must be said of a line through models."""


def sentence(words: str) -> str:
    """Return a sentence that begins with a capital, unless with the name of a model."""
    return words[:1].upper() + words[1:] if words.startswith(("over ", "the tree ", "how ")) else words

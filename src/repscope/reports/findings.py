"""The main findings of a comparison in three to five sentences, each with its numbers."""

from __future__ import annotations

import math

import numpy as np

from repscope.reports.chance import AboveChance, above_chance
from repscope.reports.groups import ModelPair, corresponding, layer_pairs, model_pairs, partners, scope
from repscope.reports.measured import closeness, doubt
from repscope.reports.words import count, equation, number
from repscope.types import Comparison


def findings(comparison: Comparison) -> tuple[str, ...]:
    """Return the main findings as plain sentences, the most important first."""
    pairs = list(layer_pairs(comparison, crossing=False))
    if not pairs:
        return (f"There is one layer, compared with itself: {doubt(comparison, 0, 0)}.",)
    said = [
        closest(comparison),
        *chance(above_chance(comparison), scope(comparison)),
        *depths(comparison),
        *outsider(comparison),
    ]
    undefined = sum(bool(np.isnan(comparison.value[at])) for at in pairs)
    if undefined and len(pairs) > 1:
        said.append(f"{undefined:,} of {count(len(pairs), 'pair')} of layers could not be computed: undefined.")
    return tuple(said)


def closest(comparison: Comparison) -> str:
    """Return which two layers are the most alike, across models where there are several."""
    order, which = ranked(comparison), scope(comparison)
    alone = len(list(layer_pairs(comparison, crossing=True))) == 1
    if not order:
        return "The value is undefined." if alone else f"No pair of layers{which} has a defined value."
    i, j = order[0]
    word = "highest value" if comparison.card.higher == "neither" else "closest pair"
    null = comparison.null[i, j]
    chance = "" if math.isnan(null) else f", where unrelated layers would score {number(float(null))}"
    left, right = comparison.rows[i].label, comparison.columns[j].label
    names = f"{left} and {right}" if comparison.card.symmetric else f"from {left} to {right}"
    if alone:
        who = f"{names} score" if comparison.card.symmetric else f"{left} scores to {right}"
        return f"{who} {doubt(comparison, i, j)}{chance}."
    return f"The {word}{which and f' of layers{which}'} is {names}: {doubt(comparison, i, j)}{chance}."


def ranked(comparison: Comparison) -> list[tuple[int, int]]:
    """Return the pairs of distinct layers that have a value, across models where there are several, closest first."""
    close = closeness(comparison)
    pairs = [at for at in layer_pairs(comparison, crossing=True) if not np.isnan(close[at])]
    return sorted(pairs, key=lambda at: -close[at])


def chance(tests: AboveChance, which: str) -> list[str]:
    """Return how many pairs are closer than chance, and how little that says."""
    if not tests.tested:
        return []
    if tests.tested == 1:
        verdict = "are closer than chance" if tests.discovered else "are not told apart from chance at 5 %"
        said = f"They {verdict} ({equation(tests.p)})."
    else:
        verb = "is" if tests.discovered == 1 else "are"
        said = (
            f"{tests.discovered:,} of {count(tests.tested, 'pair')} of layers{which} {verb} closer than chance at "
            f"5 % after the Benjamini–Hochberg correction, {tests.strict:,} after Bonferroni."
        )
    low = " Above chance is a low bar: almost any two networks on the same items pass it."
    return [said + low if tests.discovered else said]


def depths(comparison: Comparison) -> list[str]:
    """Return how alike the two closest models are, layer by partner, and whether partners match each other best."""
    pairs = [pair for pair in model_pairs(comparison) if aligned(pair) and not pair.same]
    means = [(mean_at_depth(comparison, pair), pair) for pair in pairs]
    means = [(mean, pair) for mean, pair in means if not math.isnan(mean)]
    if not means or comparison.card.higher == "neither":
        return []
    best = min if comparison.card.higher == "different" else max
    mean, pair = best(means, key=lambda one: one[0])
    matched, layers = matches(comparison, pair)
    label = pair.label.replace(" to ", " and ") + ", in this direction," if pair.directed else pair.label
    whole = f"Of {count(len(means), 'pair')} of models, {label} are the closest: their layers"
    verb = "matches" if matched == 1 else "match"
    same = "of the same name" if pair.namesakes else "at the same position"
    return [
        f"{whole if len(means) > 1 else f'The layers of {label}'} {partners([pair])} score {number(mean)} on "
        f"average, and {matched} of {count(layers, 'layer')} of {pair.rows.name} {verb} best the layer of "
        f"{pair.columns.name} {same}."
    ]


def aligned(pair: ModelPair) -> bool:
    """Return whether both sides are a model with at least two layers, so that depth means something."""
    return all(group.name and len(group.at) > 1 for group in (pair.rows, pair.columns))


def mean_at_depth(comparison: Comparison, pair: ModelPair) -> float:
    """Return the mean of the defined values of `corresponding` layers, NaN where there is none."""
    values = np.array([comparison.value[i, j] for _, i, j in corresponding(pair)])
    return float(values[~np.isnan(values)].mean()) if not np.isnan(values).all() else math.nan


def matches(comparison: Comparison, pair: ModelPair) -> tuple[int, int]:
    """Return how many row layers have their partner as their best match, and how many have a partner and a value."""
    block = closeness(comparison)[np.ix_(pair.rows.at, pair.columns.at)]
    scale = (len(pair.columns.at) - 1) / (len(pair.rows.at) - 1)
    own = dict(pair.namesakes) or {k: round(k * scale) for k in range(len(block))}
    defined = [k for k in own if not np.isnan(block[k]).all()]
    return sum(int(np.nanargmax(block[k])) == own[k] for k in defined), len(defined)


def outsider(comparison: Comparison) -> list[str]:
    """Return which of three or more models is least like the others, and by how much."""
    if not comparison.within or comparison.card.higher == "neither":
        return []
    pairs = [pair for pair in model_pairs(comparison) if aligned(pair) and not pair.same]
    means = {(pair.rows.name, pair.columns.name): mean_at_depth(comparison, pair) for pair in pairs}
    means = {names: mean for names, mean in means.items() if not math.isnan(mean)}
    models = list(dict.fromkeys(name for names in means for name in names))
    if len(models) < 3:
        return []
    own = {name: average([v for names, v in means.items() if name in names]) for name in models}
    worst = max if comparison.card.higher == "different" else min
    apart = worst(own, key=lambda name: own[name])
    others = average([v for names, v in means.items() if apart not in names])
    return [
        f"{apart} is least like the others: layers {partners(pairs)} score {number(own[apart])} with it on average, "
        f"and {number(others)} among the others."
    ]


def average(values: list[float]) -> float:
    """Return the mean of a list, NaN where it is empty."""
    return sum(values) / len(values) if values else math.nan

"""The main findings of a comparison in three to five sentences, each with its numbers."""

from __future__ import annotations

import math

import numpy as np

from repscope.reports.chance import AboveChance, above_chance
from repscope.reports.groups import ModelPair, corresponding, layer_pairs, model_pairs
from repscope.reports.measured import closeness, doubt
from repscope.reports.words import count, number
from repscope.types import Comparison


def findings(comparison: Comparison) -> tuple[str, ...]:
    """Return the main findings as plain sentences, the most important first."""
    said = [
        closest(comparison),
        *chance(above_chance(comparison)),
        *depths(comparison),
        *outsider(comparison),
    ]
    undefined = int(np.isnan(comparison.value).sum())
    if undefined:
        said.append(f"{count(undefined, 'value')} of {comparison.value.size:,} could not be computed: undefined.")
    return tuple(said)


def closest(comparison: Comparison) -> str:
    """Return which two layers are the most alike, across models where there are several."""
    order = ranked(comparison)
    if not order:
        return "No pair of layers has a defined value."
    i, j = order[0]
    word = "highest value" if comparison.card.higher == "neither" else "closest pair"
    null = comparison.null[i, j]
    chance = "" if math.isnan(null) else f", where unrelated layers would score {number(float(null))}"
    names = f"{comparison.rows[i].label} and {comparison.columns[j].label}"
    return f"The {word} is {names}: {doubt(comparison, i, j)}{chance}."


def ranked(comparison: Comparison) -> list[tuple[int, int]]:
    """Return the pairs of distinct layers that have a value, across models where there are several, closest first."""
    close = closeness(comparison)
    pairs = [at for at in layer_pairs(comparison, crossing=True) if not np.isnan(close[at])]
    return sorted(pairs, key=lambda at: -close[at])


def chance(tests: AboveChance) -> list[str]:
    """Return how many pairs are closer than chance, and whether the null is fine enough to tell."""
    if not tests.tested:
        return []
    said = (
        f"{tests.discovered} of {count(tests.tested, 'pair')} of layers {'is' if tests.discovered == 1 else 'are'} "
        f"closer than chance at 5 % after the Benjamini–Hochberg correction, {tests.strict} after Bonferroni."
    )
    if tests.least * tests.tested > 0.05:
        least = f"{tests.least:.2g}"
        said += f" (No p can fall below {least} with so few permutations: Bonferroni cannot be passed.)"
    return [said]


def depths(comparison: Comparison) -> list[str]:
    """Return how alike the two closest models are at corresponding depth, and whether their layers match in order."""
    pairs = [pair for pair in model_pairs(comparison) if aligned(pair) and not pair.same]
    means = [(mean_at_depth(comparison, pair), pair) for pair in pairs]
    means = [(mean, pair) for mean, pair in means if not math.isnan(mean)]
    if not means or comparison.card.higher == "neither":
        return []
    best = min if comparison.card.higher == "different" else max
    mean, pair = best(means, key=lambda one: one[0])
    matched, layers = matches(comparison, pair)
    whole = "At" if len(means) == 1 else f"Of {count(len(means), 'pair')} of models, {pair.label} are the closest: at"
    verb = "matches" if matched == 1 else "match"
    return [
        f"{whole} corresponding depth {f'{pair.label} ' if len(means) == 1 else 'they '}score {number(mean)} on "
        f"average, and {matched} of {count(layers, 'layer')} of {pair.rows.name} {verb} best the layer of "
        f"{pair.columns.name} at the same depth."
    ]


def aligned(pair: ModelPair) -> bool:
    """Return whether both sides are a model with at least two layers, so that depth means something."""
    return all(group.name and len(group.at) > 1 for group in (pair.rows, pair.columns))


def mean_at_depth(comparison: Comparison, pair: ModelPair) -> float:
    """Return the mean of the defined values at corresponding depth, NaN where there is none."""
    values = np.array([comparison.value[i, j] for _, i, j in corresponding(pair)])
    return float(values[~np.isnan(values)].mean()) if not np.isnan(values).all() else math.nan


def matches(comparison: Comparison, pair: ModelPair) -> tuple[int, int]:
    """Return how many row layers have their best match at their own relative depth, and how many there are."""
    block = closeness(comparison)[np.ix_(pair.rows.at, pair.columns.at)]
    defined = [k for k in range(len(block)) if not np.isnan(block[k]).all()]
    scale = (len(pair.columns.at) - 1) / (len(pair.rows.at) - 1)
    return sum(int(np.nanargmax(block[k])) == round(k * scale) for k in defined), len(defined)


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
        f"{apart} is least like the others: at corresponding depth it scores {number(own[apart])} with them on "
        f"average, and they score {number(others)} among themselves."
    ]


def average(values: list[float]) -> float:
    """Return the mean of a list, NaN where it is empty."""
    return sum(values) / len(values) if values else math.nan

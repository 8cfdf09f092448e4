"""How the alignment of one group of models with another goes with their scale (Huh et al. 2024)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from repscope.errors import InputError, UnknownName, explain, near_misses
from repscope.studies.zoo.cube import Settings, Subject
from repscope.studies.zoo.draws import draws_of, drawn
from repscope.studies.zoo.models import Given, Model
from repscope.types import Comparison, Float
from repscope.types.zoo import Trend

ORDERS = 9999
"""Orders of the models from which p of Spearman's ρ is taken, unless there are fewer: then all of them."""

PLACES = 60
"""Points along the line at which its band is found."""

Values = Float[np.ndarray, "draws pairs"]


def check_groups(
    models: Sequence[Model], groups: Mapping[str, Sequence[str]], scale: Mapping[str, float], *, logarithmic: bool
) -> tuple[list[Model], list[Model]]:
    """Return the models of the two groups.

    Raises
    ------
    InputError
        There are not two groups of different models, or a model of the first has no scale that can be drawn.
    UnknownName
        A group names a model that is not there.
    """
    do = "Give groups={'language': […], 'vision': […]} and a number for each model of the first."
    if len(groups) != 2:
        raise InputError(explain(expected="two groups of models", got=str(len(groups)), argument="groups", do=do))
    by_name = {model.name: model for model in models}
    for name in (name for members in groups.values() for name in members):
        if name not in by_name:
            message = f"groups: expected a model of the zoo, got {name!r}. {near_misses(name, by_name)}"
            raise UnknownName(message)
    first, second = ([by_name[name] for name in members] for members in groups.values())
    shared = {model.name for model in first} & {model.name for model in second}
    if shared or not first or not second:
        got = f"{shared.pop()!r} in both" if shared else "an empty one"
        raise InputError(explain(expected="two groups of different models", got=got, argument="groups", do=do))
    for name in (model.name for model in first):
        number = scale.get(name, math.nan)
        if not math.isfinite(number) or (logarithmic and number <= 0):
            expected = f"a {'positive ' if logarithmic else ''}number for {name!r}"
            raise InputError(explain(expected=expected, got=str(scale.get(name)), argument="scale", do=do))
    return first, second


def trend(
    given: Given,
    subject: Subject,
    comparison: Comparison,
    *,
    groups: Mapping[str, Sequence[str]],
    scale: Mapping[str, float],
    logarithmic: bool,
    partner: str,
    level: float,
    settings: Settings,
) -> Trend:
    """Return for each model of the first group its alignment with the second, against its scale."""
    first, second = check_groups(given.models, groups, scale, logarithmic=logarithmic)
    pairs = [(i, j) for a in first for b in second for i in a.at for j in b.at]
    sign = -1.0 if subject.card.higher == "different" else 1.0
    values = sign * np.array([comparison.value[pair] for pair in pairs])
    best = aligned(first, second, partner)
    alignment = best(values[None])[0]
    null = high = p = np.full(len(first), np.nan)
    count = settings.permutations if settings.null is not None and subject.module.NULL != "none" else 0
    if count:
        orders = draws_of("orders", len(given.ids), count, settings)
        unrelated = best(sign * drawn(given, subject, pairs, orders, settings))
        null, high = sign * unrelated.mean(axis=0), sign * np.quantile(unrelated, 0.95, axis=0)
        p = (1 + (unrelated >= alignment).sum(axis=0)) / (1 + count)
        p = np.where(np.isnan(alignment), np.nan, p)
    numbers = np.array([float(scale[model.name]) for model in first])
    x = np.log10(numbers) if logarithmic else numbers
    line = fit(x, sign * alignment, level)
    rho, rho_p = spearman(numbers, sign * alignment, settings.seed)
    places = 10 ** line.at if logarithmic else line.at
    return Trend(
        *groups,
        partner=partner,
        models=tuple(model.name for model in first),
        scale=numbers,
        alignment=sign * alignment,
        null=null,
        high=high,
        p=p,
        matched=tuple(winner(given, a, second, sign * comparison.value) for a in first),
        logarithmic=logarithmic,
        slope=line.slope,
        intercept=line.intercept,
        curve=np.column_stack([places, line.fitted, line.low, line.high]),
        rho=rho,
        rho_p=rho_p,
        level=level,
        draws=count,
    )

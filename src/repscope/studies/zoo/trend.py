"""How the alignment of one group of models with another goes with their scale (Huh et al. 2024)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.errors import InputError, UnknownName, explain, near_misses
from repscope.studies.zoo.cube import Settings, Subject
from repscope.studies.zoo.draws import drawn, draws_of
from repscope.studies.zoo.models import Given
from repscope.types import Comparison, Float
from repscope.types.models import Model
from repscope.types.zoo import Trend

ORDERS = 9999
"""Orders of the models from which p of Spearman's ρ is taken, unless there are fewer: then all of them."""

PLACES = 60
"""Points along the line at which its band is found."""

Values = Float[np.ndarray, "draws pairs"]


def check_groups(
    models: Sequence[Model], groups: Mapping[str, Sequence[str]], scale: Mapping[str, Any], *, logarithmic: bool
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
    scale: Mapping[str, Any],
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
    group, other = groups
    return Trend(
        group=group,
        other=other,
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
        curve=line.curve(10**line.at if logarithmic else line.at),
        rho=rho,
        rho_p=rho_p,
        level=level,
        draws=count,
    )


def aligned(first: Sequence[Model], second: Sequence[Model], partner: str) -> Callable[[Values], np.ndarray]:
    """Return what turns values of all pairs of layers, higher is more alike, into one value for each first model.

    The best pair of layers counts for each two models; over the models of the other group, the best or the mean.
    """

    def of(values: Values) -> np.ndarray:
        out, begin = [], 0
        for a in first:
            each = []
            for b in second:
                end = begin + len(a.at) * len(b.at)
                each.append(highest(values[:, begin:end]))
                begin = end
            models = np.stack(each, axis=1)
            out.append(highest(models) if partner == "best" else models.mean(axis=1))
        return np.stack(out, axis=1)

    return of


def highest(values: np.ndarray) -> np.ndarray:
    """Return the highest defined value of each row, NaN where there is none."""
    filled = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    return np.where(np.isinf(filled), np.nan, filled)


def winner(given: Given, a: Model, second: Sequence[Model], value: np.ndarray) -> tuple[str, str]:
    """Return the labels of the best pair of layers of a model with all of the other group."""
    at = [j for b in second for j in b.at]
    block = value[np.ix_(a.at, at)]
    if np.isnan(block).all():
        return "", ""
    row, column = np.unravel_index(int(np.nanargmax(block)), block.shape)
    return given.sources[a.at[int(row)]].label, given.sources[at[int(column)]].label


class Line(NamedTuple):
    """A straight line fitted by least squares: where it was looked at, and half the width of its band there."""

    at: np.ndarray
    slope: float
    intercept: float
    half: np.ndarray

    def curve(self, places: np.ndarray) -> np.ndarray:
        """Return the places, the line, and the two edges of the band, (places, 4)."""
        fitted = self.intercept + self.slope * self.at
        return np.column_stack([places, fitted, fitted - self.half, fitted + self.half])


def fit(x: np.ndarray, y: np.ndarray, level: float) -> Line:
    """Return the line of y on x with its confidence band, of no width known below three points; without two, NaN."""
    from scipy.stats import t

    known = ~np.isnan(y)
    x, y = x[known], y[known]
    if len(np.unique(x)) < 2:
        return Line(np.empty(0), math.nan, math.nan, np.empty(0))
    centre, spread = x.mean(), float(((x - x.mean()) ** 2).sum())
    slope = float(((x - centre) * (y - y.mean())).sum()) / spread
    intercept = float(y.mean() - slope * centre)
    at = np.linspace(x.min(), x.max(), PLACES)
    freedom = len(x) - 2
    if freedom < 1:
        return Line(at, slope, intercept, np.full(PLACES, np.nan))
    variance = float(((y - intercept - slope * x) ** 2).sum()) / freedom
    half = t.ppf(0.5 + level / 2, freedom) * np.sqrt(variance * (1 / len(x) + (at - centre) ** 2 / spread))
    return Line(at, slope, intercept, half)


def spearman(x: np.ndarray, y: np.ndarray, seed: int) -> tuple[float, float]:
    """Return Spearman's ρ and its two-sided p over orders of the models: all of them where they are few."""
    from scipy.stats import permutation_test, rankdata

    known = ~np.isnan(y)
    ranks, others = rankdata(x[known]), rankdata(y[known])
    if len(ranks) < 3 or not np.ptp(ranks) or not np.ptp(others):
        return math.nan, math.nan

    def rho(a: np.ndarray, axis: int = -1) -> Any:
        off = a - a.mean(axis=axis, keepdims=True)
        other = others - others.mean()
        return (off * other).sum(axis=axis) / np.sqrt((off**2).sum(axis=axis) * (other**2).sum())

    options: dict[str, Any] = {"permutation_type": "pairings", "n_resamples": ORDERS, "vectorized": True}
    found = permutation_test((ranks,), rho, rng=np.random.default_rng(seed), **options)
    return float(found.statistic), float(found.pvalue)

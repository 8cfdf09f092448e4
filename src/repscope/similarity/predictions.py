"""Predictions of many units scored: the share of variance, or the mean correlation, and both without each item."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from repscope.array.linalg import row_squares, square_sum
from repscope.array.namespace import namespace
from repscope.array.ridge import Predicted
from repscope.types import Array, Float

REST = 1e-12
"""Share of its squares below which a unit counts as constant once an item is left out."""


class Scored(NamedTuple):
    """Predictions, the folds in which they were made, and how they are scored."""

    found: Predicted
    folds: tuple[slice, ...]
    score: str


class Sums(NamedTuple):
    """Targets and predictions of one fold about their means in it (items, units), their squares and products."""

    target: Array
    guess: Array
    targets: Array
    guesses: Array
    products: Array


def value_of(scored: Scored) -> Float[Array, ""]:
    """Return the share of the variance of all units that is predicted, or the mean correlation."""
    if scored.score == "correlation":
        xp = namespace(scored.found.targets)
        return xp.mean(per_unit(scored))
    return 1 - square_sum(scored.found.residuals) / square_sum(scored.found.targets)


def per_unit(scored: Scored) -> Float[Array, " units"]:
    """Return the correlation of each unit with its prediction, averaged over folds; 0 in one where either is constant.

    Not of all folds pooled: by chance a fold that agrees with the others makes their predictions larger, and one that
    does not makes them smaller, so that pooled correlations of unrelated data are below 0.
    """
    xp = namespace(scored.found.targets)
    found = [correlation(sums.products, sums.targets, sums.guesses) for sums in by_fold(scored)]
    return xp.mean(xp.stack(found), axis=0)


def by_fold(scored: Scored) -> Iterator[Sums]:
    """Yield targets and predictions of each fold about their means within it."""
    xp = namespace(scored.found.targets)
    for fold in scored.folds:
        target = scored.found.targets[fold, :]
        guess = target - scored.found.residuals[fold, :]
        target, guess = target - xp.mean(target, axis=0), guess - xp.mean(guess, axis=0)
        squares = [xp.sum(v * w, axis=0) for v, w in ((target, target), (guess, guess), (target, guess))]
        yield Sums(target, guess, *squares)


def correlation(products: Array, targets: Array, guesses: Array) -> Array:
    """Return `products / √(targets guesses)`, 0 where either is 0."""
    xp = namespace(products)
    both = targets * guesses
    there = both > 0
    root = xp.sqrt(xp.where(there, both, xp.ones_like(both)))
    return xp.where(there, products / root, xp.zeros_like(products))


def without_each(scored: Scored) -> Float[Array, " items"]:
    """Return the score with each item left out, under the same predictions of the others.

    In the sample its residual grows by its leverage first: exact for least squares.
    """
    xp = namespace(scored.found.targets)
    if scored.score == "correlation":
        return correlations_without(scored)
    left, n = scored.found.residuals, scored.found.targets.shape[0]
    lost, total = row_squares(left), row_squares(scored.found.targets)
    if scored.found.leverage is not None:
        rest = 1 - scored.found.leverage
        safe = xp.where(rest > REST, rest, xp.full_like(rest, math.inf))
        lost, total = xp.sum(left**2 / safe, axis=1), total * n / (n - 1)
    return 1 - (square_sum(left) - lost) / (square_sum(scored.found.targets) - total)


def correlations_without(scored: Scored) -> Float[Array, " items"]:
    """Return the mean correlation without each item, which its own fold's correlation and means alone notice."""
    xp = namespace(scored.found.targets)
    whole, found = xp.mean(per_unit(scored)), []
    for t, g, tt, gg, tg in by_fold(scored):
        weight = t.shape[0] / (t.shape[0] - 1)
        left_t, left_g = tt - weight * t * t, gg - weight * g * g
        left_t = xp.where(left_t > REST * tt, left_t, xp.zeros_like(left_t))
        left_g = xp.where(left_g > REST * gg, left_g, xp.zeros_like(left_g))
        change = correlation(tg - weight * t * g, left_t, left_g) - correlation(tg, tt, gg)
        found.append(whole + xp.mean(change, axis=1) / len(scored.folds))
    return xp.concat(found)

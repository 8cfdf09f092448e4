"""Models evaluated on the dissimilarity matrices of several subjects, and the doubt from subjects and from items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repscope.array.random import generator
from repscope.similarity.rdms.condensed import places
from repscope.similarity.rdms.pooling import ceilings
from repscope.similarity.rdms.steps import COMPARISONS, profile_of
from repscope.types import Float

GROUPS = 24
"""Groups of items that are left out in turn."""


class Scores(NamedTuple):
    """The value of each model for each subject, and of the two noise ceilings."""

    models: Float[np.ndarray, "subjects models"]
    lower: Float[np.ndarray, " subjects"]
    upper: Float[np.ndarray, " subjects"]

    @property
    def columns(self) -> Float[np.ndarray, "subjects columns"]:
        """The models, then the lower ceiling."""
        return np.concatenate([self.models, self.lower[:, None]], axis=1)


def scores_of(models: np.ndarray, data: np.ndarray, items: int, comparison: str) -> Scores:
    """Return the value of each model for each subject, and the noise ceilings."""
    predicted = [profile_of(row, items, comparison) for row in models]
    measured = [profile_of(row, items, comparison) for row in data]
    lower, upper = ceilings(data, measured, items)
    return Scores(np.asarray(COMPARISONS[comparison].grid(measured, predicted)), lower, upper)


def over_subjects(scores: Scores) -> Float[np.ndarray, "columns columns"]:
    """Return the covariance of the mean values over subjects, NaN for a single one."""
    columns = scores.columns
    count = len(columns)
    if count < 2:
        return np.full((columns.shape[1],) * 2, np.nan)
    return np.atleast_2d(np.cov(columns, rowvar=False)) / count


def over_items(
    models: np.ndarray, data: np.ndarray, items: int, comparison: str, rng: int | np.random.Generator | None
) -> tuple[Float[np.ndarray, "columns columns"], int]:
    """Return the covariance of the mean values over items, and its degrees of freedom, by leaving out groups of them.

    The delete-a-group jackknife of Busing et al. 1999, eq. 7, for all columns at once.
    """
    groups = generator(rng).permutation(items) % min(GROUPS, items)
    count = int(groups.max()) + 1
    whole = scores_of(models, data, items, comparison).columns.mean(axis=0)
    left = []
    for group in range(count):
        stay = np.flatnonzero(groups != group)
        at = places(stay, items)
        left.append(scores_of(models[:, at], data[:, at], len(stay), comparison).columns.mean(axis=0))
    share = (items / np.bincount(groups))[:, None]
    values = np.array(left)
    estimate = count * whole - ((1 - 1 / share) * values).sum(axis=0)
    deviations = (share * whole - (share - 1) * values - estimate) / np.sqrt((share - 1) * count)
    return deviations.T @ deviations, count - 1

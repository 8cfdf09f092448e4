"""A weighted sum of model dissimilarities, fitted on some items and subjects and scored on others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import nnls

from repscope.array.random import generator
from repscope.errors import InputError, ShapeError, explain
from repscope.similarity.model_tests import checked, labels_of
from repscope.similarity.rdms.condensed import places
from repscope.similarity.rdms.pooling import on_scale
from repscope.similarity.rdms.steps import COMPARISONS, check_comparison, profile_of
from repscope.types import Array, Float

FOLD = 4
"""Items that a fold must hold to be scored: six dissimilarities."""


@dataclass(frozen=True, slots=True)
class WeightedModel:
    """Non-negative weights fitted on all data, 1 in sum, and what weights fitted on other items and subjects score.

    `by_subject` are means over folds of items; NaN where no model helped in a fold, so that it predicts nothing.
    """

    models: tuple[str, ...]
    comparison: str
    weights: Any
    value: float
    by_subject: Any
    in_sample: float
    weights_by_fold: Any

    def to_frame(self) -> Any:
        """Return a pandas frame with a row for each model: its weight, and the spread of that over folds."""
        import pandas as pd

        columns = {"weight": self.weights, "sd_over_folds": self.weights_by_fold.std(axis=0)}
        return pd.DataFrame(columns, index=pd.Index(self.models, name="model"))


def weighted_model(
    models: Array,
    data: Array,
    *,
    comparison: str = "pearson",
    names: Sequence[str] | None = None,
    item_folds: int | None = None,
    subject_folds: int | None = None,
    rng: int | np.random.Generator | None = None,
) -> WeightedModel:
    """Return the best non-negative weights of several models, and their value on held-out data, in [−1, 1].

    Parameters
    ----------
    models : array, (models, pairs)
        The dissimilarity matrices whose weighted sum predicts the data, as `rs.rdm` gives them.
    data : array, (subjects, pairs)
        One measured matrix for each subject.
    comparison : {"pearson", "cosine", "whitened correlation", "whitened cosine", "spearman", "kendall"}
        How the sum is fitted and scored. Ranks have no least squares: `spearman` and `kendall` are fitted
        linearly to the mean ranks, and scored as they are.
    names : sequence of str, optional
        The names of the models; by default their positions.
    item_folds : int, optional
        Folds of items; by default 2 below 12 items, 3 below 24, 4 below 40, else 5.
    subject_folds : int, optional
        Folds of subjects; by default up to 5. One subject is fitted and scored on different items only.
    rng : int or numpy.random.Generator, optional
        Which items and subjects are held out together; the same ones in every run by default.

    Returns
    -------
    A frozen `WeightedModel`; `to_frame()` gives the weights.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, InputError
        Bad input; folds of fewer than 4 items; a comparison that no sum can be fitted to.

    Notes
    -----
    A sum fitted on all dissimilarities of an item and scored on some of them would know the item; so whole
    items are held out, and pairs across folds are used for neither. No comparison sees the scale of a sum, so
    weights are given as shares; a model with large dissimilarities gets a small one.

    Cost: `pairs models²` multiplications in each fold.

    Source: Khaligh-Razavi and Kriegeskorte 2014; both held out: Schütt et al. 2023.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> from repscope.similarity.weighted_model import weighted_model
    >>> rng = np.random.default_rng(0)
    >>> models = rng.random((3, 190))
    >>> data = 2 * models[0] + models[1] + 0.2 * rng.normal(size=(6, 190))
    >>> weights = weighted_model(models, data).weights
    >>> bool(weights[0] > weights[1] > weights[2])
    True
    """
    check_comparison(comparison)
    if comparison == "bures":
        do = "Choose a correlation or a cosine."
        raise InputError(explain(expected="a linear comparison", got="'bures'", argument="comparison", do=do))
    predicted, measured, items = checked(models, data)
    labels = labels_of(names, len(predicted))
    draws = generator(rng)
    fold_of = draws.permutation(items) % folds(item_folds, items)
    half_of = draws.permutation(len(measured)) % halves(subject_folds, len(measured))
    weights = fitted(predicted, measured, items, comparison)
    found, by_subject = [], np.zeros(len(measured))
    for test_items, train_subjects, test_subjects in splits(fold_of, half_of):
        at = places(np.flatnonzero(fold_of != test_items), items)
        held = np.flatnonzero(fold_of == test_items)
        one = fitted(predicted[:, at], measured[train_subjects][:, at], items - len(held), comparison)
        out = places(held, items)
        scores = scored(one @ predicted[:, out], measured[test_subjects][:, out], len(held), comparison)
        by_subject[test_subjects] += scores / (fold_of.max() + 1)
        found.append(one)
    in_sample = float(scored(weights @ predicted, measured, items, comparison).mean())
    return WeightedModel(labels, comparison, weights, float(by_subject.mean()), by_subject, in_sample, np.array(found))


def folds(asked: int | None, items: int) -> int:
    """Return the number of folds of items.

    Raises
    ------
    ShapeError
        A fold would hold too few items.
    """
    count = asked or (2 if items < 12 else 3 if items < 24 else 4 if items < 40 else 5)
    if count < 2 or items // count < FOLD:
        expected, do = f"2 folds or more of {FOLD} items at least", "Give more items, or fewer folds."
        raise ShapeError(explain(expected=expected, got=f"{count} of {items} items", argument="item_folds", do=do))
    return count


def halves(asked: int | None, subjects: int) -> int:
    """Return the number of folds of subjects, 1 for a single subject.

    Raises
    ------
    ShapeError
        There are fewer subjects than folds, or a single fold, which leaves none to fit.
    """
    count = min(5, subjects) if asked is None else asked
    if subjects > 1 and not 2 <= count <= subjects:
        expected, do = f"2 folds to {subjects}, as many as subjects", "None takes up to 5."
        raise ShapeError(explain(expected=expected, got=repr(asked), argument="subject_folds", do=do))
    return count if subjects > 1 else 1


def splits(fold_of: np.ndarray, half_of: np.ndarray) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield each fold of items with the subjects to fit and those to score; a single subject is both."""
    subjects = np.arange(len(half_of))
    for items in range(int(fold_of.max()) + 1):
        for half in range(int(half_of.max()) + 1):
            test = subjects[half_of == half]
            yield items, subjects[half_of != half] if len(subjects) > 1 else test, test


def fitted(models: np.ndarray, data: np.ndarray, items: int, comparison: str) -> Float[np.ndarray, " models"]:
    """Return the weights, 1 in sum, of the model closest to the mean of the data, as the comparison sees both.

    The point of a cone that is closest to a direction is also the one at the smallest angle to it. A QR
    decomposition shortens the least squares problem to as many rows as there are models.
    """
    linear = "pearson" if comparison in ("spearman", "kendall") else comparison
    mean = on_scale(data, [profile_of(row, items, comparison) for row in data]).mean(axis=0)
    seen = [profile_of(row, items, linear) for row in (*models, mean)]
    short = np.asarray(np.linalg.qr(np.stack([p.vector * p.length for p in seen], axis=1), mode="r"))
    weights: np.ndarray = nnls(short[:, :-1], short[:, -1])[0]
    return weights / weights.sum() if weights.any() else weights


def scored(model: np.ndarray, data: np.ndarray, items: int, comparison: str) -> Float[np.ndarray, " subjects"]:
    """Return the value of one predicted matrix for each subject."""
    predicted = profile_of(model, items, comparison)
    measured = [profile_of(row, items, comparison) for row in data]
    found: np.ndarray = np.asarray(COMPARISONS[comparison].grid(measured, [predicted]))[:, 0]
    return found

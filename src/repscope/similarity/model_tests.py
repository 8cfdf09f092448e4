"""Which model of a representation is best: models tested against data, chance, the noise ceiling and each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import stdtr, stdtrit
from scipy.stats import false_discovery_control, wilcoxon

from repscope.array.namespace import to_numpy
from repscope.errors import InputError, ShapeError, explain
from repscope.similarity.compare_rdms import matrices
from repscope.similarity.rdms.condensed import items_of
from repscope.similarity.rdms.evaluation import Scores, over_items, over_subjects, scores_of
from repscope.similarity.rdms.steps import check_comparison
from repscope.types import Array, Float

Alternative = Literal["two-sided", "greater", "less"]

ENOUGH = 5
"""Subjects from which the spread over them is asked by default."""


@dataclass(frozen=True, slots=True)
class ModelTests:
    """The value of each model, with its interval and tests; p as they are, and corrected for their number.

    `p` are by row of `to_frame`, `p_pairs` by pair of models; `holm` bounds the chance of any false claim, `fdr` the
    share of false ones among the claims (Benjamini and Hochberg), each within one family of tests.
    """

    models: tuple[str, ...]
    comparison: str
    generalise: str
    test: str
    level: float
    subjects: int
    items: int
    value: Any
    low: Any
    high: Any
    by_subject: Any
    ceiling: tuple[float, float]
    p_chance: Any
    p_ceiling: Any
    difference: Any
    p_difference: Any

    def to_frame(self) -> Any:
        """Return a pandas frame with a row for each model."""
        import pandas as pd

        columns: dict[str, Any] = {"value": self.value, "low": self.low, "high": self.high}
        for name, p in (("chance", self.p_chance), ("ceiling", self.p_ceiling)):
            columns |= {f"p_{name}": p, f"p_{name}_holm": holm(p), f"p_{name}_fdr": fdr(p)}
        return pd.DataFrame(columns, index=pd.Index(self.models, name="model"))

    def pairs(self) -> Any:
        """Return a pandas frame with a row for each pair of models: how much the first is better, and p."""
        import pandas as pd

        first, second = np.triu_indices(len(self.models), 1)
        p = self.p_difference[first, second]
        columns = {
            "first": [self.models[i] for i in first],
            "second": [self.models[j] for j in second],
            "difference": self.difference[first, second],
        }
        return pd.DataFrame(columns | {"p": p, "p_holm": holm(p), "p_fdr": fdr(p)})


def model_tests(
    models: Array,
    data: Array,
    *,
    comparison: str = "spearman",
    names: Sequence[str] | None = None,
    generalise: str = "auto",
    test: str = "t",
    level: float = 0.95,
    rng: int | np.random.Generator | None = None,
) -> ModelTests:
    """Return how well fixed models predict the dissimilarities of subjects, in [−1, 1], tested in every way.

    Parameters
    ----------
    models : array, (models, pairs)
        The dissimilarity matrix that each model predicts, as `rs.rdm` gives them.
    data : array, (subjects, pairs)
        One measured matrix for each subject, session or network.
    comparison : str
        How matrices are compared: `spearman` (default), `pearson`, `kendall`, `cosine`, `whitened correlation`,
        `whitened cosine` or `bures`.
    names : sequence of str, optional
        The names of the models; by default their positions.
    generalise : {"auto", "subjects", "items", "both"}
        The population that intervals and p speak of: other subjects, other items, or both at once, for which the
        two variances are added (on the safe side, since noise counts in both). `auto` (default) takes subjects where
        there are 5 or more, else items.
    test : {"t", "signed rank"}
        Student's t (default), or Wilcoxon's signed ranks over subjects.
    level : float
        The level of the intervals.
    rng : int or numpy.random.Generator, optional
        Which items are left out together; the same ones in every run by default.

    Returns
    -------
    A frozen `ModelTests`; `to_frame()` gives a row for each model and `pairs()` one for each pair of them. p is
    one-sided against chance (above 0) and against the lower noise ceiling (below it), and two-sided for differences.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, InputError
        Bad input; subjects asked for with fewer than 2, items with fewer than 8.

    Notes
    -----
    All models are tested on the same subjects and items, so that differences are paired. 0 is chance for
    correlations and τ-a, and for cosines of cross-validated dissimilarities; not for cosines of others or `bures`,
    whose `p_chance` means nothing.

    Cost: 25 times that of all comparisons where items are left out, else once.

    Source: Nili et al. 2014; over both: after Schütt et al. 2023; the jackknife: Busing et al. 1999.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> from repscope.similarity.model_tests import model_tests
    >>> rng = np.random.default_rng(0)
    >>> truth, other = rng.normal(size=(2, 190))
    >>> data = truth + rng.normal(size=(12, 190))
    >>> found = model_tests(np.stack([truth, other]), data, names=["right", "wrong"])
    >>> bool(found.value[0] > 0.6), bool(found.p_difference[0, 1] < 0.001)
    (True, True)
    """
    check_comparison(comparison)
    predicted, measured, items = checked(models, data)
    subjects = len(measured)
    over = check_population(generalise, test, subjects, items)
    labels = labels_of(names, len(predicted))
    if not 0 < level < 1:
        do = "Say 0.95 for 95 % intervals."
        raise InputError(explain(expected="a level between 0 and 1", got=repr(level), argument="level", do=do))
    scores = scores_of(predicted, measured, items, comparison)
    width = len(predicted) + 1
    covariance, freedom = np.zeros((width, width)), math.inf
    if over in ("subjects", "both"):
        covariance, freedom = covariance + over_subjects(scores), subjects - 1.0
    if over in ("items", "both"):
        of_items, groups = over_items(predicted, measured, items, comparison, rng)
        covariance, freedom = covariance + of_items, min(freedom, float(groups))
    value = scores.models.mean(axis=0)
    reach = stdtrit(freedom, 0.5 + level / 2) * np.sqrt(np.diag(covariance)[:-1])
    p_of = by_signed_ranks(scores) if test == "signed rank" else by_t(scores, covariance, freedom)
    return ModelTests(
        models=labels,
        comparison=comparison,
        generalise=over,
        test=test,
        level=level,
        subjects=subjects,
        items=items,
        value=value,
        low=value - reach,
        high=value + reach,
        by_subject=scores.models,
        ceiling=(float(scores.lower.mean()), float(scores.upper.mean())),
        p_chance=p_of[0],
        p_ceiling=p_of[1],
        difference=value[:, None] - value[None, :],
        p_difference=p_of[2],
    )


def checked(models: Array, data: Array) -> tuple[np.ndarray, np.ndarray, int]:
    """Return both as float64 of the same items, and the number of these.

    Raises
    ------
    ShapeError
        They have not the same number of entries.
    """
    predicted, measured = (
        to_numpy(matrices(v, name)).astype(np.float64) for v, name in ((models, "models"), (data, "data"))
    )
    items = items_of(measured, "data")
    if predicted.shape[1] != measured.shape[1]:
        got, do = f"{predicted.shape[1]} and {measured.shape[1]}", "Give matrices of the same items."
        raise ShapeError(explain(expected="equally many entries", got=got, argument="models, data", do=do))
    return predicted, measured, items


def labels_of(names: Sequence[str] | None, models: int) -> tuple[str, ...]:
    """Return the names of the models, by default their positions.

    Raises
    ------
    InputError
        There is not one name a model.
    """
    labels = tuple(names) if names is not None else tuple(str(i) for i in range(models))
    if len(labels) != models:
        do = "Name each model once."
        raise InputError(explain(expected=f"{models} names", got=f"{len(labels)}", argument="names", do=do))
    return labels


def check_population(generalise: str, test: str, subjects: int, items: int) -> str:
    """Return the population that is asked for.

    Raises
    ------
    InputError, ShapeError
        There is no such population or test; there are too few subjects or items for it.
    """
    if generalise not in ("auto", "subjects", "items", "both"):
        expected, do = "'auto', 'subjects', 'items' or 'both'", "Choose one of them."
        raise InputError(explain(expected=expected, got=repr(generalise), argument="generalise", do=do))
    over = generalise if generalise != "auto" else ("subjects" if subjects >= ENOUGH else "items")
    if test not in ("t", "signed rank") or (test == "signed rank" and over != "subjects"):
        expected, do = "'t', or over subjects 'signed rank'", "Signed ranks need a value for each subject."
        raise InputError(explain(expected=expected, got=f"{test!r} over {over}", argument="test", do=do))
    if over in ("subjects", "both") and subjects < 2:
        do = "Give more subjects, or generalise='items'."
        raise ShapeError(explain(expected="at least 2 subjects", got=f"{subjects}", argument="data", do=do))
    if over in ("items", "both") and items < 8:
        do = "Give more items, or generalise='subjects'."
        raise ShapeError(explain(expected="at least 8 items", got=f"{items}", argument="data", do=do))
    return over


def by_t(scores: Scores, covariance: np.ndarray, freedom: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return p against chance, against the lower ceiling and between models, by Student's t."""
    mean = scores.columns.mean(axis=0)
    error = np.sqrt(np.diag(covariance))
    spread = np.sqrt(np.maximum(error[:, None] ** 2 + error[None, :] ** 2 - 2 * covariance, 0))
    gap = mean[:, None] - mean[None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        chance, between = mean / error, gap / spread
    two_sided = 2 * stdtr(freedom, -np.abs(between[:-1, :-1]))
    np.fill_diagonal(two_sided, 1.0)
    return stdtr(freedom, -chance[:-1]), stdtr(freedom, between[:-1, -1]), two_sided


def by_signed_ranks(scores: Scores) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the same p by Wilcoxon's signed ranks over subjects."""
    models, lower = scores.models, scores.lower[:, None]
    count = models.shape[1]
    pairs = np.ones((count, count))
    for i in range(count):
        for j in range(i):
            pairs[i, j] = pairs[j, i] = signed_rank(models[:, i] - models[:, j], "two-sided")
    chance = np.array([signed_rank(column, "greater") for column in models.T])
    ceiling = np.array([signed_rank(column, "less") for column in (models - lower).T])
    return chance, ceiling, pairs


def signed_rank(differences: Float[np.ndarray, " subjects"], alternative: Alternative) -> float:
    """Return p of Wilcoxon's test, 1 where nothing differs."""
    if not np.any(differences):
        return 1.0
    return float(wilcoxon(differences, alternative=alternative, axis=None).pvalue)


def holm(p: Float[np.ndarray, " tests"]) -> Float[np.ndarray, " tests"]:
    """Return p by the step-down procedure of Holm 1979; NaN is no test."""
    found, tried = np.full(len(p), np.nan), np.flatnonzero(~np.isnan(p))
    order = tried[np.argsort(p[tried])]
    stepped = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1))
    found[order] = np.minimum(stepped, 1)
    return found


def fdr(p: Float[np.ndarray, " tests"]) -> Float[np.ndarray, " tests"]:
    """Return p by the procedure of Benjamini and Hochberg 1995; NaN is no test."""
    found, tried = np.full(len(p), np.nan), ~np.isnan(p)
    if tried.any():
        found[tried] = false_discovery_control(p[tried])
    return found

"""The noise ceiling of RSA (Nili et al. 2014): how well any model could do, given how much subjects differ."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from repscope.array.namespace import to_numpy
from repscope.errors import ShapeError, explain
from repscope.similarity.compare_rdms import matrices
from repscope.similarity.rdms.condensed import items_of
from repscope.similarity.rdms.pooling import ceilings
from repscope.similarity.rdms.steps import check_comparison, profile_of
from repscope.types import Array


class NoiseCeiling(NamedTuple):
    """Both bounds, and the values that they are the means of, one for each subject."""

    lower: float
    upper: float
    lower_by_subject: Any
    upper_by_subject: Any


def noise_ceiling(rdms: Array, *, comparison: str = "spearman") -> NoiseCeiling:
    """Return the bounds between which the value of the true model is expected to lie, in [−1, 1].

    Parameters
    ----------
    rdms : array, (subjects, pairs)
        One dissimilarity matrix for each subject, session or network, as `rs.rdm` gives them.
    comparison : str
        How matrices are compared: `spearman` (default), `pearson`, `kendall`, `cosine`, `whitened correlation`,
        `whitened cosine` or `bures`.

    Returns
    -------
    A NamedTuple: `lower`, the mean value of each subject against the mean of the others; `upper`, against the mean of
    all, which overfits; and both by subject.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, InputError
        Bad input; fewer than 2 subjects.

    Notes
    -----
    The mean is the matrix with the highest mean value, exactly for correlations and cosines, and nearly so for
    ranks, τ-a and `bures`. A model below the lower bound misses structure that subjects share.

    Cost: passes over the entries, a few for each subject.

    Source: Nili et al. 2014.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> from repscope.similarity.noise_ceiling import noise_ceiling
    >>> rng = np.random.default_rng(0)
    >>> found = noise_ceiling(rng.normal(size=45) + 0.5 * rng.normal(size=(8, 45)))
    >>> bool(0 < found.lower < found.upper <= 1)
    True
    """
    check_comparison(comparison)
    entries = to_numpy(matrices(rdms, "rdms")).astype(np.float64)
    if len(entries) < 2:
        do = "Give one matrix for each subject; for the trials of one, split them in two."
        raise ShapeError(explain(expected="at least 2 subjects", got=f"{len(entries)}", argument="rdms", do=do))
    items = items_of(entries, "rdms")
    lower, upper = ceilings(entries, [profile_of(row, items, comparison) for row in entries], items)
    return NoiseCeiling(float(lower.mean()), float(upper.mean()), lower, upper)

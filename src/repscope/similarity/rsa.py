"""Representational similarity analysis (Kriegeskorte et al. 2008): are the same items unlike each other?"""

from __future__ import annotations

from typing import Any

from repscope.array.inputs import Join, pair
from repscope.errors import InputError, explain
from repscope.similarity.rdms.dissimilarities import rdm_of
from repscope.similarity.rdms.steps import (
    State,
    between,
    bounds,
    caveats,
    check_comparison,
    grid,
    leave_one_out,
    null,
    restricted,
    shuffled,
    state_of,
)
from repscope.types import Array, Float, Representation

__all__ = [
    "between",
    "bounds",
    "caveats",
    "grid",
    "leave_one_out",
    "null",
    "prepare",
    "restricted",
    "rsa",
    "shuffled",
]

NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation (for `bures` from 200 of them)."""


def rsa(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    dissimilarity: str = "correlation",
    comparison: str = "spearman",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return how alike the dissimilarities between items are in two representations, in [−1, 1]: 0 is chance.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    dissimilarity : {"correlation", "cosine", "squared euclidean", "euclidean", "poisson"}
        Of two items: 1 − the correlation of their patterns over units (default), 1 − their cosine, their squared
        distance, their distance, or the symmetrised divergence of Poisson rates with a prior of weight 0.1 at 1.
    comparison : {"spearman", "pearson", "kendall", "cosine", "whitened correlation", "whitened cosine", "bures"}
        Of the two lists of dissimilarities: `spearman` (default) correlates their ranks and `kendall` is τ-a, which
        is fairer to models that predict ties; `pearson` and `cosine` take the numbers as they are, `cosine` on a
        ratio scale; the whitened ones allow for errors that dissimilarities with a common item share; `bures` is
        the fidelity of the Gram matrices.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library; NaN where all items are equally dissimilar, or a pattern has
    no correlation or cosine. It has a gradient for `pearson`, `cosine` and the whitened comparisons.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than 3 items; negative values for `poisson`.

    Notes
    -----
    What is ignored depends on the dissimilarity. All ignore the order of units and the scale (but `poisson`, the
    scale of counts). `correlation` also ignores a constant added to all units of an item, but neither translation nor
    rotation; `cosine` ignores rotation; the distances ignore rotation and translation. Units that are constant over
    items are left out. Dissimilarities that differ by rounding only count as tied.

    Chance is 0 for the correlations; `cosine`, `whitened cosine` and `bures` score above it for unrelated
    representations. `whitened cosine` with `squared euclidean` is biased CKA, and `bures` the normalised Bures
    similarity. Noise raises plug-in dissimilarities: `crossvalidated_rsa` does without that where there are trials.

    Cost: `n² (p + q) / 2` multiplications and passes over n² / 2 pairs of n items.

    Source: Kriegeskorte et al. 2008; whitened: Diedrichsen et al. 2021; τ-a: Nili et al. 2014.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(30, 8))
    >>> round(float(rs.rsa(X, 3 * X)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=3)
    options: dict[str, Any] = {"dissimilarity": dissimilarity, "comparison": comparison}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    dissimilarity: str = "correlation",
    comparison: str = "spearman",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the dissimilarities of one representation, as the comparison sees them."""
    check_comparison(comparison)
    if dissimilarity == "mahalanobis":
        do = "Compare matrices that were made apart: rs.compare_rdms(rs.rdm(X, ..., noise=a), rs.rdm(Y, ..., noise=b))."
        expected = "a dissimilarity without a noise covariance"
        raise InputError(explain(expected=expected, got="'mahalanobis'", argument="dissimilarity", do=do))
    rdm = rdm_of(x, dissimilarity, argument=argument)
    return state_of(rdm.entries, rdm.items, comparison, notes=rdm.notes, doubt=doubt, argument=argument)

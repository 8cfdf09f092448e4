"""Representational similarity analysis of dissimilarities that noise does not raise (Walther et al. 2016)."""

from __future__ import annotations

from typing import Any

from repscope.array.inputs import Join
from repscope.array.trials import pair_of_trials
from repscope.similarity.rdms.crossvalidated import crossvalidated_rdm_of
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
    "crossvalidated_rsa",
    "grid",
    "leave_one_out",
    "null",
    "prepare",
    "restricted",
    "shuffled",
]

NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation (for `bures` from 200 of them)."""


def crossvalidated_rsa(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    dissimilarity: str = "crossnobis",
    comparison: str = "whitened cosine",
    noise: str = "identity",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return how alike the noise-free dissimilarities between items are, in [−1, 1], from repeated trials.

    Parameters
    ----------
    X : array or Representation, (trials, items, p)
        One representation, (items, p) in every trial or run; each is a fold.
    Y : array or Representation, (trials, items, q)
        The other one, (items, q) in every trial: the same items in the same order, any number of trials.
    dissimilarity : {"crossnobis", "poisson cv"}
        The product of the differences of two items in different trials (default), or the symmetrised divergence of
        Poisson rates, its rates and their logarithms from different trials, averaged over all folds.
    comparison : {"whitened cosine", "whitened correlation", "cosine", "pearson", "spearman", "kendall", "bures"}
        Of the two lists of dissimilarities, as for `rsa`; the default is the whitened unbiased cosine of the source.
    noise : {"identity", "diagonal", "full", "ledoit-wolf", "schäfer-strimmer"}
        What crossnobis takes the covariance of noise to be: equal and uncorrelated (default), or estimated for each
        representation from the spread over trials, with a variance a unit, in full, or shrunk in one of two ways.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, with a gradient except for ranks and `bures`; NaN where a
    representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than 2 trials or 3 items; negative counts; a covariance that is not positive definite.

    Notes
    -----
    Noise that is independent between trials cancels, so that items which differ in nothing are 0 apart on
    average and negative values are right; none is cut off. The zero means something, hence the cosine.

    Invariant to translation, isotropic scaling and orthogonal maps (`crossnobis` and `identity`), to scaling
    each unit (`diagonal`), to invertible linear maps (`full`). `poisson cv` is invariant to the order of units alone.

    Cost: `n² (p r + q s)` multiplications for r and s trials of n items.

    Source: Walther et al. 2016; Diedrichsen et al. 2021; `poisson cv`: Schütt et al. 2023.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(size=(20, 8))
    >>> X, Y = (truth + 0.5 * rng.normal(size=(6, 20, 8)) for _ in range(2))
    >>> bool(rs.crossvalidated_rsa(X, Y) > 0.9)
    True
    """
    x, y = pair_of_trials(X, Y, join=join, least_items=3)
    options: dict[str, Any] = {"dissimilarity": dissimilarity, "comparison": comparison, "noise": noise}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "trials items units"],
    /,
    *,
    dissimilarity: str = "crossnobis",
    comparison: str = "whitened cosine",
    noise: str = "identity",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the cross-validated dissimilarities of one representation, as the comparison sees them."""
    check_comparison(comparison)
    rdm = crossvalidated_rdm_of(x, dissimilarity, noise=noise, argument=argument)
    return state_of(rdm.entries, rdm.items, comparison, notes=rdm.notes, doubt=doubt, argument=argument)

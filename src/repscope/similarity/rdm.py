"""The dissimilarity matrix of a representation, plain or cross-validated over trials."""

from __future__ import annotations

from repscope.array.inputs import checked, rows
from repscope.array.pairing import array_of
from repscope.array.trials import AXES, check_trials
from repscope.errors import InputError, explain
from repscope.similarity.rdms.condensed import squared
from repscope.similarity.rdms.crossvalidated import CROSSVALIDATED, crossvalidated_rdm_of
from repscope.similarity.rdms.dissimilarities import rdm_of
from repscope.types import Array, Representation


def rdm(
    X: Array | Representation,
    *,
    dissimilarity: str = "correlation",
    noise: Array | str | None = None,
    prior: tuple[float, float] = (1.0, 0.1),
    dialect: str = "sum",
    square: bool = False,
) -> Array:
    """Return the dissimilarities of all pairs of items, the entries above the diagonal row by row, in [0, ∞).

    Parameters
    ----------
    X : array or Representation, (items, p) or (trials, items, p)
        One representation; with trials for the cross-validated dissimilarities.
    dissimilarity : str
        `correlation` (default, 1 − r over units), `cosine`, `squared euclidean`, `euclidean`, `mahalanobis` (squared),
        `poisson` (symmetrised divergence of rates); with trials, each a fold, `crossnobis` or `poisson cv`.
    noise : array or str, optional
        The covariance of noise between units, (p, p), for `mahalanobis` and `crossnobis`; `rs.noise_covariance`
        estimates it. For `crossnobis` also how to estimate it from the trials: "identity" (default), "diagonal",
        "full", "ledoit-wolf" or "schäfer-strimmer".
    prior : (float, float)
        Rate and weight of the prior of the Poisson dissimilarities, (1, 0.1) as in the published code.
    dialect : {"sum", "rsatoolbox"}
        `sum` (default) adds squared differences and divergences up over units, `rsatoolbox` divides them by the
        number of units as that package does; what it calls euclidean is `squared euclidean` here.
    square : bool
        True gives the full matrix (items, items), with zeros on the diagonal.

    Returns
    -------
    An array of the caller's library and floating dtype, differentiable in it, (items (items − 1) / 2,) or (items,
    items). Cross-validated dissimilarities that noise takes below 0 are left there.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, InputError
        Bad input; fewer than 3 items or 2 trials; a covariance that is not positive definite; negative counts.

    Notes
    -----
    Means over items are taken away before anything is squared, in float64, so that large offsets cost no digits.
    Units that are constant over items are left out, which changes correlations and cosines of patterns alone.

    Cost: `n² p / 2` multiplications; for `crossnobis` `n² p` in each trial.

    Source: Kriegeskorte et al. 2008; `crossnobis`: Walther et al. 2016; Poisson: Schütt et al. 2023.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> from repscope.similarity.rdm import rdm
    >>> rdm(np.eye(3), dissimilarity="squared euclidean").tolist()
    [2.0, 2.0, 2.0]
    """
    if dialect not in ("sum", "rsatoolbox"):
        do = "Choose one of the two."
        raise InputError(explain(expected="'sum' or 'rsatoolbox'", got=repr(dialect), argument="dialect", do=do))
    if dissimilarity in CROSSVALIDATED:
        x = checked(array_of(X, AXES, "X"), "X", 3, AXES)
        check_trials(x, 2, "X")
        found = crossvalidated_rdm_of(x, dissimilarity, noise="identity" if noise is None else noise, prior=prior)
    else:
        x = checked(rows(X, "X"), "X", 3)
        if isinstance(noise, str):
            do = "Name an estimate for 'crossnobis' only, which has trials to take it from."
            raise InputError(explain(expected="a covariance matrix", got=repr(noise), argument="noise", do=do))
        found = rdm_of(x, dissimilarity, noise=noise, prior=prior)
    entries = found.entries
    if dialect == "rsatoolbox" and dissimilarity not in ("correlation", "cosine"):
        entries = entries / (x.shape[-1] if dissimilarity != "euclidean" else x.shape[-1] ** 0.5)
    return squared(entries, found.items) if square else entries

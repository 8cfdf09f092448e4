"""Dissimilarities between items that noise does not raise: products of differences from different runs."""

from __future__ import annotations

from typing import Any

from repscope.array.linalg import mean
from repscope.array.namespace import from_numpy, namespace
from repscope.array.trials import not_finite_trials
from repscope.errors import InputError, NotFiniteError, explain
from repscope.similarity.rdms import noise as noise_of
from repscope.similarity.rdms.condensed import condensed
from repscope.similarity.rdms.dissimilarities import (
    Rdm,
    dropped,
    live_units,
    products_of_differences,
    undefined,
    with_prior,
)
from repscope.types import Array, Float

CROSSVALIDATED = ("crossnobis", "poisson cv")
"""The dissimilarities of (trials, items, units); each trial is a fold."""


def crossvalidated_rdm_of(
    x: Float[Array, "trials items units"],
    dissimilarity: str,
    *,
    noise: Array | str = "identity",
    prior: tuple[float, float] = (1.0, 0.1),
    argument: str = "X",
) -> Rdm:
    """Return the cross-validated dissimilarities of all pairs of items, summed over units; some are negative.

    Raises
    ------
    InputError
        There is no such dissimilarity or noise; counts are negative.
    """
    if dissimilarity == "crossnobis":
        return crossnobis(x, noise, argument)
    if dissimilarity == "poisson cv":
        return poisson(x, prior, argument)
    expected = f"one of {CROSSVALIDATED}"
    message = explain(expected=expected, got=repr(dissimilarity), argument="dissimilarity", do="Choose one of them.")
    raise InputError(message)


def crossnobis(x: Float[Array, "trials items units"], noise: Array | str, argument: str) -> Rdm:
    """Return the cross-validated squared Mahalanobis distances (Walther et al. 2016).

    The mean over pairs of different runs of (x_i − x_j) · (x'_i − x'_j), which is that over folds too:
    from the sum S of all runs, the products S Sᵀ less those of each run with itself.
    """
    y, average, notes = live_trials(x, argument)
    if not y.shape[2]:
        return undefined(x, notes)
    xp, (runs, items, units) = namespace(y), y.shape
    factor, middle = whitening(x, y, average, noise), xp.astype(average, x.dtype)
    total: Any = 0.0
    alone: Any = 0.0
    for run in range(runs):
        one = y[run, :, :] - middle
        one = one if factor is None else xp.astype(xp.astype(one, xp.float64) @ factor, x.dtype)
        total = one + total
        alone = square_of(one) + alone
    gram = (square_of(total) - alone) / (runs * (runs - 1))
    own = xp.linalg.diagonal(gram)
    entries = condensed((own[:, None] + own[None, :] - 2 * gram,))
    return Rdm(xp.astype(entries, x.dtype), items, units, notes)


def square_of(x: Float[Array, "items units"]) -> Float[Array, "items items"]:
    """Return the inner products of all rows: products in the dtype of `x`, then float64."""
    return namespace(x).astype(x @ x.mT, namespace(x).float64)


def live_trials(x: Float[Array, "trials items units"], argument: str) -> tuple[Array, Array, tuple[str, ...]]:
    """Return the responses without constant units, the mean of each unit left, and what must be said of it.

    Raises
    ------
    NotFiniteError
        NaN or infinity stands in `x`.
    """
    xp = namespace(x)
    rows = xp.reshape(x, (-1, x.shape[2]))
    average = mean(rows)
    if not bool(xp.all(xp.isfinite(average))):
        raise NotFiniteError(not_finite_trials(x, argument))
    keep = live_units(rows)
    notes = dropped(x.shape[2] - len(keep), x.shape[2], argument)
    if notes:
        at = from_numpy(keep, x)
        x, average = xp.take(x, at, axis=2), xp.take(average, at)
    return x, average, notes


def whitening(x: Array, y: Float[Array, "trials items units"], average: Array, noise: Array | str) -> Array:
    """Return the matrix after which noise is equal in all units and uncorrelated, None where it is so already.

    From a covariance of the units of `x`, or one estimated from what each trial has beside its item's mean.
    """
    if isinstance(noise, str) and noise == "identity":
        return None
    xp = namespace(y)
    trials, items, units = y.shape
    if isinstance(noise, str):
        z = xp.astype(y, xp.float64) - average
        residuals = xp.reshape(z - xp.mean(z, axis=0), (-1, units))
        matrix = noise_of.covariance(residuals, noise, items * (trials - 1))
    else:
        matrix = noise_of.checked(noise, x, live_units(xp.reshape(x, (-1, x.shape[2]))))
    return noise_of.whitening(matrix, argument="noise")


def poisson(x: Float[Array, "trials items units"], prior: tuple[float, float], argument: str) -> Rdm:
    """Return the symmetrised Kullback–Leibler divergences of Poisson rates, the rates from other trials than the logs.

    The mean over folds, each a trial against the mean of all the others (Schütt et al. 2023).
    """
    xp, items = namespace(x), x.shape[1]
    y, _, notes = live_trials(x, argument)
    if not y.shape[2]:
        return undefined(x, notes)
    trials, total = y.shape[0], xp.sum(y, axis=0)
    folds = [(with_prior((total - y[t, :, :]) / (trials - 1), prior, argument), y[t, :, :]) for t in range(trials)]
    found = [products_of_differences(rest, xp.log(with_prior(one, prior, argument))) for rest, one in folds]
    return Rdm(sum(found) / trials, items, y.shape[2], notes)

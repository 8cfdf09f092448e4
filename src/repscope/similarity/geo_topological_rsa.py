"""Geo-topological RSA (Lin and Kriegeskorte 2024): RSA of dissimilarities flattened beyond two thresholds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join, pair
from repscope.array.namespace import detached, from_numpy, to_numpy
from repscope.errors import InputError, explain
from repscope.similarity.rdms import steps
from repscope.similarity.rdms.condensed import taken
from repscope.similarity.rdms.dissimilarities import DISSIMILARITIES, rdm_of
from repscope.similarity.rdms.ranking import ranked, snapped
from repscope.similarity.rdms.steps import between, bounds, grid, null, shuffled
from repscope.types import Array, Float, Representation

__all__ = ["between", "bounds", "geo_topological_rsa", "grid", "null", "prepare", "restricted", "shuffled"]

NULL = "closed form"
"""How the null is found: `null` gives its moments without a permutation."""

COMPARED = ("pearson", "spearman", "kendall", "cosine")
"""The comparisons of transformed dissimilarities."""


class Thresholds(NamedTuple):
    """The quantiles below and above which dissimilarities count as equal, and of what they are quantiles."""

    lower: float
    upper: float
    dialect: str


class State(NamedTuple):
    """The dissimilarities as they are, and what the comparison sees of the transformed ones."""

    entries: Array
    items: int
    comparison: str
    profile: Any
    notes: tuple[str, ...]
    thresholds: Thresholds


def geo_topological_rsa(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    lower: float | int = 0.2,
    upper: float | int = 0.8,
    dissimilarity: str = "euclidean",
    comparison: str = "pearson",
    dialect: str = "distances",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return how alike the geo-topological transforms of two dissimilarity matrices are, in [−1, 1]: 0 is chance.

    Dissimilarities below the first threshold become 0, those above the second 1, and those between rise
    linearly. The small ones hold noise more than structure, and how far apart far items are says little of who is
    connected with whom. With thresholds 0 and 1 this is RSA; with both close together it is an adjacency matrix,
    and the comparison one of topology.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    lower : float
        The quantile of each representation's dissimilarities below which they become 0; 0.2 by default.
    upper : float
        The quantile above which they become 1; 0.8 by default.
    dissimilarity : {"euclidean", "squared euclidean", "correlation", "cosine", "poisson"}
        Of two items.
    comparison : {"pearson", "spearman", "kendall", "cosine"}
        Of the two lists of transformed dissimilarities.
    dialect : {"distances", "ranks"}
        What rises linearly between the thresholds: dissimilarities (default, as the paper defines it) or their
        ranks (as the published code does).
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, without a gradient; NaN where all dissimilarities are equal.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; thresholds that are not 0 ≤ lower < upper ≤ 1.

    Notes
    -----
    Invariant, with a distance, to translation, isotropic scaling and orthogonal maps. Which thresholds are best
    depends on the noise; report them, and compare at one setting.

    Cost: `n² (p + q) / 2` multiplications and passes over n² / 2 pairs of n items.

    Source: Lin and Kriegeskorte 2024.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(30, 8))
    >>> round(float(rs.geo_topological_rsa(X, 3 * X + 1)), 6)
    1.0
    """
    x, y = pair(X, Y, join=join, least_items=4)
    options: dict[str, Any] = {
        "lower": lower,
        "upper": upper,
        "dissimilarity": dissimilarity,
        "comparison": comparison,
        "dialect": dialect,
    }
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    lower: float | int = 0.2,
    upper: float | int = 0.8,
    dissimilarity: str = "euclidean",
    comparison: str = "pearson",
    dialect: str = "distances",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the transformed dissimilarities of one representation, as the comparison sees them."""
    check(lower, upper, dissimilarity, comparison, dialect)
    rdm = rdm_of(detached(x), dissimilarity, argument=argument)
    thresholds = Thresholds(float(lower), float(upper), dialect)
    return transformed(rdm.entries, rdm.items, comparison, thresholds, rdm.notes, doubt=doubt, argument=argument)


def check(lower: float | int, upper: float | int, dissimilarity: str, comparison: str, dialect: str) -> None:
    """Raise `InputError` unless there are such thresholds, such a comparison and such a dialect."""
    if not 0 <= lower < upper <= 1:
        expected, do = "0 ≤ lower < upper ≤ 1", "They are quantiles; 0.2 and 0.8 are the defaults."
        raise InputError(explain(expected=expected, got=f"{lower} and {upper}", argument="lower, upper", do=do))
    known = DISSIMILARITIES[:4] + DISSIMILARITIES[5:]
    for argument, given, words in (
        ("dissimilarity", dissimilarity, known),
        ("comparison", comparison, COMPARED),
        ("dialect", dialect, ("distances", "ranks")),
    ):
        if given not in words:
            do = "Choose one of them."
            raise InputError(explain(expected=f"one of {words}", got=repr(given), argument=argument, do=do))


def transformed(
    entries: Float[Array, " pairs"],
    items: int,
    comparison: str,
    thresholds: Thresholds,
    notes: tuple[str, ...],
    *,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the state of dissimilarities under the transform."""
    flattened = geo_topological(to_numpy(entries), thresholds)
    seen = steps.state_of(
        from_numpy(flattened, entries), items, comparison, notes=notes, doubt=doubt, argument=argument
    )
    return State(entries, items, comparison, seen.profile, seen.notes, thresholds)


def geo_topological(entries: Float[np.ndarray, " pairs"], thresholds: Thresholds) -> Float[np.ndarray, " pairs"]:
    """Return the dissimilarities, or their ranks, flattened to 0 and 1 beyond the two thresholds."""
    if not np.isfinite(entries).all():
        return entries
    values = ranked(entries).ranks if thresholds.dialect == "ranks" else snapped(entries)
    low, high = np.quantile(values, [thresholds.lower, thresholds.upper])
    if not high > low:  # a step at the value that both quantiles fall on, below it where nothing lies above
        return ((values > low) if (values > low).any() else (values >= low)).astype(entries.dtype)
    return np.clip((values - low) / (high - low), 0, 1).astype(entries.dtype)


def restricted(state: State, positions: Any, /) -> State:
    """Return the state of some items alone, with thresholds that are quantiles of their dissimilarities."""
    chosen = np.asarray(positions)
    few = taken(state.entries, state.items, chosen)
    return transformed(few, len(chosen), state.comparison, state.thresholds, state.notes)

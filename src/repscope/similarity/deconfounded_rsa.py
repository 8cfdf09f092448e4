"""Deconfounded RSA (Cui et al. 2022): RSA once the dissimilarities of the inputs are regressed out of both."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join, pair
from repscope.array.namespace import namespace, number
from repscope.errors import InputError, explain
from repscope.similarity.deconfounding import OF_P, checked_confound, confound_of, residuals
from repscope.similarity.rdms import steps
from repscope.similarity.rdms.condensed import taken
from repscope.similarity.rdms.dissimilarities import DISSIMILARITIES, rdm_of
from repscope.similarity.rdms.steps import between, bounds, grid
from repscope.types import Array, Float, Representation

__all__ = ["between", "bounds", "caveats", "deconfounded_rsa", "grid", "prepare", "restricted", "shuffled"]

NULL = "permutation"
"""How the null is found: the regression is made anew for every order of the items."""

COMPARED = ("pearson", "spearman", "kendall")
"""The comparisons that make sense of residuals, whose mean is 0."""

NOTHING = 1e-4
"""Share of the dissimilarities' spread that must be left for the value to be more than rounding, in float32."""


class State(NamedTuple):
    """The dissimilarities, those of the confound, and what the comparison sees of what the latter leave."""

    entries: Array
    items: int
    comparison: str
    profile: Any
    notes: tuple[str, ...]
    confound: Array
    explained: float


def deconfounded_rsa(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    confound: Any,
    dissimilarity: str = "squared euclidean",
    comparison: str = "pearson",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return how alike two patterns of dissimilarities are beyond what the inputs explain, in [−1, 1]: 0 is chance.

    Untrained networks hand on the dissimilarities of their inputs, and so score high under RSA with any other
    network. Here the inputs' are regressed out of each representation's first, by least squares over all pairs
    of items; with `pearson` what comes out is the partial correlation of the two.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    confound : array or Representation, (items, features)
        The inputs, or whatever else both representations may share, one row an item in the order of X.
    dissimilarity : {"squared euclidean", "euclidean", "correlation", "cosine"}
        Of two items, in either representation and in the confound. Squared distances (default) of independent parts
        of a representation add up, so that the confound's can be taken away; of distances some of it stays.
    comparison : {"pearson", "spearman", "kendall"}
        Of the two lists of residuals.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it for `pearson`; NaN where a representation or the
    confound is constant, and where the confound explains one of them wholly.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; not one row of the confound an item.

    Notes
    -----
    Invariant, with a distance, to translation, isotropic scaling and orthogonal maps of either input and of the
    confound. Regression is linear in dissimilarities: what a nonlinearity makes of the inputs' stays.

    p is against items in random order, which share nothing, not even the confound. For "nothing beyond the confound is
    shared" it is too small (as for partial Mantel tests: Guillot and Rousset 2013): read the interval.

    Cost: `n² (p + q + f) / 2` multiplications for n items and f features.

    Source: Cui et al. 2022.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> rng = np.random.default_rng(0)
    >>> pixels = rng.normal(size=(100, 10))
    >>> X, Y = (pixels @ rng.normal(size=(10, 400)) for _ in range(2))
    >>> bool(rs.rsa(X, Y) > 0.8), bool(abs(rs.deconfounded_rsa(X, Y, confound=pixels)) < 0.2)
    (True, True)
    """
    x, y = pair(X, Y, join=join, least_items=4)
    options: dict[str, Any] = {
        "confound": confound_of(confound, X),
        "dissimilarity": dissimilarity,
        "comparison": comparison,
    }
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    confound: Any,
    dissimilarity: str = "squared euclidean",
    comparison: str = "pearson",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the dissimilarities of one representation, and what the confound's leave of them; `doubt` adds nothing."""
    if comparison not in COMPARED:
        do = "Choose one of them."
        raise InputError(explain(expected=f"one of {COMPARED}", got=repr(comparison), argument="comparison", do=do))
    if dissimilarity not in DISSIMILARITIES[:4]:
        expected, do = f"one of {DISSIMILARITIES[:4]}", "Choose one of them."
        raise InputError(explain(expected=expected, got=repr(dissimilarity), argument="dissimilarity", do=do))
    own = rdm_of(x, dissimilarity, argument=argument)
    inputs = rdm_of(checked_confound(confound, x), dissimilarity, argument="confound")
    xp = namespace(x)
    notes = (*own.notes, *inputs.notes)
    return left_of(own.entries, xp.astype(inputs.entries, own.entries.dtype), own.items, comparison, notes, argument)


def left_of(
    entries: Float[Array, " pairs"],
    confound: Float[Array, " pairs"],
    items: int,
    comparison: str,
    notes: tuple[str, ...],
    argument: str = "X",
) -> State:
    """Return the state of dissimilarities less their regression on the confound's."""
    xp = namespace(entries)
    spread = confound - xp.mean(confound)
    varies = number(xp.max(xp.abs(spread))) > NOTHING**2 * number(xp.max(xp.abs(confound)))
    rest = residuals(entries, confound) if varies else xp.full_like(entries, math.nan)
    deviations = entries - xp.mean(entries)
    total = number(xp.sum(deviations * deviations, dtype=xp.float64))
    kept = number(xp.sum(rest * rest, dtype=xp.float64)) / total if total > 0 else math.nan
    if kept <= NOTHING**2:
        rest = xp.full_like(entries, math.nan)
        notes = (*notes, f"{argument}: the confound explains all of it: undefined (NaN)")
    state = steps.state_of(rest, items, comparison, notes=notes, argument=argument)
    return State(entries, items, comparison, state.profile, state.notes, confound, 1 - kept)


def restricted(state: State, positions: Any, /) -> State:
    """Return the state of some items alone, the regression made anew over their pairs."""
    chosen = np.asarray(positions)
    own, inputs = (taken(entries, state.items, chosen) for entries in (state.entries, state.confound))
    return left_of(own, inputs, len(chosen), state.comparison, state.notes)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order, those of the confound as they were."""
    moved = taken(b.entries, b.items, np.asarray(order))
    return float(between(a, left_of(moved, b.confound, b.items, b.comparison, b.notes)))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: how much the confound explains."""
    shares = f"{a.explained:.0%} and {b.explained:.0%}"
    return (f"the confound explains {shares} of the two patterns of dissimilarities", OF_P)

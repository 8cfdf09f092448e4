"""The steps that all measures made of dissimilarity matrices share; each comparison is a module of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.array.namespace import from_numpy
from repscope.errors import InputError, explain
from repscope.similarity.rdms import bures, kendall, vectors, whitened
from repscope.similarity.rdms.condensed import taken
from repscope.types import Array, Float, Null

COMPARISONS: dict[str, Any] = {
    "pearson": vectors,
    "spearman": vectors,
    "kendall": kendall,
    "cosine": vectors,
    "whitened correlation": whitened,
    "whitened cosine": whitened,
    "bures": bures,
}
"""The module of each comparison of two dissimilarity matrices."""


Compared = Any
"""A state with at least the fields `entries`, `items`, `comparison` and `profile` of `State`."""


class State(NamedTuple):
    """The dissimilarities of all pairs of items, and what the comparison sees of them."""

    entries: Array
    items: int
    comparison: str
    profile: Any
    notes: tuple[str, ...]


def check_comparison(comparison: str) -> None:
    """Raise `InputError` unless there is such a comparison."""
    if comparison not in COMPARISONS:
        expected, do = f"one of {tuple(COMPARISONS)}", "Choose one of them."
        raise InputError(explain(expected=expected, got=repr(comparison), argument="comparison", do=do))


def profile_of(entries: Float[Array, " pairs"], items: int, comparison: str, *, doubt: bool = False) -> Any:
    """Return what a comparison sees of dissimilarities; with `doubt`, all that intervals and nulls need of them."""
    return COMPARISONS[comparison].profile_of(entries, items, comparison, doubt=doubt)


def state_of(
    entries: Float[Array, " pairs"],
    items: int,
    comparison: str,
    *,
    notes: tuple[str, ...] = (),
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the state of one matrix, and in a note why its value is undefined where it is."""
    profile = profile_of(entries, items, comparison, doubt=doubt)
    said: tuple[str, ...] = ()
    if not any("undefined" in note for note in notes) and undefined(profile):
        said = (f"{argument}: all dissimilarities are equal, or one is NaN: {comparison} is undefined (NaN)",)
    if getattr(profile, "negative", 0.0) > 0.01:
        said = (*said, f"{argument}: {profile.negative:.0%} of the Gram matrix is negative and left out")
    return State(entries, items, comparison, profile, (*notes, *said))


def undefined(profile: Any) -> bool:
    """Return whether the value is NaN whatever the profile is compared with."""
    if isinstance(profile, bures.Profile):
        return not profile.points.units
    return not math.isfinite(profile.length)


def between(a: Compared, b: Compared, /) -> Float[Array, ""]:
    """Return the value of one pair."""
    found: Array = COMPARISONS[a.comparison].between(a.profile, b.profile)
    return found


def grid(rows: Sequence[Compared], columns: Sequence[Compared], /) -> Float[Array, "rows columns"]:
    """Return the values of all pairs; for correlations and cosines one matrix product."""
    left = [state.profile for state in rows]
    right = left if rows is columns else [state.profile for state in columns]
    found: Array = COMPARISONS[rows[0].comparison].grid(left, right)
    return found


def leave_one_out(a: Compared, b: Compared, /) -> Float[Array, " items"]:
    """Return the value with each item left out: exact, to first order for ranks and Bures."""
    if undefined(a.profile) or undefined(b.profile):
        return from_numpy(np.full(a.items, math.nan), a.entries)
    return from_numpy(COMPARISONS[a.comparison].leave_one_out(a.profile, b.profile), a.entries)


def null(a: Compared, b: Compared, /) -> Null:
    """Return what items in random order score, of states prepared with `doubt`: in closed form except for Bures."""
    found: Null = COMPARISONS[a.comparison].null(a.profile, b.profile)
    return found


def shuffled(a: Compared, b: Compared, order: Any, /) -> float:
    """Return the value with the items of `b` in another order; nothing is found anew."""
    module = COMPARISONS[a.comparison]
    return float(module.between(a.profile, module.shuffled(b.profile, np.asarray(order))))


def restricted(state: State, positions: Any, /) -> State:
    """Return the state of some items alone, from their dissimilarities."""
    chosen = np.asarray(positions)
    few = taken(state.entries, state.items, chosen)
    return state_of(few, len(chosen), state.comparison, notes=state.notes)


def bounds(state: Compared, /) -> tuple[float, float]:
    """Return the range of the value: a fidelity cannot be negative."""
    return (0.0, 1.0) if state.comparison == "bures" else (-1.0, 1.0)


def caveats(a: Compared, b: Compared, /) -> tuple[str, ...]:
    """Return what must be said of the value: the plug-in of Bures depends on the number of items."""
    if a.comparison != "bures":
        return ()
    return (f"depends on the sample size by definition; the interval is for the expected value at n = {a.items}",)

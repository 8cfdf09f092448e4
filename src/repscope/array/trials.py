"""Representations with trials, (trials, items, units): checked, joined by item and centred over trials and items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repscope.array.inputs import Join, constant_units
from repscope.array.linalg import mean
from repscope.array.namespace import from_numpy, namespace, to_numpy
from repscope.array.pairing import pair_with_axes
from repscope.errors import NotFiniteError, ShapeError, explain
from repscope.types import TAKES, Array, Float, Representation

AXES = TAKES["trials"]


class CentredTrials(NamedTuple):
    """Responses in float64 less every unit's mean over all trials and items, without constant units."""

    x: Array
    notes: tuple[str, ...]


def pair_of_trials(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    join: Join = "exact",
    least_items: int = 2,
    least_trials: int = 2,
) -> tuple[Array, Array]:
    """Return two arrays of one library, (trials, items, units) each, of the same items in the same order.

    Trials and units may differ in number. Representations have the axes ("trial", "item", "unit") and are joined
    by the ids of their items.

    Raises
    ------
    ShapeError, DtypeError, IdMismatch, MixedArrays, InputError
        As their names say; each message tells which argument and what to do.
    """
    x, y = pair_with_axes(X, Y, AXES, join=join, least_items=least_items)
    for given, argument in ((x, "X"), (y, "Y")):
        check_trials(given, least_trials, argument)
    return x, y


def check_trials(x: Float[Array, "trials items units"], least: int, argument: str) -> None:
    """Raise `ShapeError` unless there are at least so many trials."""
    if x.shape[0] < least:
        got, do = f"{x.shape[0]} in {tuple(x.shape)}", "Record every item more often; trials are the first axis."
        raise ShapeError(explain(expected=f"at least {least} trials", got=got, argument=argument, do=do))


def centred_trials(
    x: Float[Array, "trials items units"], argument: str = "X", *, drop_constant: bool = True
) -> CentredTrials:
    """Return the responses less each unit's mean over trials and items, in float64, without constant units.

    Units that take one value only are dropped with a note, or kept as zeros where `drop_constant` is False, for
    measures to which the place of a unit matters. A representation in which every unit is constant keeps no unit.

    Raises
    ------
    NotFiniteError
        NaN or infinity stands in `x`; found from the means, at no further cost.
    """
    xp = namespace(x)
    rows = xp.reshape(x, (-1, x.shape[2]))
    average = mean(rows)
    if not bool(xp.all(xp.isfinite(average))):
        raise NotFiniteError(not_finite_trials(x, argument))
    constant = constant_units(rows)
    notes: tuple[str, ...] = ()
    if len(constant) == x.shape[2]:
        notes = (f"{argument}: constant representation: the value is undefined (NaN)",)
        return CentredTrials(xp.astype(x[:, :, :0], xp.float64), notes)
    if constant and drop_constant:
        keep = from_numpy(np.setdiff1d(np.arange(x.shape[2]), constant), x)
        x, average = xp.take(x, keep, axis=2), xp.take(average, keep)
        notes = (f"{argument}: {len(constant)} constant unit{'' if len(constant) == 1 else 's'} dropped",)
    return CentredTrials(xp.astype(x, xp.float64) - average, notes)


def not_finite_trials(x: Array, argument: str) -> str:
    """Return the message that says how many values are NaN or infinite, and where the first one is."""
    bad = ~np.isfinite(to_numpy(x))
    if not bad.any():
        do = "Divide all values by a constant."
        return explain(expected="values whose sum is finite", got="larger ones", argument=argument, do=do)
    trial, item, unit = (int(i) for i in np.argwhere(bad)[0])
    got = f"{int(bad.sum())} NaN or infinite values (first: trial {trial}, item {item}, unit {unit})"
    do = "Drop those trials or items in both representations."
    return explain(expected="finite values", got=got, argument=argument, do=do)

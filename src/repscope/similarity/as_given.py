"""Representations taken with their means, for measures that are of where the items lie and not only how they differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repscope.array.inputs import constant_units, not_finite
from repscope.array.linalg import mean
from repscope.array.namespace import detached, from_numpy, namespace, number
from repscope.errors import NotFiniteError
from repscope.types import Array, Float


class AsGiven(NamedTuple):
    """Rows with their means, without units that are 0 throughout; the means; whether any unit varies."""

    x: Array
    mean: Array
    varies: bool
    notes: tuple[str, ...]


def as_given(x: Float[Array, "items units"], argument: str) -> AsGiven:
    """Return `x` as it is, less what can have no effect, with its float64 means.

    Raises
    ------
    NotFiniteError
        NaN or infinity stands in `x`; found from the means, at no further cost.
    """
    xp = namespace(x)
    average = mean(x)
    if not bool(xp.all(xp.isfinite(average))):
        raise NotFiniteError(not_finite(x, argument))
    constant = constant_units(detached(x))
    if len(constant) == x.shape[1]:
        return AsGiven(x, average, False, (f"{argument}: constant representation: the value is undefined (NaN)",))
    dead = [unit for unit in constant if number(x[0, unit]) == 0]
    if not dead:
        return AsGiven(x, average, True, ())
    keep = from_numpy(np.setdiff1d(np.arange(x.shape[1]), dead), x)
    notes = (f"{argument}: {len(dead)} constant unit{'' if len(dead) == 1 else 's'} dropped",)
    return AsGiven(xp.take(x, keep, axis=1), xp.take(average, keep), True, notes)

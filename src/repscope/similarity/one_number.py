"""The difference of one number of each representation: the steps that all descriptors share after `prepare`."""

from __future__ import annotations

import math
from typing import NamedTuple

from repscope.array.namespace import number
from repscope.types import Array, Float


class State(NamedTuple):
    """The number of one representation; with doubt also that without each item."""

    value: Array
    notes: tuple[str, ...]
    without: Array = None


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the difference of one pair."""
    return abs(a.value - b.value)


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the difference with each item left out in turn, below 0 where it changes its sign.

    Of states prepared with `doubt`.
    """
    gap = a.without - b.without
    return gap if number(a.value) >= number(b.value) else -gap


def bounds(state: State, /) -> tuple[float, float]:
    """Return no bounds: the interval is that of the difference with its sign, from which the value takes its size."""
    return -math.inf, math.inf

"""The probabilities that two networks give to classes: what every mean over items of their differences shares."""

from __future__ import annotations

from typing import Any, NamedTuple

from repscope.array.namespace import from_numpy, namespace
from repscope.array.predictions import probabilities
from repscope.types import Array, Float


class State(NamedTuple):
    """The probability of every class for every item, (items, classes), and a parameter of the measure."""

    p: Array
    option: float
    notes: tuple[str, ...]


def state_of(x: Float[Array, "items classes"], scale: str, argument: str, option: float = 0.0) -> State:
    """Return the probabilities of one network's answers."""
    return State(probabilities(x, scale, argument), option, ())


def left_out(own: Float[Array, " items"]) -> Float[Array, " items"]:
    """Return the mean over items with each left out in turn, exactly."""
    return (namespace(own).sum(own) - own) / (own.shape[0] - 1)


def restricted(state: State, positions: Any, /) -> State:
    """Return the state of the items at `positions` alone."""
    return state._replace(p=namespace(state.p).take(state.p, from_numpy(positions, state.p), axis=0))

"""Two prepared representations, and their value over some of the items or with the items of one in another order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from repscope import registry
from repscope.array.inputs import rows_at
from repscope.array.namespace import number
from repscope.types import Array, Card


@dataclass(frozen=True, slots=True)
class Side:
    """One prepared representation; `x` are its rows, where the measure must prepare some of them again."""

    state: Any
    x: Any = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of states of one measure, with all that is needed to find its value anew.

    `params` are the measure's own, `per_item` those of them that hold one entry an item.
    """

    card: Card
    module: ModuleType
    first: Side
    second: Side
    params: Mapping[str, Any]
    per_item: Mapping[str, Any]

    @property
    def a(self) -> Any:
        """The state of the first representation."""
        return self.first.state

    @property
    def b(self) -> Any:
        """The state of the second one."""
        return self.second.state

    def restricted(self, positions: np.ndarray) -> float:
        """Return the value over the items at `positions` alone."""
        return number(self.module.between(*(self.state_of(side, positions) for side in (self.first, self.second))))

    def state_of(self, side: Side, positions: np.ndarray) -> Any:
        """Return the state of some items of one side: the measure's own short cut, or prepared again."""
        if hasattr(self.module, "restricted"):
            return self.module.restricted(side.state, positions)
        chosen = {name: np.asarray(column)[positions] for name, column in self.per_item.items()}
        return self.module.prepare(rows_at(side.x, positions, self.card.item_axis), **self.params, **chosen)

    def shuffled(self, order: np.ndarray) -> float:
        """Return the value with the items of the second representation in another order."""
        if hasattr(self.module, "shuffled"):
            return float(self.module.shuffled(self.a, self.b, order))
        if hasattr(self.module, "restricted") and not self.per_item:
            return number(self.module.between(self.a, self.module.restricted(self.b, order)))
        moved = rows_at(self.second.x, order, self.card.item_axis)
        return number(self.module.between(self.a, self.module.prepare(moved, **self.params, **self.per_item)))


def prepared(
    card: Card,
    x: Array,
    y: Array,
    params: Mapping[str, Any],
    per_item: Mapping[str, Any] | None = None,
) -> Pair:
    """Return two arrays of the same items, of the kind the card takes, prepared with doubt and with their rows."""
    module, own = registry.module_of(card), dict(per_item or {})
    first, second = (
        Side(module.prepare(v, doubt=True, argument=name, **params, **own), v) for name, v in (("X", x), ("Y", y))
    )
    return Pair(card, module, first, second, params, own)


def needs_rows(module: ModuleType, *, level: float | None, null: str | None, clustered: bool) -> bool:
    """Return whether an interval or a null of the measure must prepare rows again."""
    own_interval = not clustered and (hasattr(module, "leave_one_out") or hasattr(module, "halves"))
    says_none = getattr(module, "INTERVAL", "") == "none"
    interval = level is not None and not own_interval and not says_none and not hasattr(module, "restricted")
    drawn = null is not None and (module.NULL == "permutation" or (clustered and module.NULL != "none"))
    return interval or (drawn and not hasattr(module, "shuffled"))

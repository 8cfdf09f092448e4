"""How much doubt is wanted beside a value, and a value with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from repscope.inference.interval import interval_of
from repscope.inference.null import null_of
from repscope.types import Card


class Cell(NamedTuple):
    """One pair's value, interval bounds, null moments and p; NaN where undefined or not asked for."""

    value: float
    low: float = math.nan
    high: float = math.nan
    null: float = math.nan
    null_sd: float = math.nan
    null_skewness: float = math.nan
    p: float = math.nan


@dataclass(frozen=True, slots=True)
class Doubt:
    """What to find beside each value: an interval at `level`, a null, or neither where None."""

    level: float | None
    null: str | None
    permutations: int
    rng: np.random.Generator

    @property
    def wanted(self) -> bool:
        """Whether states must be prepared for any of it."""
        return self.level is not None or self.null is not None

    def beside(self, value: float, card: Card, module: ModuleType, a: Any, b: Any, *, items: int, same: bool) -> Cell:
        """Return the value of a pair of states with its doubt; `same` says that both are one representation."""
        cell = Cell(value)
        if self.level is not None and same:
            cell = cell._replace(low=value, high=value)
        elif self.level is not None:
            shape: dict[str, Any] = {"bounds": module.bounds(a), "level": self.level, "items": items}
            low, high = interval_of(module, a, b, value, rng=self.rng, **shape)
            cell = cell._replace(low=low, high=high)
        if self.null is not None and math.isfinite(value):
            draw: dict[str, Any] = {"items": items, "permutations": self.permutations, "rng": self.rng}
            null, p = null_of(module, a, b, value, higher=card.higher, **draw)
            cell = cell._replace(null=null.mean, null_sd=null.sd, null_skewness=null.skewness, p=p)
        return cell

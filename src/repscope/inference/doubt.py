"""How much doubt is wanted beside a value, and a value with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from repscope.inference.interval import interval_of
from repscope.inference.null import null_of
from repscope.inference.pair import Pair, needs_rows


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
    """What to find beside each value: an interval at `level`, a null, or neither where None.

    `clusters` holds an integer an item where items come in clusters that are sampled whole.
    """

    level: float | None
    null: str | None
    permutations: int
    rng: np.random.Generator
    clusters: np.ndarray | None = None

    @property
    def wanted(self) -> bool:
        """Whether states must be prepared for any of it."""
        return self.level is not None or self.null is not None

    def needs_rows(self, module: ModuleType) -> bool:
        """Return whether the measure must prepare some rows again, so that they must be kept."""
        return needs_rows(module, level=self.level, null=self.null, clustered=self.clusters is not None)

    def beside(self, value: float, pair: Pair, *, items: int, same: bool) -> Cell:
        """Return the value of a pair with its doubt; `same` says that both are one representation."""
        cell, card = Cell(value), pair.card
        draw: dict[str, Any] = {"items": items, "clusters": self.clusters, "rng": self.rng}
        if self.level is not None and same and card.identity:
            cell = cell._replace(low=value, high=value)
        elif self.level is not None:
            bounds = pair.module.bounds(pair.a) if hasattr(pair.module, "bounds") else card.bounds
            low, high = interval_of(pair, value, bounds=bounds, level=self.level, **draw)
            least, most = min(card.bounds[0], value), max(card.bounds[1], value)
            # A signed difference may be followed below the least distance there is.
            cell = cell._replace(low=max(low, least), high=min(high, most))
        if self.null is not None and math.isfinite(value):
            null, p = null_of(pair, value, higher=card.higher, permutations=self.permutations, **draw)
            cell = cell._replace(null=null.mean, null_sd=null.sd, null_skewness=null.skewness, p=p)
        return cell

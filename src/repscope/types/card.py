"""One row of the registry: all that is known of a measure without running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

INVARIANCES = (
    "translation",
    "isotropic scale",
    "permutation",
    "orthogonal",
    "invertible linear",
    "item order",
)
"""The transformations whose invariance a card claims or denies; the tests try all of them on every card.

`item order` is a permutation of the items of both inputs at once; every other one is of the units of one input.
"""

Higher = Literal["similar", "different", "neither"]


@dataclass(frozen=True, slots=True)
class Card:
    """A measure's name, where its function is, its source and its declared properties.

    `variants` are the parameter settings under which every declared property is tested; the first is the
    default. `stat` names the mergeable statistic that the measure can be computed from, if there is one, as
    an import path; `streamable` lists the variants for which that holds.
    """

    name: str
    at: str
    verb: str
    family: str
    summary: str
    source: str
    invariant: frozenset[str]
    bounds: tuple[float, float]
    higher: Higher
    cost: str
    symmetric: bool = True
    metric: bool = False
    least_items: int = 2
    stat: str | None = None
    streamable: tuple[Mapping[str, Any], ...] = ()
    differentiable: bool = True
    backends: tuple[str, ...] = ("numpy", "torch", "array_api_strict")
    variants: tuple[Mapping[str, Any], ...] = field(default=({},))

    @property
    def best(self) -> float:
        """The value of two representations that are the same."""
        return self.bounds[0] if self.higher == "different" else self.bounds[1]

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain JSON values."""
        return {
            "name": self.name,
            "at": self.at,
            "verb": self.verb,
            "family": self.family,
            "summary": self.summary,
            "source": self.source,
            "invariant": sorted(self.invariant),
            "bounds": list(self.bounds),
            "higher": self.higher,
            "cost": self.cost,
            "symmetric": self.symmetric,
            "metric": self.metric,
            "least_items": self.least_items,
            "stat": self.stat,
            "streamable": [dict(v) for v in self.streamable],
            "differentiable": self.differentiable,
            "backends": list(self.backends),
            "variants": [dict(v) for v in self.variants],
        }

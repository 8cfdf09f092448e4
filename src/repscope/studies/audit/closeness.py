"""How near two layers are under one measure, on scales that all measures share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from repscope import registry
from repscope.errors import InputError, explain
from repscope.studies.compare import compare
from repscope.types import Card


@dataclass(frozen=True, slots=True)
class Measure:
    """A card with parameters, under a label of its own."""

    label: str
    card: Card
    params: Mapping[str, Any]

    def closeness(self, rows: Sequence[np.ndarray], columns: Sequence[np.ndarray] | None = None) -> np.ndarray:
        """Return values (rows, columns), higher for what is more alike; both directions averaged."""
        named = [{str(i): x for i, x in enumerate(side)} for side in (rows, columns) if side is not None]
        found = self.values(*named)
        if not self.card.symmetric:
            found = (found + (found if columns is None else self.values(*named[::-1])).T) / 2
        return -found if self.card.higher == "different" else found

    def values(self, *named: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the values of rows with columns, or of one set with itself."""
        return compare(*named, measure=self.card.name, interval=None, null=None, **self.params).value

    def adjusted(self, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> float:
        """Return the closeness of a pair where 0 is chance (the items of one shuffled) and 1 is x with itself."""
        shuffled = y[rng.permutation(len(y))]
        value, chance, own = self.closeness([x], [y, shuffled, x])[0]
        return float((value - chance) / (own - chance))


def measures_of(given: Sequence[str] | Mapping[str, Any]) -> tuple[Measure, ...]:
    """Return measures from names, or from labels with a name or a (name, parameters) pair each.

    Raises
    ------
    InputError
        None is given, or one needs trials, labels or predictions.
    UnknownName
        There is no such card.
    """
    pairs = given.items() if isinstance(given, Mapping) else [(name, name) for name in given]
    found = []
    for label, one in pairs:
        name, params = (one, {}) if isinstance(one, str) else one
        card = registry.get(name)
        if card.takes != "items" or card.per_item or card.higher == "neither":
            do = "Leave it out: an audit compares (items, units) with (items, units)."
            got = f"{name!r}, which takes {', '.join((card.takes, *card.per_item))}"
            raise InputError(explain(expected="measures of items by units", got=got, argument="measures", do=do))
        found.append(Measure(label, card, params))
    if not found:
        do = "Give names that `repscope list` shows."
        raise InputError(explain(expected="at least one measure", got="none", argument="measures", do=do))
    return tuple(found)

"""One comparison under way: layers prepared a tile at a time, values in blocks, the doubt beside each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from repscope import registry
from repscope.array.namespace import detached, device_of, library_of, number, to_numpy
from repscope.errors import MixedArrays, explain
from repscope.inference.ceiling import NOISELESS, Reliability, ceiling, reliability
from repscope.inference.doubt import Cell, Doubt
from repscope.inference.interval import LEAST
from repscope.inference.pair import Pair, Side
from repscope.similarity.pairs import grid_of
from repscope.studies.gather import Layer, mean_of_trials
from repscope.studies.plan import tiles
from repscope.types import Card

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Work:
    """What is compared and how, and what the operations said so far.

    `per_item` holds the parameters with one entry an item, in the common order.
    """

    card: Card
    params: dict[str, Any]
    layers: list[Layer]
    items: int
    doubt: Doubt
    per_item: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    made_of: list[tuple[str, str, str]] = field(default_factory=list)
    reliabilities: dict[int, Reliability] = field(default_factory=dict)

    def prepare(self, position: int) -> Side:
        """Return the state of one layer, keeping its notes and what it is made of: library, device, dtype."""
        layer = self.layers[position]
        x = detached(layer.read(self.card))
        self.made_of.append((library_of(x), str(device_of(x)), str(x.dtype).removeprefix("torch.")))
        if self.made_of[-1][:2] != self.made_of[0][:2]:
            got = " and ".join(" on ".join(made[:2]) for made in (self.made_of[0], self.made_of[-1]))
            do = "Move them to one library and device first."
            raise MixedArrays(explain(expected="arrays of one kind", got=got, argument=layer.source.label, do=do))
        module = registry.module_of(self.card)
        state = self.state_of(x, layer.source.label, doubt=self.doubt.wanted)
        self.notes.update(dict.fromkeys(state.notes))
        if layer.trials is not None and position not in self.reliabilities:
            self.reliabilities[position] = self.reliability_of(layer)
        return Side(state, x if self.doubt.needs_rows(module) else None)

    def state_of(self, x: Any, label: str, *, doubt: bool) -> Any:
        """Return what one array contributes under the measure and its parameters."""
        return registry.module_of(self.card).prepare(x, doubt=doubt, argument=label, **self.params, **self.per_item)

    def reliability_of(self, layer: Layer) -> Reliability:
        """Return what the measure gives between two halves of a layer's trials."""
        module, axes = registry.module_of(self.card), self.card.takes

        def value_of(first: Any, second: Any) -> float:
            halves = (first, second) if axes == "trials" else map(mean_of_trials, (first, second))
            return number(module.between(*(self.state_of(half, layer.source.label, doubt=False) for half in halves)))

        self.notes["averaged over trials; the ceilings come from halves of them"] = None
        at = layer.positions
        trials = layer.trials if at is None else layer.trials[:, at]
        found = reliability(value_of, trials, np.random.default_rng(0), least=2 if axes == "trials" else 1)
        if found.half <= 0:
            said = f"{layer.source.label}: halves of the trials do not agree: upper noise ceiling undefined (NaN)"
            self.notes[said] = None
        return found

    def ceilings(self, i: int, j: int) -> tuple[float, float]:
        """Return the noise ceilings of a pair, NaN where neither has trials or the measure is no similarity up to 1."""
        found = [self.reliabilities.get(position, NOISELESS) for position in (i, j)]
        if found == [NOISELESS, NOISELESS] or self.card.higher != "similar" or self.card.best != 1.0:
            return math.nan, math.nan
        return ceiling(*found)

    def matrices(
        self, rows: Sequence[int], columns: Sequence[int] | None, memory: int, progress: Progress | None
    ) -> dict[str, np.ndarray]:
        """Return the matrices of a Comparison, of rows with themselves where `columns` is None."""
        offset, width = (0, len(rows)) if columns is None else (columns[0], len(columns))
        names = (*Cell._fields, "ceiling_low", "ceiling_high")
        out = {name: np.full((len(rows), width), np.nan) for name in names}
        mirrored = columns is None and self.card.symmetric
        done = 0
        for left, right, values in self.blocks(rows, columns, memory):
            at = np.ix_(list(left), [j - offset for j in right])
            out["value"][at] = values
            if mirrored:
                out["value"].T[at] = values
            for i, j, cell in self.beside(left, right, values, once=mirrored and left is right):
                for name, found in zip(names, (*cell, *self.ceilings(i, j)), strict=True):
                    out[name][i, j - offset] = found
                    if mirrored:
                        out[name][j, i] = found
            done += values.size * (2 if mirrored and left is not right else 1)
            if progress is not None:
                progress(done, len(rows) * width)
        if self.doubt.level is not None and self.items < LEAST:
            self.notes[f"n = {self.items}: too few items for an interval, which needs {LEAST}"] = None
        return out

    def blocks(
        self, rows: Sequence[int], columns: Sequence[int] | None, memory: int
    ) -> Iterator[tuple[dict[int, Side], dict[int, Side], np.ndarray]]:
        """Yield groups of rows and of columns with the values of all their pairs, both ways round if that matters."""
        module, symmetric = registry.module_of(self.card), self.card.symmetric
        for left, right in tiles(rows, columns, self.prepare, memory):
            back = [(right, left)] if columns is None and not symmetric and left is not right else []
            for first, second in ((left, right), *back):
                states = [side.state for side in first.values()]
                others = states if first is second else [side.state for side in second.values()]
                yield first, second, to_numpy(grid_of(module, states, others, symmetric=symmetric))

    def beside(
        self, left: dict[int, Side], right: dict[int, Side], values: np.ndarray, *, once: bool
    ) -> Iterator[tuple[int, int, Cell]]:
        """Yield each pair of one block with its value and doubt, where any is wanted; if `once`, unordered pairs."""
        module = registry.module_of(self.card)
        wanted = self.doubt.wanted or bool(self.reliabilities)
        caveats = getattr(module, "caveats", lambda a, b: ())
        for row, (i, first) in enumerate(left.items()):
            for column, (j, second) in enumerate(right.items()):
                if once and j < i:
                    continue
                for note in caveats(first.state, second.state):
                    self.notes[note] = None
                if wanted:
                    pair = Pair(self.card, module, first, second, self.params, self.per_item)
                    same = left is right and i == j
                    value = float(values[row, column])
                    yield i, j, self.doubt.beside(value, pair, items=self.items, same=same)

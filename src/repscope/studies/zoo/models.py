"""From whatever a person hands over to models with layers of the same items, and which layers correspond."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from repscope.array.inputs import Join, check_join, rows_at
from repscope.array.namespace import library_of
from repscope.errors import InputError, explain
from repscope.studies.gather import Layer, gather, joined, place
from repscope.types import Ids, Representation, Source, running_ids
from repscope.types.models import Model, models_of


@dataclass(frozen=True, slots=True)
class Given:
    """All layers of all models, each with the positions of the common items among its own, in the order of `ids`."""

    layers: tuple[Layer, ...]
    ids: Ids
    models: tuple[Model, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where each layer comes from."""
        return tuple(layer.source for layer in self.layers)

    def representations(self, at: Sequence[int]) -> list[Representation]:
        """Return some layers as `compare` takes them, the first with the common items alone, in the common order."""
        return [(chosen if k == 0 else as_it_is)(self.layers[i]) for k, i in enumerate(at)]


def as_it_is(layer: Layer) -> Representation:
    """Return a layer with all its own items."""
    return replace(layer.x, source=layer.source)


def chosen(layer: Layer) -> Representation:
    """Return a layer with the common items alone."""
    x = as_it_is(layer)
    if layer.positions is None:
        return x
    rows = x.x if hasattr(x.x, "__array_namespace__") or library_of(x.x) == "torch" else np.asarray(x.x)
    at = np.asarray(layer.positions)
    labels = {name: np.asarray(column)[at] for name, column in x.labels.items()}
    ids = tuple(x.ids[i] for i in at)
    return replace(x, x=rows_at(rows, at, layer.item_axis), ids=ids, labels=labels)


def given_of(recordings: Any, *, items: int | Iterable[str] | None, join: Join, seed: int) -> Given:
    """Return the models with the items that they share, or some of those.

    Raises
    ------
    InputError
        There are fewer than two layers, something cannot be compared, or `items` asks for what is not there.
    """
    check_join(join)
    layers = [with_ids(layer) for layer in layers_of(recordings)]
    if len(layers) < 2:
        do = "Give the stores, or a dict of models, each a dict of its layers."
        raise InputError(explain(expected="at least two layers", got=str(len(layers)), argument="recordings", do=do))
    _, _, common = joined(layers, join)
    ids = some_of(common or (), items, seed)
    placed = tuple(place(layer, ids, "inner") for layer in layers)
    return Given(placed, ids, models_of(tuple(layer.source for layer in placed)))


def layers_of(recordings: Any) -> list[Layer]:
    """Return all layers; a dict of dicts names models and their layers, and what has no model is one of its own."""
    if not isinstance(recordings, Mapping):
        return [with_model(layer) for layer in gather(recordings)]
    found = []
    for name, value in recordings.items():
        inner = gather(value) if isinstance(value, Mapping) else gather(value, str(name))
        found += [
            replace(layer, source=replace(layer.source, model=str(name))) if isinstance(value, Mapping) else layer
            for layer in inner
        ]
    return [with_model(layer) for layer in found]


def with_model(layer: Layer) -> Layer:
    """Return a layer whose source names a model: its own label where there is none."""
    if layer.source.model:
        return layer
    return replace(layer, source=replace(layer.source, model=layer.source.label, layer=""))


def with_ids(layer: Layer) -> Layer:
    """Return a layer as a Representation with ids: an array's items are numbered in their order."""
    if isinstance(layer.x, Representation):
        return layer
    if len(layer.x.shape) != 2:
        do = "Wrap it: rs.Representation(x, ids, axes)."
        got = f"an array of shape {tuple(layer.x.shape)}"
        raise InputError(explain(expected="(items, units)", got=got, argument=layer.source.label, do=do))
    ids = running_ids(layer.x.shape[0])
    return replace(layer, x=Representation(layer.x, ids, source=layer.source), ids=ids)


def some_of(ids: Ids, items: int | Iterable[str] | None, seed: int) -> Ids:
    """Return all ids, those asked for, or as many of them at random, in the common order.

    Raises
    ------
    InputError
        More are asked for than there are, or one that is not there.
    """
    if items is None:
        return ids
    do = "Leave items out for all that the models share."
    if isinstance(items, int):
        if not 2 <= items <= len(ids):
            expected = f"a number from 2 to {len(ids)}"
            raise InputError(explain(expected=expected, got=str(items), argument="items", do=do))
        picked = np.sort(np.random.default_rng(seed).permutation(len(ids))[:items])
        return tuple(ids[i] for i in picked)
    asked = {str(one) for one in items}
    missing = sorted(asked.difference(ids))
    if missing or len(asked) < 2:
        got = f"{missing[0]!r}, which not all of them have" if missing else f"{len(asked)} of them"
        raise InputError(explain(expected="ids of common items", got=got, argument="items", do=do))
    return tuple(one for one in ids if one in asked)


def partners(a: Model, b: Model) -> list[tuple[int, int]]:
    """Return each layer of the deeper model with its partner in the other, as positions.

    The partner is the layer of the same name where every layer of one model has its namesake in the other, else the
    one whose position among the recorded layers, from the first to the last, is nearest.
    """
    deeper, other, swapped = (a, b, False) if len(a.at) >= len(b.at) else (b, a, True)
    unique = len(set(deeper.layers)) == len(deeper.layers) and len(set(other.layers)) == len(other.layers)
    shared = set(deeper.layers) & set(other.layers)
    if unique and len(other.layers) > 1 and len(shared) == len(other.layers):
        pairs = [
            (i, other.at[other.layers.index(n)]) for i, n in zip(deeper.at, deeper.layers, strict=True) if n in shared
        ]
    else:
        last = max(len(deeper.at) - 1, 1)
        pairs = [(i, other.at[round(k * (len(other.at) - 1) / last)]) for k, i in enumerate(deeper.at)]
    return [(j, i) for i, j in pairs] if swapped else pairs

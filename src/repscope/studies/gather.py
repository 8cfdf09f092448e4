"""From whatever a person hands over (paths, recordings, arrays) to a list of layers that share their items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from repscope.array.inputs import Join, checked, match_ids, rows, rows_at
from repscope.errors import IdMismatch, InputError, ShapeError, explain
from repscope.store import Recording, Store, open_store
from repscope.types import Array, Ids, Representation, Source


@dataclass(frozen=True, slots=True)
class Layer:
    """One representation to be compared: where it comes from, and its rows, read when they are needed."""

    source: Source
    x: Any  # an array, or a Representation
    ids: Ids | None
    positions: Any = None
    notes: tuple[str, ...] = ()

    def read(self, least_items: int) -> Array:
        """Return the rows as (items, units), in the common order of items."""
        x = rows_at(rows(self.x, self.source.label), self.positions)
        return checked(x, self.source.label, least_items)

    @property
    def items(self) -> int:
        """The number of items before any join."""
        return len(self.ids) if self.ids is not None else int(self.x.shape[0])


def gather(what: Any, name: str = "") -> list[Layer]:
    """Return the layers of a path, store, recording, representation or array, or of a dict or list of those.

    Raises
    ------
    InputError
        Something else was given.
    StoreError
        A path is not a readable store.
    """
    if isinstance(what, str | Path):
        return gather(open_store(what), name)
    if isinstance(what, Store):
        return [layer for recording in what.recordings.values() for layer in gather(recording, name)]
    if isinstance(what, Recording):
        unfinished = f"{what.model}: unfinished recording of {what.items} items; record again to finish it"
        notes = () if what.complete else (unfinished,)
        return [replace(of_representation(what[layer], name), notes=notes) for layer in what.layers]
    if isinstance(what, Representation):
        return [of_representation(what, name)]
    if isinstance(what, Mapping):
        return [layer for key, value in what.items() for layer in gather(value, str(key))]
    if hasattr(what, "shape") and hasattr(what, "dtype"):
        return [Layer(Source(layer=name, dtype=str(what.dtype)), what, None)]
    if isinstance(what, Sequence):
        return [layer for i, value in enumerate(what) for layer in gather(value, name or name_of(value, i))]
    expected = "a path, a Recording, a Representation, an array, or a dict or list of those"
    do = "Lists of numbers: numpy.asarray(x)."
    raise InputError(explain(expected=expected, got=type(what).__name__, argument="compare", do=do))


def name_of(value: Any, position: int) -> str:
    """Return a name for an unnamed entry of a list: its position, where the entry has no name of its own."""
    return "" if isinstance(value, str | Path | Store | Recording | Representation) else str(position)


def of_representation(x: Representation, name: str) -> Layer:
    """Return a representation as a layer; `name` stands for its model where it has a layer, else for its layer."""
    if not name:
        return Layer(x.source, x, x.ids)
    field = "model" if x.source.layer else "layer"
    return Layer(replace(x.source, **{field: name}), x, x.ids)


def joined(layers: Sequence[Layer], join: Join) -> tuple[list[Layer], int]:
    """Return the layers with the positions of their common items, in the first layer's order, and their number.

    Arrays without ids are taken to stand in that order already.

    Raises
    ------
    IdMismatch
        The ids differ and `join` is not `inner`, or some layers have none and the others must be reordered.
    ShapeError
        The numbers of items differ.
    """
    first = next((layer.ids for layer in layers if layer.ids is not None), None)
    common = first
    if first is not None and join == "inner":
        shared = set(first).intersection(*(set(layer.ids) for layer in layers if layer.ids is not None))
        common = tuple(name for name in first if name in shared)
    placed = [place(layer, common, join) for layer in layers]
    counts = {layer.source.label: layer.items if layer.positions is None else len(layer.positions) for layer in placed}
    if len(set(counts.values())) > 1:
        got = ", ".join(f"{label}: {count}" for label, count in list(counts.items())[:4])
        do = "Compare representations of the same items, or give ids and join='inner'."
        raise ShapeError(explain(expected="equally many items", got=got, argument="compare", do=do))
    return placed, next(iter(counts.values()))


def place(layer: Layer, common: Ids | None, join: Join) -> Layer:
    """Return the layer with the positions of the common items among its own rows."""
    if common is None or common == layer.ids:
        return layer
    if layer.ids is None:
        if join == "inner" or layer.items != len(common):
            got = f"{layer.source.label} with {layer.items} rows and no ids, beside {len(common)} ids"
            do = "Wrap the array: rs.Representation(x, ids)."
            raise IdMismatch(explain(expected="ids for every representation", got=got, argument="compare", do=do))
        return layer
    try:
        _, by = match_ids(common, layer.ids, join)
    except IdMismatch as error:
        message = "; ".join((*layer.notes, str(error)))
        raise IdMismatch(message) from error
    return replace(layer, positions=np.arange(layer.items) if by is None else by)

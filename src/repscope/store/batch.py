"""What one append brings, checked against what came before and turned into bytes for the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from repscope.errors import DtypeError, IdMismatch, InputError, ShapeError, explain
from repscope.store.dtypes import stored_dtype, to_disk
from repscope.store.growing import longest_rows
from repscope.store.items import Items, check_text, checked_labels, columns_of
from repscope.store.layout import Column, Entry


@dataclass(frozen=True, slots=True)
class Plan:
    """What every append of a recording must bring: layers as (dtype on disk, row shape), columns, rows a shard."""

    layers: Mapping[str, tuple[str, tuple[int, ...]]]
    columns: tuple[Column, ...]
    rows_per_shard: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Checked items and the rows of each layer as they are written."""

    items: Items
    rows: Mapping[str, np.ndarray]

    def part(self, rows: slice) -> Batch:
        """Return some of the items."""
        return Batch(self.items.part(rows), {layer: x[rows] for layer, x in self.rows.items()})


def plan_of(entry: Entry) -> Plan:
    """Return the plan by which a recording was begun."""
    layers = {space.layer: (space.dtype, space.shape) for space in entry.spaces}
    return Plan(layers, entry.columns, entry.rows_per_shard)


def first_plan(
    arrays: Mapping[str, np.ndarray], columns: tuple[Column, ...], wanted: str | None, shard_bytes: int
) -> Plan:
    """Return the plan that a recording's first append makes.

    Raises
    ------
    InputError
        There is no layer.
    """
    if not arrays:
        do = "Give a dict of layer names to arrays."
        raise InputError(explain(expected="at least one layer", got="none", argument="arrays", do=do))
    layers = {layer: (stored_dtype(x.dtype, wanted, layer), x.shape[1:]) for layer, x in arrays.items()}
    return Plan(layers, columns, longest_rows(layers, shard_bytes))


def checked(
    ids: Sequence[str],
    arrays: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    plan: Plan | None,
    seen: Set[str],
    wanted: str | None,
    shard_bytes: int,
) -> tuple[Batch, Plan]:
    """Return what an append brings, as it is written, and the plan it follows.

    Raises
    ------
    IdMismatch
        An id is no string or stands twice in the recording.
    ShapeError
        An array has other rows than there are ids, no units, other axes, or another row shape than before.
    DtypeError
        An array is not of real numbers, or of another dtype than before.
    InputError
        Other layers or label columns than before, or text that is not UTF-8.
    """
    given = {layer: np.asarray(x) for layer, x in arrays.items()}
    check_ids(ids, seen)
    check_text(ids, "ids")
    for layer, x in given.items():
        check_shape(layer, x, len(ids), None if plan is None else plan.layers.get(layer))
    kept = checked_labels(labels, len(ids))
    columns = columns_of(kept)
    plan = plan or first_plan(given, columns, wanted, shard_bytes)
    check_same_names(plan, given, columns)
    rows = {}
    for layer, (stored, _) in plan.layers.items():
        if stored_dtype(given[layer].dtype, wanted, layer) != stored:
            got, do = f"{given[layer].dtype} in layer {layer!r}", "Convert it, or open the writer with dtype=…."
            raise DtypeError(explain(expected=f"{stored}, as before", got=got, argument="arrays", do=do))
        rows[layer] = to_disk(given[layer], stored, layer)
    ordered = {column.name: kept[column.name] for column in plan.columns}
    return Batch(Items(tuple(map(str, ids)), ordered), rows), plan


def check_ids(ids: Sequence[Any], seen: Set[str]) -> None:
    """Raise `IdMismatch` unless ids are strings, each once in the whole recording."""
    wrong = next((name for name in ids if not isinstance(name, str)), None)
    if wrong is not None:
        got, do = f"{wrong!r}, a {type(wrong).__name__}", "Convert them: map(str, ids)."
        raise IdMismatch(explain(expected="strings", got=got, argument="ids", do=do))
    if len(set(ids)) == len(ids) and seen.isdisjoint(ids):
        return
    before: set[str] = set()
    for name in ids:
        if name in seen or name in before:
            break
        before.add(name)
    do = "Make every id unique, or drop the repeats."
    raise IdMismatch(explain(expected="unique ids", got=f"{name!r} more than once", argument="ids", do=do))


def check_shape(layer: str, x: np.ndarray, rows: int, planned: tuple[str, tuple[int, ...]] | None) -> None:
    """Raise `ShapeError` unless an array has `rows` rows of the shape planned."""
    if x.ndim not in (2, 3) or 0 in x.shape[1:]:
        expected = "(items, units) or (items, positions, units), with at least one unit"
        do = "Reshape it: x.reshape(len(x), -1)."
    elif len(x) != rows:
        expected, do = f"{rows} rows, one an id", "Give every layer the same items."
    elif planned is not None and x.shape[1:] != planned[1]:
        expected, do = f"rows of shape {planned[1]}, as before", "Pad or pool rows to one shape."
    else:
        return
    got = f"shape {x.shape} in layer {layer!r}"
    raise ShapeError(explain(expected=expected, got=got, argument="arrays", do=do))


def check_same_names(plan: Plan, arrays: Mapping[str, np.ndarray], columns: tuple[Column, ...]) -> None:
    """Raise `InputError` unless layers and label columns are those planned."""
    do = "Give the same in every append."
    if arrays.keys() != plan.layers.keys():
        expected = f"layers {', '.join(map(repr, plan.layers))}"
        got = f"{', '.join(map(repr, arrays)) or 'none'}"
        raise InputError(explain(expected=expected, got=got, argument="arrays", do=do))
    if set(columns) != set(plan.columns):
        expected = f"label columns {', '.join(map(described, plan.columns)) or 'none'}, as before"
        got = ", ".join(map(described, columns)) or "none"
        raise InputError(explain(expected=expected, got=got, argument="labels", do=do))


def described(column: Column) -> str:
    """Return a label column in words."""
    return f"{column.name!r} ({column.dtype}{list(column.shape) or ''})"

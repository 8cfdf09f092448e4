"""Compare layers that do not fit into memory: blocks of rows in, mergeable moments, values with their doubt out.

Every item is read once, or once a pass where the moments of all layers do not fit either.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import rows_at
from repscope.array.namespace import namespace, to_numpy
from repscope.array.random import generator
from repscope.errors import InputError, NotFiniteError, explain
from repscope.inference.doubt import Cell
from repscope.inference.interval import LEAST, groups_of
from repscope.stats import joint, lifted
from repscope.stats.joint import Joint
from repscope.studies.gather import Layer
from repscope.studies.moments import Finish, bounds_of, streams
from repscope.studies.passes import MOST_GROUPS, Pass, Plan, plan, rows_of_block
from repscope.studies.reading import blocks, check_kinds, items_of, look, units_of
from repscope.types import Array, Card

NAMES = (*Cell._fields, "ceiling_low", "ceiling_high")

Progress = Callable[[int, int], None]


class Streamed(NamedTuple):
    """The matrices of a Comparison, what has to be said of them, and library, device and dtype of the rows."""

    matrices: dict[str, np.ndarray]
    notes: tuple[str, ...]
    made_of: tuple[str, str, str]


def needed(layers: Sequence[Layer], card: Card, params: Mapping[str, Any], memory: int) -> bool:
    """Return whether a comparison should be streamed: it can be, some layer's rows overstep half of `memory`, as
    two are held at once, and the moments of that layer take less than its rows.
    """
    if not streams(card, params) or any(layer.trials is not None for layer in layers):
        return False
    items, units = items_of(layers[0]), max(units_of(layer) for layer in layers)
    bytes_of_rows = 4 * items * units
    return bytes_of_rows > memory // 2 and Pass((0,), (1,)).entries([units, units]) * 8 < bytes_of_rows


def stream(
    layers: Sequence[Layer],
    rows: Sequence[int],
    columns: Sequence[int] | None,
    card: Card,
    params: Mapping[str, Any],
    *,
    memory: int,
    level: float | None = 0.95,
    null: str | None = "auto",
    groups: int = MOST_GROUPS,
    clusters: np.ndarray | None = None,
    rng: int | np.random.Generator | None = None,
    progress: Progress | None = None,
) -> Streamed:
    """Return the matrices of a Comparison of rows with columns, or of rows with themselves where `columns` is None.

    Parameters
    ----------
    layers : as `gather.joined` returns them
        Their rows are read block by block.
    rows : sequence of int
        Positions among the layers.
    columns : sequence of int or None
        Other positions than those of the rows.
    card : Card
        A measure for which `streams(card, params)` holds.
    params : dict
        Its parameters.
    memory : int
        Bytes that moments and the blocks under way may take.
    level : float or None
        Of the intervals; None for none.
    null : {"auto", None}
        `auto` gives the nulls that have a closed form in moments.
    groups : int
        Groups of items that are left out in turn for the interval; fewer where memory forbids so many.
    clusters : integers, (items,)
        Items that were not sampled independently: whole clusters then fall in one group.
    rng : int, Generator or None
        Draws the group of each item; None is seed 0.
    progress : callable
        Called with the pairs done and their total.

    Raises
    ------
    InputError
        The measure cannot be computed from moments.
    ShapeError, DtypeError, MixedArrays, NotFiniteError
        As their names say.
    """
    if not streams(card, params):
        do = "Compare fewer items, or give more memory."
        expected, got = "a measure and parameters that can be computed in one pass", f"{card.name} with {dict(params)}"
        raise InputError(explain(expected=expected, got=got, argument="measure", do=do))
    items, units = items_of(layers[0]), [units_of(layer) for layer in layers]
    looks = {i: look(layers[i], card) for i in dict.fromkeys((*rows, *(columns or ())))}
    check_kinds(looks.values())
    finish = Finish(
        card,
        params,
        bounds_of(card, params),
        level,
        null,
    )
    if clusters is not None and null is not None:
        finish.null = None
        finish.notes["null: not computed: clusters cannot be exchanged in one pass"] = None
    wanted = 1 if level is None else min(groups, items)
    planned = plan(units, rows, columns, groups=wanted, memory=memory * 3 // 4)
    finish.notes.update(dict.fromkeys(said(planned, wanted, memory)))
    home = homes(items, planned.groups, clusters, generator(rng))
    out = Matrices(rows, columns, mirrored=columns is None and card.symmetric)
    for one in planned.passes:
        here, seen = [layers[i] for i in one.layers], [looks[i] for i in one.layers]
        block = rows_of_block(sum(look.row_bytes for look in seen), planned.groups, memory // 8)
        labels, points = [look.label for look in seen], [look.point for look in seen]
        found = gathered(blocks(here, items, block), one.split, labels, home, points, exact=finish.exact)
        for i, j, cell in finish.cells(found, one.pairs(symmetric=card.symmetric or columns is not None), labels):
            out.put(one.layers[i], one.layers[j], cell)
        if progress is not None:
            progress(out.done, out.total)
    if level is not None and items < LEAST:
        finish.notes[f"n = {items}: too few items for an interval, which needs {LEAST}"] = None
    return Streamed(out.found, tuple(finish.notes), looks[rows[0]].kind)


def gathered(
    blocks: Iterable[tuple[int, list[Array]]],
    first: int,
    labels: Sequence[str],
    home: Callable[[int, int], np.ndarray],
    points: Sequence[Array] | None = None,
    *,
    exact: bool = False,
) -> list[Joint]:
    """Return the moments of each group of items, in one pass over blocks: their first item, and the rows of each layer.

    `home` gives the groups of a range of items. Without `points` rows are taken about the mean of the first block.
    With `exact` products are made in float64, whatever the rows are.
    """
    found: dict[int, Joint] = {}
    for begin, parts in blocks:
        points = [lifted.point_of(x) for x in parts] if points is None else points
        for group, rows in dealt(parts, home(begin, begin + parts[0].shape[0])):
            rows = [namespace(x).astype(x, namespace(x).float64, copy=False) for x in rows] if exact else rows
            found[group] = joint.of(rows, points=points, first=first, into=found.get(group))
        check_finite(found.values(), labels, parts, begin)
    return [found[group] for group in sorted(found)]


def homes(
    items: int, groups: int, clusters: np.ndarray | None, rng: np.random.Generator
) -> Callable[[int, int], np.ndarray]:
    """Return the function that gives the groups of a range of items; whole clusters fall in one."""
    if clusters is not None:
        of_each = groups_of(items, clusters, rng) % groups
        return lambda begin, end: of_each[begin:end]
    seed = int(rng.integers(2**63))
    return lambda begin, end: groups_between(begin, end, groups, seed)


def groups_between(begin: int, end: int, groups: int, seed: int) -> np.ndarray:
    """Return the group of each item in a range: drawn at random, and the same however the ranges are cut.

    Every n-th item would be a systematic sample: groups of sorted items are then too much alike, intervals too narrow.
    """
    drawn = np.random.Generator(np.random.PCG64(seed).advance(begin)).random(end - begin)
    return (drawn * groups).astype(np.int64)


def dealt(parts: Sequence[Array], home: np.ndarray) -> Iterator[tuple[int, list[Array]]]:
    """Yield the rows of each group, given the group of each row."""
    for group in np.unique(home):
        yield int(group), [rows_at(x, np.flatnonzero(home == group)) for x in parts]


def check_finite(found: Collection[Joint], labels: Sequence[str], parts: Sequence[Array], begin: int) -> None:
    """Raise `NotFiniteError` where NaN or infinity came into the sums; the message tells the first such item.

    The squared length of an item is finite if it is, and is part of the sums of its layer.
    """
    for i, label in enumerate(labels):
        if all(math.isfinite(moments.alone(i).a) for moments in found):
            continue
        bad = np.argwhere(~np.isfinite(to_numpy(parts[i])))
        if not len(bad):
            expected, do = "values whose squares are finite", "Divide all values by a constant."
            raise NotFiniteError(explain(expected=expected, got="larger ones", argument=label, do=do))
        do = "Drop those items, or find the layer that overflows: recording counts such rows by layer."
        got = f"NaN or infinity (first: item {begin + int(bad[0, 0])}, unit {int(bad[0, 1])})"
        raise NotFiniteError(explain(expected="finite values", got=got, argument=label, do=do))


def said(planned: Plan, wanted: int, memory: int) -> Iterator[str]:
    """Yield what has to be said of a plan."""
    passes = len(planned.passes)
    yield "computed from mergeable moments, in " + ("one pass" if passes == 1 else f"{passes} passes")
    if planned.groups < wanted:
        yield f"interval from {planned.groups} groups of items, since memory holds the moments of no more"
    if planned.bytes > memory:
        yield f"moments took {planned.bytes / 1e9:.2g} GB, more than `memory`: layers this wide need as much"


class Matrices:
    """The matrices of a Comparison as they fill, one cell for each pair of positions among the layers."""

    def __init__(self, rows: Sequence[int], columns: Sequence[int] | None, *, mirrored: bool) -> None:
        others = rows if columns is None else columns
        self.row = {layer: at for at, layer in enumerate(rows)}
        self.column = {layer: at for at, layer in enumerate(others)}
        self.mirrored = mirrored
        self.found = {name: np.full((len(rows), len(others)), np.nan) for name in NAMES}
        self.total, self.done = len(rows) * len(others), 0

    def put(self, i: int, j: int, cell: Cell) -> None:
        """Keep the cell of a pair, and of its mirror image."""
        places = {(self.row[i], self.column[j])}
        if self.mirrored:
            places.add((self.row[j], self.column[i]))
        for place in places:
            for name, value in zip(Cell._fields, cell, strict=True):
                self.found[name][place] = value
        self.done += len(places)

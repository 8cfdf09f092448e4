"""Rows of several layers, block by block, from disk or memory; the next block comes in while the last is worked on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from repscope.array.inputs import checked, rows_at
from repscope.array.namespace import detached, device_of, is_numpy, is_torch, itemsize, library_of, namespace
from repscope.errors import MixedArrays, ShapeError, explain
from repscope.stats.lifted import point_of
from repscope.studies.gather import Layer
from repscope.types import Array, Card, Representation

SAMPLE, RUNS = 512, 16
"""Rows of a sample, and the runs of consecutive rows, spread over all, that it consists of."""

PAGE = 4096
"""Bytes that come into memory together: reading one number of each brings a whole block in."""


class Look(NamedTuple):
    """What a sample of rows tells of a layer: a point near their mean, what they are made of, the bytes of one."""

    label: str
    point: Array
    kind: tuple[str, str, str]
    row_bytes: int


def units_of(layer: Layer) -> int:
    """Return how many units a layer's rows have, trailing axes flattened.

    Raises
    ------
    ShapeError
        The rows do not begin with items.
    """
    if isinstance(layer.x, Representation) and layer.x.axes[0] != "item":
        do = "Average over trials first, e.g. x.mean(axis=0)."
        got = str(layer.x.axes)
        raise ShapeError(explain(expected="axes that begin with 'item'", got=got, argument=layer.source.label, do=do))
    return math.prod(rows_in(layer).shape[1:])


def items_of(layer: Layer) -> int:
    """Return how many of a layer's items are compared."""
    return layer.items if layer.positions is None else len(layer.positions)


def rows_in(layer: Layer) -> Array:
    """Return the rows of a layer as they lie, lazy ones unread."""
    return layer.x.x if isinstance(layer.x, Representation) else layer.x


def read(layer: Layer, begin: int, end: int) -> Array:
    """Return the rows of consecutive items in the common order, (items, units), in float32 or float64."""
    x = rows_in(layer)
    if layer.positions is None:
        found = x[begin:end, ...]
    else:
        at = layer.positions[begin:end]
        found = rows_at(x, at) if hasattr(x, "__array_namespace__") or is_torch(x) else x[at]
    found = found if hasattr(found, "__array_namespace__") or is_torch(found) else np.asarray(found)
    if len(found.shape) > 2:
        found = namespace(found).reshape(found, (found.shape[0], -1))
    return detached(checked(found, layer.source.label, 1))


def sample(layer: Layer, least_items: int) -> Array:
    """Return rows of a layer from all over it, from which points and parameters are judged."""
    items, run = items_of(layer), SAMPLE // RUNS
    if items <= SAMPLE:
        return checked(read(layer, 0, items), layer.source.label, least_items)
    starts = [(items - run) * i // (RUNS - 1) for i in range(RUNS)]
    parts = [read(layer, start, start + run) for start in starts]
    return namespace(*parts).concat(parts)


def look(layer: Layer, card: Card) -> Look:
    """Return what a sample of a layer's rows tells."""
    x = sample(layer, card.least_items)
    kind = library_of(x), str(device_of(x)), str(x.dtype).removeprefix("torch.")
    return Look(layer.source.label, point_of(x), kind, x.shape[1] * itemsize(x))


def check_kinds(looks: Iterable[Look]) -> None:
    """Raise `MixedArrays` where two layers are of different libraries or lie on different devices."""
    first, *others = looks
    for other in others:
        if other.kind[:2] != first.kind[:2]:
            got = " and ".join(" on ".join(look.kind[:2]) for look in (first, other))
            do = "Move them to one library and device first."
            raise MixedArrays(explain(expected="arrays of one kind", got=got, argument=other.label, do=do))


def blocks(layers: Sequence[Layer], items: int, rows: int) -> Iterator[tuple[int, list[Array]]]:
    """Yield the first item and the rows of each block of consecutive items; the next one is read in the background."""

    def fetch(begin: int) -> list[Array]:
        return [touched(read(layer, begin, min(begin + rows, items))) for layer in layers]

    with ThreadPoolExecutor(1) as reader:
        ahead = reader.submit(fetch, 0)
        for begin in range(0, items, rows):
            found = ahead.result()
            if begin + rows < items:
                ahead = reader.submit(fetch, begin + rows)
            yield begin, found


def touched(x: Array) -> Array:
    """Return an array after one number of each of its pages was read, so that all of it is in memory."""
    if is_numpy(x) and x.flags.c_contiguous:
        x.reshape(-1)[:: max(1, PAGE // x.itemsize)].copy()
    return x

"""A zoo of models read side by side, item chunk by item chunk: the correlations of all their units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import match_ids, rows_at
from repscope.array.namespace import device_of, library_of, namespace, to_numpy
from repscope.array.resample import resampled
from repscope.errors import DtypeError, InputError, MixedArrays, NotFiniteError, ShapeError, explain
from repscope.stats import correlation
from repscope.types import Array, Float, Int, Representation

CHUNK = 32 * 2**20
"""Bytes of one model's chunk of items, resampled."""

ACCUMULATORS = 512 * 2**20
"""Bytes of the products that are summed in one pass over the items; more pairs of models take more passes."""

AXES = {2: "(items, units)", 4: "(items, rows, columns, units)"}

Pair = tuple[int, int]


class Models(NamedTuple):
    """Models with one and the same items, their positions in each (None is as they stand), and the common grid."""

    names: tuple[str, ...]
    arrays: tuple[Array, ...]
    positions: tuple[Any, ...]
    grid: tuple[int, int] | None

    @property
    def items(self) -> int:
        """The number of items."""
        return int(self.arrays[0].shape[0])

    @property
    def units(self) -> tuple[int, ...]:
        """The number of units of each model."""
        return tuple(int(x.shape[-1]) for x in self.arrays)

    @property
    def pairs(self) -> list[Pair]:
        """All pairs of two models."""
        count = len(self.names)
        return [(i, j) for i in range(count) for j in range(i + 1, count)]


def models_of(representations: Mapping[str, Array | Representation], grid: tuple[int, int] | None) -> Models:
    """Return the models side by side, checked.

    Raises
    ------
    InputError, ShapeError, IdMismatch, MixedArrays
        Fewer than two models; maps beside arrays without them; other items; several libraries or devices.
    """
    if len(representations) < 2:
        got, do = f"{len(representations)}", "Give a dict of name: array."
        raise InputError(explain(expected="at least two models", got=got, argument="representations", do=do))
    names, given = tuple(representations), list(representations.values())
    first = given[0]
    arrays: list[Array] = []
    positions: list[Any] = []
    for x in given:
        arrays.append(x.x if isinstance(x, Representation) else x)
        both = isinstance(x, Representation) and isinstance(first, Representation)
        positions.append(match_ids(first.ids, x.ids, "exact")[1] if both else None)
    for name, x in zip(names, arrays, strict=True):
        check_shape(name, x, arrays[0])
    check_library(arrays)
    if len(arrays[0].shape) == 2:
        return Models(names, tuple(arrays), tuple(positions), None)
    largest = max(int(x.shape[1]) for x in arrays), max(int(x.shape[2]) for x in arrays)
    return Models(names, tuple(arrays), tuple(positions), grid or largest)


def check_shape(name: str, x: Array, first: Array) -> None:
    """Raise `ShapeError` unless `x` has items, units and perhaps maps, as the first model does."""
    argument = f"representations[{name!r}]"
    if not hasattr(x, "shape"):
        do = "Convert it: numpy.asarray(x)."
        raise ShapeError(explain(expected="an array", got=type(x).__name__, argument=argument, do=do))
    if len(x.shape) not in AXES or len(x.shape) != len(first.shape):
        expected = AXES.get(len(first.shape), " or ".join(AXES.values()))
        do = "Give every model's maps, or every model's units without places."
        raise ShapeError(explain(expected=expected, got=f"shape {tuple(x.shape)}", argument=argument, do=do))
    if x.shape[0] != first.shape[0] or x.shape[0] < 3 or 0 in x.shape:
        expected, do = f"{first.shape[0]} items as in the first model, at least 3", "Record the same items."
        raise ShapeError(explain(expected=expected, got=f"shape {tuple(x.shape)}", argument=argument, do=do))


def check_library(arrays: Sequence[Array]) -> None:
    """Raise `MixedArrays` unless a few rows of all models are of one library and on one device."""
    few = [x[:1] for x in arrays]
    namespace(*few)
    devices = {str(device_of(x)) for x in few}
    if len(devices) > 1:
        got, do = " and ".join(sorted(devices)), "Move all models to one device."
        raise MixedArrays(explain(expected="arrays on one device", got=got, argument="representations", do=do))


def groups(models: Models) -> Iterator[list[Pair]]:
    """Yield pairs of models together whose products fit the budget at once."""
    group: list[Pair] = []
    size = 0
    for i, j in models.pairs:
        more = 8 * models.units[i] * models.units[j]
        if group and size + more > ACCUMULATORS:
            yield group
            group, size = [], 0
        group.append((i, j))
        size += more
    yield group


def correlations(
    models: Models, pairs: Sequence[Pair], order: Int[np.ndarray, " items"] | None = None
) -> dict[Pair, Float[np.ndarray, "p q"]]:
    """Return the correlations of the units of each pair of models over all items and places, in one pass.

    With `order` the items of the second model of each pair come in that order: maps move as wholes. Constant units
    correlate with nothing, at −∞.
    """
    sums: dict[Pair, correlation.CorrelationSums] = {}
    firsts, seconds = {i for i, _ in pairs}, {j for _, j in pairs}
    for chunk in chunks(models):
        at = np.arange(chunk.start, chunk.stop)
        left = {i: correlation.side(values(models, i, at)) for i in (firsts if order is not None else firsts | seconds)}
        right = left if order is None else {j: correlation.side(values(models, j, order[chunk])) for j in seconds}
        for i, j in pairs:
            part = correlation.of_sides(left[i], right[j])
            sums[i, j] = correlation.merge(sums[i, j], part) if (i, j) in sums else part
    found = {}
    for (i, j), total in sums.items():
        check_finite(models.names[i], total.x)
        check_finite(models.names[j], total.y)
        c = to_numpy(correlation.finish(total))
        found[i, j] = np.where(np.isnan(c), -np.inf, c)
    return found


def chunks(models: Models) -> Iterator[slice]:
    """Yield consecutive items, as many as fit the budget of bytes in every model."""
    places = models.grid[0] * models.grid[1] if models.grid else 1
    step = max(1, CHUNK // (8 * places * max(models.units)))
    for start in range(0, models.items, step):
        yield slice(start, min(start + step, models.items))


def values(models: Models, model: int, at: Int[np.ndarray, " chunk"]) -> Float[Array, "rows units"]:
    """Return the values of some items of one model, a row an item and place on the common grid."""
    positions = models.positions[model]
    at = at if positions is None else positions[at]
    x = models.arrays[model]
    straight = len(at) and at[-1] - at[0] == len(at) - 1 and bool((np.diff(at) == 1).all())
    x = x[int(at[0]) : int(at[-1]) + 1] if straight else taken(x, at)
    x = as_floating(x, f"representations[{models.names[model]!r}]")
    if models.grid:
        x = resampled(x, *models.grid)
    return namespace(x).reshape(x, (-1, x.shape[-1]))


def taken(x: Array, at: Int[np.ndarray, " chunk"]) -> Array:
    """Return some items of an array, or of rows that are read when they are asked for."""
    is_array = hasattr(x, "__array_namespace__") or library_of(x) == "torch"
    return rows_at(x, at) if is_array else x[at]


def as_floating(x: Array, argument: str) -> Array:
    """Return `x` in float32 or float64: half goes up to float32, integers and booleans to float64."""
    xp = namespace(x)
    if xp.isdtype(x.dtype, ("integral", "bool")):
        return xp.astype(x, xp.float64)
    if not xp.isdtype(x.dtype, "real floating"):
        do = "Convert it: x.astype('float32')."
        raise DtypeError(explain(expected="real numbers", got=str(x.dtype), argument=argument, do=do))
    return x if x.dtype in (xp.float32, xp.float64) else xp.astype(x, xp.float32)


def check_finite(name: str, total: Float[Array, " units"]) -> None:
    """Raise `NotFiniteError` where a sum over all items is NaN or infinite."""
    bad = ~np.isfinite(to_numpy(total))
    if bad.any():
        got = f"NaN or infinity in {int(bad.sum())} units (first: unit {int(bad.argmax())})"
        do = "Drop those items, or find the layer that overflows."
        raise NotFiniteError(explain(expected="finite values", got=got, argument=f"representations[{name!r}]", do=do))

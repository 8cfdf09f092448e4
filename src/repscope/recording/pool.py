"""From what a layer gives to rows of units: one function for NumPy and torch.

A layer gives (items, units), (items, positions, units), or a map (items, channels, height, width, …) whose
positions are its places. `channels="last"` or `"first"` says where the units are if this rule is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from repscope.array.namespace import device_of, namespace
from repscope.errors import InputError, ShapeError, explain
from repscope.types import Array

POOLINGS = ("none", "flatten", "mean", "max", "cls", "last", "tokens")
Pooling = str | Callable[[Any], Any]
Channels = str | None


def check_pooling(how: Pooling) -> None:
    """Raise `InputError` unless `how` is one of `POOLINGS` or a function."""
    if not callable(how) and how not in POOLINGS:
        expected = f"one of {', '.join(POOLINGS)}, or a function of the layer's array"
        do = "Choose one of them."
        raise InputError(explain(expected=expected, got=repr(how), argument="pooling", do=do))


def name_of_pooling(how: Pooling) -> str:
    """Return the name that a store keeps: the pooling's own, or the function's import path."""
    if not callable(how):
        return how
    return f"{getattr(how, '__module__', '')}:{getattr(how, '__qualname__', type(how).__qualname__)}"


def pool(
    x: Array,
    how: Pooling,
    *,
    mask: Array | None = None,
    channels: Channels = None,
    items: int | None = None,
) -> Array:
    """Return the rows to record: (items, units), (items, positions, units), or (items × positions, units).

    Parameters
    ----------
    x : array, items first, floating
        Half precision is averaged in float32.
    how : str or function
        `none` keeps positions, (items, positions, units); `flatten` makes them units; `mean` and `max` go over
        them; `cls` takes the first, `last` the last; `tokens` makes each one an item. A function is given `x`.
    mask : array, (items, positions)
        Non-zero where a position is real; by default all are.
    channels : "first" or "last"
        Where the units stand in an array of three axes or more; by default last of three and first of more.
    items : int
        How many rows a function must return; by default as many as `x` has.

    Raises
    ------
    ShapeError
        The array has no such positions, or the mask does not fit it.

    Notes
    -----
    An item without any real position becomes a row of NaN, or no row under `tokens`.
    """
    if callable(how):
        return as_rows(how(x), x.shape[0] if items is None else items)
    if len(x.shape) < 3:
        return without_positions(x, how)
    if how == "cls" and len(x.shape) > 3 and channels is None:
        raise ShapeError(no_positions(x, how, "A map has no first token: choose mean, max or flatten."))
    if how == "flatten" and mask is None:
        return namespace(x).reshape(x, (x.shape[0], -1))
    x = positions_then_units(x, channels)
    if mask is not None:
        return masked(x, how, mask)
    return POOL[how](x)


def positions_then_units(x: Array, channels: Channels = None) -> Array:
    """Return an array of three axes or more as (items, positions, units)."""
    xp, axes = namespace(x), len(x.shape)
    first = channels == "first" if channels else axes > 3
    if first:
        x = xp.permute_dims(x, (0, *range(2, axes), 1))
    return x if axes == 3 else xp.reshape(x, (x.shape[0], -1, x.shape[-1]))


def wide(x: Array) -> Array:
    """Return half precision as float32, so that a mean is not rounded at every step."""
    xp = namespace(x)
    return xp.astype(x, xp.float32) if x.dtype.itemsize < 4 else x


POOL: dict[str, Callable[[Any], Any]] = {
    "none": lambda x: x,
    "mean": lambda x: namespace(x).mean(wide(x), axis=1),
    "max": lambda x: namespace(x).max(x, axis=1),
    "cls": lambda x: x[:, 0],
    "last": lambda x: x[:, -1],
    "tokens": lambda x: namespace(x).reshape(x, (-1, x.shape[-1])),
}


def masked(x: Array, how: str, mask: Array) -> Array:
    """Return `pool` over the real positions only of an (items, positions, units) array."""
    xp = namespace(x)
    if tuple(mask.shape) != tuple(x.shape[:2]):
        do = f"This layer has {x.shape[1]} positions, the mask {mask.shape[-1]}: record it apart without a mask."
        raise ShapeError(no_positions(x, how, do))
    real = mask != 0
    if how in ("none", "flatten"):
        if not bool(xp.all(real)):
            do = "Padding would be recorded as positions: choose mean, cls, last or tokens."
            raise ShapeError(no_positions(x, how, do))
        return x if how == "none" else xp.reshape(x, (x.shape[0], -1))
    if how == "tokens":
        return x[real]
    count = xp.sum(xp.astype(real, xp.int64), axis=1)
    rows = over_real(wide(x), how, real, count)
    return xp.where((count == 0)[:, None], float("nan"), rows)


def over_real(x: Array, how: str, real: Array, count: Array) -> Array:
    """Return mean, max, first or last over the real positions; any number where there are none."""
    xp = namespace(x)
    if how == "mean":
        total = xp.sum(xp.where(real[:, :, None], x, 0.0), axis=1)
        return total / xp.astype(count, x.dtype)[:, None].clip(1)
    if how == "max":
        return xp.max(xp.where(real[:, :, None], x, -float("inf")), axis=1)
    steps = xp.astype(real, xp.int64)
    at = xp.argmax(steps, axis=1) if how == "cls" else x.shape[1] - 1 - xp.argmax(xp.flip(steps, axis=1), axis=1)
    items = xp.arange(x.shape[0], device=device_of(x))
    return x[items, at]


def without_positions(x: Array, how: str) -> Array:
    """Return an (items, units) array as it is, an (items,) array as one unit."""
    if how == "tokens":
        raise ShapeError(no_positions(x, how, "Record this layer apart, with pooling='none'."))
    return as_rows(x, x.shape[0])


def as_rows(x: Array, items: int) -> Array:
    """Return an array of one to three axes, items first; one axis becomes one unit."""
    if not 1 <= len(x.shape) <= 3 or x.shape[0] != items:
        expected, do = f"({items}, units) or ({items}, positions, units)", "Let the function return that."
        got = f"an array of shape {tuple(x.shape)}"
        raise ShapeError(explain(expected=expected, got=got, argument="pooling", do=do))
    return x if len(x.shape) > 1 else namespace(x).reshape(x, (items, 1))


def no_positions(x: Array, how: str, do: str) -> str:
    """Return the message for an array that has not the positions that a pooling needs."""
    got = f"an array of shape {tuple(x.shape)}"
    return explain(expected=f"positions that {how!r} can go over", got=got, argument="pooling", do=do)

"""The public edge: what a measure is given, checked once, with an answer for every bad input."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.linalg import mean, row_squares
from repscope.array.namespace import common_dtype, device_of, from_numpy, library_of, namespace, number, to_numpy
from repscope.errors import DtypeError, IdMismatch, InputError, MixedArrays, NotFiniteError, ShapeError, explain
from repscope.types import Array, Float, Ids, Representation

Join = str
"""`exact` or `inner`; other words are refused by name."""


class Centred(NamedTuple):
    """A representation with every unit's mean taken away, and the squared lengths of its rows in float64.

    `scale` is the power of two that it was multiplied by so that no product overflows or vanishes, mostly 1.
    """

    x: Array
    squares: Array
    scale: float
    notes: tuple[str, ...]


MODERATE = 1e-12, 1e12
"""Largest squared lengths between which sums of products of products stay in the range of float32."""

FAR_OUT = 100.0
"""How many times longer, squared, than the average one item is when float32 is no longer enough."""


def pair(
    X: Array | Representation, Y: Array | Representation, *, join: Join = "exact", least_items: int = 2
) -> tuple[Array, Array]:
    """Return two arrays of one library, (items, units) each, whose rows are the same items in the same order.

    Raises
    ------
    ShapeError, DtypeError, IdMismatch, MixedArrays
        As their names say; each message tells which argument and what to do.
    """
    check_join(join)
    if isinstance(X, Representation) and isinstance(Y, Representation):
        at, by = match_ids(X.ids, Y.ids, join)
        x, y = rows_at(rows(X, "X"), at), rows_at(rows(Y, "Y"), by)
    else:
        x, y = rows(X, "X"), rows(Y, "Y")
    namespace(x, y)
    if device_of(x) != device_of(y):
        got, do = f"{device_of(x)} and {device_of(y)}", "Move one of them: Y = Y.to(X.device)."
        raise MixedArrays(explain(expected="arrays on one device", got=got, argument="X, Y", do=do))
    if x.shape[0] != y.shape[0]:
        do = "Give the same items in the same order, or Representations with ids and join='inner'."
        got = f"{x.shape[0]} and {y.shape[0]}"
        raise ShapeError(explain(expected="equally many items", got=got, argument="X, Y", do=do))
    x, y = checked(x, "X", least_items), checked(y, "Y", least_items)
    return common_dtype(x, y)


def check_join(join: Join) -> None:
    """Raise `InputError` unless there is such a way of joining."""
    if join not in ("exact", "inner"):
        do = "`inner` uses the items that all share, `exact` refuses to leave any out."
        raise InputError(explain(expected="'exact' or 'inner'", got=repr(join), argument="join", do=do))


def rows(x: Array | Representation, argument: str) -> Array:
    """Return the array inside `x` as (items, units): trailing axes are flattened, lazy rows are read."""
    if isinstance(x, Representation):
        if x.axes[0] != "item":
            do = "Average over trials first, e.g. x.mean(axis=0)."
            raise ShapeError(explain(expected="axes that begin with 'item'", got=str(x.axes), argument=argument, do=do))
        x = x.x if hasattr(x.x, "__array_namespace__") or library_of(x.x) == "torch" else np.asarray(x.x)
        return x if len(x.shape) == 2 else namespace(x).reshape(x, (x.shape[0], -1))
    return x


def checked(x: Array, argument: str, least_items: int = 2, axes: tuple[str, ...] = ("item", "unit")) -> Array:
    """Return `x` in a floating dtype: half goes up to float32, integers and booleans to float64."""
    xp = namespace(x)
    shape = f"({', '.join(f'{axis}s' if axis != 'class' else 'classes' for axis in axes)})"
    if len(x.shape) != len(axes):
        do = "Flatten trailing axes: x.reshape(len(x), -1)." if len(axes) == 2 else "Give an array with these axes."
        got = f"an array of shape {tuple(x.shape)}"
        raise ShapeError(explain(expected=shape, got=got, argument=argument, do=do))
    if x.shape[axes.index("item")] < least_items or min(x.shape) < 1:
        expected, do = f"at least {least_items} items and 1 {axes[-1]}", "Record more items."
        raise ShapeError(explain(expected=expected, got=f"{tuple(x.shape)}", argument=argument, do=do))
    if xp.isdtype(x.dtype, "complex floating"):
        do = "Stack real and imaginary parts as units: concatenate([x.real, x.imag], axis=1)."
        raise DtypeError(explain(expected="real numbers", got=str(x.dtype), argument=argument, do=do))
    if xp.isdtype(x.dtype, ("integral", "bool")):
        return xp.astype(x, xp.float64)
    if not xp.isdtype(x.dtype, "real floating"):
        do = "Convert it: x.astype('float32')."
        raise DtypeError(explain(expected="numbers", got=str(x.dtype), argument=argument, do=do))
    return x if x.dtype in (xp.float32, xp.float64) else xp.astype(x, xp.float32)


def centred(x: Float[Array, "items units"], argument: str = "X") -> Centred:
    """Return `x` less the float64 mean of each unit, without constant units, in a range safe to square.

    Where one item is far longer than the rest, float32 goes up to float64: differences between the others would
    be lost beside it. Very large and very small numbers are brought to order 1.

    Raises
    ------
    NotFiniteError
        NaN or infinity stands in `x`; found from the means, at no further cost.
    """
    xp = namespace(x)
    average = mean(x)
    if not bool(xp.all(xp.isfinite(average))):
        raise NotFiniteError(not_finite(x, argument))
    constant = constant_units(x)
    notes: tuple[str, ...] = ()
    if constant:
        keep = from_numpy(np.setdiff1d(np.arange(x.shape[1]), constant), x)
        x, average = xp.take(x, keep, axis=1), xp.take(average, keep)
        one = len(constant) == 1
        notes = (f"{argument}: {len(constant)} constant unit{'' if one else 's'} dropped",)
    x = x - xp.astype(average, x.dtype)
    if not x.shape[1]:
        notes = (f"{argument}: constant representation: the value is undefined (NaN)",)
        return Centred(x, row_squares(x), 1.0, notes)
    x, squares, scale = in_range(x)
    share = number(xp.max(squares)) / number(xp.sum(squares))
    if share > max(0.5, 2 / x.shape[0]):
        notes = (
            *notes,
            f"{argument}: one item carries {share:.0%} of the squared norm: value, interval and p rest on it",
        )
    return Centred(x, squares, scale, notes)


def in_range(x: Float[Array, "items units"]) -> tuple[Array, Array, float]:
    """Return `x` so scaled, and in such a dtype, that it can be squared twice; its squared lengths; the scale."""
    xp = namespace(x)
    with np.errstate(over="ignore", under="ignore"):
        squares, scale = row_squares(x), 1.0
    if not MODERATE[0] < number(xp.max(squares)) < MODERATE[1]:
        x, scale = to_order_one(x)
        squares = row_squares(x)
    if x.dtype == xp.float32 and number(xp.max(squares)) > FAR_OUT * number(xp.mean(squares)):
        x = xp.astype(x, xp.float64)
        squares = row_squares(x)
    return x, squares, scale


def to_order_one(x: Float[Array, "items units"]) -> tuple[Array, float]:
    """Return `x` times the power of two that brings its largest absolute value below 1, and that power."""
    largest = number(namespace(x).max(abs(x)))
    scale = 2.0 ** -math.frexp(largest)[1] if largest > 0 else 1.0
    return x * scale, scale


def near_order_one(x: Float[Array, "items units"]) -> Array:
    """Return `x` as it is where its largest absolute value lies within a million of 1, else brought to order 1."""
    xp = namespace(x)
    largest = max(number(xp.max(x)), -number(xp.min(x)))
    return x if 1e-6 < largest < 1e6 else to_order_one(x)[0]


def constant_units(x: Float[Array, "items units"]) -> list[int]:
    """Return the positions of the units that take one value only.

    A few rows settle nearly all units; only those that are constant there are read in full.
    """
    xp = namespace(x)
    few = x[:: max(1, x.shape[0] // 64), :]
    suspects = np.flatnonzero(to_numpy(xp.all(few == few[:1, :], axis=0)))
    if not len(suspects):
        return []
    columns = xp.take(x, from_numpy(suspects, x), axis=1)
    return [int(i) for i in suspects[to_numpy(xp.all(columns == columns[:1, :], axis=0))]]


def not_finite(x: Array, argument: str) -> str:
    """Return the message that says how many values are NaN or infinite, and where the first one is."""
    bad = ~np.isfinite(to_numpy(x))
    if not bad.any():
        do = "Divide all values by a constant: no measure here depends on the scale."
        return explain(expected="values whose sum is finite", got="larger ones", argument=argument, do=do)
    row, column = (int(i) for i in np.argwhere(bad)[0])
    items = int(bad.any(axis=1).sum())
    got = f"{int(bad.sum())} NaN or infinite values in {items} items (first: item {row}, unit {column})"
    do = "Drop those items, or find the layer that overflows: recording counts such rows by layer."
    return explain(expected="finite values", got=got, argument=argument, do=do)


def match_ids(a: Ids, b: Ids, join: Join) -> tuple[Any, Any]:
    """Return the positions in `a` and in `b` of the items they share, None where all stand in order.

    Raises
    ------
    IdMismatch
        The ids differ and `join` is not `"inner"`, or nothing is shared.
    """
    if a == b:
        return None, None
    where = {name: i for i, name in enumerate(b)}
    shared = [(i, where[name]) for i, name in enumerate(a) if name in where]
    if join != "inner" and (len(shared) != len(a) or len(a) != len(b)):
        missing = next((name for name in a if name not in where), None)
        missing = next(name for name in b if name not in set(a)) if missing is None else missing
        got = f"{len(a)} and {len(b)} ids, {len(shared)} shared (e.g. {missing!r} stands in one only)"
        do = "Record the same items, or say join='inner' to use the shared ones."
        raise IdMismatch(explain(expected="the same ids", got=got, argument="X, Y", do=do))
    if not shared:
        do = "Give both recordings the same ids for the same items."
        raise IdMismatch(explain(expected="shared ids", got="none shared", argument="X, Y", do=do))
    at, by = (np.array(column) for column in zip(*shared, strict=True))
    return at, by


def rows_at(x: Array, positions: Any, axis: int = 0) -> Array:
    """Return the items of `x` at `positions` along their axis, or all of them for None."""
    if positions is None:
        return x
    return namespace(x).take(x, from_numpy(positions, x), axis=axis)

"""Two arrays with more axes than items and units, or with other ones, joined into the same items in the same order."""

from __future__ import annotations

import numpy as np

from repscope.array.inputs import Join, check_join, checked, match_ids, rows_at
from repscope.array.namespace import common_dtype, device_of, library_of, namespace
from repscope.errors import MixedArrays, ShapeError, explain
from repscope.types import Array, Representation


def pair_with_axes(
    X: Array | Representation,
    Y: Array | Representation,
    axes: tuple[str, ...],
    *,
    join: Join = "exact",
    least_items: int = 2,
) -> tuple[Array, Array]:
    """Return two floating arrays of one library, dtype and device with these axes, whose items are the same.

    Raises
    ------
    ShapeError, DtypeError, IdMismatch, MixedArrays, InputError
        As their names say; each message tells which argument and what to do.
    """
    check_join(join)
    axis = axes.index("item")
    x, y = array_of(X, axes, "X"), array_of(Y, axes, "Y")
    if isinstance(X, Representation) and isinstance(Y, Representation):
        at, by = match_ids(X.ids, Y.ids, join)
        x, y = rows_at(x, at, axis), rows_at(y, by, axis)
    check_together(x, y, axis if len(x.shape) == len(y.shape) == len(axes) else 0)
    x, y = checked(x, "X", least_items, axes), checked(y, "Y", least_items, axes)
    return common_dtype(x, y)


def check_together(x: Array, y: Array, axis: int = 0) -> None:
    """Raise `MixedArrays` or `ShapeError` unless both are of one library, on one device and hold equally many items."""
    namespace(x, y)
    if device_of(x) != device_of(y):
        got, do = f"{device_of(x)} and {device_of(y)}", "Move one of them: Y = Y.to(X.device)."
        raise MixedArrays(explain(expected="arrays on one device", got=got, argument="X, Y", do=do))
    if len(x.shape) == len(y.shape) and x.shape[axis] != y.shape[axis]:
        do = "Give the same items in the same order, or Representations with ids and join='inner'."
        got = f"{x.shape[axis]} and {y.shape[axis]}"
        raise ShapeError(explain(expected="equally many items", got=got, argument="X, Y", do=do))


def array_of(x: Array | Representation, axes: tuple[str, ...], argument: str) -> Array:
    """Return the array inside `x`, whose axes must be these; lazy rows of a store are read."""
    if not isinstance(x, Representation):
        return x
    named = tuple("unit" if axis == "class" else axis for axis in axes)
    if x.axes != named:
        do = "Record or reshape it with these axes."
        raise ShapeError(explain(expected=f"axes {named}", got=str(x.axes), argument=argument, do=do))
    return x.x if hasattr(x.x, "__array_namespace__") or library_of(x.x) == "torch" else np.asarray(x.x)

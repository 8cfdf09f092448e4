"""The public edge for spatial maps: (items, rows, columns, units), such as the channels of a convolutional layer."""

from __future__ import annotations

from repscope.array.inputs import Join
from repscope.array.namespace import namespace
from repscope.array.pairing import pair_with_axes
from repscope.errors import ShapeError, explain
from repscope.types import TAKES, Array, Float, Representation


def pair_of_maps(
    X: Array | Representation, Y: Array | Representation, *, join: Join = "exact", least_items: int = 2
) -> tuple[Array, Array]:
    """Return two arrays of one library, (items, rows, columns, units) each, of the same items and the same grid.

    Raises
    ------
    ShapeError, DtypeError, IdMismatch, MixedArrays, InputError
        As their names say; each message tells which argument and what to do.
    """
    x, y = pair_with_axes(X, Y, TAKES["maps"], join=join, least_items=least_items)
    if x.shape[1:3] != y.shape[1:3]:
        got = f"{tuple(x.shape[1:3])} and {tuple(y.shape[1:3])}"
        do = "Resample both to one grid."
        raise ShapeError(explain(expected="equal (rows, columns)", got=got, argument="X, Y", do=do))
    return x, y


def positions_as_rows(x: Float[Array, "items rows columns units"]) -> Float[Array, "positions units"]:
    """Return maps with every position of every item as a row of its own."""
    return namespace(x).reshape(x, (-1, x.shape[-1]))

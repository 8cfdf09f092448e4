"""What was recorded: an array whose rows are items, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from repscope.errors import IdMismatch, ShapeError, explain
from repscope.types.shapes import Array

Ids = tuple[str, ...]
"""One unique string an item: the only key on which representations are joined."""

AXES = {("item", "unit"), ("item", "position", "unit"), ("trial", "item", "unit"), ("item", "row", "column", "unit")}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a representation comes from; every field may be empty for an array given by hand."""

    model: str = ""
    layer: str = ""
    revision: str = ""
    pooling: str = ""
    dtype: str = ""
    digest: str = ""

    @property
    def label(self) -> str:
        """`model/layer`, or whichever of the two there is."""
        return "/".join(part for part in (self.model, self.layer) if part) or "array"

    def to_dict(self) -> dict[str, str]:
        """Return the fields as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class Representation:
    """Rows are items, columns are units; `x` may be an array or the lazy rows of a store.

    Parameters
    ----------
    x : array, (items, units), (items, positions, units), (items, rows, columns, units) or (trials, items, units)
    ids : one unique string an item, in the order of the rows
    axes : the names of the axes of `x`
    source : where it comes from
    labels : per-item columns such as class or split, each of length items

    Raises
    ------
    ShapeError
        `axes` does not fit `x`, or a label column has another length.
    IdMismatch
        There are not as many ids as items, or an id stands twice.
    """

    x: Array
    ids: Ids
    axes: tuple[str, ...] = ("item", "unit")
    source: Source = Source()
    labels: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.axes not in AXES or len(self.axes) != len(self.x.shape):
            known = " or ".join(str(axes) for axes in sorted(AXES))
            got = f"axes={self.axes} for an array of shape {tuple(self.x.shape)}"
            do = "Name each axis of x."
            raise ShapeError(explain(expected=known, got=got, argument="axes", do=do))
        check_ids(self.ids, len(self))
        for name, column in self.labels.items():
            if len(column) != len(self):
                got = f"{len(column)} in column {name!r}"
                do = "Give one label an item."
                raise ShapeError(explain(expected=f"{len(self)} labels", got=got, argument="labels", do=do))

    def __repr__(self) -> str:
        """Say where it comes from, its shape and its first ids."""
        shown = ", ".join(map(repr, self.ids[:3])) + (", …" if len(self.ids) > 3 else "")
        return f"Representation({self.source.label}, {tuple(self.x.shape)}, ids {shown})"

    def __len__(self) -> int:
        """The number of items."""
        return int(self.x.shape[self.axes.index("item")])


def check_ids(ids: Ids, items: int) -> None:
    """Raise `IdMismatch` unless there is one unique id for each of `items` items."""
    if len(ids) != items:
        expected, got = f"{items} ids, one an item", f"{len(ids)}"
        raise IdMismatch(explain(expected=expected, got=got, argument="ids", do="Give one id a row of x."))
    if len(set(ids)) != items:
        seen: set[str] = set()
        twice = next(i for i in ids if i in seen or seen.add(i))  # type: ignore[func-returns-value]
        got = f"{twice!r} more than once"
        raise IdMismatch(
            explain(
                expected="unique ids",
                got=got,
                argument="ids",
                do="Make every id unique, or drop the repeats.",
            )
        )


def running_ids(items: int, start: int = 0) -> Ids:
    """Return the ids `"0"`, `"1"`, … that stand in where no ids are given."""
    return tuple(map(str, range(start, start + items)))


def as_ids(ids: Iterable[Any]) -> Ids:
    """Return any iterable of ids as a tuple of strings."""
    return tuple(str(i) for i in ids)

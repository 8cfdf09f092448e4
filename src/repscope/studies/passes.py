"""Which layers' moments are gathered in one pass over the items, so that they stay within a budget of memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from repscope.stats.lifted import BLOCK

MOST_GROUPS = 20
"""Groups of items that are left out in turn for an interval: Student's t is then near normal."""

FEWEST_GROUPS = 5
"""Groups below which an interval says little: then memory is overstepped."""

FEWEST_ROWS = 64
"""Rows that are read at once however wide they are: less would be all overhead."""

SPARE = 3
"""Sets of moments beside those of the groups: of all items, under way to it, and what one value is made of."""


class Pass(NamedTuple):
    """Layers by position: the first ones with the others, or all with all where there are no others."""

    first: tuple[int, ...]
    others: tuple[int, ...] = ()

    @property
    def layers(self) -> tuple[int, ...]:
        """All of them, in the order of their moments."""
        return self.first + self.others

    @property
    def split(self) -> int:
        """How many of the layers are on one side, 0 where all go with all."""
        return len(self.first) if self.others else 0

    def pairs(self, *, symmetric: bool) -> list[tuple[int, int]]:
        """Return the pairs of positions among `layers`; unless `symmetric`, (j, i) beside (i, j)."""
        every = range(len(self.layers))
        left, right = (every[: self.split], every[self.split :]) if self.others else (every, every)
        once = [(i, j) for i in left for j in right if self.others or j >= i]
        return once if symmetric else [*once, *((j, i) for i, j in once if i != j)]

    def entries(self, units: Sequence[int]) -> int:
        """Return the numbers that the moments consist of."""
        first, others = (sum(units[i] + 2 for i in side) for side in (self.first, self.others))
        return first * others + sum((units[i] + 2) ** 2 for i in self.layers) if self.others else first**2


class Plan(NamedTuple):
    """The passes, the groups of items that are kept apart, and the bytes that moments take at most."""

    passes: tuple[Pass, ...]
    groups: int
    bytes: int


def plan(units: Sequence[int], rows: Sequence[int], columns: Sequence[int] | None, *, groups: int, memory: int) -> Plan:
    """Return how the moments of rows with columns, or with themselves for None, are gathered within `memory` bytes.

    Where one pair alone takes more, groups become fewer down to `FEWEST_GROUPS`, and then memory is overstepped.
    """
    numbers = memory // 8
    least = max(Pass((i,), (j,)).entries(units) for i in rows for j in (rows if columns is None else columns))
    if groups > FEWEST_GROUPS:
        groups = min(groups, max(FEWEST_GROUPS, numbers // least - SPARE))
    each = numbers // (groups + SPARE)
    passes = tuple(passes_of(units, tuple(rows), None if columns is None else tuple(columns), each))
    return Plan(passes, groups, 8 * (groups + SPARE) * max(one.entries(units) for one in passes))


def groups_in_one_pass(one: Pass, units: Sequence[int], *, groups: int, memory: int) -> int:
    """Return the groups of which `memory` bytes hold the moments of a single pass, below 1 where not even of one."""
    return min(groups, memory // (8 * one.entries(units)) - SPARE)


def passes_of(
    units: Sequence[int], rows: tuple[int, ...], columns: tuple[int, ...] | None, numbers: int
) -> Iterator[Pass]:
    """Yield passes of at most so many numbers each, or of one pair, in which every pair is gathered once."""
    whole = Pass(rows) if columns is None else Pass(rows, columns)
    if whole.entries(units) <= numbers:
        yield whole
        return
    width = int((numbers / 3) ** 0.5)  # of each side; a pass over two sides needs the layers alone as well
    left = list(parts(units, rows, width))
    if columns is not None:
        yield from (Pass(one, other) for one in left for other in parts(units, columns, width))
        return
    for at, one in enumerate(left):
        yield Pass(one)
        yield from (Pass(one, other) for other in left[at + 1 :])


def parts(units: Sequence[int], layers: Sequence[int], width: int) -> Iterator[tuple[int, ...]]:
    """Yield consecutive layers whose lifted units are at most `width`, or one layer."""
    part: tuple[int, ...] = ()
    for layer in layers:
        if part and sum(units[i] + 2 for i in (*part, layer)) > width:
            yield part
            part = ()
        part = (*part, layer)
    yield part


def rows_of_block(row_bytes: int, groups: int, memory: int) -> int:
    """Return the rows that are read at once: enough for a product of each group, as far as `memory` bytes allow."""
    return max(FEWEST_ROWS, min(groups * BLOCK, memory // max(1, row_bytes)))

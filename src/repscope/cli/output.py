"""What every verb prints: one readable table, or with `--json` the result's dict; bars on standard error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Task as RichTask
from rich.table import Table
from rich.text import Text

NUMBER = {"value", "interval", "unrelated", "p", "q", "items", "width", "units", "bytes", "results"}
"""Columns that are set to the right and never broken."""

SPARE = ("unrelated", "p", "q", "source")
"""Columns that a narrow terminal does without, in this order, rather than break a name."""

GAP = 2
"""Cells between two columns."""

UNBOUNDED = 100_000
"""Cells a line where there is no terminal: whatever reads the output finds one row on one line."""


Columns = list[tuple[str, list[str]]]
"""The columns of a table, each a name and its cells."""


def print_json(data: Any) -> None:
    """Print plain JSON values, indented."""
    print(json.dumps(data, indent=2, ensure_ascii=False))


def counted(number: int, noun: str) -> str:
    """Return a number and what it counts: `1 layer`, `2 layers`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def console_for_output() -> Console:
    """Return standard output as wide as its terminal, and without bounds where it is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=UNBOUNDED)


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    below: Iterable[str] = (),
    headed: bool = True,
) -> None:
    """Print a title, a table, and lines below it; a column that finds no room is named there.

    Without `headed` the names of the columns are not printed.
    """
    console = console_for_output()
    body = list(rows)
    shown = fitting([(name, [row[at] for row in body]) for at, name in enumerate(columns)], console.width)
    names = [name for name, _ in shown]
    table = Table(show_header=headed and any(columns), header_style="dim", box=None, pad_edge=False)
    table.padding = (0, GAP, 0, 0)
    for name, width in zip(names, widths(shown, console.width), strict=True):
        number = name in NUMBER
        table.add_column(name, justify="right" if number else "left", no_wrap=number, overflow="fold", width=width)
    for row in zip(*(column for _, column in shown), strict=True):
        table.add_row(*(Text(cell) for cell in row))
    console.print(Text(title, style="bold"))
    console.print(table)
    missing = [name for name in columns if name not in names]
    print_lines([f"left out of this narrow table: {', '.join(missing)}"] if missing else [])
    print_lines(below)


def fitting(cells: Columns, width: int) -> Columns:
    """Return the columns of a table without as many `SPARE` ones as keep it from fitting unbroken."""
    for spare in SPARE:
        if width_needed(cells) <= width:
            break
        cells = [(name, column) for name, column in cells if name != spare]
    return cells


def width_needed(cells: Columns) -> int:
    """Return the cells that a table takes with lines broken between words only, and numbers not at all."""
    return sum(least(name, column) for name, column in cells) + GAP * (len(cells) - 1)


def least(name: str, column: list[str]) -> int:
    """Return the cells of the longest word of a column, or of the longest number."""
    texts = (name, *column)
    return max(map(cell_len, texts if name in NUMBER else [word for text in texts for word in text.split()]), default=0)


def widths(cells: Columns, width: int) -> list[int | None]:
    """Return the width of each column so that no word is broken, or None for each where that cannot be."""
    now = [least(name, column) for name, column in cells]
    most = [max(map(cell_len, (name, *column))) for name, column in cells]
    if width_needed(cells) > width:
        return [None] * len(cells)
    for _ in range(min(width - width_needed(cells), sum(most) - sum(now))):
        now[max(range(len(now)), key=lambda at: most[at] - now[at])] += 1
    return list(now)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of plain words, wrapped at the terminal's width."""
    console = console_for_output()
    for line in lines:
        console.print(Text(line))


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that is called with what is done and what there is, and lets something be said above it."""

    progress: Progress
    task: TaskID

    def __call__(self, done: int, total: int | None) -> None:
        """Move the bar."""
        self.progress.update(self.task, completed=done, total=total)

    def say(self, line: str) -> None:
        """Print a line above the bar; nothing where it is no terminal."""
        if self.progress.console.is_terminal:
            self.progress.console.print(Text(line))


@contextmanager
def progress_bar(label: str, unit: str) -> Iterator[Bar]:
    """Yield a bar with rate and time left on standard error; silent when it is no terminal."""
    console = Console(stderr=True)
    rate = RateColumn(unit)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        yield Bar(bar, bar.add_task(label, total=None))


class RateColumn(TextColumn):
    """How many a second."""

    def __init__(self, unit: str) -> None:
        super().__init__("")
        self.unit = unit

    def render(self, task: RichTask) -> Text:
        """Return the rate, or nothing before there is one."""
        return Text(f"{task.speed:,.0f} {self.unit}/s" if task.speed else "", style="dim")

"""What every verb prints: one readable table, or with `--json` the result's dict; bars on standard error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.progress import Task as RichTask
from rich.table import Table
from rich.text import Text

NUMBER = {"value", "interval", "unrelated", "p", "units", "bytes", "results"}
"""Columns that are set to the right and never broken."""


def print_json(data: Any) -> None:
    """Print plain JSON values, indented."""
    print(json.dumps(data, indent=2, ensure_ascii=False))


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, below: Iterable[str] = ()
) -> None:
    """Print a table with a title, and lines below it."""
    console = Console(highlight=False)
    table = Table(title=Text(title, style="bold"), title_justify="left", header_style="dim", box=None, pad_edge=False)
    for name in columns:
        number = name in NUMBER
        table.add_column(name, justify="right" if number else "left", no_wrap=number, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
    print_lines(below)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of plain words, wrapped at the terminal's width."""
    console = Console(highlight=False)
    for line in lines:
        console.print(Text(line))


@contextmanager
def progress_bar(label: str, unit: str) -> Iterator[Any]:
    """Yield a function of (done, total) that draws a bar with rate and time left; silent when it is no terminal."""
    console = Console(stderr=True)
    rate = RateColumn(unit)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class RateColumn(TextColumn):
    """How many a second."""

    def __init__(self, unit: str) -> None:
        super().__init__("")
        self.unit = unit

    def render(self, task: RichTask) -> Text:
        """Return the rate, or nothing before there is one."""
        return Text(f"{task.speed:,.0f} {self.unit}/s" if task.speed else "", style="dim")

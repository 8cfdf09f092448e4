"""How figures are shown."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.measure import Figure


def print_table(title: str, figures: Sequence[Figure]) -> None:
    """Print one line a figure: its CPU seconds, what it is compared with, the figure, its bar and whether it is met."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    table.add_column("figure")
    for column in ("repscope, s", "other, s", "measured", "bar", ""):
        table.add_column(column, justify="right", no_wrap=True)
    for f in figures:
        style = "red" if f.verdict == "MISSES" else None
        measured = f"{f.value:.4g} {f.unit}".rstrip()
        table.add_row(f.name, number(f.seconds), number(f.other), measured, f.bar, f.verdict, style=style)
    console = Console()
    Console(width=max(console.width, 150)).print(table)


def number(seconds: float) -> str:
    """Return seconds with three digits, or nothing for NaN."""
    return "" if seconds != seconds else f"{seconds:.3g}"

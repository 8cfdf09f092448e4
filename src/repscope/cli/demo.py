"""`repscope demo`."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.console import Console

from repscope.cli.compare import cells
from repscope.cli.output import print_json, print_lines, print_table, progress_bar
from repscope.reports import findings, report
from repscope.studies.compare import compare
from repscope.studies.digits import record_digit_networks
from repscope.types import Comparison

MEASURES = ("cka", "mutual_knn")


def demo(*, to: Path = Path("demo"), json: bool = False) -> None:
    """Train, record and compare four small networks on handwritten digits, and write a report.

    Parameters
    ----------
    to
        The folder for the store and the report; a store that an earlier demo left there is replaced.
    json
        Print JSON and nothing else.
    """
    errors = Console(stderr=True, highlight=False)
    store = to / "store"
    shutil.rmtree(store, ignore_errors=True)
    recordings, accuracies = record_digit_networks(store, step=errors.print)
    results = []
    for measure in MEASURES:
        errors.print(f"{measure}: comparing all layers with all layers")
        with progress_bar(f"comparing by {measure}", "pairs") as bar:
            results.append(compare(recordings, measure=measure, progress=bar))
    path = report(results, to / "report.html", title="Four networks that read digits")
    if json:
        print_json([result.to_dict() for result in results])
        return
    columns = ("networks", "closest layers", "value", "interval", "unrelated", "p")
    for result in results:
        title = f"\nWhich layers of two networks are most alike? {result.card.name} over {result.n} held-out digits"
        print_table(title, columns, best_per_pair(result))
    accuracy = ", ".join(f"{name} {value:.1%}" for name, value in accuracies.items())
    below = ["", *findings(results[0]), "", f"held-out accuracy: {accuracy}", f"report: {path}"]
    print_lines(below)


def best_per_pair(result: Comparison) -> list[tuple[str, ...]]:
    """Return for each pair of networks its most similar layers, as a row of cells."""
    models = list(dict.fromkeys(source.model for source in result.rows))
    rows = []
    for first in models:
        for second in models[models.index(first) + 1 :]:
            pairs = [
                (result.value[i, j], i, j)
                for i, a in enumerate(result.rows)
                for j, b in enumerate(result.columns)
                if (a.model, b.model) == (first, second)
            ]
            _, i, j = max(pairs)
            _, *numbers = cells(result, i, j)
            match = f"{result.rows[i].layer} – {result.columns[j].layer}"
            rows.append((f"{first}, {second}", match, *numbers))
    return rows

"""`repscope compare`."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter

from repscope.cli.output import print_json, print_table, progress_bar
from repscope.studies.compare import compare as compare_layers
from repscope.types import Comparison


def compare(
    first: Path,
    second: Path | None = None,
    /,
    *,
    measure: str = "cka",
    to: Path | None = None,
    interval: float = 0.95,
    no_interval: bool = False,
    no_null: bool = False,
    permutations: int = 100,
    join: str = "exact",
    seed: int = 0,
    option: Annotated[dict[str, str] | None, Parameter(name="--option")] = None,
    json: bool = False,
) -> None:
    """Compare every layer with every layer: of one store with itself, or of one with another.

    Parameters
    ----------
    first
        A store; its layers are the rows.
    second
        Another one; its layers are the columns. Without it, the first is compared with itself.
    measure
        A name that `repscope list` shows.
    to
        Write the result as JSON, for `repscope report`.
    interval
        The confidence level of the intervals.
    no_interval
        Leave the intervals out.
    no_null
        Leave the null and p out.
    permutations
        How many, where the null is not known in closed form.
    join
        `inner` uses the items that all stores share; `exact` refuses to leave any out.
    seed
        Of the permutations.
    option
        The measure's own parameters: `--option.kernel rbf`, `--option.k 20`.
    json
        Print JSON and nothing else.
    """
    doubt = {"interval": None if no_interval else interval, "null": None if no_null else "auto"}
    own = {name: parsed(text) for name, text in (option or {}).items()}
    options: dict[str, Any] = doubt | {"permutations": permutations, "join": join, "rng": seed} | own
    with progress_bar(f"comparing by {measure}", "pairs") as bar:
        result = compare_layers(first, second, measure=measure, progress=bar, **options)
    if to is not None:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(jsonlib.dumps(result.to_dict()), encoding="utf8")
    if json:
        print_json(result.to_dict())
        return
    below = [*result.notes, *([f"written to {to}; next: repscope report {to} --to report.html"] if to else [])]
    print_table(*best_matches(result), below=below)


def parsed(text: str) -> Any:
    """Return a value written on the command line: a number, true or false, or else the text."""
    try:
        return jsonlib.loads(text.lower() if text in ("True", "False") else text)
    except jsonlib.JSONDecodeError:
        return text


def best_matches(result: Comparison) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
    """Return the title, columns and rows of a table: each row's most similar column, itself left out."""
    higher = result.card.higher != "different"
    rows: list[tuple[str, ...]] = []
    for i, source in enumerate(result.rows):
        values = result.value[i].copy()
        if result.within and len(values) > 1:
            values[i] = np.nan
        if np.isnan(values).all():
            rows.append((source.label, "", "undefined", "", "", ""))
            continue
        j = int(np.nanargmax(values) if higher else np.nanargmin(values))
        rows.append((source.label, *cells(result, i, j)))
    title = f"{result.card.name}: the most similar layer to each, over {result.n} items"
    return title, ("layer", "most similar", "value", "interval", "unrelated", "p"), rows


def cells(result: Comparison, i: int, j: int) -> tuple[str, ...]:
    """Return the cells of one pair: column, value, interval, null, p."""
    one = result[i, j]
    interval = "" if one.interval is None else f"{one.interval[0]:.3f} to {one.interval[1]:.3f}"
    unrelated = "" if one.null is None else f"{one.null.mean:.3f} ± {one.null.sd:.3f}"
    p = "" if one.p is None else "< 0.0001" if one.p < 1e-4 else f"{one.p:.4f}"
    return result.columns[j].label, f"{one.value:.3f}", interval, unrelated, p

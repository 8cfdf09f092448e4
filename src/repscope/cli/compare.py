"""`repscope compare`."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter

from repscope.cli.output import print_json, print_table, progress_bar
from repscope.cli.saving import saved
from repscope.studies.compare import compare as compare_layers
from repscope.types import Comparison

COLUMNS = ("value", "interval", "unrelated", "p")


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
    clusters: str | None = None,
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
        Write the result: a report where it ends in .html, else JSON for `repscope report`.
    interval
        The confidence level of the intervals.
    no_interval
        Leave the intervals out.
    no_null
        Leave the null and p out.
    permutations
        How many, where the null is not known in closed form.
    clusters
        A label column: items with the same entry were not sampled independently.
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
    options: dict[str, Any] = doubt | {"permutations": permutations, "join": join, "rng": seed}
    options |= {"clusters": clusters} | own
    with progress_bar(f"comparing by {measure}", "pairs") as bar:
        result = compare_layers(first, second, measure=measure, progress=bar, **options)
    written = saved(result, to)
    if json:
        print_json(result.to_dict())
        return
    print_table(*best_matches(result), below=[*result.notes, *written])


def parsed(text: str) -> Any:
    """Return a value written on the command line: a number, true or false, or else the text."""
    try:
        return jsonlib.loads(text.lower() if text in ("True", "False") else text)
    except jsonlib.JSONDecodeError:
        return text


def best_matches(result: Comparison) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
    """Return the title, columns and rows of a table: each row's most similar column, itself left out."""
    higher, q = result.card.higher != "different", result.q
    rows: list[tuple[str, ...]] = []
    for i, source in enumerate(result.rows):
        values = result.value[i].copy()
        if result.within and len(values) > 1:
            values[i] = np.nan
        if np.isnan(values).all():
            rows.append((source.label, "", "undefined", "", "", "", ""))
            continue
        j = int(np.nanargmax(values) if higher else np.nanargmin(values))
        rows.append((source.label, *cells(result, i, j), probability(float(q[i, j]))))
    title = f"{result.card.name}: the most similar layer to each, over {result.n} items"
    sides = ("layer", "most similar") if result.card.symmetric else ("from layer", "most similar, to layer")
    return title, (*sides, *COLUMNS, "q"), rows


def cells(result: Comparison, i: int, j: int) -> tuple[str, ...]:
    """Return the cells of one pair: column, value, interval, null, p."""
    one = result[i, j]
    known = one.interval is not None and not np.isnan(one.interval[0])
    interval = f"{one.interval[0]:.3f} to {one.interval[1]:.3f}" if one.interval and known else ""
    unrelated = "" if one.null is None else f"{one.null.mean:.3f} ± {one.null.sd:.3f}"
    p = np.nan if one.p is None else one.p
    return result.columns[j].label, f"{one.value:.3f}", interval, unrelated, probability(p)


def probability(p: float) -> str:
    """Return p to four decimals, `< 0.0001` below that, or nothing where there is none."""
    return "" if np.isnan(p) else "< 0.0001" if p < 1e-4 else f"{p:.4f}"

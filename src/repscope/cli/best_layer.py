"""`repscope best-layer`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from repscope.cli.choice import one_or_all
from repscope.cli.compare import parsed
from repscope.cli.output import print_json, print_table
from repscope.cli.saving import saved
from repscope.reports.questions import ordered, winner
from repscope.store import open_store
from repscope.studies.best_layer import best_layer as ask


def best_layer(
    store: Path,
    first: str,
    candidates: str,
    /,
    *,
    measure: str = "cka",
    permutations: int = 1000,
    clusters: str | None = None,
    join: str = "exact",
    seed: int = 0,
    option: Annotated[dict[str, str] | None, Parameter(name="--option")] = None,
    to: Path | None = None,
    json: bool = False,
) -> None:
    """Which layers are most alike, p corrected for having picked the best of many?

    Parameters
    ----------
    store
        The store that holds both.
    first
        A model, or one of its layers as model/layer.
    candidates
        The model among whose layers the best is picked.
    measure
        A name that `repscope list` shows.
    permutations
        How many orders of the items are drawn.
    clusters
        A label column: items with the same entry change places together.
    join
        `inner` uses the items that both share; `exact` refuses to leave any out.
    seed
        Of the permutations.
    option
        The measure's own parameters: `--option.k 20`.
    to
        Write the result: a report where it ends in .html, else JSON for `repscope report`.
    json
        Print JSON and nothing else.
    """
    opened = open_store(store)
    sides = [one_or_all(opened, name) for name in (first, candidates)]
    own = {name: parsed(text) for name, text in (option or {}).items()}
    options: dict[str, Any] = {"permutations": permutations, "clusters": clusters, "join": join, "rng": seed}
    found = ask(measure, *sides, **options, **own)
    below = [winner(found), *found.best.notes, *saved(found, to)]
    if json:
        print_json(found.to_dict())
        return
    rows = [
        (found.rows[i], found.columns[j], f"{found.value[i, j]:.3f}", f"{found.p[i, j]:.4f}") for i, j in ordered(found)
    ]
    print_table(f"{measure}: the most similar layers", ("layer", "candidate", "value", "p"), rows[:10], below=below)

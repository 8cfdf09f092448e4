"""`repscope how-many`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from repscope.cli.choice import one_layer
from repscope.cli.compare import parsed
from repscope.cli.output import print_json, print_table
from repscope.cli.saving import saved
from repscope.reports.questions import needed
from repscope.store import open_store
from repscope.studies.how_many import how_many as ask


def how_many(
    store: Path,
    x: str,
    y: str,
    /,
    *,
    width: float = 0.1,
    measure: str = "cka",
    interval: float = 0.95,
    join: str = "exact",
    seed: int = 0,
    option: Annotated[dict[str, str] | None, Parameter(name="--option")] = None,
    to: Path | None = None,
    json: bool = False,
) -> None:
    """How many items are enough for an interval that is no wider than asked?

    Parameters
    ----------
    store
        The store that holds both layers.
    x
        One layer, as model/layer.
    y
        The other.
    width
        The width that is asked for, upper bound less lower bound.
    measure
        A name that `repscope list` shows.
    interval
        The confidence level.
    join
        `inner` uses the items that both share; `exact` refuses to leave any out.
    seed
        Of the subsets of the items.
    option
        The measure's own parameters: `--option.k 20`.
    to
        Write the result: a report where it ends in .html, else JSON for `repscope report`.
    json
        Print JSON and nothing else.
    """
    opened = open_store(store)
    layers = [one_layer(opened, name) for name in (x, y)]
    own = {name: parsed(text) for name, text in (option or {}).items()}
    found = ask(measure, *layers, width=width, interval=interval, join=join, rng=seed, **own)
    below = [needed(found), *found.notes, *saved(found, to)]
    if json:
        print_json(found.to_dict())
        return
    table = zip(found.sizes.tolist(), found.values.tolist(), found.widths.tolist(), strict=True)
    rows = [(str(n), f"{value:.3f}", f"{wide:.3f}") for n, value, wide in table]
    print_table(f"{measure}: the interval by number of items", ("items", "value", "width"), rows, below=below)

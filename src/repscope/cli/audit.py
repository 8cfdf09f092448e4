"""`repscope audit`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from repscope.cli.output import print_json, print_table
from repscope.cli.saving import saved
from repscope.errors import InputError, explain
from repscope.store import open_store
from repscope.studies.audit import audit as make_audit
from repscope.types import Audit

Names = Annotated[list[str] | None, Parameter(consume_multiple=True)]


def audit(
    store: Path | None = None,
    /,
    *,
    trained: Names = None,
    untrained: Names = None,
    labels: str | None = None,
    measures: Names = None,
    seeds: int = 5,
    seed: int = 0,
    to: Path | None = None,
    json: bool = False,
) -> None:
    """Try measures on networks about which the truth is known: which should be believed?

    Without a store, networks on handwritten digits are trained first.

    Parameters
    ----------
    store
        A store with at least three networks of one architecture, trained from different seeds.
    trained
        The names of these networks; by default all of the store but the untrained ones.
    untrained
        The names of networks of that architecture at initialisation.
    labels
        The label column that holds the class of each item.
    measures
        Names that `repscope list` shows.
    seeds
        How many of the built-in networks are trained.
    seed
        Of the noise and of the units that are seen.
    to
        Write the result: a report where it ends in .html, else JSON for `repscope report`.
    json
        Print JSON and nothing else.
    """
    options: dict[str, Any] = {"rng": seed, "step": Console(stderr=True, highlight=False).print}
    if measures:
        options["measures"] = measures
    if store is None:
        check_alone(trained=trained, untrained=untrained, labels=labels)
        found = make_audit(seeds=seeds, **options)
    else:
        opened = open_store(store)
        apart = untrained or []
        names = trained or [name for name in opened if name not in apart]
        found = make_audit([opened[n] for n in names], untrained=[opened[n] for n in apart], labels=labels, **options)
    below = ["", *found.advice, *found.notes, *saved(found, to)]
    if json:
        print_json(found.to_dict())
        return
    print_table(*cells(found), below=below)


def check_alone(**given: Any) -> None:
    """Raise `InputError` where networks are named without the store that holds them."""
    for name, value in given.items():
        if value:
            do = "Give the store first: repscope audit runs/seeds --trained a b c"
            raise InputError(explain(expected="a store", got="none", argument=f"--{name}", do=do))


def cells(found: Audit) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
    """Return the title, the columns and the rows of the table of measures by tests."""
    rows = [(name, *map(written, row)) for name, row in zip(found.measures, found.value.tolist(), strict=True)]
    chance = ("chance", *(written(trial.chance) for trial in found.tests))
    best = ("best", *(written(trial.best) for trial in found.tests))
    title = f"which measure should be believed? {found.networks}, {found.n} items"
    return title, ("measure", *(trial.name for trial in found.tests)), [*rows, chance, best]


def written(value: float) -> str:
    """Return a value to two decimals, or a dash where there is none."""
    return "–" if math.isnan(value) else f"{value:.2f}"

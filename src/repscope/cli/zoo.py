"""`repscope zoo`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from repscope.cli.output import counted, print_json, print_table, progress_bar
from repscope.cli.saving import saved
from repscope.errors import InputError, explain
from repscope.studies.zoo import zoo as make_zoo
from repscope.types.zoo import Zoo

Names = Annotated[list[str] | None, Parameter(consume_multiple=True)]


def zoo(
    *stores: Path,
    measures: Names = None,
    models: Path | None = None,
    pairing: str = "partners",
    resamples: int = 100,
    items: int | None = None,
    cache: Path | None = None,
    interval: float = 0.95,
    no_interval: bool = False,
    no_null: bool = False,
    permutations: int = 100,
    clusters: str | None = None,
    join: str = "exact",
    seed: int = 0,
    to: Path | None = None,
    json: bool = False,
) -> None:
    """Compare many models: all layers with all layers, a map, a tree, and alignment against scale.

    What was computed is kept: a model that is added costs its own pairs alone.

    Parameters
    ----------
    stores
        Stores with the models.
    measures
        Names that `repscope list` shows; by default cka.
    models
        A CSV file with the columns model, group and scale, for two groups of models: the first group's alignment
        with the second is then set against its scale.
    pairing
        `partners` takes the distance of two models over corresponding layers, `best` over the nearest ones.
    resamples
        Random halves of the items behind ellipses and supports; 0 for none.
    items
        Compare over so many of the common items, drawn at random.
    cache
        Where to keep what was computed; by default in the store, where there is one.
    interval
        The confidence level of the intervals.
    no_interval
        Leave the intervals out.
    no_null
        Leave the nulls and p out.
    permutations
        How many, where a null is not known in closed form.
    clusters
        A label column: items with the same entry were not sampled independently.
    join
        `inner` uses the items that all models share; `exact` refuses to leave any out.
    seed
        Of halves and permutations.
    to
        Write the result: a report where it ends in .html, else JSON for `repscope report`.
    json
        Print JSON and nothing else.
    """
    if not stores:
        do = "Give their folders: repscope zoo runs/a runs/b"
        raise InputError(explain(expected="at least one store", got="none", argument="stores", do=do))
    options: dict[str, Any] = {"interval": None if no_interval else interval, "null": None if no_null else "auto"}
    options |= {"permutations": permutations, "clusters": clusters, "join": join, "rng": seed, "items": items}
    options |= {"pairing": pairing, "resamples": resamples, "measures": tuple(measures or ("cka",))}
    options |= read(models) if models else {}
    with progress_bar("comparing models", "pairs") as bar:
        found = make_zoo(list(stores), cache="auto" if cache is None else cache, progress=bar, **options)
    written = saved(found, to)
    if json:
        print_json(found.to_dict())
        return
    kept = f"{counted(found.computed, 'pair')} of layers computed, {found.cached} found among those kept"
    print_table(*nearest(found), below=[kept, *found.notes, *written])


def read(path: Path) -> dict[str, Any]:
    """Return the groups and the scale of the models that a CSV file names.

    Raises
    ------
    InputError
        It does not read, or has no such columns.
    """
    import pandas as pd

    do = "Write a CSV file with the columns model, group and scale."
    try:
        table = pd.read_csv(path, dtype={"model": str, "group": str})
        scale = pd.to_numeric(table["scale"])
        names, groups = table["model"].tolist(), table["group"].tolist()
    except (OSError, ValueError, KeyError) as error:
        got = f"{path} ({type(error).__name__}: {error})"
        raise InputError(explain(expected="a table of models", got=got, argument="models", do=do)) from error
    members = {group: [n for n, g in zip(names, groups, strict=True) if g == group] for group in dict.fromkeys(groups)}
    return {"groups": members, "scale": {n: v for n, v in zip(names, scale.tolist(), strict=True) if math.isfinite(v)}}


def nearest(found: Zoo) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
    """Return the title, columns and rows of a table: the model that is nearest to each, by each measure."""
    rows: list[tuple[str, ...]] = []
    for name, one in found.maps.items():
        far = one.distance.copy()
        far[range(len(far)), range(len(far))] = math.inf
        rows += [
            (model, name, one.models[int(row.argmin())], f"{row.min():.3f}")
            for model, row in zip(one.models, far, strict=True)
        ]
    return f"{counted(len(found.models), 'model')}: the nearest to each", ("model", "by", "nearest", "distance"), rows

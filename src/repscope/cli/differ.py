"""`repscope differ`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from repscope.cli.choice import one_layer
from repscope.cli.compare import parsed
from repscope.cli.output import print_json, print_table
from repscope.cli.saving import saved
from repscope.store import open_store
from repscope.studies.differ import differ as ask


def differ(
    store: Path,
    x: str,
    y: str,
    z: str,
    /,
    *,
    measure: str = "cka",
    interval: float = 0.95,
    clusters: str | None = None,
    join: str = "exact",
    seed: int = 0,
    option: Annotated[dict[str, str] | None, Parameter(name="--option")] = None,
    to: Path | None = None,
    json: bool = False,
) -> None:
    """Is layer x closer to layer y than to layer z?

    Parameters
    ----------
    store
        The store that holds all three.
    x
        The layer that is asked about, as model/layer.
    y
        One that it may be closer to.
    z
        The other.
    measure
        A name that `repscope list` shows.
    interval
        The confidence level.
    clusters
        A label column: items with the same entry were not sampled independently.
    join
        `inner` uses the items that all three share; `exact` refuses to leave any out.
    seed
        Of the groups that are left out in turn.
    option
        The measure's own parameters: `--option.k 20`.
    to
        Write the result: a report where it ends in .html, else JSON for `repscope report`.
    json
        Print JSON and nothing else.
    """
    opened = open_store(store)
    layers = [one_layer(opened, name) for name in (x, y, z)]
    own = {name: parsed(text) for name, text in (option or {}).items()}
    found = ask(measure, *layers, interval=interval, clusters=clusters, join=join, rng=seed, **own)
    below = [*found.notes, *saved(found, to)]
    if json:
        print_json(found.to_dict())
        return
    names = dict(zip("XYZ", found.names, strict=True))
    low, high = found.interval
    p = "< 0.0001" if found.p < 1e-4 else f"{found.p:.4f}"
    rows = [
        (f"with {found.names[1]}", f"{found.first:.3f}", "", ""),
        (f"with {found.names[2]}", f"{found.second:.3f}", "", ""),
        ("difference", f"{found.value:.3f}", f"{low:.3f} to {high:.3f}", p),
    ]
    title = f"{measure}: closer to {found.names[0]}: {names.get(found.closer, found.closer)}"
    print_table(title, ("", "value", "interval", "p"), rows, below=below)

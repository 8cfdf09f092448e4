"""`repscope record`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from repscope.cli.load import load
from repscope.cli.output import counted, print_json, print_table, progress_bar
from repscope.cli.stopping import resumable
from repscope.recording.progress import Progress, size
from repscope.recording.record import record as record_layers
from repscope.store import Recording


def record(
    model: str,
    *,
    data: str,
    to: Path,
    layers: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    name: str | None = None,
    of: str = "output",
    pooling: str | None = None,
    dtype: str = "float32",
    device: str | None = None,
    limit: int | None = None,
    json: bool = False,
) -> None:
    """Record the layers of a network over some data into a store; run again, it goes on where it stopped.

    Parameters
    ----------
    model
        `module:name` of the network, or of a function without arguments that makes it.
    data
        `module:name` of the batches, or of a function without arguments that makes them.
    to
        The folder of the store.
    layers
        Patterns over the names of layers, such as 'layer*'. By default every leaf module but dropout, identity and
        flatten.
    name
        The model's name in the store; by default the last part of `to`.
    of
        `output` or `input` of the layers.
    pooling
        none, flatten, mean, max, cls, last or tokens.
    dtype
        On disk: float32, float16, bfloat16 or float64.
    device
        Where the network runs, such as cuda; by default where it is.
    limit
        Record at most so many items.
    json
        Print JSON and nothing else.
    """
    told: list[bool] = []
    options: dict[str, Any] = {"name": name, "of": of, "pooling": pooling, "dtype": dtype, "device": device}
    with resumable(to, name), progress_bar(f"recording to {to}", "items") as bar:

        def progress(now: Progress) -> None:
            if not told:
                whole = f"about {size(now.bytes_total)}" if now.bytes_total else "an unknown size"
                left = f", {now.seconds_left:.0f} s" if now.seconds_left else ""
                bar.say(f"{counted(len(now.units), 'layer')}, {whole}{left}; {size(now.free)} free")
            told.append(True)
            bar(now.items, now.total)

        made, batches = load(model, "model"), load(data, "--data")
        recording = record_layers(made, batches, to=to, layers=layers, limit=limit, progress=progress, **options)
    show(recording, json=json)


def summary(recording: Recording) -> dict[str, Any]:
    """Return what a recording holds, as plain JSON values."""
    layers = [{"layer": layer, "shape": list(recording[layer].x.shape)} for layer in recording.layers]
    head = {"path": str(recording.path), "model": recording.model, "items": recording.items}
    return head | {"complete": recording.complete, "layers": layers, "notes": list(recording.notes)}


def show(recording: Recording, *, json: bool) -> None:
    """Print what a recording holds."""
    said = summary(recording)
    if json:
        print_json(said)
        return
    rows = [(layer["layer"], " × ".join(map(str, layer["shape"][1:]))) for layer in said["layers"]]
    title = f"{recording.model}: {counted(recording.items, 'item')} in {recording.path}"
    print_table(title, ("layer", "units"), rows, below=recording.notes)

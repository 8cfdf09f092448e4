"""`repscope import`."""

from __future__ import annotations

from pathlib import Path

from repscope.cli.record import show
from repscope.cli.stopping import resumable
from repscope.store.exchange import import_array


def import_(
    file: Path,
    *,
    to: Path,
    ids: Path | None = None,
    layer: str | None = None,
    model: str | None = None,
    json: bool = False,
) -> None:
    """Bring an array on disk (npy, npz, safetensors, parquet, zarr, HDF5) into a store.

    Parameters
    ----------
    file
        The array, (items, units); rows are items.
    to
        The folder of the store.
    ids
        A text file with one id a line; by default running numbers.
    layer
        The layer's name in the store; by default the file's.
    model
        The model's name in the store; by default the last part of `to`.
    json
        Print JSON and nothing else.
    """
    with resumable(to, model):
        recording = import_array(file, to, ids=ids, layer=layer, model=model)
    show(recording, json=json)

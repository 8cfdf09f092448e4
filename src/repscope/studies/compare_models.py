"""Compare the layers of two networks as they run: nothing is written, no row is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from repscope import registry
from repscope.array.random import generator
from repscope.errors import InputError, explain
from repscope.inference.interval import LEAST
from repscope.recording.batches import as_batches
from repscope.recording.digest import model_digest
from repscope.recording.guards import as_it_was
from repscope.recording.options import Options
from repscope.recording.pool import Channels, Pooling, check_pooling, name_of_pooling
from repscope.recording.record import check_choices, check_counts
from repscope.recording.torch import as_loader
from repscope.studies.compare import MEMORY
from repscope.studies.live import Heard, Live, hear, module_of
from repscope.studies.moments import Finish, bounds_of, streams
from repscope.studies.options import check, parameters
from repscope.studies.streaming import Matrices
from repscope.types import Card, Comparison, Run, Source

Layers = str | Sequence[str] | None


def compare_models(
    model_a: Any,
    model_b: Any,
    batches: Any,
    *,
    layers: Layers = None,
    layers_b: Layers = None,
    names: tuple[str, str] = ("a", "b"),
    measure: str = "cka",
    interval: float | None = 0.95,
    null: str | None = "auto",
    of: str = "output",
    pooling: Pooling = "none",
    channels: Channels = None,
    dtype: str = "float32",
    device: Any = None,
    mode: str = "eval",
    limit: int | None = None,
    batch_size: int = 64,
    tolerance: float | None = None,
    memory: int = MEMORY,
    rng: int | np.random.Generator | None = None,
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> Comparison:
    """Return the labelled matrix of Results of two live networks' layers, values in the unit of the measure.

    Every batch goes through both, so that they see the same items in the same order, however a loader shuffles.
    From each batch only mergeable moments are kept: nothing is written, and memory does not grow with the items.

    Parameters
    ----------
    model_a : torch module
        Its layers are the rows.
    model_b : torch module or None
        Its layers are the columns; None compares the layers of `model_a` with each other.
    batches : iterable of batches
        As for `rs.record`: tensors, (x, label) tuples or dicts, a DataLoader, a torch dataset, or one array.
    layers : shell glob or several
        Which layers, as for `rs.record`; by default all that hold numbers of their own.
    layers_b : shell glob or several
        The same for `model_b`; by default as `layers`.
    names : (str, str)
        What the two are called.
    measure : str
        The name of a card that can be computed in one pass: one whose `repscope list` entry says `streams`.
    interval : float or None
        The confidence level; None for no intervals.
    null : {"auto", None}
        `auto` (default) gives the null where it has a closed form in moments.
    of : "output" or "input"
        Compare what modules give or what they are given.
    pooling : str or function
        As for `rs.record`; positions that are kept count as units.
    channels : "first" or "last"
        Where units stand in arrays of three axes or more; by default last of three and first of more.
    dtype : "float32" or "float64"
        Of the rows and their products; sums are kept in float64.
    device : torch device
        Both models are moved there and back; by default each runs where it is.
    mode : "eval" or "keep"
        `keep` leaves training mode as it is.
    limit : int
        Use at most so many items.
    batch_size : int
        Items a batch where `batches` is an array or a dataset.
    tolerance : float
        How much a row may depend on its batch, relative to the layer; by default 1e-3, 5e-2 in half precision.
    memory : int
        Bytes that moments and rows under way may take.
    rng : int, Generator or None
        Draws the groups of items that intervals leave out; None is seed 0.
    progress : callable
        Called with the items done after every batch.
    **params : the measure's own keyword arguments
        Such as `debiased`.

    Raises
    ------
    UnknownName
        No such measure or layer; the message lists near misses.
    InputError
        The measure needs more than one pass, the moments of so many units do not fit into `memory`, or an
        argument is not what is listed here.
    RecordingError
        A layer cannot be compared as asked, or an answer depends on the batch.
    ShapeError, NotFiniteError
        Too few items; NaN or infinity in a layer.

    Notes
    -----
    Neither values nor intervals depend on how items are batched. Intervals leave out groups of items in turn, drawn at
    random (delete-a-group jackknife). In the end the modes, hooks, buffers and devices of both models, and the random
    generators, are what they were, after an error too.

    Cost: both forwards, and `n (Σp)(Σq)` multiplications for layers of p and q units; memory `8 (Σp)(Σq)` bytes for
    each of 20 groups.

    Source: mergeable moments as for `rs.compare`; the interval is that of Busing et al. 1999, eq. 7.

    Examples
    --------
    >>> import torch, repscope as rs
    >>> net = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 4))
    >>> found = rs.compare_models(net, None, torch.randn(100, 8), layers=["0", "2"])
    >>> found.value.diagonal().tolist()
    [1.0, 1.0]
    """
    started = time.process_time()
    card = registry.get(measure)
    check(card, params, interval, null, 2)
    check_choices(of=of, mode=mode, channels=channels)
    check_dtype(dtype)
    check_counts(limit=limit, batch_size=batch_size)
    check_pooling(pooling)
    check_streams(card, params)
    models = [module_of(model_a, "model_a"), *([] if model_b is None else [module_of(model_b, "model_b")])]
    patterns = (layers, layers if layers_b is None else layers_b)
    how = {"of": of, "pooling": pooling, "channels": channels, "dtype": dtype, "tolerance": tolerance}
    finish = Finish(card, params, bounds_of(card, params), interval, null)
    with ExitStack() as entered:
        networks = [
            Live(model, options_of(asked, how), entered.enter_context(as_it_was(model, mode, device)))
            for model, asked in zip(models, patterns, strict=False)
        ]
        data = as_batches(as_loader(batches, batch_size), limit=limit, batch_size=batch_size)
        heard = hear(networks, names, data, finish, memory, int(generator(rng).integers(2**63)), progress)
    sources = [
        [Source(name, layer, digest, name_of_pooling(pooling), dtype) for layer in network.shapes]
        for name, digest, network in zip(names, map(digest_of, models), networks, strict=False)
    ]
    within = model_b is None
    found = filled(heard, finish, within=within)
    run = Run(
        version("repscope"), "torch", str(networks[0].device), dtype, None, round(time.process_time() - started, 3)
    )
    return Comparison(
        card=card,
        params=parameters(card, params),
        rows=tuple(sources[0]),
        columns=tuple(sources[-1]),
        n=heard.items,
        level=interval,
        null_method="closed form" if null is not None and np.isfinite(found["null"]).any() else "",
        draws=0,
        within=within,
        notes=(*heard.notes, *finish.notes),
        run=run,
        **found,
    )


def filled(heard: Heard, finish: Finish, *, within: bool) -> dict[str, np.ndarray]:
    """Return the matrices of the Comparison."""
    symmetric = finish.card.symmetric
    columns = None if within else heard.one.others
    out = Matrices(heard.one.first, columns, mirrored=within and symmetric)
    for i, j, cell in finish.cells(heard.moments, heard.one.pairs(symmetric=symmetric or not within), heard.labels):
        out.put(i, j, cell)
    if finish.level is not None and heard.items < LEAST:
        finish.notes[f"n = {heard.items}: too few items for an interval, which needs {LEAST}"] = None
    return out.found


def check_streams(card: Card, params: Mapping[str, Any]) -> None:
    """Raise `InputError` unless the measure can be computed in one pass."""
    if not streams(card, params):
        do = "Record both with rs.record, then rs.compare the recordings."
        expected, got = "a measure and parameters that can be computed in one pass", f"{card.name} with {dict(params)}"
        raise InputError(explain(expected=expected, got=got, argument="measure", do=do))


def digest_of(model: Any) -> str:
    """Return the digest of a model's weights that stands for its revision."""
    return model_digest(model)[:12]


def check_dtype(dtype: str) -> None:
    """Raise `InputError` unless rows can be multiplied in this dtype."""
    if dtype not in ("float32", "float64"):
        expected, do = "'float32' or 'float64'", "Half precision loses the digits that measures need."
        raise InputError(explain(expected=expected, got=repr(dtype), argument="dtype", do=do))


def options_of(layers: Layers, how: Mapping[str, Any]) -> Options:
    """Return what recording's intake is asked for; nothing is written, so the folder is never used."""
    chosen = (layers,) if isinstance(layers, str) else None if layers is None else tuple(layers)
    return Options(to=Path(), name="", layers=chosen, **how)

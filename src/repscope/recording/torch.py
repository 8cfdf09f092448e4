"""Records any `torch.nn.Module` by hooks on its modules."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from repscope.array.namespace import is_torch
from repscope.recording.batches import POSITIONAL, Batch, as_batches
from repscope.recording.digest import model_digest
from repscope.recording.extent import extent_of
from repscope.recording.guards import as_it_was
from repscope.recording.hooks import Hooks, StopForward
from repscope.recording.intake import Intake
from repscope.recording.options import Options
from repscope.recording.run import Adapter, run
from repscope.recording.sites import select_modules
from repscope.store import Recording
from repscope.types import Array


def record_torch(model: Any, data: Any, options: Options) -> Recording:
    """Return the recording of a module's layers; a compiled module is run uncompiled, so that hooks see it.

    Raises
    ------
    UnknownName
        A pattern of `options.layers` matches no module.
    RecordingError, StoreError
        As `repscope.record` says.
    """
    model = getattr(model, "_orig_mod", model)
    modules = select_modules(model, options.layers)
    intake = Intake(options)
    data = as_loader(data, options.batch_size)
    extent = extent_of(data, ids=options.ids, limit=options.limit)
    batches = as_batches(data, ids=options.ids, limit=options.limit, batch_size=options.batch_size)
    with (
        as_it_was(model, options.mode, options.device) as device,
        Hooks(modules, options.of, intake.receive) as hooks,
    ):

        def forward(batch: Batch) -> None:
            args, kwargs = arguments(on_device(batch.payload, device))
            intake.begin(len(batch), mask_of(kwargs))
            hooks.begin()
            with suppress(StopForward):
                model(*args, **kwargs)

        def settle() -> None:
            intake.settle(tuple(modules))
            hooks.narrow({site.module: intake.calls[site.module] for site in intake.plan})

        return run(Adapter("torch", intake, forward, settle, model_digest(model), {}), batches, extent, options)


def as_loader(data: Any, batch_size: int) -> Any:
    """Return a map-style torch dataset as a loader of its batches; anything else as it is."""
    from torch.utils.data import DataLoader, Dataset, IterableDataset

    if isinstance(data, Dataset) and not isinstance(data, IterableDataset):
        return DataLoader(data, batch_size=batch_size)
    return data


def arguments(payload: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the positional and keyword arguments that the model is called with."""
    if isinstance(payload, Mapping):
        args = tuple(payload[key] for key in POSITIONAL if key in payload)
        return args, {key: value for key, value in payload.items() if key not in POSITIONAL}
    return (payload if isinstance(payload, tuple) else (payload,)), {}


def mask_of(kwargs: Mapping[str, Any]) -> Array | None:
    """Return the (items, positions) attention mask among the arguments, if there is one."""
    mask = kwargs.get("attention_mask")
    return mask if mask is not None and len(mask.shape) == 2 else None


def on_device(payload: Any, device: Any) -> Any:
    """Return a payload with every tensor on `device` and every NumPy array of numbers as a tensor there."""
    if isinstance(payload, Mapping):
        return {key: on_device(value, device) for key, value in payload.items()}
    if isinstance(payload, tuple):
        return tuple(on_device(part, device) for part in payload)
    if isinstance(payload, np.ndarray) and payload.dtype.kind in "biuf":
        import torch

        payload = torch.from_numpy(payload if payload.flags.writeable else payload.copy())
    return payload.to(device) if is_torch(payload) and device is not None else payload

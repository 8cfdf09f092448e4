"""A model and the random generators, left as they were found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from repscope.errors import InputError, explain


@contextmanager
def as_it_was(model: Any, mode: str, device: Any = None) -> Iterator[Any]:
    """Yield the device to run on; the model is in eval mode (or kept as it is), without gradients.

    Afterwards its training modes, buffers, device and the states of the random generators of torch, CUDA,
    NumPy and Python are what they were. The device is that of the first parameter unless one is given.

    Raises
    ------
    InputError
        This machine has no such device.
    """
    import torch

    device = None if device is None else checked_device(device)
    with ExitStack() as undo:
        undo.enter_context(same_random_numbers())
        undo.enter_context(torch.no_grad())
        here = device_of_model(model)
        if device is not None and here is not None and device != here:
            undo.callback(model.to, here)
            model.to(device)
        if mode == "eval":
            undo.callback(restore_modes, [(module, module.training) for module in model.modules()])
            model.eval()
        else:
            undo.callback(restore_buffers, [(buffer, buffer.clone()) for buffer in model.buffers()])
        yield device if device is not None else here


def checked_device(device: Any) -> Any:
    """Return a torch device, having made an empty tensor there.

    Raises
    ------
    InputError
        The name is none of torch's, or this machine has no such device.
    """
    import torch

    do = "Choose another one, or leave device out to run the model where it is."
    try:
        found = torch.device(device)
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError, TypeError, ImportError) as error:
        why = str(error).strip().split("\n")[0].split(". ")[0]
        got, expected = f"{device!r} ({why})", "a device that torch has on this machine, such as 'cpu' or 'cuda:0'"
        raise InputError(explain(expected=expected, got=got, argument="device", do=do)) from error
    if found.type == "meta":
        message = explain(expected="a device that holds numbers", got="'meta'", argument="device", do=do)
        raise InputError(message)
    return found


@contextmanager
def same_random_numbers() -> Iterator[None]:
    """Restore the states of the random generators of torch, CUDA, NumPy and Python at the end."""
    import torch

    cuda = torch.cuda.is_available() and bool(torch.cuda.is_initialized())  # type: ignore[no-untyped-call]
    states = torch.get_rng_state(), torch.cuda.get_rng_state_all() if cuda else None
    legacy, python = np.random.get_state(), random.getstate()  # noqa: NPY002  (the state that models draw from)
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        if states[1] is not None:
            torch.cuda.set_rng_state_all(states[1])
        np.random.set_state(legacy)  # noqa: NPY002
        random.setstate(python)


def device_of_model(model: Any) -> Any:
    """Return the device of the first parameter or buffer, None for a model without any."""
    tensor = next(iter(model.parameters()), next(iter(model.buffers()), None))
    return None if tensor is None else tensor.device


def restore_modes(modes: list[tuple[Any, bool]]) -> None:
    """Set the training flag of each module back, one by one: a model may hold frozen parts."""
    for module, training in modes:
        module.training = training


def restore_buffers(buffers: list[tuple[Any, Any]]) -> None:
    """Copy the values of buffers back, such as BatchNorm's running statistics."""
    for buffer, value in buffers:
        buffer.copy_(value)

"""What makes a resumed recording the same one: the digest of a model and of an item."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from repscope.array.namespace import is_torch
from repscope.types import Array


def model_digest(model: Any) -> str:
    """Return the sha256 of a torch module's state: names, dtypes, shapes and raw bytes, as hex.

    Cost: one pass over the bytes, about a second for two gigabytes.
    """
    digest = hashlib.sha256()
    for name, value in model.state_dict().items():
        digest.update(name.encode())
        update(digest, value)
    return digest.hexdigest()


def item_digest(payload: Any) -> str:
    """Return the sha256 of a payload of arrays, text and numbers in any nesting, as hex."""
    digest = hashlib.sha256()
    update(digest, payload)
    return digest.hexdigest()


def update(digest: Any, value: Any) -> None:
    """Add one value to a digest; of an object of another kind only its type counts."""
    if isinstance(value, Mapping):
        for key in sorted(value, key=str):
            digest.update(f"{key}=".encode())
            update(digest, value[key])
    elif isinstance(value, list | tuple):
        for part in value:
            update(digest, part)
    elif is_torch(value) or isinstance(value, np.ndarray):
        digest.update(f"{str(value.dtype).removeprefix('torch.')}{tuple(value.shape)}".encode())
        digest.update(raw_bytes(value))
    elif isinstance(value, str | bytes | int | float | None):
        digest.update(repr(value).encode())
    else:
        digest.update(type(value).__qualname__.encode())


def raw_bytes(x: Array) -> Any:
    """Return the bytes of an array in row-major order, without a copy where it lies so on the host."""
    if isinstance(x, np.ndarray):
        return repr(x.tolist()).encode() if x.dtype.hasobject else np.ascontiguousarray(x).reshape(-1).view(np.uint8)
    import torch

    x = x.detach()
    if x.layout != torch.strided or x.is_quantized:
        x = x.to_dense() if x.layout != torch.strided else x.dequantize()
    return x.cpu().contiguous().reshape(-1).view(torch.uint8).numpy()

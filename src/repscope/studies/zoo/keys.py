"""What a kept number is found by: a digest of everything that it depends on."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from repscope import registry
from repscope.array.namespace import library_of, to_numpy
from repscope.recording.digest import item_digest
from repscope.store.rows import Rows
from repscope.studies.gather import Layer
from repscope.types import Card, Ids

BYTES = 16
"""The length of a key: among a billion of them two are alike once in 10²⁰ zoos."""


def digest_of(*parts: str) -> str:
    """Return the SHA-256 of some texts, told apart, in hexadecimal."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def layer_digest(layer: Layer) -> str:
    """Return a digest of a layer's numbers and of the items they belong to.

    The store's own digest is taken where its rows were not touched; any other array is read.
    """
    x = layer.x
    stored = isinstance(x.x, Rows) and layer.source.digest
    contents = layer.source.digest if stored else item_digest(to_numpy(x.x) if is_array(x.x) else np.asarray(x.x))
    return digest_of(contents, *x.axes, ids_digest(x.ids))


def is_array(x: Any) -> bool:
    """Return whether this is an array that is not NumPy's by itself."""
    return hasattr(x, "__array_namespace__") or library_of(x) == "torch"


def ids_digest(ids: Ids) -> str:
    """Return a digest of ids in their order."""
    return digest_of(*ids)


def settings_digest(card: Card, settings: Mapping[str, Any]) -> str | None:
    """Return a digest of a measure, its code, and all settings; None where one of them cannot be told by its value."""
    values = known(settings)
    if values is None:
        return None
    code = inspect.getsource(registry.module_of(card))
    return digest_of(
        version("repscope"), card.at, json.dumps(card.to_dict(), sort_keys=True), code, item_digest(values)
    )


def known(value: Any) -> Any:
    """Return a setting as plain values and NumPy arrays, or None where it is anything else, such as a function."""
    if isinstance(value, Mapping):
        found = {str(name): known(one) for name, one in value.items()}
        return None if any(one is None for one in found.values()) else found
    if isinstance(value, np.generic):
        return known(value.item())
    if isinstance(value, list | tuple):
        parts = [known(one) for one in value]
        return None if any(one is None for one in parts) else parts
    if value is None:
        return "none"
    if isinstance(value, str | bytes | int | float):
        return [type(value).__name__, value]
    if hasattr(value, "shape"):
        array = to_numpy(value) if is_array(value) else np.asarray(value)
        return None if array.dtype.hasobject else array
    return None


def pair_key(settings: str, first: str, second: str, *, symmetric: bool) -> bytes:
    """Return the key of a pair of layers, the same for both orders of the two if `symmetric`."""
    two = sorted((first, second)) if symmetric else (first, second)
    return hashlib.sha256(json.dumps((settings, *two)).encode()).digest()[:BYTES]

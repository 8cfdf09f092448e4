"""What the generated tests need: seeded data, transformations that should or should not matter, and backends."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from repscope import registry
from repscope.types import Card

Array = Any


def pair_of(seed: int, items: int = 40, p: int = 6, q: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return two representations of a shared latent cloud, with offsets and unequal variances."""
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((items, 3))
    x, y = (latent @ rng.standard_normal((3, d)) + 0.5 * rng.standard_normal((items, d)) for d in (p, q))
    return x * rng.uniform(0.5, 2, p) + 1, y * rng.uniform(0.5, 2, q) - 2


def rotation(rng: np.random.Generator, units: int) -> np.ndarray:
    """Return a random orthogonal matrix."""
    return np.linalg.qr(rng.standard_normal((units, units)))[0]


TRANSFORMATIONS: dict[str, Callable[[np.random.Generator, np.ndarray], np.ndarray]] = {
    "translation": lambda rng, x: x + 3 * rng.standard_normal(x.shape[1]),
    "isotropic scale": lambda rng, x: x * 7.3,
    "permutation": lambda rng, x: x[:, rng.permutation(x.shape[1])],
    "orthogonal": lambda rng, x: x @ rotation(rng, x.shape[1]),
    "invertible linear": lambda rng, x: x @ (rotation(rng, x.shape[1]) * np.geomspace(0.05, 20, x.shape[1])),
}


def to_torch(x: np.ndarray, device: str) -> Array:
    """Return a copy as a torch tensor."""
    import torch

    return torch.tensor(x, device=device)


def to_readonly(x: np.ndarray) -> np.ndarray:
    """Return a copy that refuses to be written to."""
    x = x.copy()
    x.flags.writeable = False
    return x


BACKENDS: dict[str, Callable[[np.ndarray], Array]] = {
    "numpy": lambda x: x,
    "numpy:readonly": to_readonly,
    "torch": lambda x: to_torch(x, "cpu"),
    "array_api_strict": lambda x: importlib.import_module("array_api_strict").asarray(x),
}
"""How to make each library's array of a NumPy one; a machine with a GPU adds `torch:cuda`."""


def backends() -> dict[str, Callable[[np.ndarray], Array]]:
    """Return the backends that this machine has."""
    import torch

    return BACKENDS | ({"torch:cuda": lambda x: to_torch(x, "cuda")} if torch.cuda.is_available() else {})


def value(card: Card, x: Array, y: Array, **params: Any) -> float:
    """Return a card's value of two arrays as a Python number."""
    return float(registry.function_of(card)(x, y, **params))

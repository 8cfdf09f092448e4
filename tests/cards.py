"""What the generated tests need: seeded data, transformations that should or should not matter, and backends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import array_api_strict
import numpy as np
import torch

from repscope import registry
from repscope.types import Card

Array = Any


def pair_of(seed: int, items: int = 40, p: int = 6, q: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Two representations of a shared latent cloud, with offsets and unequal variances."""
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((items, 3))
    x, y = (latent @ rng.standard_normal((3, d)) + 0.5 * rng.standard_normal((items, d)) for d in (p, q))
    return x * rng.uniform(0.5, 2, p) + 1, y * rng.uniform(0.5, 2, q) - 2


def rotation(rng: np.random.Generator, units: int) -> np.ndarray:
    return np.linalg.qr(rng.standard_normal((units, units)))[0]


TRANSFORMATIONS: dict[str, Callable[[np.random.Generator, np.ndarray], np.ndarray]] = {
    "translation": lambda rng, x: x + 3 * rng.standard_normal(x.shape[1]),
    "isotropic scale": lambda rng, x: x * 7.3,
    "permutation": lambda rng, x: x[:, rng.permutation(x.shape[1])],
    "orthogonal": lambda rng, x: x @ rotation(rng, x.shape[1]),
    "invertible linear": lambda rng, x: x @ (rotation(rng, x.shape[1]) * np.geomspace(0.05, 20, x.shape[1])),
}


def to_readonly(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    x.flags.writeable = False
    return x


BACKENDS: dict[str, Callable[[np.ndarray], Array]] = {
    "numpy": lambda x: x,
    "numpy:readonly": to_readonly,
    "torch": lambda x: torch.from_numpy(np.ascontiguousarray(x)),
    "array_api_strict": array_api_strict.asarray,
}

if torch.cuda.is_available():
    BACKENDS["torch:cuda"] = lambda x: torch.from_numpy(np.ascontiguousarray(x)).cuda()


def pairwise_cards() -> list[Card]:
    return registry.find(verb="compare")


def variants(cards: list[Card] | None = None) -> list[Any]:
    """One pytest parameter for each variant of each card: (card, params)."""
    import pytest

    return [
        pytest.param(card, dict(params), id=f"{card.name}{''.join(f'-{k}={v}' for k, v in params.items())}")
        for card in (pairwise_cards() if cards is None else cards)
        for params in card.variants
    ]


def value(card: Card, x: Array, y: Array, **params: Any) -> float:
    return float(registry.function_of(card)(x, y, **params))

"""A planted comparison: two networks that agree, a third of another kind, and one that was never trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from repscope.types import Card, Comparison, Null, Result, Run, Source

CONV = ("conv1", "conv2", "conv3", "conv4", "fc1", "logits")
MODELS = {"cnn-a": CONV, "cnn-b": CONV, "mlp": ("fc1", "fc2", "fc3", "fc4", "logits"), "untrained": CONV}
KINSHIP = {"cnn-a": 1.0, "cnn-b": 1.0, "mlp": 0.62, "untrained": 0.2}


def card(**changes: Any) -> Card:
    """Return the card of a measure that no package has."""
    fields: dict[str, Any] = {
        "name": "likeness",
        "at": "somewhere.likeness:likeness",
        "verb": "compare",
        "family": "planted",
        "summary": "how far two layers agree on which items are alike",
        "source": "Planted et al. 2020, eq. 1",
        "invariant": frozenset({"translation", "isotropic scale", "permutation", "orthogonal"}),
        "bounds": (-1.0, 1.0),
        "higher": "similar",
        "cost": "n p q",
    }
    return Card(**fields | changes)


def planted_values(sources: tuple[Source, ...], depths: np.ndarray) -> np.ndarray:
    """Return values that fall with the difference of depth, and with the difference of kind."""
    kin = np.array([KINSHIP.get(source.model, 0.8) for source in sources])
    model = np.array([source.model for source in sources])
    other = model[:, None] != model[None, :]
    value = np.exp(-2.2 * np.abs(depths[:, None] - depths[None, :])) * np.where(
        other, np.minimum.outer(kin, kin) * 0.94 * (1 - 0.25 * np.add.outer(depths, depths) / 2), 1.0
    )
    ripple = np.random.default_rng(3).normal(0, 0.015, value.shape)
    value = value + (ripple + ripple.T) / 2
    np.fill_diagonal(value, 1.0)
    return value


def comparison(models: dict[str, tuple[str, ...]] | None = None, **changes: Any) -> Comparison:
    """Return the layers of all models with each other, with planted values, intervals, null and p."""
    models = MODELS if models is None else models
    sources = tuple(Source(m, layer, "", "mean", "float32", f"{m}{layer}"[:8]) for m in models for layer in models[m])
    depths = np.concatenate([np.linspace(0, 1, len(layers)) for layers in models.values()])
    value = planted_values(sources, depths)
    half = 0.012 + 0.05 * np.clip(1 - value, 0, 1)
    null = np.full(value.shape, 0.004)
    p = np.where(value > 0.12, 1e-6, np.clip(0.6 - 4 * value, 0.001, 1))
    fields: dict[str, Any] = {
        "card": card(),
        "params": {"debiased": True},
        "rows": sources,
        "columns": sources,
        "n": 360,
        "value": value,
        "low": value - half,
        "high": np.minimum(value + half, 1.0),
        "null": null,
        "null_sd": np.full(value.shape, 0.006),
        "null_skewness": np.full(value.shape, 0.4),
        "p": p,
        "ceiling_low": np.full(value.shape, np.nan),
        "ceiling_high": np.full(value.shape, np.nan),
        "level": 0.95,
        "null_method": "closed form over all permutations",
        "within": True,
        "notes": ("untrained/conv3: 3 dead units were dropped",),
        "run": Run("0.1.0", "numpy 2.1", "cpu", "float64", 0, 1.25),
    }
    return Comparison(**fields | changes)


def result(**changes: Any) -> Result:
    """Return one number with its doubt."""
    fields: dict[str, Any] = {
        "card": card(),
        "value": 0.731,
        "params": {"debiased": True},
        "inputs": (Source("cnn-a", "conv2"), Source("cnn-b", "conv2")),
        "n": 360,
        "interval": (0.702, 0.764),
        "level": 0.95,
        "null": Null(0.004, 0.006, 0.4, "permutation", 199),
        "p": 0.005,
        "notes": ("one unit is constant",),
        "run": Run("0.1.0", "numpy 2.1", "cpu", "float64", 0, 0.1),
    }
    return Result(**fields | changes)


@pytest.fixture
def compared() -> Callable[..., Comparison]:
    """Return what makes a planted Comparison."""
    return comparison


@pytest.fixture
def scored() -> Callable[..., Result]:
    """Return what makes a planted Result."""
    return result


@pytest.fixture
def carded() -> Callable[..., Card]:
    """Return what makes a planted Card."""
    return card

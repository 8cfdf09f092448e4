"""What repscope and its peers are both given."""

from __future__ import annotations

import numpy as np

ITEMS, FEWER, UNITS, LAYERS = 10_000, 5_000, 512, 20


def pair(items: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two float32 representations, the second the first with as much noise on it."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((items, UNITS), dtype=np.float32)
    return x, x + rng.standard_normal((items, UNITS), dtype=np.float32)


def layers_of_a_network() -> list[np.ndarray]:
    """Return as many float32 layers as a network has, of fewer items."""
    rng = np.random.default_rng(1)
    return [rng.standard_normal((FEWER, UNITS), dtype=np.float32) for _ in range(LAYERS)]


def responses(runs: int = 8, conditions: int = 200, units: int = 1000) -> np.ndarray:
    """Return float32 responses, (runs, conditions, units): patterns of the conditions with noise on every run."""
    rng = np.random.default_rng(2)
    patterns = rng.standard_normal((conditions, units), dtype=np.float32)
    return patterns + rng.standard_normal((runs, conditions, units), dtype=np.float32)


def few(items: int = 200, units: int = UNITS) -> tuple[np.ndarray, np.ndarray]:
    """Return two float32 representations of few items."""
    x, y = pair(items)
    return np.ascontiguousarray(x[:, :units]), np.ascontiguousarray(y[:, :units])

"""Randomness: drawn by NumPy, moved once, so that every library sees the same numbers."""

from __future__ import annotations

import numpy as np

SEED = 0
"""The seed where none is given: results repeat unless a caller asks for other draws."""


def generator(rng: int | np.random.Generator | None) -> np.random.Generator:
    """Return a generator: the one given, one seeded by the integer given, or one seeded by `SEED`."""
    return rng if isinstance(rng, np.random.Generator) else np.random.default_rng(SEED if rng is None else rng)

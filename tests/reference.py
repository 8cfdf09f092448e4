"""The inputs A, B, C, D on which published packages were run, and the values on which independent ones agree.

The generator is NumPy's legacy MT19937, whose stream is frozen. A and C: 20 items, three shared latent units;
B: 10 items with 30 and 25 units; D: 50 items with 200 units each, independent.
"""

from __future__ import annotations

import numpy as np


def latent(seed: int, items: int, p: int, q: int, x_mean: float, y_mean: float) -> tuple[np.ndarray, np.ndarray]:
    r = np.random.RandomState(seed)
    z = r.randn(items, 3)
    x = z @ r.randn(3, p) + 0.5 * r.randn(items, p) + x_mean
    return x, z @ r.randn(3, q) + 0.5 * r.randn(items, q) + y_mean


def independent() -> tuple[np.ndarray, np.ndarray]:
    r = np.random.RandomState(3)
    return r.randn(50, 200), r.randn(50, 200)


INPUTS = {
    "A": latent(0, 20, 5, 4, 1, -2),
    "B": latent(2, 10, 30, 25, 0, 0),
    "C": latent(1, 20, 5, 5, 1, -2),
    "D": independent(),
}
FIRST = {"A": 0.024152613308, "B": -1.190723316047, "C": -0.427531806514, "D": 1.788628473430}


def neighbours_input() -> tuple[np.ndarray, np.ndarray]:
    r = np.random.RandomState(7)
    z = r.randn(200, 4)
    x = z @ r.randn(4, 12) + 0.7 * r.randn(200, 12) + 0.5
    return x, z @ r.randn(4, 9) + 0.7 * r.randn(200, 9) - 0.5

"""Planted data: a shared Gaussian latent cloud seen through two maps with noise; population values are known."""

from __future__ import annotations

import numpy as np


class Planted:
    """Draws of (x, y) whose population linear CKA is `cka`."""

    def __init__(self, units: int = 10, latent: int = 3, noise: float = 1.0, seed: int = 1) -> None:
        rng = np.random.default_rng(seed)
        self.maps = [rng.standard_normal((latent, units)) for _ in range(2)]
        self.noise = noise
        a, b = self.maps
        covariance = [m.T @ m + noise**2 * np.eye(units) for m in self.maps]
        together = ((a.T @ b) ** 2).sum()
        self.cka = together / np.sqrt((covariance[0] ** 2).sum() * (covariance[1] ** 2).sum())

    def draw(self, rng: np.random.Generator, items: int) -> tuple[np.ndarray, np.ndarray]:
        latent = rng.standard_normal((items, self.maps[0].shape[0]))
        x, y = (latent @ m + self.noise * rng.standard_normal((items, m.shape[1])) for m in self.maps)
        return x, y

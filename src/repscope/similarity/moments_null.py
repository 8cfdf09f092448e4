"""What debiased alignment scores when the items of one are shuffled, from mergeable moments: no row is needed."""

from __future__ import annotations

import math

import numpy as np

from repscope.array.namespace import to_numpy
from repscope.similarity.kernel_null import skewness
from repscope.stats.cross import CrossMoments
from repscope.types import Null


def null_of_debiased(moments: CrossMoments) -> Null:
    """Return mean 0, variance 2 / (n (n − 3)), and the skewness from the scatter of the units of both."""
    m = moments.centred()
    n = m.n
    found = (concentration_of_scatter(to_numpy(alone.xy), n) for alone in (m.x_alone, m.y_alone))
    return Null(0.0, math.sqrt(2 / (n * (n - 3))), skewness(*found), "closed form")


def concentration_of_scatter(scatter: np.ndarray, n: int) -> float:
    """Return tr Σ³ / (tr Σ²)^1.5 for the covariance Σ of which a scatter matrix of n items is n times an estimate.

    A linear kernel of all items and its scatter S have the same traces of powers. tr S² and tr S³ exceed those of nΣ
    by what items share with themselves: to leading order by (tr S)² / n, and by 3 tr S tr S² / n − 2 (tr S)³ / n².
    """
    scatter = scatter / max(float(np.trace(scatter)), np.finfo(np.float64).tiny)
    second = float((scatter * scatter).sum())
    third = float(((scatter @ scatter) * scatter).sum())
    square, cube = second - 1 / n, third - 3 * second / n + 2 / n**2
    return min(max(cube / square**1.5, 0.0), 1.0) if square > 0 else 0.0

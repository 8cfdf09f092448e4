"""The exact median, by selection and not by sorting where the library can select."""

from __future__ import annotations

import numpy as np

from repscope.array.namespace import is_numpy, is_torch, namespace
from repscope.types import Array, Float


def median(x: Float[Array, " n"]) -> Float[Array, ""]:
    """Return the median of a vector; the mean of the middle two where their number is even."""
    n = x.shape[0]
    if is_numpy(x):
        return np.median(x)
    if is_torch(x):
        middle = [x.kthvalue(k).values for k in {(n + 1) // 2, n // 2 + 1}]
        return sum(middle) / len(middle)
    ordered = namespace(x).sort(x)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2

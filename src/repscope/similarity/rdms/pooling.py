"""The dissimilarity matrix that agrees best with several: their mean once each is on the scale of the comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from repscope.similarity.rdms.steps import COMPARISONS, profile_of
from repscope.types import Float

Profiles = Sequence[Any]


def on_scale(entries: Float[np.ndarray, "matrices pairs"], profiles: Profiles) -> Float[np.ndarray, "matrices pairs"]:
    """Return matrices between which the comparison sees no difference in scale, or offset, so that they can be added.

    Deviations or entries of unit length; ranks; entries over their length after whitening, or over their mean.
    """
    comparison = profiles[0].comparison
    if comparison in ("pearson", "cosine"):
        return np.stack([p.vector for p in profiles])
    if comparison in ("spearman", "kendall"):
        return np.stack([p.vector * p.length for p in profiles])
    if comparison == "bures":
        return entries / entries.mean(axis=1, keepdims=True)
    lengths = np.array([p.length for p in profiles])[:, None]
    return (
        entries - entries.mean(axis=1, keepdims=True) if comparison == "whitened correlation" else entries
    ) / lengths


def ceilings(
    entries: Float[np.ndarray, "matrices pairs"], profiles: Profiles, items: int
) -> tuple[Float[np.ndarray, " matrices"], Float[np.ndarray, " matrices"]]:
    """Return how well the mean of the others, and the mean of all, agree with each matrix (Nili et al. 2014)."""
    comparison = profiles[0].comparison
    module = COMPARISONS[comparison]
    scaled = on_scale(entries, profiles)
    total = scaled.sum(axis=0)
    whole = profile_of(total, items, comparison)
    upper = [float(module.between(whole, p)) for p in profiles]
    if len(profiles) == 1:
        return np.full(1, np.nan), np.array(upper)
    lower = [
        float(module.between(profile_of(total - one, items, comparison), p))
        for one, p in zip(scaled, profiles, strict=True)
    ]
    return np.array(lower), np.array(upper)

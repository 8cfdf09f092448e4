"""Does a measure put trained networks nearer to each other than to untrained ones?"""

from __future__ import annotations

import numpy as np

from repscope.studies.audit.closeness import Measure
from repscope.studies.audit.networks import Networks
from repscope.types import Trial

TRIAL = Trial(
    "untrained control",
    "Is a layer nearer to that of another trained network than to that of an untrained one?",
    "Bansal et al. 2021",
    "share of pairs",
    0.5,
    1.0,
)


def scores(measure: Measure, networks: Networks) -> np.ndarray:
    """Return for each trained network how often a trained layer is nearer than an untrained one, (networks,)."""
    found = []
    for layers in zip(*(network.values() for network in (*networks.trained, *networks.untrained)), strict=True):
        count = len(networks.trained)
        near = measure.closeness(layers)[:count]
        others = [np.delete(near[i, :count], i) for i in range(count)]
        found.append([wins(own, near[i, count:]) for i, own in enumerate(others)])
    return np.array(found).mean(axis=0)


def wins(high: np.ndarray, low: np.ndarray) -> float:
    """Return how often a value of `high` exceeds one of `low`, ties counting half: the area under the ROC curve."""
    gap = high[:, None] - low[None, :]
    return float(((gap > 0) + 0.5 * (gap == 0)).mean())

"""Does a measure find a layer again in the same network trained from another seed (Kornblith et al. 2019)?"""

from __future__ import annotations

import numpy as np

from repscope.studies.audit.closeness import Measure
from repscope.studies.audit.networks import Networks
from repscope.types import Trial


def trial(networks: Networks) -> Trial:
    """Return what is asked: chance is one layer in as many as there are."""
    return Trial(
        "layer identification",
        "Is each layer nearest to its counterpart in the same network trained from another seed?",
        "Kornblith et al. 2019",
        "share of layers",
        1 / networks.depth,
        1.0,
    )


def scores(measure: Measure, networks: Networks) -> np.ndarray:
    """Return the share of layers found, (networks,): each network's layers looked for in all others."""
    depth, count = networks.depth, len(networks.trained)
    near = measure.closeness([x for network in networks.trained for x in network.values()])
    blocks = near.reshape(count, depth, count, depth)
    found = [[picked(blocks[i, :, j, :]) for j in range(count) if j != i] for i in range(count)]
    return np.array(found).mean(axis=1)


def picked(near: np.ndarray) -> float:
    """Return the share of rows whose own column is the nearest; a tie between m columns counts as one in m."""
    best = near == near.max(axis=1, keepdims=True)
    return float((np.diag(best) / np.maximum(best.sum(axis=1), 1)).mean())

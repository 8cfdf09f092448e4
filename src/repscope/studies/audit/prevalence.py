"""Do simple and complex features of equal use carry equally much of the similarity (Lampinen et al. 2024)?"""

from __future__ import annotations

import numpy as np

from repscope.studies.audit.closeness import Measure
from repscope.studies.audit.networks import Networks
from repscope.types import Trial

TRIAL = Trial(
    "simple feature's share",
    "A network computes two features equally well: how much of its similarity to networks that compute one is due to "
    "the simple one? Half is no bias.",
    "Lampinen et al. 2024",
    "share of similarity",
    float("nan"),
    0.5,
)


def scores(measure: Measure, networks: Networks, rng: np.random.Generator) -> np.ndarray:
    """Return for each network with both features the share of the simple one, (networks,), by the last hidden layer."""
    last = {
        kind: [list(network.values())[-1] for network in networks.features[kind]]
        for kind in ("both", "simple", "complex")
    }
    found = []
    for x in last["both"]:
        simple, hard = (
            max(float(np.mean([measure.adjusted(x, y, rng) for y in last[kind]])), 0.0)
            for kind in ("simple", "complex")
        )
        found.append(simple / (simple + hard) if simple + hard > 0 else np.nan)
    return np.array(found)

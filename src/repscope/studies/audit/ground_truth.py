"""Does a measure know the network that it is shown through noise and a few units (Han et al. 2023)?"""

from __future__ import annotations

import numpy as np

from repscope.studies.audit.closeness import Measure
from repscope.studies.audit.identification import picked
from repscope.studies.audit.networks import Networks
from repscope.types import Trial

UNITS = 0.1
"""Share of the units of a layer that the stand-in for a brain shows."""

NOISE = 2.0
"""Standard deviation of the noise on each of them, in its own."""


def trial(networks: Networks) -> Trial:
    """Return what is asked: chance is one network in as many as there are."""
    question = f"One network, seen through {UNITS:.0%} of its units and noise of {NOISE:g} SD: is it picked among all?"
    return Trial("known truth", question, "Han et al. 2023", "share of layers", 1 / len(networks.trained), 1.0)


def scores(measure: Measure, networks: Networks, rng: np.random.Generator) -> np.ndarray:
    """Return the share of its layers by which each network is picked, (networks,)."""
    found = []
    for layers in zip(*(network.values() for network in networks.trained), strict=True):
        seen = [observed(x, rng) for x in layers]
        near = measure.closeness(layers, seen).T
        found.append([picked(np.roll(near, (-i, -i), (0, 1))[:1]) for i in range(len(layers))])
    return np.array(found).mean(axis=0)


def observed(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return some of the live units with noise."""
    live = np.flatnonzero(x.std(axis=0) > 0)
    some = x[:, rng.permutation(live)[: max(2, round(UNITS * len(live)))]]
    return some + NOISE * some.std(axis=0) * rng.standard_normal(some.shape)

"""Does a measure tell apart networks that were trained differently (Klabunde et al. 2024)?"""

from __future__ import annotations

import numpy as np

from repscope.studies.audit.closeness import Measure
from repscope.studies.audit.networks import Networks
from repscope.studies.audit.untrained import wins
from repscope.types import Trial


def trial(networks: Networks) -> Trial:
    """Return what is asked, with the ways of training by name."""
    question = f"Are networks trained alike nearer to each other than to the others ({', '.join(networks.groups)})?"
    return Trial("training told apart", question, "Klabunde et al. 2024", "share of pairs", 0.5, 1.0)


def scores(measure: Measure, networks: Networks) -> np.ndarray:
    """Return for every network how often one of its own group is nearer than one of another, (networks,).

    By the last layer but the answers, whose closeness would be that of the answers.
    """
    names = [name for name, group in networks.groups.items() for _ in group]
    last = -2 if networks.depth > 1 else -1
    near = measure.closeness([list(network.values())[last] for group in networks.groups.values() for network in group])
    found = []
    for i, name in enumerate(names):
        own = np.array([other == name and j != i for j, other in enumerate(names)])
        others = np.array([other != name for other in names])
        found.append(wins(near[i, own], near[i, others]))
    return np.array(found)

"""Does a measure notice when principal components go, before it notices the seed (Ding et al. 2021)?"""

from __future__ import annotations

import numpy as np

from repscope.array.linalg import svd
from repscope.studies.audit.closeness import Measure
from repscope.studies.audit.networks import Networks
from repscope.types import Trial

SENSITIVITY = Trial(
    "sensitivity",
    "As principal components of a layer are deleted, do its distance from the whole and the loss of a linear probe "
    "rise together?",
    "Ding et al. 2021",
    "rank correlation",
    0.0,
    1.0,
)
SPECIFICITY = Trial(
    "components before seed",
    "What share of the components still stands when a layer is farther from itself than another seed's layer is?",
    "Ding et al. 2021",
    "share of components",
    0.0,
    1.0,
)
KEPT = (0.8, 0.6, 0.45, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01)
"""Shares of the components that are kept in turn, the leading ones."""


def scores(measure: Measure, networks: Networks) -> tuple[np.ndarray, np.ndarray]:
    """Return the rank correlation and the share of components for each network, (networks,) each."""
    from scipy.stats import spearmanr

    correlation, share = [], []
    for layers in zip(*(network.values() for network in networks.trained), strict=True):
        seeds = measure.closeness(layers)
        for i, x in enumerate(layers):
            shorter, kept = truncated(x)
            near = measure.closeness([x], [*shorter, x])[0]
            lower = near[:-1] < np.delete(seeds[i], i).mean()
            share.append(max((k for k, below in zip(kept, lower, strict=True) if below), default=0.0))
            if networks.labels is not None:
                loss = [probe(x, networks.labels) - probe(one, networks.labels) for one in shorter]
                constant = np.ptp(near[:-1]) == 0 or np.ptp(loss) == 0
                correlation.append(0.0 if constant else float(spearmanr(-near[:-1], loss).statistic))
    count = len(networks.trained)
    sensitive = np.array(correlation).reshape(-1, count).mean(axis=0) if correlation else np.full(count, np.nan)
    return sensitive, np.array(share).reshape(-1, count).mean(axis=0)


def truncated(x: np.ndarray) -> tuple[list[np.ndarray], list[float]]:
    """Return the layer with fewer and fewer of its leading principal components, and the share of them kept."""
    centred = x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)
    u, s, vt = svd(centred)
    rank = int((s > s[0] * 1e-6).sum())
    counts = sorted({max(1, round(share * rank)) for share in KEPT}, reverse=True)
    return [(u[:, :k] * s[:k]) @ vt[:k] for k in counts], [k / rank for k in counts]


def probe(x: np.ndarray, labels: np.ndarray) -> float:
    """Return the held-out accuracy of a ridge classifier, fitted on every other item and the reverse."""
    classes = np.unique(labels)
    target = (labels[:, None] == classes[None, :]).astype(np.float64)
    right = 0.0
    for train, test in ((slice(0, None, 2), slice(1, None, 2)), (slice(1, None, 2), slice(0, None, 2))):
        mean = x[train].mean(axis=0)
        a, scale = x[train] - mean, float(np.square(x[train] - mean).mean())
        ridge = a.T @ a + 0.01 * len(a) * scale * np.eye(a.shape[1])
        weights = np.linalg.solve(ridge, a.T @ (target[train] - target[train].mean(axis=0)))
        answer = ((x[test] - mean) @ weights + target[train].mean(axis=0)).argmax(axis=1)
        right += float((classes[answer] == labels[test]).sum())
    return right / len(labels)

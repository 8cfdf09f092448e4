"""Runs one installed peer in the peers' own environment: `python -m benchmarks.peer_worker torch_cka`.

Prints its version, its CPU seconds and its answer as JSON.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from benchmarks.inputs import FEWER, ITEMS, few, layers_of_a_network, pair, responses
from benchmarks.measure import cpu_seconds

Job = Callable[[], float]


def torch_cka() -> Job:
    """Return torch_cka's comparison of two models whose layers give the two arrays, all items in one batch."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset
    from torch_cka import CKA

    loaders = [DataLoader(TensorDataset(torch.from_numpy(x)), batch_size=ITEMS) for x in pair(ITEMS)]
    models = [torch.nn.Sequential(torch.nn.Identity()) for _ in loaders]
    cka = CKA(*models, "x", "y", model1_layers=["0"], model2_layers=["0"])

    def job() -> float:
        with torch.no_grad():
            cka.compare(*loaders)
        return float(cka.export()["CKA"][0, 0])

    return job


def pytorch_cka() -> Job:
    """Return pytorch-cka's comparison of two arrays."""
    import torch
    from cka.cka import cka_from_features

    x, y = map(torch.from_numpy, pair(ITEMS))
    return lambda: float(cka_from_features(x, y)[0, 0])


def pytorch_cka_all() -> Job:
    """Return pytorch-cka's comparison of all layers with all layers."""
    import torch
    from cka.cka import cka_from_features

    layers = [torch.from_numpy(x) for x in layers_of_a_network()]
    return lambda: float(cka_from_features(layers, layers)[0, 1])


def shesha_biased() -> Job:
    """Return shesha's biased linear CKA."""
    from shesha.sim import cka_linear

    x, y = pair(ITEMS)
    return lambda: float(cka_linear(x, y))


def shesha_debiased() -> Job:
    """Return shesha's debiased linear CKA."""
    from shesha.sim import cka_debiased

    x, y = pair(ITEMS)
    return lambda: float(cka_debiased(x, y))


def shesha_procrustes() -> Job:
    """Return shesha's Procrustes similarity."""
    from shesha.sim import procrustes_similarity

    x, y = pair(FEWER)
    return lambda: float(procrustes_similarity(x, y))


def shesha_bootstrap() -> Job:
    """Return the upper end of shesha's interval from 1,000 resamples of debiased CKA."""
    from shesha.sim import cka_debiased

    x, y = few()
    return lambda: float(cka_debiased(x, y, n_bootstrap_ci=1000, seed=0)["ci_high"])


def shesha_rsa() -> Job:
    """Return shesha's rank correlation of two correlation dissimilarity matrices."""
    from shesha.sim import rdm_similarity

    x, y = pair(2000)
    return lambda: float(rdm_similarity(x, y, metric="correlation", method="spearman"))


def rsatoolbox_rsa() -> Job:
    """Return rsatoolbox's rank correlation of two correlation dissimilarity matrices."""
    from rsatoolbox.data import Dataset
    from rsatoolbox.rdm import calc_rdm, compare

    both = [Dataset(z) for z in pair(2000)]

    def job() -> float:
        first, second = (calc_rdm(one, method="correlation") for one in both)
        return float(compare(first, second, method="spearman")[0, 0])

    return job


def rsatoolbox_rdm() -> Job:
    """Return the mean of rsatoolbox's correlation dissimilarity matrix."""
    from rsatoolbox.data import Dataset
    from rsatoolbox.rdm import calc_rdm

    one = Dataset(pair(2000)[0])
    return lambda: float(calc_rdm(one, method="correlation").dissimilarities.mean())


def rsatoolbox_crossnobis() -> Job:
    """Return the mean of rsatoolbox's cross-validated matrix, which it divides by the number of units."""
    import numpy as np
    from rsatoolbox.data import Dataset
    from rsatoolbox.rdm import calc_rdm

    x = responses()
    runs, conditions, units = x.shape
    labels = {"condition": np.tile(np.arange(conditions), runs), "run": np.repeat(np.arange(runs), conditions)}
    data = Dataset(x.reshape(-1, units), obs_descriptors=labels)

    def job() -> float:
        found = calc_rdm(data, method="crossnobis", descriptor="condition", cv_descriptor="run")
        return float(found.dissimilarities.mean())

    return job


def dcor() -> Job:
    """Return dcor's bias-corrected squared distance correlation, of as many items as it can hold."""
    from dcor import u_distance_correlation_sqr

    x, y = (z[:1000] for z in pair(FEWER))
    return lambda: float(u_distance_correlation_sqr(x, y))


JOBS: dict[str, tuple[str, Callable[[], Job]]] = {
    "torch_cka": ("torch_cka", torch_cka),
    "pytorch_cka": ("pytorch-cka", pytorch_cka),
    "pytorch_cka_all": ("pytorch-cka", pytorch_cka_all),
    "shesha_biased": ("shesha-geometry", shesha_biased),
    "shesha_debiased": ("shesha-geometry", shesha_debiased),
    "shesha_procrustes": ("shesha-geometry", shesha_procrustes),
    "shesha_bootstrap": ("shesha-geometry", shesha_bootstrap),
    "shesha_rsa": ("shesha-geometry", shesha_rsa),
    "rsatoolbox_rsa": ("rsatoolbox", rsatoolbox_rsa),
    "rsatoolbox_rdm": ("rsatoolbox", rsatoolbox_rdm),
    "rsatoolbox_crossnobis": ("rsatoolbox", rsatoolbox_crossnobis),
    "dcor": ("dcor", dcor),
}


def main(name: str) -> dict[str, Any]:
    """Return version, CPU seconds and answer of one peer; the first call counts, as a user's does."""
    warnings.simplefilter("ignore")
    package, prepare = JOBS[name]
    job, answers = prepare(), list[float]()
    seconds = cpu_seconds(lambda: answers.append(job()))
    return {"version": f"{package} {version(package)}", "seconds": seconds, "answer": answers[0]}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))

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

from benchmarks.inputs import FEWER, ITEMS, layers_of_a_network, pair
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


JOBS: dict[str, tuple[str, Callable[[], Job]]] = {
    "torch_cka": ("torch_cka", torch_cka),
    "pytorch_cka": ("pytorch-cka", pytorch_cka),
    "pytorch_cka_all": ("pytorch-cka", pytorch_cka_all),
    "shesha_biased": ("shesha-geometry", shesha_biased),
    "shesha_debiased": ("shesha-geometry", shesha_debiased),
    "shesha_procrustes": ("shesha-geometry", shesha_procrustes),
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

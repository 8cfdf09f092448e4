"""repscope: the instrument for neural representations.

    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(float(rs.cka(X, X @ X.T)), 3) > 0
    True

Names are imported when they are first used, so that `import repscope` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from repscope.recording.record import record
    from repscope.reports.html import report
    from repscope.similarity.cka import cka
    from repscope.similarity.mutual_knn import mutual_knn
    from repscope.similarity.procrustes import procrustes
    from repscope.store import Recording, Store, open_store
    from repscope.store.exchange import export, import_array
    from repscope.studies.best_layer import best_layer
    from repscope.studies.compare import compare, score
    from repscope.studies.differ import differ
    from repscope.studies.how_many import how_many
    from repscope.types import (
        BestLayer,
        Card,
        Comparison,
        Difference,
        Representation,
        Result,
        SampleCurve,
        Source,
    )

_HOMES = {
    "record": "repscope.recording.record",
    "report": "repscope.reports.html",
    "Recording": "repscope.store",
    "Store": "repscope.store",
    "open_store": "repscope.store",
    "canonical_correlations": "repscope.similarity.cca",
    "frechet_mean": "repscope.similarity.frechet_mean",
    "geodesic": "repscope.similarity.geodesic",
    "match_units": "repscope.similarity.match_units",
    "compare_rdms": "repscope.similarity.compare_rdms",
    "model_tests": "repscope.similarity.model_tests",
    "noise_ceiling": "repscope.similarity.noise_ceiling",
    "noise_covariance": "repscope.similarity.rdms.noise",
    "rdm": "repscope.similarity.rdm",
    "weighted_model": "repscope.similarity.weighted_model",
    "ModelTests": "repscope.similarity.model_tests",
    "NoiseCeiling": "repscope.similarity.noise_ceiling",
    "WeightedModel": "repscope.similarity.weighted_model",
    "rosetta_units": "repscope.similarity.rosetta_units",
    "FrechetMean": "repscope.similarity.frechet_mean",
    "Matches": "repscope.similarity.match_units",
    "Rosetta": "repscope.similarity.rosetta_units",
    "ShapeAligner": "repscope.similarity.shape_aligner",
    "export": "repscope.store.exchange",
    "import_array": "repscope.store.exchange",
    "audit": "repscope.studies.audit",
    "best_layer": "repscope.studies.best_layer",
    "compare": "repscope.studies.compare",
    "compare_models": "repscope.studies.compare_models",
    "differ": "repscope.studies.differ",
    "how_many": "repscope.studies.how_many",
    "score": "repscope.studies.compare",
    "Audit": "repscope.types",
    "BestLayer": "repscope.types",
    "Card": "repscope.types",
    "Comparison": "repscope.types",
    "Difference": "repscope.types",
    "Representation": "repscope.types",
    "Result": "repscope.types",
    "SampleCurve": "repscope.types",
    "Source": "repscope.types",
}
"""Where each public name lives that is not a measure; the table of cards knows the measures."""


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return __dir__()
    if name not in _HOMES and (name.startswith("_") or name not in _measures()):
        message = f"module 'repscope' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES.get(name) or _measures()[name]), name)


def __dir__() -> list[str]:
    return sorted({*_HOMES, *_measures()})


def _measures() -> dict[str, str]:
    """Return the module of each of repscope's own measures, by name."""
    from repscope.registry import CARDS

    return {card.name: card.at.partition(":")[0] for card in CARDS}

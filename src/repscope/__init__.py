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
    from repscope.studies.compare import compare, score
    from repscope.types import Card, Comparison, Representation, Result, Source

_HOMES = {
    "record": "repscope.recording.record",
    "report": "repscope.reports.html",
    "cka": "repscope.similarity.cka",
    "mutual_knn": "repscope.similarity.mutual_knn",
    "procrustes": "repscope.similarity.procrustes",
    "Recording": "repscope.store",
    "Store": "repscope.store",
    "open_store": "repscope.store",
    "export": "repscope.store.exchange",
    "import_array": "repscope.store.exchange",
    "compare": "repscope.studies.compare",
    "score": "repscope.studies.compare",
    "Card": "repscope.types",
    "Comparison": "repscope.types",
    "Representation": "repscope.types",
    "Result": "repscope.types",
    "Source": "repscope.types",
}

__all__ = [
    "Card",
    "Comparison",
    "Recording",
    "Representation",
    "Result",
    "Source",
    "Store",
    "cka",
    "compare",
    "export",
    "import_array",
    "mutual_knn",
    "open_store",
    "procrustes",
    "record",
    "report",
    "score",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module 'repscope' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__

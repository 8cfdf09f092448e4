"""Which measure should be believed: a table of measures by tests."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from repscope.types.result import finite

if TYPE_CHECKING:
    import pandas as pd

Matrix = np.ndarray


@dataclass(frozen=True, slots=True)
class Trial:
    """One test of an audit: what it asks, what a measure that knows nothing scores, and what a perfect one does."""

    name: str
    question: str
    source: str
    unit: str
    chance: float
    best: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON values; NaN becomes None."""
        return {name: finite(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Audit:
    """Measures tried on networks about which the truth is known.

    Every matrix is (measures, tests); NaN where a test could not be made, and `notes` say why. `low` and `high` are
    the ends of intervals over networks, not over items.
    """

    measures: tuple[str, ...]
    tests: tuple[Trial, ...]
    value: Matrix
    low: Matrix
    high: Matrix
    networks: str
    n: int
    level: float
    advice: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say how many measures went through how many tests."""
        return f"Audit({len(self.measures)} measures, {len(self.tests)} tests, on {self.networks})"

    def ranked(self, test: str) -> list[tuple[str, float]]:
        """Return the measures from the best to the worst in one test, with their values."""
        k = [trial.name for trial in self.tests].index(test)
        far = np.abs(self.value[:, k] - self.tests[k].best)
        return [(self.measures[i], float(self.value[i, k])) for i in np.argsort(far, kind="stable")]

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row for each measure and test: value, low, high, chance, best."""
        import pandas as pd

        rows = [
            {
                "measure": measure,
                "test": trial.name,
                "value": self.value[i, k],
                "low": self.low[i, k],
                "high": self.high[i, k],
                "chance": trial.chance,
                "best": trial.best,
            }
            for i, measure in enumerate(self.measures)
            for k, trial in enumerate(self.tests)
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the audit as plain JSON values; `Audit.from_dict` reads it back."""
        names = ("value", "low", "high")
        matrices = {name: [[finite(v) for v in row] for row in getattr(self, name).tolist()] for name in names}
        return {
            "kind": "audit",
            "measures": list(self.measures),
            "tests": [trial.to_dict() for trial in self.tests],
            **matrices,
            "networks": self.networks,
            "n": self.n,
            "level": self.level,
            "advice": list(self.advice),
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Audit:
        """Return the audit that `to_dict` wrote."""
        shape = len(data["measures"]), len(data["tests"])
        value, low, high = (np.array(data[name], np.float64).reshape(shape) for name in ("value", "low", "high"))
        return cls(
            measures=tuple(data["measures"]),
            tests=tuple(Trial(**trial_of(trial)) for trial in data["tests"]),
            value=value,
            low=low,
            high=high,
            networks=data["networks"],
            n=data["n"],
            level=data["level"],
            advice=tuple(data["advice"]),
            notes=tuple(data["notes"]),
        )


def trial_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a trial; a chance that JSON could not say is NaN."""
    return dict(data) | {"chance": math.nan if data["chance"] is None else data["chance"]}

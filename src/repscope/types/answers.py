"""What the statistical questions answer: which is closer, which layer is best, how many items are enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from repscope.types.card import Card
from repscope.types.result import Result, finite, unsaid

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Difference:
    """How much closer one representation is to a second than to a third, with a paired interval.

    `value` is `first` less `second` in the unit of the measure: the value with Y less the value with Z. `p` is
    two-sided, of no difference.
    """

    card: Card
    value: float
    first: float
    second: float
    interval: tuple[float, float]
    level: float
    p: float
    n: int
    params: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ("X", "Y", "Z")
    """What X, Y and Z are called."""

    def __repr__(self) -> str:
        """Say which is closer, by how much, and how sure that is."""
        x, y, z = self.names
        said = {"Y": f"{x} is closer to {y} than to {z}", "Z": f"{x} is closer to {z} than to {y}"}
        answer = said.get(self.closer, f"whether {x} is closer to {y} or to {z} is undecided")
        low, high = self.interval
        p = "p < 0.0001" if self.p < 1e-4 else f"p = {self.p:.4f}"
        by = f"difference {self.value:.3f}, {self.level:.0%} interval {low:.3f} to {high:.3f}, {p}"
        return f"Difference({self.card.name}: {answer}; {by}, n = {self.n})"

    @property
    def closer(self) -> str:
        """`Y` or `Z`, whichever is closer, or `undecided` where the interval holds 0."""
        if not (self.interval[0] > 0 or self.interval[1] < 0):
            return "undecided"
        return "Y" if (self.value > 0) == (self.card.higher != "different") else "Z"

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain JSON values, NaN as None; `Difference.from_dict` reads it back."""
        return {
            "kind": "difference",
            "measure": self.card.name,
            "card": self.card.to_dict(),
            "names": list(self.names),
            "value": finite(self.value),
            "first": finite(self.first),
            "second": finite(self.second),
            "interval": [finite(bound) for bound in self.interval],
            "level": self.level,
            "p": finite(self.p),
            "closer": self.closer,
            "n": self.n,
            "params": dict(self.params),
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Difference:
        """Return the answer that `to_dict` wrote."""
        value, first, second, p = (unsaid(data[name]) for name in ("value", "first", "second", "p"))
        return cls(
            card=Card.from_dict(data["card"]),
            value=value,
            first=first,
            second=second,
            interval=(unsaid(data["interval"][0]), unsaid(data["interval"][1])),
            level=data["level"],
            p=p,
            n=data["n"],
            params=data["params"],
            notes=tuple(data["notes"]),
            names=tuple(data["names"]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class BestLayer:
    """The pair of layers that is most alike, and what the best of as many unrelated pairs would score.

    `best` is the winner; its null and p are those of the best of all pairs. `p` holds for every pair the
    probability that the best of all unrelated ones scores as well, (rows, columns).
    """

    best: Result
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    value: np.ndarray
    p: np.ndarray

    def __repr__(self) -> str:
        """Say which pair is best and how likely so good a best pair is among unrelated ones."""
        first, last = (source.label for source in (self.best.inputs[0], self.best.inputs[-1]))
        said = f"{first} and {last} score {self.best.value:.3f}, the best of {self.value.size} pairs"
        return f"BestLayer({self.best.card.name}: {said}, p = {self.best.p:.4f}, n = {self.best.n})"

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row a pair: row, column, value, p."""
        import pandas as pd

        at = np.indices(self.value.shape).reshape(2, -1)
        labels = {"row": [self.rows[i] for i in at[0]], "column": [self.columns[j] for j in at[1]]}
        return pd.DataFrame(labels | {"value": self.value.ravel(), "p": self.p.ravel()})

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain JSON values, NaN as None; `BestLayer.from_dict` reads it back."""
        matrices = {name: [[finite(v) for v in row] for row in getattr(self, name).tolist()] for name in ("value", "p")}
        labels = {"rows": list(self.rows), "columns": list(self.columns)}
        return {"kind": "best layer", "best": self.best.to_dict(), **labels, **matrices}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> BestLayer:
        """Return the answer that `to_dict` wrote."""
        shape = len(data["rows"]), len(data["columns"])
        value, p = (np.array(data[name], np.float64).reshape(shape) for name in ("value", "p"))
        return cls(Result.from_dict(data["best"]), tuple(data["rows"]), tuple(data["columns"]), value, p)


@dataclass(frozen=True, slots=True, eq=False)
class SampleCurve:
    """How the value and the width of its interval change with the number of items.

    `needed` is the number of items at which the interval is expected to be as narrow as `width`, from the power
    law fitted to `widths`, or NaN where the widths do not fall.
    """

    card: Card
    sizes: np.ndarray
    values: np.ndarray
    widths: np.ndarray
    width: float
    level: float
    exponent: float
    needed: float
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ("X", "Y")
    params: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Say how many items are needed."""
        needed = "an unknown number of" if math.isnan(self.needed) else f"{self.needed:.0f}"
        return f"SampleCurve({self.card.name}: {needed} items for an interval no wider than {self.width:g})"

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row a number of items: n, value, width."""
        import pandas as pd

        return pd.DataFrame({"n": self.sizes, "value": self.values, "width": self.widths})

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain JSON values, NaN as None; `SampleCurve.from_dict` reads it back."""
        numbers = {name: finite(getattr(self, name)) for name in ("width", "level", "exponent", "needed")}
        return {
            "kind": "sample curve",
            "measure": self.card.name,
            "card": self.card.to_dict(),
            "names": list(self.names),
            "sizes": self.sizes.tolist(),
            "values": [finite(v) for v in self.values.tolist()],
            "widths": [finite(v) for v in self.widths.tolist()],
            **numbers,
            "params": dict(self.params),
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SampleCurve:
        """Return the curve that `to_dict` wrote."""
        return cls(
            card=Card.from_dict(data["card"]),
            sizes=np.array(data["sizes"], np.int64),
            values=np.array(data["values"], np.float64),
            widths=np.array(data["widths"], np.float64),
            width=data["width"],
            level=data["level"],
            exponent=unsaid(data["exponent"]),
            needed=unsaid(data["needed"]),
            notes=tuple(data["notes"]),
            names=tuple(data["names"]),
            params=data["params"],
        )

"""The labelled matrix of Results that comparing many representations gives."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from repscope.errors import InputError, UnknownName, explain, near_misses
from repscope.types.card import Card
from repscope.types.measure import Null
from repscope.types.representation import Source
from repscope.types.result import Result, Run, arrow_of, finite

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

Matrix = np.ndarray
COLUMNS = ("value", "low", "high", "null", "null_sd", "p", "q", "adjusted", "ceiling_low", "ceiling_high")
MATRICES = ("value", "low", "high", "null", "null_sd", "null_skewness", "p", "ceiling_low", "ceiling_high")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """All rows against all columns under one measure.

    Every matrix is (rows, columns), float64, NaN where a number is undefined or was not asked for. `within`
    says that rows and columns are the same representations, so that the diagonal is each with itself.
    `null_method` and `draws` say how the null was found.
    """

    card: Card
    params: Mapping[str, Any]
    rows: tuple[Source, ...]
    columns: tuple[Source, ...]
    n: int
    value: Matrix
    low: Matrix
    high: Matrix
    null: Matrix
    null_sd: Matrix
    null_skewness: Matrix
    p: Matrix
    ceiling_low: Matrix
    ceiling_high: Matrix
    level: float | None = None
    null_method: str = ""
    draws: int = 0
    within: bool = False
    notes: tuple[str, ...] = ()
    run: Run = field(default_factory=Run)

    def __repr__(self) -> str:
        """Say the measure, how many representations were compared, and over how many items."""
        return f"Comparison({self.card.name}, {len(self.rows)} × {len(self.columns)} representations, n = {self.n})"

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        return len(self.rows), len(self.columns)

    @property
    def adjusted(self) -> Matrix:
        """The values on a scale where 0 is chance and 1 is identity."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Matrix = (self.value - self.null) / (self.card.best - self.null)
        return found if math.isfinite(self.card.best) else np.full_like(found, math.nan)

    @property
    def q(self) -> Matrix:
        """The smallest false discovery rate at which each pair counts as related (Benjamini and Hochberg 1995).

        Over all pairs of two different representations, each once. Where models are compared with themselves and
        with each other, the pairs within a model, which nearly always are related, are a family of their own.
        """
        from scipy.stats import false_discovery_control

        apart, same = np.ones(self.shape, dtype=bool), np.zeros(self.shape, dtype=bool)
        if self.within:
            apart = ~np.eye(len(self.rows), dtype=bool)
            apart = np.triu(apart) if self.card.symmetric else apart
            models = np.unique([f"{s.model}\0{s.revision}" for s in self.rows], return_inverse=True)[1]
            same = models[:, None] == models[None, :]
        found = np.full(self.shape, math.nan)
        for family in (apart & ~same, apart & same):
            tested = family & ~np.isnan(self.p) & ~np.isnan(self.value)
            if tested.any():
                found[tested] = false_discovery_control(self.p[tested])
        if self.within and self.card.symmetric:
            found = np.where(np.isnan(found), found.T, found)
        return found

    def __getitem__(self, pair: Any) -> Result:
        """Return one Result by the labels or positions of its row and column.

        Raises
        ------
        InputError
            Not two labels or positions were given.
        UnknownName
            No row or column bears the label, or several do.
        """
        if not isinstance(pair, tuple) or len(pair) != 2:
            do = "Write comparison[row, column], by label or position."
            raise InputError(explain(expected="a row and a column", got=repr(pair), argument="comparison[…]", do=do))
        i, j = position(pair[0], self.rows), position(pair[1], self.columns)
        at = i, j
        null, ceiling = None, (float(self.ceiling_low[at]), float(self.ceiling_high[at]))
        if not math.isnan(self.null[at]):
            null = Null(
                float(self.null[at]),
                float(self.null_sd[at]),
                float(self.null_skewness[at]),
                self.null_method,
                self.draws,
            )
        return Result(
            card=self.card,
            value=float(self.value[at]),
            params=self.params,
            inputs=(self.rows[i], self.columns[j]),
            n=self.n,
            interval=None if self.level is None else (float(self.low[at]), float(self.high[at])),
            level=self.level,
            null=null,
            p=None if math.isnan(self.p[at]) else float(self.p[at]),
            ceiling=None if math.isnan(ceiling[0]) else ceiling,
            notes=self.notes,
            run=self.run,
        )

    def __iter__(self) -> Iterator[Result]:
        """Yield every Result, row by row."""
        return (self[i, j] for i in range(self.shape[0]) for j in range(self.shape[1]))

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row a pair: labels, value, interval, null, p, q, adjusted, ceilings and n."""
        import pandas as pd

        index = np.indices(self.shape).reshape(2, -1)
        frame: dict[str, Any] = {
            "row": [self.rows[i].label for i in index[0]],
            "column": [self.columns[j].label for j in index[1]],
        }
        frame |= {name: np.ravel(getattr(self, name)) for name in COLUMNS}
        return pd.DataFrame(frame | {"n": self.n})

    def to_arrow(self) -> Any:
        """Return `to_frame()` as an Arrow table; needs the extra `table`."""
        return arrow_of(self.to_frame())

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain JSON values; `Comparison.from_dict` reads it back."""
        return {
            "kind": "comparison",
            "card": self.card.to_dict(),
            "params": dict(self.params),
            "rows": [source.to_dict() for source in self.rows],
            "columns": [source.to_dict() for source in self.columns],
            "n": self.n,
            **{name: [[finite(v) for v in row] for row in getattr(self, name).tolist()] for name in MATRICES},
            "level": self.level,
            "null_method": self.null_method,
            "draws": self.draws,
            "within": self.within,
            "notes": list(self.notes),
            "run": self.run.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Comparison:
        """Return the comparison that `to_dict` wrote."""
        shape = len(data["rows"]), len(data["columns"])
        return cls(
            card=Card.from_dict(data["card"]),
            params=data["params"],
            rows=tuple(Source(**source) for source in data["rows"]),
            columns=tuple(Source(**source) for source in data["columns"]),
            n=data["n"],
            **{name: np.array(data[name], dtype=np.float64).reshape(shape) for name in MATRICES},
            level=data["level"],
            null_method=data["null_method"],
            draws=data["draws"],
            within=data["within"],
            notes=tuple(data["notes"]),
            run=Run(**data["run"]),
        )

    def plot(self) -> go.Figure:
        """Return a Plotly heatmap of the values; hovering shows the interval, the null and p."""
        from repscope.figures import heatmap

        return heatmap(
            self.value,
            rows=[source.label for source in self.rows],
            columns=[source.label for source in self.columns],
            hover=[[self[i, j].describe() for j in range(self.shape[1])] for i in range(self.shape[0])],
            title=self.card.name,
            limits=self.card.bounds,
            higher=self.card.higher,
        )


def position(name: str | int, sources: tuple[Source, ...]) -> int:
    """Return the position of a label such as `model/layer`, or of a layer name that stands only once."""
    if isinstance(name, int):
        return range(len(sources))[name]
    labels = [source.label for source in sources]
    for names in (labels, [source.layer for source in sources]):
        if names.count(name) == 1:
            return names.index(name)
    message = f"comparison[…]: expected one of its labels, got {name!r}. {near_misses(name, labels)}"
    raise UnknownName(message)

"""A zoo of models: the layers × layers × measures cube, maps, trees, and alignment against scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from repscope.errors import UnknownName, near_misses
from repscope.types.comparison import Comparison
from repscope.types.result import finite

if TYPE_CHECKING:
    import pandas as pd

Numbers = np.ndarray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModelMap:
    """Models as places in the plane, with what their places owe to the choice of items.

    `distance` is (models, models), `places` (models, 2), `covariance` (models, 2, 2): that of each place over maps
    of random halves of the items, each moved onto this one; NaN where there are none. `share` says how much of the
    distances' variance the plane holds.
    """

    models: tuple[str, ...]
    distance: Numbers
    places: Numbers
    covariance: Numbers
    share: float
    level: float
    resamples: int
    pairing: str
    left_out: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say how many models are on the map, and how much it holds."""
        return f"ModelMap({len(self.models)} models, {self.share:.0%} of the distances' variance)"

    @property
    def ellipses(self) -> Numbers:
        """The long and the short half-axis and the angle of the long one in radians, (models, 3).

        At confidence `level`, by the F law of a covariance estimated from `resamples` maps.
        """
        from scipy.stats import f

        if self.resamples < 3:
            return np.full((len(self.models), 3), math.nan)
        reach = 2 * (self.resamples - 1) / (self.resamples - 2) * f.ppf(self.level, 2, self.resamples - 2)
        values, vectors = np.linalg.eigh(self.covariance)
        axes = np.sqrt(reach * np.maximum(values[:, ::-1], 0.0))
        return np.column_stack([axes, np.arctan2(vectors[:, 1, 1], vectors[:, 0, 1])])

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row a model: its place, and the half-axes and angle of its ellipse."""
        import pandas as pd

        ellipses = self.ellipses
        columns = {"model": list(self.models), "x": self.places[:, 0], "y": self.places[:, 1]}
        return pd.DataFrame(columns | {"long": ellipses[:, 0], "short": ellipses[:, 1], "angle": ellipses[:, 2]})

    def to_dict(self) -> dict[str, Any]:
        """Return the map as plain JSON values, NaN as None; `ModelMap.from_dict` reads it back."""
        arrays = {name: said(getattr(self, name)) for name in ("distance", "places", "covariance")}
        settings = {"level": self.level, "resamples": self.resamples, "pairing": self.pairing}
        rest = {"share": finite(self.share), **settings, "left_out": list(self.left_out)}
        return {"models": list(self.models), **arrays, **rest}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ModelMap:
        """Return the map that `to_dict` wrote."""
        return cls(
            models=tuple(data["models"]),
            distance=heard(data["distance"]),
            places=heard(data["places"]),
            covariance=heard(data["covariance"]),
            share=float(heard(data["share"])),
            level=data["level"],
            resamples=data["resamples"],
            pairing=data["pairing"],
            left_out=tuple(data["left_out"]),
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModelTree:
    """Models clustered by average linkage, with how often each cluster comes back on half of the items.

    `linkage` is (models − 1, 4) as SciPy has it: two clusters, their distance, the models of both. `order` holds the
    positions of the models as leaves, `supports` for each join the share of resamples in whose tree the same models
    form a cluster, NaN without resamples.
    """

    models: tuple[str, ...]
    linkage: Numbers
    order: tuple[int, ...]
    supports: Numbers
    resamples: int
    left_out: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say how many models it joins."""
        return f"ModelTree({len(self.models)} models, {self.resamples} resamples)"

    @property
    def clusters(self) -> tuple[tuple[str, ...], ...]:
        """The models of each join, in the order of `linkage`."""
        members: list[list[int]] = [[i] for i in range(len(self.models))]
        for left, right, *_ in self.linkage:
            members.append(members[int(left)] + members[int(right)])
        place = {model: k for k, model in enumerate(self.order)}
        joins = (sorted(cluster, key=place.__getitem__) for cluster in members[len(self.models) :])
        return tuple(tuple(self.models[i] for i in cluster) for cluster in joins)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row a join: its models, the distance, and its support."""
        import pandas as pd

        models = [", ".join(cluster) for cluster in self.clusters]
        return pd.DataFrame({"models": models, "distance": self.linkage[:, 2], "support": self.supports})

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as plain JSON values, NaN as None; `ModelTree.from_dict` reads it back."""
        arrays = {name: said(getattr(self, name)) for name in ("linkage", "supports")}
        names = {name: list(getattr(self, name)) for name in ("models", "order", "left_out")}
        return names | arrays | {"resamples": self.resamples}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ModelTree:
        """Return the tree that `to_dict` wrote."""
        names = {name: tuple(data[name]) for name in ("models", "order", "left_out")}
        linkage = heard(data["linkage"]).reshape(-1, 4)
        return cls(linkage=linkage, supports=heard(data["supports"]), resamples=data["resamples"], **names)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trend:
    """How the alignment of the models of one group with another group goes with their scale.

    For each model of `group`: its `scale`; its `alignment`, the value of its best pair of layers; `null` and `high`,
    the mean and the 95th percentile of the best pair among unrelated items; `p`; the other model and the two layers
    (`matched`). `curve` is (places, 4): scale, line and the band around it at `level`. `slope` is of the value against
    log10 scale where `logarithmic`, else against scale; `rho` is Spearman's, `rho_p` its p over orders of the models.
    """

    group: str
    other: str
    partner: str
    models: tuple[str, ...]
    scale: Numbers
    alignment: Numbers
    null: Numbers
    high: Numbers
    p: Numbers
    matched: tuple[tuple[str, str], ...]
    logarithmic: bool
    slope: float
    intercept: float
    curve: Numbers
    rho: float
    rho_p: float
    level: float
    draws: int

    def __repr__(self) -> str:
        """Say what goes with what, and how strongly."""
        return f"Trend({self.group} with {self.other}: ρ = {self.rho:.2f} over {len(self.models)} models)"

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row a model: scale, alignment, null, high, p, and the layers that match."""
        import pandas as pd

        columns = {name: getattr(self, name) for name in ("scale", "alignment", "null", "high", "p")}
        layers = {"layer": [pair[0] for pair in self.matched], "partner": [pair[1] for pair in self.matched]}
        return pd.DataFrame({"model": list(self.models), **columns, **layers})

    def to_dict(self) -> dict[str, Any]:
        """Return the trend as plain JSON values, NaN as None; `Trend.from_dict` reads it back."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        found |= {"models": list(self.models), "matched": [list(pair) for pair in self.matched]}
        return {name: said(value) if isinstance(value, np.ndarray) else finite(value) for name, value in found.items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Trend:
        """Return the trend that `to_dict` wrote."""
        arrays = {name: heard(data[name]) for name in ("scale", "alignment", "null", "high", "p")}
        numbers = {name: float(heard(data[name])) for name in ("slope", "intercept", "rho", "rho_p")}
        names = {"models": tuple(data["models"]), "matched": tuple((a, b) for a, b in data["matched"])}
        return cls(**dict(data) | arrays | numbers | names | {"curve": heard(data["curve"]).reshape(-1, 4)})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Zoo:
    """Many models compared: by measure, all layers with all layers, and what follows for the models.

    `zoo["cka"]` is the Comparison of all layers under one measure; `maps`, `trees` and `trends` hold by measure what
    could be made of it. `computed` counts the pairs of layers that were computed, `cached` those found on disk.
    """

    models: tuple[str, ...]
    comparisons: Mapping[str, Comparison]
    maps: Mapping[str, ModelMap]
    trees: Mapping[str, ModelTree]
    trends: Mapping[str, Trend]
    computed: int
    cached: int
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say how many models, layers and measures there are."""
        first = next(iter(self.comparisons.values()))
        return f"Zoo({len(self.models)} models, {len(first.rows)} layers, by {', '.join(self.comparisons)})"

    def __getitem__(self, measure: str) -> Comparison:
        """Return the comparison by one measure.

        Raises
        ------
        UnknownName
            The zoo was not compared by it.
        """
        if measure not in self.comparisons:
            message = f"zoo[…]: expected one of its measures, got {measure!r}. {near_misses(measure, self.comparisons)}"
            raise UnknownName(message)
        return self.comparisons[measure]

    @property
    def cube(self) -> Numbers:
        """The values, (layers, layers, measures)."""
        return np.stack([one.value for one in self.comparisons.values()], axis=-1)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row for each measure and pair, as `Comparison.to_frame` has them."""
        import pandas as pd

        frames = [one.to_frame().assign(measure=name) for name, one in self.comparisons.items()]
        return pd.concat(frames, ignore_index=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the zoo as plain JSON values, NaN as None; `Zoo.from_dict` reads it back."""
        parts = ("comparisons", "maps", "trees", "trends")
        found = {part: {name: one.to_dict() for name, one in getattr(self, part).items()} for part in parts}
        counts = {"computed": self.computed, "cached": self.cached}
        return {"kind": "zoo", "models": list(self.models), **found, **counts, "notes": list(self.notes)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Zoo:
        """Return the zoo that `to_dict` wrote."""
        return cls(
            models=tuple(data["models"]),
            comparisons={name: Comparison.from_dict(one) for name, one in data["comparisons"].items()},
            maps={name: ModelMap.from_dict(one) for name, one in data["maps"].items()},
            trees={name: ModelTree.from_dict(one) for name, one in data["trees"].items()},
            trends={name: Trend.from_dict(one) for name, one in data["trends"].items()},
            computed=data["computed"],
            cached=data["cached"],
            notes=tuple(data["notes"]),
        )


def said(array: Numbers) -> Any:
    """Return an array as nested lists in which NaN and infinity are None."""
    return [said(row) for row in array] if array.ndim > 1 else [finite(value) for value in array.tolist()]


def heard(lists: Any) -> Numbers:
    """Return what `said` gave as an array, None as NaN."""
    return np.array(lists, dtype=np.float64)

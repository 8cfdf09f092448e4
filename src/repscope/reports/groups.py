"""The layers of a comparison by model, and the pairs of models and of layers that a reader asks about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from repscope.types import Comparison, Source


@dataclass(frozen=True, slots=True)
class Group:
    """A model and the positions of its layers, in order; without a name where layers have no model in common."""

    name: str
    at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ModelPair:
    """A block of the matrix: the layers of one model against those of another, or of itself."""

    rows: Group
    columns: Group
    same: bool

    @property
    def label(self) -> str:
        """The two names in words."""
        if self.same:
            return f"{self.rows.name} with itself" if self.rows.name else "All with all"
        return f"{self.rows.name or 'Rows'} and {self.columns.name or 'columns'}"


def groups(sources: tuple[Source, ...]) -> tuple[Group, ...]:
    """Return the models in order of appearance, or one nameless group where each has but one layer."""
    found: dict[tuple[str, str], list[int]] = {}
    for i, source in enumerate(sources):
        found.setdefault((source.model, source.revision), []).append(i)
    if all(len(at) == 1 for at in found.values()):
        return (Group("", tuple(range(len(sources)))),)
    names = Counter(model for model, _ in found)
    return tuple(
        Group(f"{model} ({revision})" if names[model] > 1 and revision else model, tuple(at))
        for (model, revision), at in found.items()
    )


def model_pairs(comparison: Comparison) -> tuple[ModelPair, ...]:
    """Return every pair of models once: first those of two models, then each with itself."""
    rows, columns = groups(comparison.rows), groups(comparison.columns)
    if not comparison.within:
        return tuple(ModelPair(a, b, same=False) for a in rows for b in columns)
    crossed = [ModelPair(a, b, same=False) for i, a in enumerate(rows) for b in rows[i + 1 :]]
    return (*crossed, *(ModelPair(a, a, same=True) for a in rows))


def names(group: Group, sources: tuple[Source, ...]) -> list[str]:
    """Return what tells the layers of a group apart: the layer under a model's name, else the whole label."""
    return [(group.name and sources[i].layer) or sources[i].label for i in group.at]


def layer_pairs(comparison: Comparison, *, crossing: bool) -> Iterator[tuple[int, int]]:
    """Yield every pair of distinct layers once; with `crossing`, only those of two models, where there are any."""
    pairs = model_pairs(comparison)
    crossed = [pair for pair in pairs if not pair.same]
    for pair in crossed if crossing and crossed else pairs:
        for i in pair.rows.at:
            yield from ((i, j) for j in pair.columns.at if not pair.same or i < j)


def corresponding(pair: ModelPair) -> list[tuple[float, int, int]]:
    """Return (relative depth, row, column) for each layer of the deeper model and its partner in the other.

    The partner is the layer whose relative depth, from 0 at the first layer to 1 at the last, is nearest. For a
    model with itself the partner is the next layer.
    """
    rows, columns = pair.rows.at, pair.columns.at
    if pair.same:
        steps = max(len(rows) - 2, 1)
        return [(k / steps, i, j) for k, (i, j) in enumerate(pairwise(rows))]
    last = max(len(rows), len(columns)) - 1
    depths = [k / last if last else 0.0 for k in range(last + 1)]
    return [(t, rows[round(t * (len(rows) - 1))], columns[round(t * (len(columns) - 1))]) for t in depths]

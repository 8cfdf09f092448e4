"""The layers of a comparison by model, and the pairs of models and of layers that a reader asks about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from repscope.types import Comparison, Source
from repscope.types.models import Model, models_of


@dataclass(frozen=True, slots=True)
class ModelPair:
    """A block of the matrix: the layers of one model against those of another, or of itself."""

    rows: Model
    columns: Model
    same: bool
    directed: bool = False
    """Whether the measure goes from the rows to the columns, so that the other direction is another pair."""

    @property
    def label(self) -> str:
        """The two names in words."""
        if self.same:
            return f"{self.rows.name} with itself" if self.rows.name else "All with all"
        return f"{self.rows.name or 'Rows'} {joint(self.directed)} {self.columns.name or 'columns'}"

    @property
    def namesakes(self) -> tuple[tuple[int, int], ...]:
        """The places, in either model, of layers of one name, where every layer of one model has its namesake."""
        rows, columns = self.rows.layers, self.columns.layers
        shared = set(rows) & set(columns)
        unique = len(set(rows)) == len(rows) and len(set(columns)) == len(columns)
        if self.same or not unique or len(shared) < max(2, min(len(rows), len(columns))):
            return ()
        deeper = rows if len(rows) >= len(columns) else columns
        return tuple((rows.index(name), columns.index(name)) for name in deeper if name in shared)


def groups(sources: tuple[Source, ...]) -> tuple[Model, ...]:
    """Return the models in order of appearance, or one nameless group where several have but one layer each.

    A source that stands alone gives its label to the group where it names no model.
    """
    found = models_of(sources)
    if all(len(model.at) == 1 for model in found):
        alone = (sources[0].model or sources[0].label) if len(sources) == 1 else ""
        return (Model(alone, tuple(range(len(sources))), tuple(source.layer for source in sources)),)
    return found


def model_pairs(comparison: Comparison) -> tuple[ModelPair, ...]:
    """Return every pair of models once: first those of two models, then each with itself.

    Under a directed measure both directions of a pair are there.
    """
    rows, columns, directed = groups(comparison.rows), groups(comparison.columns), not comparison.card.symmetric
    if not comparison.within:
        return tuple(ModelPair(a, b, same=False, directed=directed) for a in rows for b in columns)
    crossed = [
        ModelPair(a, b, same=False, directed=directed)
        for i, a in enumerate(rows)
        for k, b in enumerate(rows)
        if i < k or (directed and i != k)
    ]
    return (*crossed, *(ModelPair(a, a, same=True, directed=directed) for a in rows))


def joint(directed: bool) -> str:  # noqa: FBT001
    """Return the word between the two sides of a pair."""
    return "to" if directed else "and"


def names(group: Model, sources: tuple[Source, ...]) -> list[str]:
    """Return what tells the layers of a group apart: the layer under a model's name, else the whole label."""
    return [(group.name and sources[i].layer) or sources[i].label for i in group.at]


def layer_pairs(comparison: Comparison, *, crossing: bool) -> Iterator[tuple[int, int]]:
    """Yield every pair of distinct layers once; with `crossing`, only those of two models, where there are any.

    Under a directed measure both directions of a pair are yielded.
    """
    pairs = model_pairs(comparison)
    crossed = [pair for pair in pairs if not pair.same]
    for pair in crossed if crossing and crossed else pairs:
        for i in pair.rows.at:
            yield from ((i, j) for j in pair.columns.at if not pair.same or i < j or (pair.directed and i != j))


def scope(comparison: Comparison) -> str:
    """Return ` of different models` where a model's layers with each other are left out, else nothing."""
    return " of different models" if comparison.within and len(groups(comparison.rows)) > 1 else ""


def partners(pairs: Iterable[ModelPair]) -> str:
    """Return in words which layers of two models `corresponding` puts together."""
    kinds = {bool(pair.namesakes) for pair in pairs}
    place = "at the same relative position among the recorded layers"
    if kinds == {True}:
        return "of the same name"
    return place if kinds == {False} else f"of the same name, or else {place},"


def corresponding(pair: ModelPair) -> list[tuple[float, int, int]]:
    """Return (relative position, row, column) for each layer of the deeper model and its partner in the other.

    The partner is the layer of the same name where every layer of one model has its namesake in the other, else
    the one whose position among the recorded layers, from 0 at the first to 1 at the last, is nearest. For a
    model with itself the partner is the next layer.
    """
    rows, columns = pair.rows.at, pair.columns.at
    if pair.same:
        steps = max(len(rows) - 2, 1)
        return [(k / steps, i, j) for k, (i, j) in enumerate(pairwise(rows))]
    last = max(len(rows), len(columns)) - 1
    if pair.namesakes:
        deeper = 0 if len(rows) >= len(columns) else 1
        return [(places[deeper] / last, rows[places[0]], columns[places[1]]) for places in pair.namesakes]
    depths = [k / last if last else 0.0 for k in range(last + 1)]
    return [(t, rows[round(t * (len(rows) - 1))], columns[round(t * (len(columns) - 1))]) for t in depths]

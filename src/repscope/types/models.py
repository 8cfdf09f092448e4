"""Which layers belong to which model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from repscope.types.representation import Source


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its name, the positions of its layers in order, and their names; nameless where none is shared."""

    name: str
    at: tuple[int, ...]
    layers: tuple[str, ...]


def models_of(sources: Sequence[Source]) -> tuple[Model, ...]:
    """Return the models in order of appearance; revisions of one name are told apart."""
    found: dict[tuple[str, str], list[int]] = {}
    for i, source in enumerate(sources):
        found.setdefault((source.model, source.revision), []).append(i)
    several = Counter(name for name, _ in found)
    return tuple(
        Model(
            f"{name} ({revision})" if several[name] > 1 and revision else name,
            tuple(at),
            tuple(sources[i].layer for i in at),
        )
        for (name, revision), at in found.items()
    )

"""All layers with all layers under one measure, of which only the pairs that are not kept are computed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from repscope import registry
from repscope.studies.compare import compare
from repscope.studies.options import parameters, split
from repscope.studies.work import Progress
from repscope.studies.zoo.kept import Kept
from repscope.studies.zoo.keys import ids_digest, pair_key, settings_digest
from repscope.studies.zoo.models import Given
from repscope.types import Card, Comparison, Run
from repscope.types.comparison import MATRICES

Block = tuple[list[int], list[int] | None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How pairs are compared, whatever the measure; `clusters` holds an integer an item."""

    interval: float | None
    null: str | None
    permutations: int
    clusters: np.ndarray | None
    memory: int
    seed: int


@dataclass(frozen=True, slots=True)
class Subject:
    """One measure with its parameters, those with one entry an item apart, and the folder where numbers are kept."""

    card: Card
    fixed: dict[str, Any]
    per_item: dict[str, Any]
    folder: Path | None
    digests: tuple[str, ...]

    @classmethod
    def of(
        cls, given: Given, name: str, params: Mapping[str, Any], folder: Path | None, digests: tuple[str, ...]
    ) -> Subject:
        """Return a measure by its name."""
        card = registry.get(name)
        fixed, per_item = split(card, params, list(given.layers), given.ids, len(given.ids))
        return cls(card, fixed, per_item, folder, digests)

    @property
    def module(self) -> Any:
        """The module that computes the measure."""
        return registry.module_of(self.card)

    def kept(self, given: Given, what: str, width: int, settings: Mapping[str, Any]) -> tuple[Kept, str]:
        """Return what is kept of this measure, and the digest of the settings under which it is.

        Where a parameter is a function, nothing can be kept beyond this call.
        """
        whole = {**self.fixed, **self.per_item}
        digest = settings_digest(self.card, {**settings, "what": what, "items": ids_digest(given.ids), "params": whole})
        path = None if self.folder is None or digest is None else self.folder / f"{self.card.name}.{what}-{width}.npz"
        return Kept.at(path, width), digest or ""

    def keys(self, digest: str, at: np.ndarray, *, symmetric: bool) -> list[bytes]:
        """Return the key of each pair of positions."""
        names = self.digests
        return [pair_key(digest, names[i], names[j], symmetric=symmetric) for i, j in at.tolist()]


@dataclass(frozen=True, slots=True)
class Found:
    """The comparison of all layers, and how many pairs were computed and how many were kept."""

    comparison: Comparison
    computed: int
    cached: int


def cube(given: Given, subject: Subject, settings: Settings, progress: Progress | None) -> Found:
    """Return all layers of a zoo with all layers under one measure."""
    started, card, count = time.process_time(), subject.card, len(given.layers)
    clusters = settings.clusters
    doubt = {"interval": settings.interval, "null": settings.null, "permutations": settings.permutations}
    kept, digest = subject.kept(given, "pairs", len(MATRICES), {**doubt, "clusters": clusters, "seed": settings.seed})
    at = np.argwhere(np.triu(np.ones((count, count), bool)) if card.symmetric else np.ones((count, count), bool))
    keys = subject.keys(digest, at, symmetric=card.symmetric)
    missing = np.zeros((count, count), bool)
    missing[tuple(at.T)] = [key not in kept.rows for key in keys]
    missing |= missing.T if card.symmetric else False
    by_place = dict(zip(map(tuple, at.tolist()), keys, strict=True))
    run, new = Run(), sum(key not in kept.rows for key in set(keys))
    every = {**doubt, **subject.fixed, **subject.per_item, "measure": card.name, "join": "inner"}
    every |= {"rng": settings.seed, "memory": settings.memory, "clusters": clusters}
    for rows, columns in blocks_of(missing, symmetric=card.symmetric):
        others = None if columns is None else given.representations(columns)
        part = compare(given.representations(rows), others, progress=progress, **every)
        kept.add(cells_of(part, rows, columns, by_place), apart(part.notes, given, subject.digests))
        kept.save()
        run = part.run
    stack = np.array([kept.rows[key][0] for key in keys])
    out = np.full((len(MATRICES), count, count), np.nan)
    out[:, at[:, 0], at[:, 1]] = stack.T
    if card.symmetric:
        out[:, at[:, 1], at[:, 0]] = stack.T
    method = "" if settings.null is None else subject.module.NULL
    method = "permutation" if method == "closed form" and clusters is not None else method
    whole = Comparison(
        card=card,
        params=parameters(card, {**subject.fixed, **subject.per_item}),
        rows=given.sources,
        columns=given.sources,
        n=len(given.ids),
        **dict(zip(MATRICES, out, strict=True)),
        level=settings.interval,
        null_method=method,
        draws=settings.permutations if method == "permutation" else 0,
        within=True,
        notes=notes_of(given, kept, keys, subject.digests),
        run=Run(version("repscope"), run.library, run.device, run.dtype, settings.seed, elapsed(started)),
    )
    return Found(whole, new, len(set(keys)) - new)


def elapsed(started: float) -> float:
    """Return the seconds of this process since it was at `started`."""
    return round(time.process_time() - started, 3)


def cells_of(
    part: Comparison, rows: list[int], columns: list[int] | None, by_place: Mapping[tuple[int, ...], bytes]
) -> dict[bytes, np.ndarray]:
    """Return the numbers of each pair of a block by its key."""
    found = np.stack([getattr(part, name) for name in MATRICES], axis=-1)
    right = rows if columns is None else columns
    cells: dict[bytes, np.ndarray] = {}
    for a, i in enumerate(rows):
        for b, j in enumerate(right):
            key = by_place.get((i, j)) or by_place[j, i]
            cells.setdefault(key, found[a, b])
    return cells


def apart(notes: tuple[str, ...], given: Given, digests: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return each note as the digest of the layer that it begins with, or nothing, and the rest of its text."""
    named = {f"{source.label}:": digest for source, digest in zip(given.sources, digests, strict=True)}
    found = []
    for note in notes:
        name = max((name for name in named if note.startswith(name)), key=len, default="")
        found.append((named.get(name, ""), note[max(len(name) - 1, 0) :]))
    return found


def notes_of(given: Given, kept: Kept, keys: list[bytes], digests: tuple[str, ...]) -> tuple[str, ...]:
    """Return what was said of the layers that are here, by their present names, and of pairs."""
    own = dict.fromkeys(note for layer in given.layers for note in layer.notes)
    names = {digest: source.label for source, digest in zip(given.sources, digests, strict=True)} | {"": ""}
    return (*own, *dict.fromkeys(names[digest] + text for digest, text in kept.said(keys) if digest in names))


def blocks_of(missing: np.ndarray, *, symmetric: bool) -> Iterator[Block]:
    """Yield rows and columns (None for the rows themselves) that together hold every missing pair and no other.

    The layers are taken that have the most missing pairs, until every missing pair has one of them: these are new.
    """
    still, picked = missing | missing.T, []
    while still.any():
        picked.append(int(still.sum(axis=1).argmax()))
        still[picked[-1]] = still[:, picked[-1]] = False
    new, old = sorted(picked), [i for i in range(len(missing)) if i not in set(picked)]
    if not new:
        return
    if missing[np.ix_(new, new)].all():
        yield new, None
    else:
        inside = np.triu(missing) if symmetric else missing
        yield from alike(inside, new, new)
    yield from alike(missing, new, old)
    if not symmetric:
        yield from alike(missing, old, new)


def alike(missing: np.ndarray, rows: list[int], columns: list[int]) -> Iterator[Block]:
    """Yield groups of rows that miss the same columns, with these columns."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for i in rows:
        groups.setdefault(tuple(j for j in columns if missing[i, j]), []).append(i)
    yield from ((some, list(lacking)) for lacking, some in groups.items() if lacking)

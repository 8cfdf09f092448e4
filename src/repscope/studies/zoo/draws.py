"""The values of pairs of layers over many halves of the items, or with the items of one in many other orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from repscope.array.namespace import detached, number, to_numpy
from repscope.inference.null import order_of
from repscope.inference.pair import Pair, Side
from repscope.similarity.pairs import grid_of
from repscope.studies.plan import tiles
from repscope.studies.zoo.cube import Settings, Subject
from repscope.studies.zoo.models import Given
from repscope.types import Float, Int

Pairs = list[tuple[int, int]]

DENSE = 4
"""Pairs make up most of a grid from a quarter of its cells on: half of them are mirrored, and a few on its diagonal."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Halves of the items, or orders of all of them, the same for every pair; they depend on the seed alone."""

    kind: Literal["halves", "orders"]
    of: tuple[Int[np.ndarray, " items"], ...]
    seed: int


def draws_of(kind: Literal["halves", "orders"], items: int, count: int, settings: Settings) -> Draws:
    """Return so many draws; items of one cluster stay together."""
    rng, clusters = np.random.default_rng([settings.seed, kind == "orders"]), settings.clusters
    if kind == "orders":
        return Draws(kind, tuple(order_of(items, clusters, rng) for _ in range(count)), settings.seed)
    return Draws(kind, tuple(half_of(items, clusters, rng) for _ in range(count)), settings.seed)


def half_of(items: int, clusters: np.ndarray | None, rng: np.random.Generator) -> Int[np.ndarray, " items"]:
    """Return a random half of the items, or the items of a random half of the clusters, in order."""
    if clusters is None:
        return np.sort(rng.permutation(items)[: items // 2])
    names = np.unique(clusters)
    return np.flatnonzero(np.isin(clusters, rng.permutation(names)[: len(names) // 2]))


def variance_factor(items: int, clusters: np.ndarray | None) -> float:
    """Return by how much the variance over all items exceeds that between halves drawn without replacement.

    A half of m of n units varies about the whole as the whole does about the population, but for m / (n − m).
    """
    units = items if clusters is None else len(np.unique(clusters))
    return (units // 2) / (units - units // 2)


def drawn(
    given: Given, subject: Subject, pairs: Pairs, draws: Draws, settings: Settings
) -> Float[np.ndarray, "draws pairs"]:
    """Return the value of every pair of positions in every draw; what is kept is not computed again."""
    symmetric = subject.card.symmetric and draws.kind == "halves"
    told = {"seed": draws.seed, "clusters": settings.clusters}
    kept, digest = subject.kept(given, draws.kind, len(draws.of), told)
    keys = subject.keys(digest, np.array(pairs, np.int64).reshape(-1, 2), symmetric=symmetric)
    missing = {pair: key for pair, key in zip(pairs, keys, strict=True) if key not in kept.rows}
    if missing:
        found = computed(given, subject, list(missing), draws, settings)
        kept.add({missing[pair]: found[:, k].copy() for k, pair in enumerate(missing)}, ())
        kept.save()
    return np.array([kept.rows[key][0] for key in keys]).reshape(len(pairs), -1).T


def computed(
    given: Given, subject: Subject, pairs: Pairs, draws: Draws, settings: Settings
) -> Float[np.ndarray, "draws pairs"]:
    """Return the values of pairs, layers prepared as far as memory goes."""
    out = np.full((len(draws.of), len(pairs)), np.nan)
    column = {pair: k for k, pair in enumerate(pairs)}
    positions = sorted({i for pair in pairs for i in pair})

    def side(i: int) -> Side:
        layer = given.layers[i]
        x = detached(layer.read(subject.card))
        told = {"doubt": True, "argument": layer.source.label}
        return Side(subject.module.prepare(x, **told, **subject.fixed, **subject.per_item), x)

    for left, right in tiles(positions, None, side, settings.memory):
        here = left | right
        inside = [p for p in pairs if any(p[0] in a and p[1] in b for a, b in ((left, right), (right, left)))]
        fill = halved if draws.kind == "halves" else shuffled
        if inside:
            out[:, [column[pair] for pair in inside]] = fill(subject, here, inside, draws.of)
    return out


def halved(
    subject: Subject, sides: dict[int, Side], pairs: Pairs, halves: Sequence[np.ndarray]
) -> Float[np.ndarray, "draws pairs"]:
    """Return the values over each half; each layer is restricted once a half."""
    wanted = sorted({i for pair in pairs for i in pair})
    one = {i: pair_of(subject, sides[i], sides[i]) for i in wanted}
    parts = components(pairs)
    out = np.empty((len(halves), len(pairs)))
    for row, half in zip(out, halves, strict=True):
        states = {i: one[i].state_of(sides[i], half) for i in wanted}
        for part in parts:
            row[part] = values_of(subject, states, [pairs[k] for k in part])
    return out


def values_of(subject: Subject, states: dict[int, Any], pairs: Pairs) -> Float[np.ndarray, " pairs"]:
    """Return the values of pairs of states; where most of a grid is wanted all of it, which costs less."""
    at = sorted({i for pair in pairs for i in pair})
    if DENSE * len(pairs) <= len(at) ** 2:
        return np.array([number(subject.module.between(states[i], states[j])) for i, j in pairs])
    every = [states[i] for i in at]
    value = to_numpy(grid_of(subject.module, every, every, symmetric=subject.card.symmetric))
    rows, columns = np.searchsorted(at, np.array(pairs)).T
    found: np.ndarray = value[rows, columns]
    return found


def components(pairs: Pairs) -> list[list[int]]:
    """Return the positions of pairs, those together that hang together: layers of one name, for instance."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = np.array(pairs).T
    size = int(max(rows.max(), columns.max())) + 1
    names = connected_components(coo_array((np.ones(len(pairs)), (rows, columns)), shape=(size, size)), directed=False)[
        1
    ]
    return [np.flatnonzero(names[rows] == name).tolist() for name in dict.fromkeys(names[rows].tolist())]


def shuffled(
    subject: Subject, sides: dict[int, Side], pairs: Pairs, orders: Sequence[np.ndarray]
) -> Float[np.ndarray, "draws pairs"]:
    """Return the values with the items of the second layer of each pair in each order."""
    two = [pair_of(subject, sides[i], sides[j]) for i, j in pairs]
    return np.array([[one.shuffled(order) for one in two] for order in orders])


def pair_of(subject: Subject, first: Side, second: Side) -> Pair:
    """Return two prepared layers as a pair."""
    return Pair(subject.card, subject.module, first, second, subject.fixed, subject.per_item)

"""Rosetta neurons (Dravid et al. 2023): the units that recur over a whole zoo of models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from repscope.array.random import generator
from repscope.errors import InputError, explain
from repscope.similarity.unit_sums import Models, correlations, groups, models_of
from repscope.types import Array, Float, Int, Representation

if TYPE_CHECKING:
    import pandas as pd

Node = tuple[int, int]
"""A model and a unit of it, by position."""

Concept = tuple[list[Node], float, float, float]
"""Its units, the mean and the least of their correlations, and the largest q."""

LEAST_PERMUTATIONS = 10
"""Fewest draws from which the mean and spread of a unit's chance maximum are found."""


class Buddies(NamedTuple):
    """Pairs of units of two models that are among each other's nearest, one pair a row.

    `first` and `second` are models by position, `unit` and `partner` a unit of each.
    """

    first: Int[np.ndarray, " m"]
    second: Int[np.ndarray, " m"]
    unit: Int[np.ndarray, " m"]
    partner: Int[np.ndarray, " m"]
    correlation: Float[np.ndarray, " m"]
    p: Float[np.ndarray, " m"]
    q: Float[np.ndarray, " m"]


@dataclass(frozen=True, slots=True, eq=False)
class Rosetta:
    """The dictionary of concepts: units of different models that all are each other's buddies, widest first.

    `unit` holds a concept a row and a model a column, −1 where a model takes no part. `correlation` is the mean over
    the pairs of a concept, `weakest` the least and `q` the largest of its pairs. `buddies` are all pairs.
    """

    models: tuple[str, ...]
    unit: Int[np.ndarray, "concepts models"]
    correlation: Float[np.ndarray, " concepts"]
    weakest: Float[np.ndarray, " concepts"]
    q: Float[np.ndarray, " concepts"]
    buddies: Buddies
    n: int

    def __len__(self) -> int:
        """The number of concepts."""
        return len(self.unit)

    def __repr__(self) -> str:
        """Say how many concepts there are, in how many models."""
        return f"Rosetta({len(self)} concepts in {len(self.models)} models, n = {self.n})"

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row a concept: its unit in each model, correlations and q."""
        import pandas as pd

        columns = {name: self.unit[:, at] for at, name in enumerate(self.models)}
        return pd.DataFrame({**columns, "correlation": self.correlation, "weakest": self.weakest, "q": self.q})


def rosetta_units(
    representations: Mapping[str, Array | Representation],
    *,
    k: int = 5,
    least_models: int | None = None,
    level: float = 0.05,
    null: str | None = "permutation",
    permutations: int = 50,
    grid: tuple[int, int] | None = None,
    rng: int | np.random.Generator | None = None,
) -> Rosetta:
    """Return the units that recur over a zoo of models: a dictionary of concepts, with control of false discoveries.

    Two units of two models are buddies if each is among the k units of its model that correlate most with the
    other, over all items and, for maps, over all places. A concept is a unit of each of several models,
    every two of which are buddies. A unit belongs to one concept at most: the one in most models, then the
    one whose weakest correlation is highest.

    Parameters
    ----------
    representations : dict of name to array or Representation, (items, units) or (items, rows, columns, units)
        The models: the same items, in the same order or with ids. Maps may differ in size. Rows that are read from a
        store when they are asked for are read chunk by chunk.
    k : int
        How many nearest units count; 5 (default) as in the paper, 1 is mutual best partners.
    least_models : int or None
        Models that a concept must have a unit in; None (default) is all of them.
    level : float
        Share of false discoveries among the pairs of buddies from which concepts are built; 0.05 by default.
    null : {"permutation", None}
        `permutation` (default) shuffles the items of one model of each pair, maps as wholes, so that what is alike
        only in where it is on the map counts as chance. None takes all buddies, as published.
    permutations : int
        How many, at least 10; 50 by default. A unit's own mean and spread over them are its yardstick, and all
        units together give the tail, so that p reaches 1 / (permutations × units).
    grid : (rows, columns) or None
        The grid on which maps are compared, by bilinear interpolation; None (default) is the largest size of any.
    rng : int, Generator or None
        The seed of the permutations.

    Returns
    -------
    Rosetta: the concepts and all pairs of buddies, with `to_frame()`.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than two models; maps beside arrays without them; k, level or permutations out of range.

    Notes
    -----
    Correlations are pooled over all items in float64, so that the size of chunks and batches does not matter (the
    published code averages correlations of batches, which does). q is that of Benjamini and Hochberg 1995 over
    all pairs of models at once; p of a pair is the larger of both units' and allows for all of their partners.
    Units that follow the input, such as brightness, recur in untrained networks too: mine a zoo of those beside.

    Cost: `n p q` multiplications a pair of models and permutation, with n items × places; one pass over the items
    for each permutation and for each 512 MiB of correlations.

    Source: Dravid et al. 2023 (mutual nearest neighbours); concepts as cliques and q are repscope's.

    Examples
    --------
    >>> import numpy as np
    >>> from repscope.similarity.rosetta_units import rosetta_units
    >>> rng = np.random.default_rng(0)
    >>> shared = rng.normal(size=200)
    >>> models = {name: rng.normal(size=(200, 20)) for name in "abc"}
    >>> for unit, name in enumerate(models):
    ...     models[name][:, unit] += 3 * shared
    >>> rosetta_units(models).unit.tolist()
    [[0, 1, 2]]
    """
    models = models_of(representations, grid)
    least = len(models.names) if least_models is None else least_models
    check_options(models, k, least, level, null, permutations)
    draws = permutations if null else 0
    rng = generator(rng)
    orders = [rng.permutation(models.items) for _ in range(draws)]
    parts, tested = [], 0
    for pairs in groups(models):
        chance: dict[tuple[int, int], list[tuple[np.ndarray, np.ndarray]]] = {pair: [] for pair in pairs}
        for order in orders:
            for pair, c in correlations(models, pairs, order).items():
                chance[pair].append((c.max(axis=1), c.max(axis=0)))
        for pair, c in correlations(models, pairs).items():
            parts.append(buddies_of(pair, c, k, chance[pair]))
            tested += min(c.shape)
    buddies = with_q(parts, tested)
    kept = buddies.q <= level if null else np.ones(len(buddies.p), dtype=bool)
    return dictionary(models, Buddies(*(column[kept] for column in buddies)), buddies, least)


def check_options(models: Models, k: int, least: int, level: float, null: str | None, permutations: int) -> None:
    """Raise `InputError` where a parameter is out of its range."""
    count = len(models.names)
    checks = (
        (k >= 1, "k", "at least 1", k, "5 is the default."),
        (2 <= least <= count, "least_models", f"2 to {count}, the number of models", least, "None is all models."),
        (0 < level <= 1, "level", "above 0 and at most 1", level, "0.05 is the default."),
        (null in ("permutation", None), "null", "'permutation' or None", null, "Choose one of the two."),
        (permutations >= LEAST_PERMUTATIONS, "permutations", "at least 10", permutations, "null=None leaves q out."),
    )
    for fine, argument, expected, got, do in checks:
        if not fine:
            raise InputError(explain(expected=expected, got=repr(got), argument=argument, do=do))


def buddies_of(
    pair: tuple[int, int], c: Float[np.ndarray, "p q"], k: int, chance: list[tuple[np.ndarray, np.ndarray]]
) -> Buddies:
    """Return the units of two models that are among each other's k nearest, with p where chance was drawn."""
    near = np.zeros(c.shape, dtype=bool)
    columns = np.argsort(-c, axis=1, kind="stable")[:, :k]
    np.put_along_axis(near, columns, True, axis=1)
    mutual = np.zeros(c.shape, dtype=bool)
    np.put_along_axis(mutual, np.argsort(-c, axis=0, kind="stable")[:k], True, axis=0)
    unit, partner = np.nonzero(near & mutual & np.isfinite(c))
    r = c[unit, partner]
    p = np.full(len(r), np.nan)
    if chance:
        rows, columns = (np.stack(side) for side in zip(*chance, strict=True))
        p = np.maximum(chance_of(rows, r, unit), chance_of(columns, r, partner))
    first, second = (np.full(len(r), model) for model in pair)
    return Buddies(first, second, unit, partner, r, p, p)


def chance_of(
    draws: Float[np.ndarray, "permutations units"], seen: Float[np.ndarray, " m"], owner: Int[np.ndarray, " m"]
) -> Float[np.ndarray, " m"]:
    """Return the probability that a unit's best chance correlation is as high as was seen.

    Each unit's chance maxima are measured against the mean and spread of its others, which is what the one that was
    seen is measured against; where on that scale chance reaches is taken from all units together.
    """
    varying = np.isfinite(draws).all(axis=0)
    draws = np.where(varying, draws, 0.0)
    count = len(draws)
    others = (draws.sum(axis=0) - draws) / (count - 1)
    squares = ((draws - draws.mean(axis=0)) ** 2).sum(axis=0)
    spread = (squares - (draws - draws.mean(axis=0)) ** 2 * count / (count - 1)) / (count - 2)
    scale = np.sort(over(draws - others, np.sqrt(np.maximum(spread, 0)))[:, varying].ravel())
    z = over(seen - draws.mean(axis=0)[owner], draws.std(axis=0, ddof=1)[owner])
    reached = len(scale) - np.searchsorted(scale, z, side="left")
    return np.asarray((1 + reached) / (1 + len(scale)))


def over(difference: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Return the difference in units of the spread; infinite, or 0, where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(difference / spread, nan=0.0, posinf=np.inf, neginf=-np.inf)


def with_q(parts: list[Buddies], tested: int) -> Buddies:
    """Return all pairs of buddies with q, the share of false ones to be expected (Benjamini and Hochberg 1995).

    What is tested are the units, not their pairs: p allows for all of a unit's partners, so that up to a small p
    the chance pairs are p times the units of the narrower of two models, each as many as it takes part with.
    """
    merged = Buddies(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    order = np.argsort(merged.p, kind="stable")
    share = merged.p[order] * tested / np.arange(1, len(order) + 1)
    q = np.empty(len(order))
    q[order] = np.minimum(np.minimum.accumulate(share[::-1])[::-1], 1.0)
    return merged._replace(q=q)


def dictionary(models: Models, edges: Buddies, buddies: Buddies, least: int) -> Rosetta:
    """Return the concepts: cliques of buddies with units in enough models, of which no two share a unit."""
    left, right = (
        zip(models.tolist(), units.tolist(), strict=True)
        for models, units in ((edges.first, edges.unit), (edges.second, edges.partner))
    )
    said = zip(edges.correlation.tolist(), edges.q.tolist(), strict=True)
    worth = {frozenset(pair): numbers for *pair, numbers in zip(left, right, said, strict=True)}
    around: dict[Node, set[Node]] = {}
    for pair in worth:
        a, b = pair
        around.setdefault(a, set()).add(b)
        around.setdefault(b, set()).add(a)
    found = []
    for clique in cliques(around, least):
        r, q = np.array([worth[frozenset((a, b))] for a in clique for b in clique if a < b]).T
        found.append((sorted(clique), float(r.mean()), float(r.min()), float(q.max())))
    found.sort(key=lambda concept: (-len(concept[0]), -concept[2], concept[0]))
    concepts = disjoint(found)
    unit = np.full((len(concepts), len(models.names)), -1)
    for row, (nodes, *_) in enumerate(concepts):
        unit[row, [model for model, _ in nodes]] = [position for _, position in nodes]
    mean, weakest, largest = (np.array([concept[at] for concept in concepts], dtype=float) for at in (1, 2, 3))
    return Rosetta(models.names, unit, mean, weakest, largest, buddies, models.items)


def disjoint(concepts: list[Concept]) -> list[Concept]:
    """Return the concepts that share no unit with one before them."""
    used: set[Node] = set()
    kept = []
    for concept in concepts:
        if used.isdisjoint(concept[0]):
            used.update(concept[0])
            kept.append(concept)
    return kept


def cliques(around: Mapping[Node, set[Node]], least: int) -> Iterator[set[Node]]:
    """Yield every largest set of at least `least` nodes that all are neighbours (Bron and Kerbosch 1973, pivoted)."""
    waiting: list[tuple[set[Node], set[Node], set[Node]]] = [(set(), set(around), set())]
    while waiting:
        clique, open_, closed = waiting.pop()
        if not open_ and not closed and len(clique) >= least:
            yield clique
        if len(clique) + len(open_) < least or not open_:
            continue
        pivot = max(open_ | closed, key=lambda node: len(around[node] & open_))
        for node in sorted(open_ - around[pivot]):
            waiting.append((clique | {node}, open_ & around[node], closed & around[node]))
            open_ = open_ - {node}
            closed = closed | {node}

"""Many-to-many matching of units (Li et al. 2016): blocks of units of the one that go with blocks of the other."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from repscope.array.inputs import Join, pair
from repscope.array.linalg import svd
from repscope.array.namespace import from_numpy, to_numpy
from repscope.errors import InputError, explain
from repscope.similarity import units
from repscope.similarity.units import Found, correlations, undefined
from repscope.types import Array, Float, Int, Representation

NULL = "permutation"
"""How the null is found: the modularity of blocks that are searched for has no closed form."""

MOST = 16
"""Largest number of blocks that is tried where none is asked for."""


class State(NamedTuple):
    """Units, how many blocks they are to fall into (0 is as many as separate best), and whether chance is taken off."""

    side: units.State
    blocks: int
    chance_corrected: bool
    notes: tuple[str, ...]


class Blocks(NamedTuple):
    """The block of each unit of both representations, and the weight in each block beyond that of an even spread."""

    of_x: Int[np.ndarray, " p"]
    of_y: Int[np.ndarray, " q"]
    excess: Float[np.ndarray, " blocks"]


def many_to_many_matching(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    blocks: int | None = None,
    chance_corrected: bool = True,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return how far the units of two representations fall into matching blocks, a modularity in [−∞, 1].

    The matrix of squared correlations between the units of X and those of Y is cut into blocks by its singular
    vectors: units that correlate with the same units of the other side get close coordinates and are clustered. The
    value is the share of squared correlation that lies within blocks, less the share that would if every
    unit spread its own evenly (Barber's modularity of a bipartite graph).

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    blocks : int or None
        Number of blocks; None (default) is the number up to 16 at which the modularity is largest.
    chance_corrected : bool
        True (default) multiplies the modularity by the share of squared correlation that is left when each is
        adjusted for chance, r² − (1 − r²) / (n − 2), so that unrelated units score about 0. False is the modularity
        itself, in [0, 1]: chance correlations are modular too, and unrelated units may score above related ones.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library. It has no gradient. NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than 1 block.

    Notes
    -----
    Invariant to the order of the units and to shifting and scaling each of them. The value says how modular the
    match is, not how close: k blocks of equal weight reach at most 1 − 1/k, and a representation against itself
    falls short of 1. 0 is one block, as when all units correlate alike or not at all. With few items chance blocks
    are mixed with those that are there: read the value beside its null. `rs.match_units` returns the blocks.

    Cost: `n p q` multiplications, the singular vectors of a p × q matrix, and `(p + q)²` steps of the clustering.

    Source: Li et al. 2016 (spectral clustering of the correlations); the coordinates are those of Dhillon 2001,
    clustered by Ward's method; the modularity is Barber 2007's.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> Z = np.random.default_rng(0).normal(size=(500, 3))
    >>> round(float(rs.many_to_many_matching(np.repeat(Z, 4, axis=1), np.repeat(Z, 2, axis=1))), 2)
    0.66
    """
    x, y = pair(X, Y, join=join)
    options: dict[str, Any] = {"blocks": blocks, "chance_corrected": chance_corrected}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    blocks: int | None = None,
    chance_corrected: bool = True,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation's centred units; `doubt` changes nothing."""
    if blocks is not None and blocks < 1:
        do = "None finds the number."
        raise InputError(explain(expected="at least 1, or None", got=repr(blocks), argument="blocks", do=do))
    state = units.prepare(x, argument=argument)
    return State(state, blocks or 0, chance_corrected, state.notes)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the modularity of the blocks of one pair."""
    if not (a.side.units and b.side.units):
        return undefined(a.side.x)
    weights = to_numpy(correlations(a.side, b.side)) ** 2
    total = float(weights.sum()) or 1.0
    chance = (weights.size - total) / max(1, a.side.x.shape[0] - 2) if a.chance_corrected else 0.0
    modularity = blocks_of(weights, a.blocks).excess.sum() / total
    return from_numpy(np.asarray(modularity * (1 - chance / total)), a.side.x)


def shuffled(a: State, b: State, order: np.ndarray, /) -> float:
    """Return the value with the items of `b` in another order."""
    return float(between(a, reordered(b, order)))


def reordered(b: State, order: np.ndarray) -> State:
    """Return a state with its items in another order."""
    return b._replace(side=units.reordered(b.side, order))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the value: one block scores 0, and is chosen where more do not separate."""
    if state.chance_corrected:
        return (-math.inf, 1.0)
    return (-1.0, 1.0) if state.blocks else (0.0, 1.0)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: chance blocks."""
    n = a.side.x.shape[0]
    note = "depends on the sample size: chance correlations blur the blocks"
    return (f"{note}; the interval is for the expected value at n = {n}",)


def scores(a: State, b: State) -> Float[np.ndarray, " blocks"]:
    """Return the squared correlation in each block beyond that of an even spread."""
    return blocks_of(to_numpy(correlations(a.side, b.side)) ** 2, a.blocks).excess


def found(a: State, b: State) -> Found:
    """Return every pair of units within a block, with its squared correlation beyond an even spread as its score."""
    c = to_numpy(correlations(a.side, b.side))
    cut = blocks_of(c**2, a.blocks)
    rows, columns = np.nonzero(cut.of_x[:, None] == cut.of_y[None, :])
    return Found(rows, columns, c[rows, columns], cut.of_x[rows], cut.excess)


def blocks_of(weights: Float[np.ndarray, "p q"], blocks: int) -> Blocks:
    """Return the blocks of a matrix of weights: as many as asked for, or as separate best."""
    p, q = weights.shape
    u, s, vt = svd(normalised(weights))
    trees: dict[int, Any] = {}
    cuts = []
    for count in [min(blocks, p + q)] if blocks else range(1, min(p, q, MOST) + 1):
        vectors = min(math.ceil(math.log2(count)), len(s) - 1)
        if vectors and vectors not in trees:
            trees[vectors] = linkage(coordinates_of(weights, u, vt, vectors), method="ward")
        labels = fcluster(trees[vectors], count, criterion="maxclust") - 1 if vectors else np.zeros(p + q, dtype=int)
        cuts.append(cut_into(weights, labels))
    return max(cuts, key=lambda cut: float(cut.excess.sum()))


def normalised(weights: Float[np.ndarray, "p q"]) -> Float[np.ndarray, "p q"]:
    """Return D₁^−½ W D₂^−½, with D₁ and D₂ the sums of rows and columns (Dhillon 2001)."""
    rows, columns = (root_or_one(weights.sum(axis=axis)) for axis in (1, 0))
    return np.asarray(weights / rows[:, None] / columns)


def coordinates_of(
    weights: Float[np.ndarray, "p q"], u: Float[np.ndarray, "p r"], vt: Float[np.ndarray, "r q"], vectors: int
) -> Float[np.ndarray, "units vectors"]:
    """Return the coordinates of all units: singular vectors after the first, by the roots of sums (Dhillon 2001)."""
    rows, columns = (root_or_one(weights.sum(axis=axis)) for axis in (1, 0))
    kept = slice(1, 1 + vectors)
    return np.concatenate([u[:, kept] / rows[:, None], vt[kept].T / columns[:, None]])


def root_or_one(x: Float[np.ndarray, " units"]) -> Float[np.ndarray, " units"]:
    """Return the square root, or 1 where it is 0."""
    return np.sqrt(np.where(x > 0, x, 1.0))


def cut_into(weights: Float[np.ndarray, "p q"], labels: Int[np.ndarray, " units"]) -> Blocks:
    """Return the blocks that labels of all units make, each with its part of the modularity times all weight."""
    p = len(weights)
    of_x, of_y = labels[:p], labels[p:]
    count = int(labels.max()) + 1
    if count == 1:
        return Blocks(of_x, of_y, np.zeros(1))
    x, y = np.eye(count)[of_x], np.eye(count)[of_y]
    within = np.einsum("pb,pb->b", x, weights @ y)
    expected = (weights.sum(axis=1) @ x) * (weights.sum(axis=0) @ y) / (weights.sum() or 1.0)  # Barber 2007
    return Blocks(of_x, of_y, within - expected)

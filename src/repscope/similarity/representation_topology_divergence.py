"""Representation topology divergence (Barannikov et al. 2022): at which scales are other items connected?"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.spatial.distance import pdist, squareform

from repscope.array.inputs import Join, centred, pair
from repscope.array.namespace import from_numpy, to_numpy
from repscope.array.random import generator
from repscope.errors import InputError, MissingExtra, ShapeError, explain
from repscope.similarity.neighbour_lists import undefined
from repscope.types import Array, Float, Int, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for barcodes."""

LEAST, MOST = 4, 4000
"""Items a barcode needs, and those up to which the ranks of all distances are exact in ripser's float32."""

SCALE = 0.9
"""The quantile of all distances, those of items to themselves included, that becomes the unit of length."""


class State(NamedTuple):
    """The centred items on the host, and the positions that each draw compares."""

    x: np.ndarray
    draws: tuple[np.ndarray, ...]
    symmetrised: bool
    like: Array
    notes: tuple[str, ...]


def representation_topology_divergence(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    items: int = 200,
    draws: int = 3,
    symmetrised: bool = True,
    rng: int = 0,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the representation topology divergence in [0, ∞): 0 is the same connections at every scale.

    Distances in either representation are divided by their 0.9 quantile, r and s; the barcode is that of the
    graph on two copies of the items with distances [[0, r], [r, min(r, s)]], and its first-degree bars are the
    scales between which items are connected in min(r, s) and not yet in r. The value is the sum of their lengths.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    items : int
        Items in a barcode; where there are more, they are drawn at random. 500 in the paper.
    draws : int
        Such draws, whose values are averaged; 10 in the paper. One suffices where all items are used.
    symmetrised : bool
        True (default) averages both directions, as published; False gives the one from X to Y.
    rng : int
        The seed of the draws, which are the same for all representations.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library; no gradient. NaN where a representation is constant, or nine in
    ten of its distances are 0.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than 4 items, or `items` above 4,000.
    MissingExtra
        ripser is not installed (extra `topology`).

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps. The value grows with the number of items in a
    barcode, so compare at equal `items`. It is not a metric.

    ripser computes in float32. It is given the ranks of the distances, on which alone a barcode depends, and the
    ranks of births and deaths are turned back into distances: the result is exact in float64. The matrix is
    symmetric with an exact zero diagonal, without which there are bars that do not exist.
    The interval, by leaving out groups of items, is about half as wide again as it need be.

    Cost: two barcodes of 2 · `items` points a draw, about 0.2 s each at 200 items and 2 s at 500; the
    default null and interval take some hundred times that.

    Source: Barannikov et al. 2022.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(30, 4))
    >>> round(float(rs.representation_topology_divergence(X, 3 * X)), 6)
    0.0
    """
    x, y = pair(X, Y, join=join, least_items=LEAST)
    options: dict[str, Any] = {"items": items, "draws": draws, "symmetrised": symmetrised, "rng": rng}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    items: int = 200,
    draws: int = 3,
    symmetrised: bool = True,
    rng: int = 0,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the centred items and the draws among them; `doubt` changes nothing."""
    if not LEAST <= items <= MOST:
        do = "200 takes a second; cost grows with the third power."
        raise ShapeError(explain(expected=f"{LEAST} to {MOST}", got=repr(items), argument="items", do=do))
    if draws < 1:
        raise InputError(explain(expected="at least 1", got=repr(draws), argument="draws", do="10 in the paper."))
    n = x.shape[0]
    wide, _, _, notes = centred(x, argument)
    chance = generator(rng)
    chosen = [np.sort(chance.permutation(n)[:items]) for _ in range(draws if n > items else 1)]
    return State(to_numpy(wide).astype(np.float64), tuple(chosen), symmetrised, x[:1, :1], notes)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the value of one pair, averaged over the draws."""
    if not (a.x.shape[1] and b.x.shape[1]):
        return undefined(a.like)
    values = [of_distances(distances(a.x[at]), distances(b.x[at]), symmetrised=a.symmetrised) for at in a.draws]
    return from_numpy(np.asarray(np.mean(values)), a.like)


def distances(x: Float[np.ndarray, "items units"]) -> Float[np.ndarray, "items items"]:
    """Return all distances in units of their 0.9 quantile, exactly symmetric and 0 with itself; NaN where that is 0."""
    found = squareform(pdist(x))
    unit = float(np.quantile(found, SCALE))
    return found / unit if unit > 0 else np.full_like(found, np.nan)


def of_distances(r: np.ndarray, s: np.ndarray, *, symmetrised: bool) -> float:
    """Return the divergence of two matrices of distances between the same items."""
    if not (np.isfinite(r).all() and np.isfinite(s).all()):
        return float("nan")
    both = [(r, s), (s, r)] if symmetrised else [(r, s)]
    return sum(bars(np.block([[np.zeros_like(r), r], [r, np.minimum(r, s)]])) for r, s in both) / len(both)


def bars(matrix: Float[np.ndarray, "points points"]) -> float:
    """Return the total length of the bars of degree 1 of a matrix of distances."""
    try:
        from ripser import ripser
    except ImportError as error:
        do = "Install it: pip install 'repscope[topology]'."
        message = explain(expected="ripser", got="no such library", argument="topology", do=do)
        raise MissingExtra(message) from error
    lengths, ranks = np.unique(matrix, return_inverse=True)
    found = ripser(ranks.reshape(matrix.shape).astype(np.float32), distance_matrix=True, maxdim=1)["dgms"][1]
    births, deaths = (lengths[found[:, i].astype(np.int64)] for i in (0, 1))
    return float((deaths - births).sum())


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order."""
    return float(between(a, b._replace(x=b.x[order])))


def restricted(state: State, positions: Int[np.ndarray, " chosen"], /) -> State:
    """Return the state of some items alone; draws among more items stay as they were, less those left out."""
    place = np.full(len(state.x), -1)
    place[positions] = np.arange(len(positions))
    kept = tuple(place[at][place[at] >= 0] for at in state.draws)
    return state._replace(x=state.x[positions], draws=kept)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it grows with the number of items in a barcode."""
    used = len(a.draws[0])
    if used == len(a.x):
        return (f"grows with the number of items by definition: {used} in the barcode",)
    return (
        f"grows with the number of items by definition: {used} in each of {len(a.draws)} barcodes, drawn at random",
    )

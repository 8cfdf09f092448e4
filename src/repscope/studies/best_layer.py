"""Which layers are most alike, when the best of many is picked?"""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import Any

import numpy as np

from repscope.array.inputs import Join
from repscope.array.namespace import number
from repscope.array.random import SEED, generator
from repscope.errors import InputError, explain
from repscope.inference.null import ROUNDING, from_draws, order_of
from repscope.studies.gather import gather
from repscope.studies.ready import Ready, ready
from repscope.types import BestLayer, Null, Result, Run


def best_layer(
    name: str,
    X: Any,
    candidates: Any,
    /,
    *,
    permutations: int = 1000,
    clusters: Any = None,
    join: Join = "exact",
    rng: int | np.random.Generator | None = None,
    **params: Any,
) -> BestLayer:
    """Return the pair of layers most alike, and in [0, 1] the p of so good a best pair among unrelated ones.

    The best of many layers looks good by being picked. So every pair is compared with the best of all pairs, under
    one and the same order of the items of the candidates: the dependence between layers is kept, and the claim "the
    best layer scores so much" is tested as it is made (the maximum statistic of Westfall and Young 1993).

    Parameters
    ----------
    name : str
        The name of a card; `repscope list` shows them.
    X : array, Representation or Recording, (items, p)
        One representation, or several.
    candidates : the same, or a dict or list of them
        The layers among which the best is picked.
    permutations : int
        How many orders are drawn; p is not below one over one more than that.
    clusters : array, (items,), or str
        As in `compare`: whole clusters change places.
    join : {"exact", "inner"}
        As in `compare`.
    rng : int, Generator or None
        None is seed 0.
    **params : the measure's own keyword arguments
        Such as `kernel` or `k`.

    Returns
    -------
    A `BestLayer`: the winner as a Result, whose null is of the best of all pairs, and p for every pair, corrected for
    all of them.

    Raises
    ------
    UnknownName, InputError, ShapeError, IdMismatch, NotFiniteError, StoreError
        As their names say; the order of items means nothing to the measure.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> layers = {"early": np.random.default_rng(1).normal(size=(50, 4)), "late": X[:, :2]}
    >>> rs.best_layer("cka", X, layers, permutations=99).best.inputs[1].label
    'late'
    """
    arguments = {"several": True, "permutations": permutations, "clusters": clusters, "join": join, "params": params}
    given = ready(name, (("X", X), ("candidates", candidates)), **arguments)
    rows = len(gather(X))
    where = [(i, j) for i in range(rows) for j in range(rows, len(given.layers))]
    pairs = [given.pair(i, j) for i, j in where]
    if pairs[0].module.NULL == "none":
        do = "Choose a measure that compares item by item."
        raise InputError(explain(expected="a measure with a null", got=repr(name), argument="name", do=do))
    value = np.array([number(pair.module.between(pair.a, pair.b)) for pair in pairs])
    sign = -1.0 if given.card.higher == "different" else 1.0
    draw = generator(rng)
    best = np.empty(permutations)
    for k in range(permutations):
        order = order_of(given.items, given.clusters, draw)
        best[k] = np.nanmax([sign * pair.shuffled(order) for pair in pairs])
    # What no order changes but by rounding is beaten by every one.
    beaten = (best[None, :] >= (sign * value - ROUNDING * np.abs(value))[:, None]).sum(axis=1)
    p = np.where(np.isnan(value), math.nan, (1 + beaten) / (1 + permutations))
    winner = int(np.nanargmax(sign * value))
    moments = from_draws(sign * best)
    null = Null(moments.mean, moments.sd, moments.skewness, f"best of {len(pairs)} pairs", permutations)
    found = result(given, where[winner], float(value[winner]), null, float(p[winner]), rng)
    labels = tuple(layer.source.label for layer in given.layers)
    shape = rows, len(given.layers) - rows
    return BestLayer(found, labels[:rows], labels[rows:], value.reshape(shape), p.reshape(shape))


def result(
    given: Ready, at: tuple[int, int], value: float, null: Null, p: float, rng: int | np.random.Generator | None
) -> Result:
    """Return the winner as a Result."""
    seed = SEED if rng is None else rng if isinstance(rng, int) else None
    return Result(
        card=given.card,
        value=value,
        params=given.said,
        inputs=(given.layers[at[0]].source, given.layers[at[1]].source),
        n=given.items,
        null=null,
        p=p,
        notes=(*given.notes, "null and p are of the best of all pairs"),
        run=Run(version("repscope"), seed=seed),
    )

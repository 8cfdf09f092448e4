"""How many items are enough?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from repscope.array.inputs import Join, rows_at
from repscope.array.random import generator
from repscope.errors import InputError, explain
from repscope.inference.doubt import Doubt
from repscope.inference.pair import prepared
from repscope.studies.ready import Ready, ready
from repscope.types import SampleCurve

STEPS = 6
"""Numbers of items at which the width is found."""

FEWEST = 24
"""Items at the shortest end of the curve."""

REACH = 4
"""How many times more items than there are an answer may name before a note says that it is extrapolated far."""


def how_many(
    name: str,
    X: Any,
    Y: Any,
    /,
    *,
    width: float = 0.1,
    interval: float = 0.95,
    draws: int = 8,
    join: Join = "exact",
    rng: int | np.random.Generator | None = None,
    **params: Any,
) -> SampleCurve:
    """Return at how many items the interval is no wider than `width`, in the unit of the measure, and the curve.

    Parameters
    ----------
    name : str
        The name of a card; `repscope list` shows them.
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one, of the same items.
    width : float
        The width that is asked for, upper bound less lower bound.
    interval : float
        The confidence level.
    draws : int
        Random subsets of the items at each number of items but the last.
    join : {"exact", "inner"}
        As in `compare`.
    rng : int, Generator or None
        Draws the subsets; None is seed 0.
    **params : the measure's own keyword arguments
        Such as `kernel` or `k`.

    Returns
    -------
    A `SampleCurve`: numbers of items, mean value and mean width at each, and `needed`.

    Raises
    ------
    UnknownName, InputError, ShapeError, IdMismatch, NotFiniteError
        As their names say; fewer than 48 items; a width of 0 or less; a measure without an interval.

    Notes
    -----
    Subsets are drawn without replacement. A power law is fitted to the widths, mostly near n^−1/2; beyond the items
    that there are, the answer extrapolates it. If the values drift with n, the measure depends on the sample size
    itself, and more items change what is estimated and not only how well.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> 50 < rs.how_many("cka", X, X[:, :3], width=0.1).needed < 2000
    True
    """
    given = ready(name, (("X", X), ("Y", Y)), level=interval, join=join, params=params)
    if not width > 0:
        raise InputError(explain(expected="above 0", got=repr(width), argument="width", do="0.1 is the default."))
    if given.items < 2 * FEWEST:
        do = "Record more items."
        raise InputError(explain(expected=f"at least {2 * FEWEST} items", got=f"{given.items}", argument="X, Y", do=do))
    draw, level = generator(rng), interval
    sizes = np.unique(np.geomspace(max(FEWEST, given.items // 16), given.items, STEPS).astype(int))
    found = [[cell(given, int(n), level, draw) for _ in range(1 if n == given.items else draws)] for n in sizes]
    values = np.array([np.nanmean([value for value, _ in cells]) for cells in found])
    widths = np.array([np.mean([w for _, w in cells if math.isfinite(w)] or [math.nan]) for cells in found])
    known = np.isfinite(widths) & (widths > 0)
    if known.sum() < 2:
        do = "Choose a measure whose intervals are known, or record more items."
        raise InputError(explain(expected="intervals of some width", got="none", argument="name", do=do))
    exponent, constant = np.polyfit(np.log(sizes[known]), np.log(widths[known]), 1)
    needed = math.exp((math.log(width) - constant) / exponent) if exponent < 0 else math.nan
    needed = math.ceil(needed) if math.isfinite(needed) else needed
    notes = given.notes
    if needed > REACH * given.items:
        notes = (*notes, f"needed = {needed:.0f} is extrapolated from at most {given.items} items")
    said = notes, given.names("X", "Y"), given.said
    return SampleCurve(given.card, sizes, values, widths, width, level, float(exponent), float(needed), *said)


def cell(given: Ready, n: int, level: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return the value and the width of its interval for `n` items drawn at random, or for all of them."""
    keep = np.sort(rng.permutation(given.items)[:n])
    x, y = (rows_at(side.x, keep, given.card.item_axis) for side in given.sides)
    chosen = {name: np.asarray(column)[keep] for name, column in given.per_item.items()}
    pair = prepared(given.card, x, y, given.params, chosen)
    value = float(pair.module.between(pair.a, pair.b))
    beside = Doubt(level, None, 2, rng).beside(value, pair, items=n, same=False)
    return value, beside.high - beside.low

"""Is one representation closer to a second than to a third?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import stdtr

from repscope.array.inputs import Join
from repscope.array.namespace import number, to_numpy
from repscope.array.random import generator
from repscope.inference.interval import LEAST, around, groups_of, jackknife_error
from repscope.studies.ready import Ready, ready
from repscope.types import Difference


def differ(
    name: str,
    X: Any,
    Y: Any,
    Z: Any,
    /,
    *,
    interval: float = 0.95,
    clusters: Any = None,
    join: Join = "exact",
    rng: int | np.random.Generator | None = None,
    **params: Any,
) -> Difference:
    """Return by how much X is closer to Y than to Z, in the unit of the measure, with a paired interval.

    Parameters
    ----------
    name : str
        The name of a card; `repscope list` shows them.
    X : array or Representation, (items, p)
        The representation that is asked about.
    Y, Z : array or Representation, (items, q) and (items, r)
        The two that it may be closer to, of the same items.
    interval : float
        The confidence level.
    clusters : array, (items,), or str
        As in `compare`: items that were not sampled independently.
    join : {"exact", "inner"}
        As in `compare`.
    rng : int, Generator or None
        Deals the items out to groups, where the measure cannot leave out one at a time; None is seed 0.
    **params : the measure's own keyword arguments
        Such as `kernel` or `k`.

    Returns
    -------
    A `Difference`: the value with Y less the value with Z, its interval and the two-sided p of no difference.

    Raises
    ------
    UnknownName, InputError, ShapeError, IdMismatch, NotFiniteError
        As their names say.

    Notes
    -----
    The same items stand on both sides, so what is common to both values cancels: the interval is mostly narrower than
    those of the two values suggest. It is a jackknife of the difference itself.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> rs.differ("cka", X, X[:, :3], X[:, 3:] ** 2).closer
    'Y'
    """
    given = ready(name, (("X", X), ("Y", Y), ("Z", Z)), level=interval, clusters=clusters, join=join, params=params)
    pairs = given.pair(0, 1), given.pair(0, 2)
    first, second = (number(pair.module.between(pair.a, pair.b)) for pair in pairs)
    value, notes = first - second, given.notes
    error, freedom = paired_error(given, value, generator(rng))
    low, high = (math.nan, math.nan)
    if math.isfinite(error):
        low, high = around(value, error, freedom, (-math.inf, math.inf), interval)
    elif given.items < LEAST:
        notes = (*notes, f"n = {given.items}: too few items for an interval, which needs {LEAST}")
    p = 2 * float(stdtr(freedom, -abs(value) / error)) if error > 0 else (1.0 if value == 0 else math.nan)
    said = given.items, given.said, notes, given.names("X", "Y", "Z")
    return Difference(given.card, value, first, second, (low, high), interval, p, *said)


def paired_error(given: Ready, value: float, rng: np.random.Generator) -> tuple[float, int]:
    """Return the jackknife standard error of the difference of the first pair and the second, and its freedom."""
    pairs = given.pair(0, 1), given.pair(0, 2)
    module = pairs[0].module
    if given.items < LEAST or getattr(module, "INTERVAL", "") == "none":
        return math.nan, 0
    if given.clusters is None and hasattr(module, "leave_one_out"):
        sizes = np.ones(given.items, dtype=np.int64)
        first, second = (to_numpy(module.leave_one_out(pair.a, pair.b)).astype(np.float64) for pair in pairs)
    else:
        groups = groups_of(given.items, given.clusters, rng)
        sizes = np.bincount(groups)
        kept = [np.flatnonzero(groups != g) for g in range(len(sizes))]
        first, second = (np.array([pair.restricted(keep) for keep in kept]) for pair in pairs)
    return jackknife_error(value, first - second, sizes), len(sizes) - 1

"""Distance correlation (Székely et al. 2007): do distances between items in one go with those in the other?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import gammaincinv

from repscope.array.inputs import Join, centred, pair
from repscope.array.namespace import namespace
from repscope.array.neighbours import squared_distances
from repscope.array.symmetric import Panels
from repscope.similarity import cka
from repscope.similarity.hsic_sums import LEAST
from repscope.similarity.kernel_functions import hollow
from repscope.similarity.kernels import Kernel, in_panels
from repscope.types import Array, Float, Null, Representation

NULL = "closed form"
"""How the null is found: that of a cosine of U-centred matrices; without bias correction, the law of its root."""

NODES = 64
"""Points of the quadrature over the law of the squared value."""

State = cka.State


def distance_correlation(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    bias_corrected: bool = True,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the distance correlation of two representations, in [−1, 1]: 1 is identity, 0 is chance.

    The cosine of the two matrices of Euclidean distances between items, centred. In the population it is 0 only for
    independent inputs, whatever the dependence, linear or not.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    bias_corrected : bool
        True (default) returns the bias-corrected **squared** distance correlation of Székely and Rizzo 2013, the
        cosine of U-centred distances, whose mean is 0 for unrelated inputs. False returns the distance
        correlation of Székely et al. 2007, the root of the cosine of doubly centred ones, in [0, 1]; it tends to 1
        as units outnumber items, whatever the representations.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where no two items are equal; NaN where a
    representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than 4 items when bias-corrected.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps of either input. It is CKA with the negative
    distance for a kernel (Sejdinovic et al. 2013), without a width to choose. A few far items weigh less than in linear
    CKA, whose similarities grow with the square of a distance.

    Cost: `n² (p + q)` multiplications for n items; holds two n × n matrices, each number once.

    Source: Székely et al. 2007; bias-corrected: Székely and Rizzo 2013.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(float(rs.distance_correlation(X, 3 * X + 1)), 6)
    1.0
    """
    estimator = "debiased" if bias_corrected else "biased"
    x, y = pair(X, Y, join=join, least_items=LEAST[estimator])
    a, b = prepare(x, bias_corrected=bias_corrected), prepare(y, bias_corrected=bias_corrected, argument="Y")
    return between(a, b)


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    bias_corrected: bool = True,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the centred distances of one representation and their inner product with themselves."""
    x, squares, _, notes = centred(x, argument)
    estimator = "debiased" if bias_corrected else "biased"
    if not x.shape[1]:
        return cka.state_of(Kernel(x, None, squares, 0, notes), estimator, doubt=doubt)
    kernel = in_panels(nearness(x), x.shape[1], notes)
    return cka.state_of(kernel, estimator, doubt=doubt, argument=argument)


def nearness(x: Float[Array, "items units"]) -> Panels:
    """Return minus the Euclidean distances between centred rows, exactly 0 from an item to its copies.

    The sign cancels in every product of two; with it the centred matrix has no negative eigenvalue.
    """
    xp = namespace(x)
    found = []
    for panel in hollow(squared_distances(x)):
        apart = panel > 0
        found.append(xp.where(apart, -xp.sqrt(xp.where(apart, panel, xp.ones_like(panel))), xp.zeros_like(panel)))
    return tuple(found)


def grid(rows: Sequence[State], columns: Sequence[State], /) -> Float[Array, "rows columns"]:
    """Return the values of all pairs."""
    return rooted(cka.grid(rows, columns), rows[0].estimator)


def rooted(square: Array, estimator: str) -> Array:
    """Return the square as it is where it is bias-corrected, else its root; rounding below 0 counts as 0."""
    if estimator == "debiased":
        return square
    xp = namespace(square)
    below = square <= 0
    return xp.where(below, xp.zeros_like(square), xp.sqrt(xp.where(below, xp.ones_like(square), square)))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the value of one pair."""
    return grid([a], [b])[0, 0]


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the value with each item left out in turn, exactly."""
    return rooted(cka.leave_one_out(a, b), a.estimator)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the value with the items of `b` in another order."""
    return float(between(a, b._replace(kernel=cka.reordered(b.kernel, order))))


def null(a: State, b: State, /) -> Null:
    """Return mean, SD and skewness of the value over all permutations of the items.

    Exact for the bias-corrected square. Without correction those of the square are exact, and those of its root
    are of a gamma law with them, by quadrature.
    """
    found = cka.null(a, b)
    if a.estimator == "debiased" or not found.sd > 0:
        return found
    shape = 4 / max(found.skewness, 1e-3) ** 2
    quantiles = gammaincinv(shape, (np.arange(NODES) + 0.5) / NODES)
    square = found.mean + found.sd * (quantiles - quantiles.mean()) / quantiles.std()
    draws = np.sqrt(np.maximum(square, 0.0))
    mean, sd = float(draws.mean()), float(draws.std())
    return Null(mean, sd, float(((draws - mean) ** 3).mean()) / sd**3 if sd > 0 else math.nan, "closed form")


bounds = cka.bounds
caveats = cka.caveats

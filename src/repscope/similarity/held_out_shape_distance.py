"""Shape distance on items that the alignment has not seen: fitted on one half, scored on the other."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import cross, mean, rank_tolerance, row_squares, square_sum, svd
from repscope.array.namespace import from_numpy, namespace
from repscope.array.random import generator
from repscope.errors import InputError, explain
from repscope.similarity.partial_whitening import check_alpha, whitening
from repscope.similarity.permutation_distance import distance_of
from repscope.similarity.procrustes import check_distance
from repscope.similarity.units import undefined
from repscope.types import Array, Float, Int, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for alignments under permutations."""


class Way(NamedTuple):
    """The items that fit an alignment and those that score it, both centred and whitened as the first ones say."""

    fitted: Array
    scored: Array


class State(NamedTuple):
    """Both ways of using the halves of the items, and the representation from which they were made."""

    ways: tuple[Way, Way]
    order: Int[np.ndarray, " items"]
    x: Array
    alpha: float | int
    distance: str
    scale: float
    notes: tuple[str, ...]

    @property
    def units(self) -> int:
        """The number of units that are not constant."""
        return int(self.x.shape[1])


def held_out_shape_distance(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    alpha: float | int = 1.0,
    distance: str = "angular",
    rng: int | np.random.Generator | None = None,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the shape distance of two representations on held-out items, in [0, π] if angular: 0 is identity.

    The items are split into random halves. Means, partial whitening and rotation are fitted on one half and the
    distance is taken on the other, without fitting anything to it; the value is the mean over both ways round. It
    does not reward a rotation for fitting few items, as the distance on the same items does.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    alpha : float
        How far both are whitened, as in `shape_distance`: 1 (default) not at all.
    distance : {"angular", "size_and_shape"}
        `angular` (default) is arccos s, `size_and_shape` √(2 − 2s) in [0, 2], with s the cosine of the two on
        held-out items; below 0 where the alignment does worse than none.
    rng : int or None
        The seed of the split; None is seed 0. X and Y are split alike, so that a Generator is refused.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where singular values are distinct and the
    distance is not 0; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than 6 items.

    Notes
    -----
    Not a metric: identical representations with more units than half of the items are not at 0, since a rotation
    of directions that were not seen cannot be fitted. Unrelated representations come out near π/2 at any number of
    units. Invariant to translation, isotropic scaling (alpha 0 or 1) and orthogonal maps. The value depends on the
    split and falls with the number of items. Only for alpha = 1 does the interval take in that the fit would vary.

    Cost: twice that of `shape_distance` with half of the items.

    Source: Williams et al. 2021, eq. 4 and 5, cross-validated.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X, Y = np.random.default_rng(0).normal(size=(2, 60, 40))
    >>> bool(rs.procrustes(X, Y) < 0.9), bool(rs.held_out_shape_distance(X, Y) > 1.4)
    (True, True)
    """
    x, y = pair(X, Y, join=join, least_items=6)
    options: dict[str, Any] = {"alpha": alpha, "distance": distance, "rng": rng}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    alpha: float | int = 1.0,
    distance: str = "angular",
    rng: int | np.random.Generator | None = None,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return both halves of one representation, each as the other one's fit sees it; `doubt` changes nothing."""
    check_alpha(alpha)
    check_distance(distance)
    if isinstance(rng, np.random.Generator):
        do = "Give a seed, so that both representations are split alike."
        raise InputError(explain(expected="an integer or None", got="a Generator", argument="rng", do=do))
    x, _, scale, notes = centred(x, argument)
    order = generator(rng).permutation(x.shape[0])
    return State(both_ways(x, order, alpha, scale), order, x, alpha, distance, scale, notes)


def both_ways(x: Array, order: np.ndarray, alpha: float | int, scale: float) -> tuple[Way, Way]:
    """Return the two ways of fitting to one half of the items in `order` and scoring on the other."""
    xp, cut = namespace(x), len(order) // 2
    first, second = (xp.take(x, from_numpy(at, x), axis=0) for at in (order[:cut], order[cut:]))
    return way(first, second, alpha, scale), way(second, first, alpha, scale)


def way(fitted: Array, scored: Array, alpha: float | int, scale: float) -> Way:
    """Return both parts less the mean of the fitted one, and whitened by it."""
    xp, average = namespace(fitted), mean(fitted)
    fitted, scored = (v - xp.astype(average, v.dtype) for v in (fitted, scored))
    if alpha == 1 or not fitted.shape[1]:
        return Way(fitted, scored)
    z = whitening(cross(fitted, fitted), alpha, rank_tolerance(fitted), scale, min(1.0, 1 / scale))
    z = xp.astype(z, fitted.dtype)
    return Way(fitted @ z, scored @ z)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair, the mean over both ways of using the halves."""
    if not (a.units and b.units):
        return undefined(a.x)
    one, other = (scored_distance(x, y, a.distance) for x, y in zip(a.ways, b.ways, strict=True))
    return (one + other) / 2


def scored_distance(x: Way, y: Way, distance: str) -> Float[Array, ""]:
    """Return the distance of the scored items under the rotation that suits the fitted ones best."""
    u, _, vt = aligned(x.fitted, y.fitted)
    return distance_of(gap_of((wide(x.scored) @ u) @ vt, x.scored, y.scored), distance)


def aligned(x: Float[Array, "items p"], y: Float[Array, "items q"]) -> tuple[Array, Array, Array]:
    """Return the singular vectors and values of XᵀY in float64, of the directions that the items determine."""
    xp = namespace(x, y)
    u, s, vt = svd(cross(x, y))
    (kept,) = xp.nonzero(s > s[0] * rank_tolerance(x))
    return xp.take(u, kept, axis=1), xp.take(s, kept), xp.take(vt, kept, axis=0)


def wide(x: Array) -> Array:
    """Return `x` in float64."""
    return namespace(x).astype(x, namespace(x).float64)


def gap_of(moved: Float[Array, "items q"], x: Array, y: Array) -> Float[Array, ""]:
    """Return 2 − 2s for the cosine s of `y` with `x`, which `moved` is after rotation, from differences."""
    xp = namespace(moved, y)
    size, other = (xp.sqrt(square_sum(wide(v))) for v in (x, y))
    moved = moved / size
    return square_sum(moved - wide(y) / other) + 1 - square_sum(moved)


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the distance with each item left out, the split as it is, to first order in the item's weight.

    An item is scored one way round, where its product and squares go, and fitted the other, where the rotation
    turns; whitening stays as it is.
    """
    xp = namespace(a.x, b.x)
    (scored_second, fitted_first), (scored_first, fitted_second) = (
        without_each(x, y, a.distance) for x, y in zip(a.ways, b.ways, strict=True)
    )
    found = xp.concat([scored_first + fitted_first, scored_second + fitted_second]) / 2
    return xp.take(found, from_numpy(np.argsort(a.order), found))


def without_each(x: Way, y: Way, distance: str) -> tuple[Array, Array]:
    """Return one way's distance without each scored item, and without each fitted one."""
    xp, n = namespace(x.scored, y.scored), x.fitted.shape[0]
    u, s, vt = aligned(x.fitted, y.fitted)
    fitted_x, scored_x, fitted_y, scored_y = (wide(v) for v in (*x, *y))
    each = xp.vecdot((scored_x @ u) @ vt, scored_y)
    inner, squares = xp.sum(each), [square_sum(v) for v in (scored_x, scored_y)]
    left = [square - row_squares(v) for square, v in zip(squares, (scored_x, scored_y), strict=True)]
    scored = (inner - each) / xp.sqrt(left[0] * left[1])
    turned = xp.vecdot(fitted_x @ turning(u, s, vt, scored_x.mT @ scored_y), fitted_y)
    fitted = (inner - n / (n - 1) * turned) / xp.sqrt(squares[0] * squares[1])
    below = (xp.where(c > 1, xp.ones_like(c), c) for c in (scored, fitted))
    one, other = (distance_of(2 - 2 * c, distance) for c in below)
    return one, other


def turning(u: Array, s: Array, vt: Array, scored: Float[Array, "p q"]) -> Float[Array, "p q"]:
    """Return how ⟨Q, T⟩ moves with each entry of M = USVᵀ, whose polar factor is Q; T is the scored items' product."""
    both = u.mT @ scored @ vt.mT
    inside = u @ ((both - both.mT) / (s[:, None] + s[None, :])) @ vt
    beside = (scored @ vt.mT - u @ both) / s @ vt
    below = u @ ((u.mT @ scored - both @ vt) / s[:, None])
    return inside + beside + below


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the distance with the items of `b` in another order, so that other ones of them are split off."""
    moved = namespace(b.x).take(b.x, from_numpy(order, b.x), axis=0)
    return float(between(a, b._replace(x=moved, ways=both_ways(moved, b.order, b.alpha, b.scale))))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the distance."""
    return (0.0, math.pi) if state.distance == "angular" else (0.0, 2.0)


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: it depends on the split and on n."""
    n = a.x.shape[0]
    return (f"fitted on {n // 2} items and scored on the others, both ways; depends on n and on the split",)

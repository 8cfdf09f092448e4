"""Linear predictivity: how much of one representation a linear map of the other predicts, on items held out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.array import ridge
from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import coordinates
from repscope.array.namespace import detached, from_numpy, namespace
from repscope.errors import InputError, ShapeError, explain
from repscope.similarity.canonical import undefined
from repscope.similarity.predictions import Scored, per_unit, value_of, without_each
from repscope.stats.cross import CrossMoments, merge, moved
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: held-out predictions have no closed form."""

INVERTS = True
"""A scatter is inverted: float32 products of a stream are made in float64, where rounding would be a direction."""

CHOSEN = "cross-validated"


class State(NamedTuple):
    """A representation in both roles, its items in the order of the folds: as predictors, factored, and as targets.

    `x` are its units rotated into at most `items`, `y` its units; `order` is where each item stood.
    """

    x: Array
    y: Array
    folds: tuple[ridge.Fold, ...]
    slices: tuple[slice, ...]
    order: Any
    score: str
    notes: tuple[str, ...]

    @property
    def units(self) -> int:
        """The number of units that are not constant."""
        return int(self.y.shape[1])


def linear_predictivity(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    penalty: float | int | str = CHOSEN,
    score: str = "r2",
    folds: int | None = 5,
    rng: int = 0,
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return how well a linear map of X predicts Y, in [−∞, 1]: 1 is exactly, 0 no better than the mean of Y.

    Ridge regression of every unit of Y on all units of X, fitted on all folds but one and scored on that one.
    Directed: X may predict Y and not the other way round.

    Parameters
    ----------
    X : array or Representation, (items, p)
        The representation that predicts.
    Y : array or Representation, (items, q)
        The one that is predicted: the same items in the same order, with any number of units.
    penalty : {"cross-validated"} or float
        What is added to the variance of each unit of X, as a share of their mean variance. "cross-validated"
        (default) chooses it for each unit of Y from 23 values, 10⁻⁶ to 10⁵, by generalised cross-validation within the
        training items. 0 is ordinary least squares, with the shortest of all maps where units outnumber items.
    score : {"r2", "correlation"}
        The share of the variance of all units together that is predicted (default), so that units count by their
        variance; or the mean over units of the correlation with their predictions, so that all count alike.
    folds : int or None
        In how many parts items are held out in turn; 5 (default). None scores the items that were fitted, as some
        papers do: R² then grows with the number of units of X, whatever they are.
    rng : int
        The seed of the random assignment of items to folds.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, without a gradient; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; fewer than two items a fold.

    Notes
    -----
    Held out, unrelated representations score 0 or slightly below; R² is not cut off there. It is measured against
    the mean of the training items. Correlations are taken within folds and averaged over them, since pooled ones
    of unrelated data are below 0. A unit whose prediction is constant in a fold has a correlation of 0 there.

    Invariant to translation, isotropic scaling and the order of units of either, and to rotations of X. With
    `penalty=0` also to invertible linear maps of X and, for R², to rotations of Y. In the sample, with `penalty=0`
    and `folds=None`, R² is Kornblith's R²_LR. Items that come in clusters leak from one fold to the other: keep one
    of each. The result depends on the assignment of items to folds, and so on their order, within its interval. That is
    under the maps as they were fitted: with fewer than some ten training items a unit of X it is too narrow.

    Cost: `n p² + 3 n p q + 2 k p² q` multiplications and the eigenvectors of k p × p matrices, for k folds (n × n
    where units outnumber items); a number as penalty needs Cholesky factors only.

    Source: Yamins et al. 2014 for the question; Golub et al. 1979 for the penalty; Kornblith et al. 2019, Table 1,
    for R²_LR.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 6))
    >>> round(float(rs.linear_predictivity(X, X[:, :2] + X[:, 2:4])), 3)
    1.0
    >>> round(float(rs.linear_predictivity(X[:, :2], X)), 1)
    0.3
    """
    x, y = pair(X, Y, join=join)
    options: dict[str, Any] = {"penalty": penalty, "score": score, "folds": folds, "rng": rng}
    return between(prepare(x, **options), state_of(y, "Y", predicts=False, **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    penalty: float | int | str = CHOSEN,
    score: str = "r2",
    folds: int | None = 5,
    rng: int = 0,
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one representation in both roles: factored as predictors, and as targets; `doubt` changes nothing."""
    return state_of(x, argument, predicts=True, penalty=penalty, score=score, folds=folds, rng=rng)


def state_of(
    x: Array, argument: str, *, predicts: bool, penalty: float | int | str, score: str, folds: int | None, rng: int
) -> State:
    """Return one representation as targets and, if it `predicts`, factored fold by fold."""
    check_options(penalty, score, folds, rng, x.shape[0])
    x, _, _, notes = centred(detached(x), argument)
    n, units = x.shape
    xp = namespace(x)
    order, slices = ridge.fold_order(n, folds, np.random.default_rng(rng))
    y = xp.take(xp.astype(x, xp.float64), from_numpy(order, x), axis=0)
    if not (predicts and units):
        return State(y, y, (), slices, order, score, notes)
    few = coordinates(y)
    relative = None if penalty == CHOSEN else float(penalty)
    factors = ridge.factored(few, slices, units=units, penalty=relative)
    return State(few, y, factors, slices, order, score, notes)


def check_options(penalty: float | int | str, score: str, folds: int | None, rng: int, items: int) -> None:
    """Raise `InputError` for an option that is none, `ShapeError` for too few items a fold."""
    known = penalty == CHOSEN if isinstance(penalty, str) else 0 <= penalty < math.inf
    if not known:
        expected, do = f"'{CHOSEN}' or a number from 0 on", "0 is ordinary least squares."
        raise InputError(explain(expected=expected, got=repr(penalty), argument="penalty", do=do))
    if score not in ("r2", "correlation"):
        do = "Choose one of the two."
        raise InputError(explain(expected="'r2' or 'correlation'", got=repr(score), argument="score", do=do))
    if folds is not None and folds < 2:
        do = "5 is common; None scores the items that were fitted."
        raise InputError(explain(expected="at least 2, or None", got=repr(folds), argument="folds", do=do))
    if folds is not None and items < 2 * folds:
        do = "Use fewer folds, or record more items."
        raise ShapeError(explain(expected=f"at least {2 * folds} items", got=str(items), argument="folds", do=do))
    if not isinstance(rng, int):
        do = "Both representations must fall into the same folds: give a seed, not a generator."
        raise InputError(explain(expected="an integer", got=type(rng).__name__, argument="rng", do=do))


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return how well `a` predicts `b`."""
    if not (a.units and b.units):
        return undefined(a.x)
    return value_of(scored(a, b))


def scored(a: State, b: State) -> Scored:
    """Return the predictions of `b` from `a`, with what is needed to score them."""
    return Scored(ridge.predicted(a.folds, a.x, b.y), a.slices or (slice(0, a.x.shape[0]),), a.score)


def unit_scores(a: State, b: State) -> Float[Array, " units"]:
    """Return the correlation of each unit of `b` with its prediction."""
    return per_unit(scored(a, b))


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the score with each item left out of it, under the maps as they were fitted with it.

    The variance of the mean of held-out losses is that of independent ones (Bayle et al. 2020); in the
    sample an item also takes its pull on the maps with it.
    """
    found = without_each(scored(a, b))
    return namespace(found).take(found, from_numpy(np.argsort(a.order), found))


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the score with the items of `b` in another order; the predictors stay factored."""
    return float(between(a, reordered(b, order)))


def reordered(b: State, order: Any) -> State:
    """Return a state whose targets belong to the items in another order; only the targets move."""
    places = np.argsort(b.order)[np.asarray(order)[b.order]]
    return b._replace(y=namespace(b.y).take(b.y, from_numpy(places, b.y), axis=0))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the score: held-out predictions may be worse than the mean."""
    if state.score == "correlation":
        return -1.0, 1.0
    return (-math.inf if state.slices else 0.0), 1.0


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the score: what the training items allow, or that nothing was held out."""
    n = a.x.shape[0]
    if a.slices:
        return (f"depends on the sample size: maps are fitted on {n - n // len(a.slices)} of n = {n} items",)
    chance = min(1.0, a.x.shape[1] / (n - 1))
    return (f"in the sample: the R² of unrelated data would be up to {chance:.2f}; the interval is at n = {n}",)


def from_moments(moments: CrossMoments, *, penalty: float | int | str = CHOSEN, folds: None = None) -> Float[Array, ""]:
    """Return R² in the sample from mergeable cross-moments: the same number, in one pass over any stream."""
    m = moments.centred()
    return 1 - lost(m, m, penalty) / m.y_alone.a


def from_fold_moments(parts: Sequence[CrossMoments], *, penalty: float | int | str = CHOSEN) -> Float[Array, ""]:
    """Return held-out R² from the cross-moments of each fold: of the same folds, the same number."""
    left, total = 0.0, 0.0
    for position, part in enumerate(parts):
        rest = merge(*(other for i, other in enumerate(parts) if i != position)).centred()
        test = CrossMoments(*(moved(p, r.at_x, r.at_y) for p, r in zip(part, rest, strict=True)))
        left = lost(rest, test, penalty) + left
        total = test.y_alone.a + total
    return 1 - left / total


def lost(training: CrossMoments, test: CrossMoments, penalty: float | int | str) -> Float[Array, ""]:
    """Return the squares that maps fitted on `training`, centred, leave of `test`, about the same point."""
    xp = namespace(test.together.xy)
    scatter, n = training.x_alone.xy, training.n
    x, y = (xp.zeros_like(at) for at in (training.together.at_x, training.together.at_y))
    relative = None if penalty == CHOSEN else float(penalty)
    fold = ridge.factor_of(scatter, x, n, slice(0, n), units=scatter.shape[0], penalty=relative)
    maps = ridge.fitted(fold, training.together.xy, xp.linalg.diagonal(training.y_alone.xy), y).maps
    explained = 2 * xp.sum(maps * test.together.xy) - xp.sum(maps * (test.x_alone.xy @ maps))
    return test.y_alone.a - explained

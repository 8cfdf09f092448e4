"""SVCCA (Raghu et al. 2017): canonical correlations of the directions that carry nearly all the variance."""

from __future__ import annotations

from typing import Any

import numpy as np

from repscope.array.inputs import Join, centred, pair
from repscope.array.linalg import cross, eigh
from repscope.array.namespace import has_gradient, namespace, number, to_numpy
from repscope.array.orthonormal import SAFE
from repscope.errors import InputError, explain
from repscope.similarity.canonical import State, applied, between, caveats, check_summary, grid, shuffled, value_from
from repscope.stats.cross import CrossMoments
from repscope.types import Array, Float, Representation

__all__ = ["between", "caveats", "grid", "prepare", "shuffled", "svcca"]

NULL = "permutation"
"""How the null is found: no closed form is known for the sum of the correlations."""


def svcca(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    variance: float | int = 0.99,
    summary: str = "mean",
    dialect: str = "min",
    join: Join = "exact",
) -> Float[Array, ""]:
    """Return the mean canonical correlation of the leading principal components, in [0, 1]: 1 is the same subspace.

    Each representation is cut to the fewest principal components that explain `variance` of its variance; the rest is
    canonical correlation analysis, in which all directions kept count alike.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    variance : float
        The share of the variance, the sum of squared singular values, that the components kept explain; 0.99
        (default) as in the paper.
    summary : {"mean", "mean square"}
        ρ̄ (default), the mean of the correlations, or R², the mean of their squares.
    dialect : {"min", "geometric mean", "max"}
        By what their sum is divided, for the numbers of components kept; `min` (default) as in the paper.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it for a fixed number of components; NaN where
    a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Invariant to translation, isotropic scaling and orthogonal maps of either input. Not to other linear maps, which
    change what components are kept. The value jumps where a component comes in or goes out. It depends on the
    number of items as `cca` does: use ten times more items than components.

    Published code cuts by other rules: by the share of the sum of singular values, or, by mistake, at one component
    whenever the total variance exceeds 1. Those numbers are not comparable with these.

    Cost: `n p q + n p² + n q²` multiplications and the eigenvectors of a p × p and a q × q matrix (n × n where units
    outnumber items).

    Source: Raghu et al. 2017; R²: Kornblith et al. 2019, Table 1.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> noisy = np.concatenate([X, 1e-3 * np.random.default_rng(1).normal(size=(100, 5))], axis=1)
    >>> round(float(rs.svcca(X, noisy)), 4)
    1.0
    """
    x, y = pair(X, Y, join=join)
    options: dict[str, Any] = {"variance": variance, "summary": summary, "dialect": dialect}
    return between(prepare(x, **options), prepare(y, argument="Y", **options))


def prepare(
    x: Float[Array, "items units"],
    /,
    *,
    variance: float | int = 0.99,
    summary: str = "mean",
    dialect: str = "min",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return the leading principal components of one representation, orthonormal at once with `doubt`."""
    check_summary(summary, dialect)
    check_share(variance)
    x, _, _, notes = centred(x, argument)
    if not x.shape[1]:
        return State(x, summary, dialect, notes)
    q, weights = leading(x, variance)
    if weights is None or not (doubt or has_gradient(x)):
        return State(q, summary, dialect, notes, map=weights)
    return applied(State(q, summary, dialect, notes, map=weights))


def check_share(variance: float | int) -> None:
    """Raise `InputError` unless `variance` is a share that some components can explain."""
    if not 0 < variance <= 1:
        do = "0.99 is the paper's; 1 keeps all."
        raise InputError(explain(expected="a share in (0, 1]", got=repr(variance), argument="variance", do=do))


def leading(x: Float[Array, "items units"], variance: float | int) -> tuple[Array, Array]:
    """Return the principal components of centred `x` that explain `variance`, each of length 1, or `x` and their map.

    Products are taken in float64: where the cut falls between two components of nearly one variance, rounding mixes
    them.
    """
    xp = namespace(x)
    exact = xp.astype(x, xp.float64)
    if x.shape[0] > x.shape[1]:
        weights = components(cross(exact, exact), variance, x.shape[0])
        lengths = xp.sum(weights * weights, axis=0)
        if x.dtype == xp.float64 or number(xp.min(lengths)) > SAFE[4] * number(xp.max(lengths)):
            return x, weights
        return xp.astype(exact @ weights, x.dtype), None
    values, vectors = eigh(exact @ exact.mT)
    return xp.astype(vectors[:, -kept(values, variance, max(x.shape)) :], x.dtype), None


def components(scatter: Float[Array, "units units"], variance: float | int, items: int) -> Float[Array, "units kept"]:
    """Return the axes that explain `variance`, each over its singular value."""
    values, vectors = eigh(scatter)
    count = kept(values, variance, max(items, scatter.shape[0]))
    return vectors[:, -count:] / namespace(values).sqrt(values[-count:])


def kept(values: Float[Array, " units"], variance: float | int, size: int) -> int:
    """Return how few of the largest eigenvalues, given in ascending order, make up `variance` of their sum.

    None of those that are rounding is taken to make it up, even for a share of 1.
    """
    spectrum = to_numpy(values)[::-1]
    real = int((spectrum > spectrum[0] * np.finfo(np.float64).eps * size).sum())
    explained = np.cumsum(spectrum[:real]) / spectrum[:real].sum()
    return min(real, 1 + int((explained < variance).sum()))


def from_moments(
    moments: CrossMoments, *, variance: float | int = 0.99, summary: str = "mean", dialect: str = "min"
) -> Float[Array, ""]:
    """Return the value from mergeable cross-moments: the same number, in one pass over any stream."""
    m = moments.centred()
    w, v = (components(side.xy, variance, m.n) for side in (m.x_alone, m.y_alone))
    return value_from(m, (w, v), summary, dialect)

"""The covariance of noise between units, shrunk towards what can be estimated, and patterns whitened by it."""

from __future__ import annotations

import numpy as np

from repscope.array.linalg import cholesky_or_none, cross, mean, row_squares
from repscope.array.namespace import device_of, from_numpy, namespace, number
from repscope.errors import InputError, ShapeError, explain
from repscope.types import Array, Float

KINDS = ("identity", "diagonal", "full", "ledoit-wolf", "schäfer-strimmer")
"""What is estimated of the covariance: nothing, the variances, all of it, or all of it shrunk in one of two ways."""


def checked(noise: Array | None, x: Array, live: np.ndarray) -> Array:
    """Return the covariance of the `live` units.

    Raises
    ------
    InputError, ShapeError
        There is none; it has not one row and one column a unit.
    """
    if noise is None:
        do = "Give noise=rs.noise_covariance(residuals), or choose 'squared euclidean'."
        raise InputError(explain(expected="a covariance matrix", got="none", argument="noise", do=do))
    xp = namespace(noise, x)
    units = x.shape[-1]
    if tuple(noise.shape) != (units, units):
        do = "Give the covariance of the noise between the units of X."
        expected, got = f"an array of shape {(units, units)}", f"{tuple(noise.shape)}"
        raise ShapeError(explain(expected=expected, got=got, argument="noise", do=do))
    at = from_numpy(live, x)
    return xp.take(xp.take(noise, at, axis=0), at, axis=1)


def whitening(noise: Float[Array, "units units"], *, argument: str) -> Float[Array, "units units"]:
    """Return the matrix W for which squared distances of the rows of X W are those of X by the inverse covariance.

    Raises
    ------
    InputError
        The covariance is not clearly positive definite.
    """
    xp = namespace(noise)
    factor = cholesky_or_none(xp.astype(noise, xp.float64))
    if factor is None:
        do = "Shrink it: rs.noise_covariance(residuals, shrinkage='ledoit-wolf')."
        raise InputError(explain(expected="a positive definite covariance", got="another", argument=argument, do=do))
    return xp.linalg.solve(factor, xp.eye(factor.shape[0], dtype=factor.dtype, device=device_of(factor))).mT


def covariance(residuals: Float[Array, "rows units"], kind: str, freedom: int) -> Float[Array, "units units"]:
    """Return the covariance of centred residuals with so many degrees of freedom, in float64.

    Raises
    ------
    InputError
        There is no such estimate.
    """
    if kind not in KINDS[1:]:
        expected = f"one of {KINDS[1:]}"
        raise InputError(explain(expected=expected, got=repr(kind), argument="noise", do="Choose one of them."))
    xp = namespace(residuals)
    x = xp.astype(residuals, xp.float64)
    rows, units = x.shape
    scatter = cross(x, x)
    eye = xp.eye(units, dtype=xp.float64, device=device_of(x))
    if kind == "full":
        return scatter / freedom
    if kind == "diagonal":
        return scatter / freedom * eye
    if kind == "ledoit-wolf":
        s = scatter / rows
        level = xp.sum(s * eye) / units
        spread = xp.sum((s - level * eye) ** 2)  # d² of Ledoit and Wolf 2004
        error = (xp.sum(row_squares(x) ** 2) / rows - xp.sum(s * s)) / rows  # b², from |x|⁴ and not from p² products
        share = min(number(error) / number(spread), 1.0) if number(spread) > 0 else 1.0
        return (share * level * eye + (1 - share) * s) * (rows / freedom)
    return towards_diagonal(x, scatter, freedom)


def towards_diagonal(
    x: Float[Array, "rows units"], scatter: Float[Array, "units units"], freedom: int
) -> Float[Array, "units units"]:
    """Return the covariance with its correlations shrunk towards 0 (Schäfer and Strimmer 2005)."""
    xp = namespace(x)
    rows, units = x.shape
    s = scatter / freedom
    variances = xp.linalg.diagonal(s)
    scale = xp.sqrt(variances)
    products = scatter / scale[:, None] / scale[None, :] / (rows - 1)
    squares = cross(x * x, x * x) / variances[:, None] / variances[None, :] / (rows - 1)
    others = 1 - xp.eye(units, dtype=xp.float64, device=device_of(x))
    error = number(xp.sum((squares - products**2) * others)) * rows / freedom**2
    size = number(xp.sum(products**2 * others))
    share = min(max(error / size, 0.0), 1.0) if size > 0 else 1.0
    return s * (1 - share * others)


def noise_covariance(
    residuals: Array, *, shrinkage: str = "schäfer-strimmer", freedom: int | None = None
) -> Float[Array, "units units"]:
    """Return the covariance of noise between units, (units, units) in float64, from residuals.

    Parameters
    ----------
    residuals : array, (rows, units)
        What remains of every measurement after its expectation is taken away; their mean is taken away here.
    shrinkage : {"schäfer-strimmer", "ledoit-wolf", "full", "diagonal"}
        Towards the variances alone (default), towards a multiple of the identity, not at all, or only variances.
    freedom : int, optional
        Degrees of freedom; one less than there are rows by default.

    Raises
    ------
    ShapeError, InputError
        Bad input.

    Notes
    -----
    Cost: `rows units²` multiplications, twice that for the default.

    Source: Ledoit and Wolf 2004; Schäfer and Strimmer 2005.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> from repscope.similarity.rdms.noise import noise_covariance
    >>> noise_covariance(np.random.default_rng(0).normal(size=(50, 4))).shape
    (4, 4)
    """
    xp = namespace(residuals)
    if len(residuals.shape) != 2 or residuals.shape[0] < 3:
        got, do = f"an array of shape {tuple(residuals.shape)}", "Stack the residuals of all runs as rows."
        raise ShapeError(explain(expected="(rows, units), 3 rows at least", got=got, argument="residuals", do=do))
    x = xp.astype(residuals, xp.float64)
    return covariance(x - mean(x), shrinkage, residuals.shape[0] - 1 if freedom is None else freedom)

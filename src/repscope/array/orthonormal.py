"""Orthonormal coordinates: a representation with the variances of its directions taken away.

Every canonical correlation and every regression starts from x W with Wᵀ (xᵀx + penalty) W = 1. W comes from a
Cholesky factor where that is safe, which costs a product or two; else from singular values, in float64, without
the directions that hold only rounding.
"""

from __future__ import annotations

import math

from repscope.array.linalg import cholesky_or_none, cross, eigh, inverse_of_lower, square_sum, svd
from repscope.array.namespace import detached, device_of, has_gradient, itemsize, namespace, number
from repscope.types import Array, Float

SAFE = {4: 1e-3, 8: 1e-8}
"""Share of its variance that a unit must keep beside the others for their products to be enough, by bytes a number."""

ROUNDING = 8
"""Roundings of one entry, over the root of their number, below which a direction is none: SDs over the largest SD."""


def whitened(x: Float[Array, "items units"], *, share: float | int = 0.0) -> tuple[Array, Array]:
    """Return `x W` (items, rank) in the dtype of `x`, and W (units, rank) in float64, for centred `x`.

    The penalty is `share` of the total scatter. W is found without a gradient; where one is wanted, a second step,
    on a matrix near the identity, brings it in, so that neither equal nor vanishing variances can spoil it.
    """
    xp = namespace(x)
    weights = whitening(detached(x), share)
    q = x @ xp.astype(weights, x.dtype)
    if not has_gradient(x):
        return q, weights
    scatter = cross(q, q) + share * square_sum(x) * (weights.mT @ weights)
    again = inverse_of_lower(xp.linalg.cholesky(scatter)).mT
    return q @ xp.astype(again, x.dtype), weights @ again


def whitening(x: Float[Array, "items units"], share: float | int) -> Float[Array, "units rank"]:
    """Return W with Wᵀ (xᵀx + penalty) W = 1 on all directions of `x` that are more than rounding."""
    xp = namespace(x)
    exact = xp.astype(x, xp.float64)
    for precise in (x,) if x.dtype == xp.float64 else (x, exact):
        found = whitening_by_products(precise, share)
        if found is not None:
            return found
    # What rounding of large means left behind is one further direction, all items alike, where units outnumber items.
    _, s, vt = svd(exact - xp.mean(exact, axis=0))
    (keep,) = xp.nonzero(s > s[0] * rounding(x))
    return xp.take(vt, keep, axis=0).mT / xp.sqrt(xp.take(s, keep) ** 2 + share * square_sum(x))


def whitening_by_products(x: Float[Array, "items units"], share: float | int) -> Float[Array, "units units"] | None:
    """Return W as `whitening` does, from products of units in the dtype of `x`, or None where these hold too little.

    Where they hold enough, products with other arrays do so too, and W may be multiplied by those instead of `x`.
    """
    if x.shape[0] <= x.shape[1]:
        return None
    safe = SAFE[itemsize(x)]
    return by_cholesky(cross(x, x), share * square_sum(x), safe=safe, tolerance=rounding(x))


def whitening_of_scatter(
    scatter: Float[Array, "units units"], share: float | int, items: int
) -> Float[Array, "units rank"]:
    """Return W as `whitening` does, from the scatter xᵀx alone: it cannot tell directions as small apart."""
    xp = namespace(scatter)
    epsilon = float(xp.finfo(scatter.dtype).eps)
    penalty = share * xp.linalg.trace(scatter)
    if items > scatter.shape[0]:
        found = by_cholesky(scatter, penalty, safe=SAFE[8], tolerance=math.sqrt(epsilon))
        if found is not None:
            return found
    values, vectors = eigh(scatter)
    (keep,) = xp.nonzero(values > values[-1] * epsilon * max(items, scatter.shape[0]))
    return xp.take(vectors, keep, axis=1) / xp.sqrt(xp.take(values, keep) + penalty)


def by_cholesky(
    scatter: Float[Array, "units units"], penalty: Array | float, *, safe: float, tolerance: float
) -> Float[Array, "units units"] | None:
    """Return W from the Cholesky factor of the units' correlations, or None where those are too close to singular.

    Correlations and not scatters: how well a factor can be trusted does not depend on the scale of single units.
    """
    xp = namespace(scatter)
    eye = xp.eye(scatter.shape[0], dtype=scatter.dtype, device=device_of(scatter))
    scatter = scatter + penalty * eye
    scale = xp.sqrt(xp.linalg.diagonal(scatter))
    if not number(xp.min(scale)) > tolerance * number(xp.max(scale)):
        return None
    factor = cholesky_or_none(scatter / (scale[:, None] * scale[None, :]))
    if factor is None or number(xp.min(xp.linalg.diagonal(factor))) ** 2 < safe:
        return None
    return inverse_of_lower(factor).mT / scale[:, None]


def rounding(x: Float[Array, "items units"]) -> float:
    """Return the share of the largest singular value of `x` below which one is rounding, whatever the scale of `x`."""
    return ROUNDING * float(namespace(x).finfo(x.dtype).eps) * math.sqrt(max(x.shape))

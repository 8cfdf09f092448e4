"""Whitened comparisons of dissimilarity matrices (Diedrichsen et al. 2021), through centred Gram matrices.

Estimated distances that share an item have correlated errors. With equal, independent noise on all patterns,
whitening by that covariance and taking the cosine is the cosine of the two double-centred matrices −½ H D H, so
that the covariance of all pairs of pairs is never formed.
"""

from __future__ import annotations

import math

import numpy as np

from repscope.array.namespace import device_of, from_numpy, namespace, to_numpy
from repscope.similarity.rdms import mantel, vectors
from repscope.similarity.rdms.condensed import condensed, item_sums, pairs_of, squared, taken
from repscope.similarity.rdms.vectors import Profile, unit_length
from repscope.types import Array, Float, Null


def profile_of(entries: Float[Array, " pairs"], items: int, comparison: str, *, doubt: bool) -> Profile:
    """Return the centred Gram matrix as a vector of unit length, √2 times the entries above the diagonal, then it.

    `whitened correlation` takes the mean dissimilarity away first, which takes the trace from the Gram matrix.
    """
    xp = namespace(entries)
    if not bool(xp.all(xp.isfinite(entries))):
        like = {"dtype": entries.dtype, "device": device_of(entries)}
        return Profile(comparison, items, xp.full(pairs_of(items) + items, math.nan, **like))
    counted = entries - vectors.mean_of(entries) if comparison == "whitened correlation" else entries
    full = squared(counted, items)
    means = xp.sum(full, axis=1, dtype=xp.float64) / items
    half = xp.astype(means - xp.mean(means) / 2, full.dtype)
    gram = (half[:, None] + half[None, :] - full) / 2
    vector = xp.concat([math.sqrt(2) * condensed((gram,)), xp.linalg.diagonal(gram)])
    profile = unit_length(Profile(comparison, items, vector), entries)
    if not doubt or not math.isfinite(profile.length):
        return profile
    off, diagonal = parts_of(profile)
    return profile._replace(shares=1 - without(off, off, diagonal, diagonal, comparison))


def parts_of(profile: Profile) -> tuple[Float[np.ndarray, " pairs"], Float[np.ndarray, " items"]]:
    """Return the entries above the diagonal of the Gram matrix, and its diagonal."""
    vector = to_numpy(profile.vector).astype(np.float64)
    pairs = pairs_of(profile.items)
    return vector[:pairs] / math.sqrt(2), vector[pairs:]


def without(a: np.ndarray, b: np.ndarray, own_a: np.ndarray, own_b: np.ndarray, comparison: str) -> np.ndarray:
    """Return the product of two centred matrices, centred anew, without each item in turn: exact.

    `a` and `b` hold entries above the diagonal, `own_a` and `own_b` the diagonals.
    """
    items = len(own_a)
    left, own = items - 1, own_a * own_b
    product = 2 * float(a @ b) + own.sum()
    row = item_sums(a * b, items) + own
    found = product - 2 * row + own - 2 / left * (row - own) + own / left**2
    if comparison == "whitened correlation":
        traces = [v.sum() - items / left * v for v in (own_a, own_b)]
        found = found - traces[0] * traces[1] / (left - 1)
    return found


def leave_one_out(a: Profile, b: Profile) -> Float[np.ndarray, " items"]:
    """Return the value without each item in turn: exact."""
    (off_a, own_a), (off_b, own_b) = parts_of(a), parts_of(b)
    squares = (1 - a.shares) * (1 - b.shares)
    together = without(off_a, off_b, own_a, own_b, a.comparison)
    return np.where(squares > 0, together / np.sqrt(np.where(squares > 0, squares, 1)), math.nan)


def null(a: Profile, b: Profile) -> Null:
    """Return the permutation null: mean and SD of Kazi-Aoual et al. 1995, the leading term of the skewness."""
    n = a.items
    (trace_a, f_a, g_a, third_a), (trace_b, f_b, g_b, third_b) = (terms(profile) for profile in (a, b))
    variance = 2 * f_a * f_b / ((n - 1) ** 2 * (n + 1) * (n - 2))
    if n > 3:
        variance += g_a * g_b / ((n + 1) * n * (n - 1) * (n - 2) * (n - 3))
    mean = trace_a * trace_b / (n - 1)
    if not variance > 0:
        return Null(mean, 0.0, math.nan, "closed form")
    return Null(mean, math.sqrt(variance), 8 * n**3 * third_a * third_b / variance**1.5, "closed form")


def terms(profile: Profile) -> tuple[float, float, float, float]:
    """Return the trace, f and g of Kazi-Aoual et al. 1995, and the mean product around triangles of items."""
    n = profile.items
    off, own = parts_of(profile)
    trace = float(own.sum())
    g = n * (n + 1) * float((own**2).sum()) - (n - 1) * (trace**2 + 2)
    return trace, (n - 1) - trace**2, g, float(mantel.third_moments(mantel.sampled(off, n))[3])


def shuffled(profile: Profile, order: np.ndarray) -> Profile:
    """Return the profile with its items in another order."""
    xp, pairs = namespace(profile.vector), pairs_of(profile.items)
    off = taken(profile.vector[:pairs], profile.items, order)
    own = xp.take(profile.vector[pairs:], from_numpy(order, profile.vector))
    return profile._replace(vector=xp.concat([off, own]))


between, grid = vectors.between, vectors.grid

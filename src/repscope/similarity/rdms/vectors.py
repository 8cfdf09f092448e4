"""Comparisons of dissimilarity matrices that are a product of two vectors: correlations and cosines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from repscope.array.blocks import BUDGET, blocks
from repscope.array.linalg import cross
from repscope.array.namespace import common_dtype, from_numpy, itemsize, namespace, number, to_numpy
from repscope.similarity.rdms import mantel
from repscope.similarity.rdms.condensed import item_sums, pairs_of, taken
from repscope.similarity.rdms.ranking import half_sign_sums, ranked
from repscope.types import Array, Float, Null

LONG = 2**16
"""Entries that a product of long vectors sums in its own dtype before the sum goes on in float64."""


class Profile(NamedTuple):
    """A dissimilarity matrix as its comparison sees it: a vector of unit length, NaN where it is undefined.

    `length` is what the vector was divided by and `groups` the places of the entries among the distinct values,
    both for ranks. With doubt come the sums of each item's entries, its share of the squared length, and what
    permutations of the items leave alone.
    """

    comparison: str
    items: int
    vector: Array
    length: float = math.nan
    groups: Array = None
    sums: Array = None
    shares: Array = None
    parts: Any = None


def profile_of(entries: Float[Array, " pairs"], items: int, comparison: str, *, doubt: bool) -> Profile:
    """Return what `pearson`, `spearman` or `cosine` compares: deviations, ranks, or the entries themselves."""
    xp = namespace(entries)
    if not bool(xp.all(xp.isfinite(entries))):
        return Profile(comparison, items, xp.full_like(entries, math.nan))
    profile = Profile(comparison, items, entries)
    if comparison == "spearman":
        ranking = ranked(to_numpy(entries))
        ranks = from_numpy(ranking.ranks.astype(to_numpy(entries).dtype), entries)
        profile = profile._replace(vector=ranks, groups=ranking.groups if doubt else None)
    elif comparison == "pearson":
        profile = profile._replace(vector=entries - mean_of(entries))
    profile = unit_length(profile, entries)
    return with_doubt(profile) if doubt and math.isfinite(profile.length) else profile


def mean_of(entries: Float[Array, " pairs"]) -> Float[Array, ""]:
    """Return the mean of the entries, found in float64, in their dtype."""
    xp = namespace(entries)
    return xp.astype(xp.sum(entries, dtype=xp.float64) / entries.shape[0], entries.dtype)


def unit_length(profile: Profile, entries: Float[Array, " pairs"]) -> Profile:
    """Return the profile over its length; NaN where that is only rounding beside the length of the entries."""
    xp = namespace(entries)
    vector = profile.vector
    largest = number(xp.max(xp.abs(vector)))
    least = 64 * float(xp.finfo(entries.dtype).eps) * number(xp.max(xp.abs(entries)))
    if not largest > (0 if profile.comparison == "spearman" else least):
        return profile._replace(vector=xp.full_like(vector, math.nan))
    vector = vector / largest
    length = xp.sqrt(dot(vector, vector))
    return profile._replace(vector=vector / xp.astype(length, vector.dtype), length=largest * number(length))


def dot(a: Float[Array, " pairs"], b: Float[Array, " pairs"]) -> Float[Array, ""]:
    """Return the product of two long vectors, summed in float64."""
    return cross(a[:, None], b[:, None], rows=LONG)[0, 0]


def with_doubt(profile: Profile) -> Profile:
    """Return the profile with all that intervals and nulls need of it alone."""
    z, items = to_numpy(profile.vector).astype(np.float64), profile.items
    sums, shares = item_sums(z, items), item_sums(z * z, items)
    if profile.comparison == "pearson":
        shares += sums**2 / pairs_of(items - 1)
    elif profile.comparison == "spearman":
        shares += 2 / profile.length * item_sums(half_sign_sums(profile.groups, z), items)
    return profile._replace(sums=sums, shares=shares, parts=mantel.parts(z, items))


def between(a: Profile, b: Profile) -> Float[Array, ""]:
    """Return the value of one pair."""
    return dot(a.vector, b.vector)


def grid(rows: Sequence[Profile], columns: Sequence[Profile], budget: int = BUDGET) -> Float[Array, "rows columns"]:
    """Return the values of all pairs: products of all vectors at once, some entries at a time."""
    left, right = [p.vector for p in rows], [p.vector for p in columns]
    xp = namespace(*left, *right)
    total: Any = 0.0
    for block in blocks(left[0].shape[0], itemsize(left[0]) * (len(left) + len(right)), budget):
        a = stacked(left, block)
        b = a if rows is columns else stacked(right, block)
        a, b = common_dtype(a, b)
        total = total + cross(a.mT, b.mT, rows=LONG)
    return xp.astype(total, xp.float64)


def stacked(vectors: Sequence[Array], block: slice) -> Float[Array, "vectors entries"]:
    """Return some entries of all vectors, in the widest dtype among them."""
    xp = namespace(*vectors)
    wide = xp.float64 if len({v.dtype for v in vectors}) > 1 else vectors[0].dtype
    return xp.stack([xp.astype(v[block], wide, copy=False) for v in vectors])


def leave_one_out(a: Profile, b: Profile) -> Float[np.ndarray, " items"]:
    """Return the value without each item in turn: exact, for ranks to first order."""
    z, w = (to_numpy(p.vector).astype(np.float64) for p in (a, b))
    value, share = float(z @ w), item_sums(z * w, a.items)
    if a.comparison == "spearman":
        return ranks_without(a, b, share, z, w)
    if a.comparison == "pearson":
        share += a.sums * b.sums / pairs_of(a.items - 1)
    squares = (1 - a.shares) * (1 - b.shares)
    return np.where(squares > 0, (value - share) / np.sqrt(np.where(squares > 0, squares, 1)), math.nan)


def ranks_without(
    a: Profile, b: Profile, share: np.ndarray, z: np.ndarray, w: np.ndarray
) -> Float[np.ndarray, " items"]:
    """Return the rank correlation without each item, to first order in the share of pairs that leave.

    When an item leaves, the ranks of all other pairs fall by the number of its pairs below them.
    """
    moved = half_sign_sums(a.groups, w) / a.length + half_sign_sums(b.groups, z) / b.length
    share = share + item_sums(moved, a.items)
    value = float(z @ w)
    return value - (share - value * (a.shares + b.shares) / 2) * a.items / (a.items - 2)


def null(a: Profile, b: Profile) -> Null:
    """Return mean, SD and skewness of the value over all orders of the items, in closed form."""
    return mantel.law(a.parts, b.parts)


def shuffled(profile: Profile, order: np.ndarray) -> Profile:
    """Return the profile with its items in another order."""
    return profile._replace(vector=taken(profile.vector, profile.items, order))

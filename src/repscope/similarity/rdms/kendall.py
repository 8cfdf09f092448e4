"""Kendall's τ-a of two dissimilarity matrices: how many more pairs of pairs are ordered alike than otherwise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import kendalltau

from repscope.array.namespace import from_numpy, namespace, to_numpy
from repscope.similarity.pairs import each_pair
from repscope.similarity.rdms import mantel, vectors
from repscope.similarity.rdms.condensed import item_sums, pairs_of, taken
from repscope.similarity.rdms.ranking import ranked
from repscope.similarity.rdms.vectors import Profile
from repscope.types import Array, Float, Int, Null


def profile_of(entries: Float[Array, " pairs"], items: int, comparison: str, *, doubt: bool) -> Profile:
    """Return the ranks of the entries, of unit length, and their places among the distinct values."""
    profile = vectors.profile_of(entries, items, "spearman", doubt=False)._replace(comparison=comparison)
    if not math.isfinite(profile.length):
        return profile
    z = to_numpy(profile.vector).astype(np.float64)
    parts = mantel.parts(z, items) if doubt else None
    return profile._replace(groups=ranked(to_numpy(entries)).groups, parts=parts)


def between(a: Profile, b: Profile) -> Float[Array, ""]:
    """Return τ-a: concordant less discordant pairs of entries, over all of them, ties counting for neither."""
    xp = namespace(a.vector)
    if not (math.isfinite(a.length) and math.isfinite(b.length)):
        return xp.sum(xp.astype(a.vector[:1] + b.vector[:1], xp.float64)) * math.nan
    return from_numpy(np.asarray(tau_a(a.groups, b.groups)), a.vector)


def tau_a(x: Int[np.ndarray, " pairs"], y: Int[np.ndarray, " pairs"]) -> float:
    """Return τ-a in N log N steps, from SciPy's τ-c, which divides the same count by another number."""
    count = len(x)
    fewer = min(np.count_nonzero(np.bincount(v)) for v in (x, y))
    found = kendalltau(x, y, variant="c", method="asymptotic").statistic
    return float(found) * count / (count - 1) * (fewer - 1) / fewer


def grid(rows: Sequence[Profile], columns: Sequence[Profile]) -> Float[Array, "rows columns"]:
    """Return the values of all pairs, one by one."""
    return each_pair(rows, columns, between)


def leave_one_out(a: Profile, b: Profile) -> Float[np.ndarray, " items"]:
    """Return the value without each item in turn, to first order in the share of pairs that leave."""
    items, count = a.items, pairs_of(a.items)
    agreement = agreements(a.groups, b.groups)
    value = float(agreement.mean()) / (count - 1)
    share = 2 * item_sums(agreement, items) / (count * (count - 1)) - 4 / items * value
    return value - share * items / (items - 2)


def agreements(x: Int[np.ndarray, " pairs"], y: Int[np.ndarray, " pairs"]) -> Float[np.ndarray, " pairs"]:
    """Return for each entry how many others it is ordered like in both, less how many otherwise.

    With h = ½ (1 + sign), the sum of the products of signs is 4 Σ h h' − 2 Σ h − 2 Σ h' + N; Σ h h' is the mean of
    two counts, in one of which ties count as smaller and in the other not.
    """
    strict, loose = (earlier_below(x, y, ties=ties) for ties in (False, True))
    both = np.unique(x * (int(y.max()) + 1) + y, return_inverse=True, return_counts=True)
    equal = both[2][both[1]]
    below = (strict + loose) / 2 + equal / 4
    halves = [half_below(v) for v in (x, y)]
    return 4 * below - 2 * halves[0] - 2 * halves[1] + len(x)


def half_below(x: Int[np.ndarray, " pairs"]) -> Float[np.ndarray, " pairs"]:
    """Return how many entries are smaller than each, and half of those that are equal, itself among them."""
    counts = np.bincount(x)
    return (np.cumsum(counts) - counts / 2)[x]


def earlier_below(
    x: Int[np.ndarray, " pairs"], y: Int[np.ndarray, " pairs"], *, ties: bool
) -> Int[np.ndarray, " pairs"]:
    """Return how many entries are smaller than each in both; with `ties`, or equal in one of them."""
    order = np.lexsort((y if ties else -y, x))
    ranks = y[order]
    if ties:
        places = np.argsort(ranks, kind="stable")
        joint = np.concatenate([[0], np.cumsum((np.diff(x[order]) != 0) | (np.diff(ranks) != 0))])
        ranks = np.empty_like(order)
        ranks[places] = np.arange(len(order))
        earliest = np.searchsorted(joint, joint)
    found = np.empty_like(order)
    found[order] = smaller_before(ranks) - (np.arange(len(order)) - earliest if ties else 0)
    return found


def smaller_before(values: Int[np.ndarray, " pairs"]) -> Int[np.ndarray, " pairs"]:
    """Return how many smaller values stand before each value, bit by bit from the highest.

    Among values that share all higher bits, those with the bit are larger than those without it.
    """
    order, found = np.arange(len(values)), np.zeros(len(values), dtype=np.int64)
    for bit in reversed(range(int(values.max()).bit_length())):
        at = values[order]
        high = (at >> bit) & 1
        lows = np.concatenate([[0], np.cumsum(1 - high)])
        block = at >> (bit + 1)
        first = np.searchsorted(block, block)
        before = lows[:-1] - lows[first]
        found[order] += before * high
        order = order[np.argsort(at >> bit, kind="stable")]
    return found


def null(a: Profile, b: Profile) -> Null:
    """Return the null of τ-a, to first order in its entries that of the product of ranks (Hájek's projection)."""
    law, count = mantel.law(a.parts, b.parts), pairs_of(a.items)
    scale = 8 * a.length * b.length / (count**2 * (count - 1.0))
    return replace(law, sd=scale * law.sd)


def shuffled(profile: Profile, order: np.ndarray) -> Profile:
    """Return the profile with its items in another order."""
    vector = taken(profile.vector, profile.items, order)
    groups = profile.groups if profile.groups is None else taken(profile.groups, profile.items, order)
    return profile._replace(vector=vector, groups=groups)

"""The Bures similarity of two dissimilarity matrices: the fidelity of their centred Gram matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from repscope.array.linalg import eigh
from repscope.array.namespace import device_of, from_numpy, namespace, number, to_numpy
from repscope.array.random import generator
from repscope.similarity import procrustes
from repscope.similarity.pairs import each_pair
from repscope.similarity.rdms.condensed import squared
from repscope.types import Array, Float, Null

DRAWS = 200
"""Orders of the items that the null is found from: no closed form is known for a nuclear norm."""


class Profile(NamedTuple):
    """Points whose squared distances are the dissimilarities, of unit length together; without units if undefined."""

    comparison: str
    items: int
    points: procrustes.State
    negative: float = 0.0


def profile_of(entries: Float[Array, " pairs"], items: int, comparison: str, *, doubt: bool) -> Profile:
    """Return points by classical scaling of −½ H D H; negative eigenvalues, which no points have, are left out."""
    xp = namespace(entries)
    values = xp.astype(entries, xp.float64)
    none = xp.zeros((items, 0), dtype=xp.float64, device=device_of(entries))
    if not bool(xp.all(xp.isfinite(values))) or not number(xp.max(xp.abs(values))) > 0:
        return Profile(comparison, items, procrustes.State(none, "angular", 0, ()))
    full = squared(values / xp.max(xp.abs(values)), items)
    half = xp.mean(full, axis=1) - xp.mean(full) / 2
    spectrum, vectors = eigh((half[:, None] + half[None, :] - full) / 2)
    least = items * float(xp.finfo(entries.dtype).eps) * number(xp.max(xp.abs(spectrum)))
    positive = xp.where(spectrum > least, spectrum, xp.zeros_like(spectrum))
    total = xp.sum(positive)
    if not number(total) > 0:
        return Profile(comparison, items, procrustes.State(none, "angular", 0, ()), 1.0)
    points = vectors * xp.sqrt(positive / total)
    negative = 1 - number(total) / number(xp.sum(xp.abs(spectrum)))
    return Profile(comparison, items, procrustes.State(points, "angular", items, ()), negative)


def between(a: Profile, b: Profile) -> Float[Array, ""]:
    """Return the fidelity over the root of both traces: the nuclear norm of the product of the points."""
    return procrustes.similarity(a.points, b.points)


def grid(rows: Sequence[Profile], columns: Sequence[Profile]) -> Float[Array, "rows columns"]:
    """Return the values of all pairs, one by one."""
    return each_pair(rows, columns, between)


def leave_one_out(a: Profile, b: Profile) -> Float[np.ndarray, " items"]:
    """Return the value without each item in turn, to first order."""
    return to_numpy(procrustes.cosine_without(a.points, b.points)[0])


def null(a: Profile, b: Profile) -> Null:
    """Return the moments of `DRAWS` permutations, the same ones in every run."""
    rng = generator(None)
    draws = np.array([number(between(a, shuffled(b, rng.permutation(b.items)))) for _ in range(DRAWS)])
    mean, sd = float(draws.mean()), float(draws.std(ddof=1))
    skewness = float(((draws - mean) ** 3).mean()) / sd**3 if sd > 0 else math.nan
    return Null(mean, sd, skewness, "permutation", DRAWS)


def shuffled(profile: Profile, order: np.ndarray) -> Profile:
    """Return the profile with its items in another order."""
    xp = namespace(profile.points.x)
    rows = xp.take(profile.points.x, from_numpy(order, profile.points.x), axis=0)
    return profile._replace(points=profile.points._replace(x=rows))

"""The lasso path of many targets at once, from products alone, as far as a given number of predictors goes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repscope.array.blocks import blocks
from repscope.types import Bool, Float, Int

CACHE = 2**22
"""Bytes of gathered products that are worked on at a time."""

RIDGE = 1e-10
"""Added to the diagonal of unit predictors, so that exact copies of one another do no harm."""

LITTLE = 1e-10
"""Largest product with what is left of a target at which nothing is left to explain."""

STEPS = 8
"""Times the number of predictors: knots of the path after which it is followed no further."""


class Path(NamedTuple):
    """Where each target stands on its path: slots of predictors (−1 is empty), coefficients, products left.

    `entering` is the predictor that comes in at the present knot and `dropped` the one that just left, −1 for none.
    """

    slots: Int[np.ndarray, "targets most"]
    coefficients: Float[np.ndarray, "targets most"]
    left: Float[np.ndarray, "targets q"]
    entering: Int[np.ndarray, " targets"]
    dropped: Int[np.ndarray, " targets"]


def sparse_coefficients(
    gram: Float[np.ndarray, "q q"], products: Float[np.ndarray, "p q"], most: int
) -> Float[np.ndarray, "p q"]:
    """Return the lasso solution of each target with the least penalty that uses at most `most` predictors.

    `gram` holds the products of the predictors with each other and `products` those of the targets with them. All
    predictors count as if they had unit length; the coefficients are for the predictors as they are. The path is
    followed from knot to knot by least angle regression with the lasso's dropping (Efron et al. 2004).
    """
    lengths = np.sqrt(np.diag(gram))
    scale = np.where(lengths > 0, lengths, 1.0)
    unit_gram, left = gram / np.outer(scale, scale), products / scale
    sizes = np.abs(left).max(axis=1, keepdims=True)
    sizes[sizes == 0] = 1.0
    most = min(most, gram.shape[0])
    found = np.zeros_like(left)
    for block in blocks(len(left), bytes_each=8 * most * gram.shape[0], budget=CACHE):
        slots, coefficients = followed(unit_gram, left[block] / sizes[block], most)
        targets, places = np.nonzero(slots >= 0)
        found[block][targets, slots[targets, places]] = coefficients[targets, places]
    return found * sizes / scale


def followed(
    gram: Float[np.ndarray, "q q"], left: Float[np.ndarray, "targets q"], most: int
) -> tuple[Int[np.ndarray, "targets most"], Float[np.ndarray, "targets most"]]:
    """Return the predictors of each target and their coefficients where its path is left."""
    targets = len(left)
    none = np.full(targets, -1)
    slots, coefficients = np.full((targets, most), -1), np.zeros((targets, most))
    live = np.flatnonzero(np.abs(left).max(axis=1) > LITTLE)
    path = Path(slots[live], coefficients[live], left[live], np.abs(left[live]).argmax(axis=1), none[live])
    for _ in range(STEPS * most):
        path, done = stepped(gram, path)
        slots[live], coefficients[live] = path.slots, path.coefficients
        live = live[~done]
        if not len(live):
            break
        path = Path(*(part[~done] for part in path))
    return slots, coefficients


def stepped(gram: Float[np.ndarray, "q q"], path: Path) -> tuple[Path, Bool[np.ndarray, " targets"]]:
    """Return every path at its next knot, and which of them end there.

    Predictors in use keep equal products with what is left of the target, which fall together; the knot is where
    another one's product becomes as large, where a coefficient passes 0, or where nothing is left.
    """
    slots = entered(path)
    filled = slots >= 0
    rows = np.arange(len(slots))
    at = np.where(filled, slots, 0)
    signs = np.where(filled, np.sign(np.take_along_axis(path.left, at, axis=1)), 0.0)
    level = np.abs(np.take_along_axis(path.left, at, axis=1)).max(axis=1, where=filled, initial=0.0)
    direction = solved(gram, at, filled, signs)
    change = np.matmul(direction[:, None, :], gram[at])[:, 0, :]
    gap, newcomer = next_entry(path, slots, level, change)
    step = np.minimum(gap, level)
    ratio = np.where(filled & (path.coefficients * direction < 0), -path.coefficients, np.inf)
    ratio = ratio / np.where(direction == 0, 1.0, direction)
    ratio = np.where(np.isfinite(ratio) & (ratio > 0), ratio, np.inf)
    leaver = ratio.argmin(axis=1)
    leaves = ratio[rows, leaver] < step
    step = np.where(leaves, ratio[rows, leaver], step)
    coefficients = path.coefficients + step[:, None] * direction
    left = path.left - step[:, None] * change
    dropped = np.where(leaves, slots[rows, leaver], -1)
    coefficients[rows[leaves], leaver[leaves]] = 0.0
    slots[rows[leaves], leaver[leaves]] = -1
    explained = ~leaves & ((step >= level) | (level - step <= LITTLE))
    full = ~leaves & (slots >= 0).all(axis=1)
    return Path(slots, coefficients, left, np.where(leaves, -1, newcomer), dropped), explained | full


def entered(path: Path) -> Int[np.ndarray, "targets most"]:
    """Return the slots with the predictor that enters in the first empty one."""
    slots = path.slots.copy()
    new = np.flatnonzero(path.entering >= 0)
    slots[new, (slots[new] < 0).argmax(axis=1)] = path.entering[new]
    return slots


def solved(
    gram: Float[np.ndarray, "q q"],
    at: Int[np.ndarray, "targets most"],
    filled: Bool[np.ndarray, "targets most"],
    signs: Float[np.ndarray, "targets most"],
) -> Float[np.ndarray, "targets most"]:
    """Return the direction in which all predictors in use lose the same of their products: G⁻¹ signs."""
    inside = filled[:, :, None] & filled[:, None, :]
    used = np.where(inside, gram[at[:, :, None], at[:, None, :]], 0.0)
    diagonal = np.arange(at.shape[1])
    used[:, diagonal, diagonal] += np.where(filled, RIDGE, 1.0)
    return np.asarray(np.linalg.solve(used, signs[:, :, None])[:, :, 0])


def next_entry(
    path: Path,
    slots: Int[np.ndarray, "targets most"],
    level: Float[np.ndarray, " targets"],
    change: Float[np.ndarray, "targets q"],
) -> tuple[Float[np.ndarray, " targets"], Int[np.ndarray, " targets"]]:
    """Return how far it is until the next predictor enters, and which one that is.

    One that has just left still has the largest product: it may come back with the other sign only.
    """
    gone = np.flatnonzero(path.dropped >= 0)
    signs_gone = np.sign(path.left[gone, path.dropped[gone]])
    nearest = np.full(path.left.shape, np.inf)
    for sign in (1.0, -1.0):
        fall = 1 - sign * change
        reach = (level[:, None] - sign * path.left) / np.where(fall > LITTLE, fall, 1.0)
        reach = np.where(fall > LITTLE, np.maximum(reach, 0.0), np.inf)
        same = gone[signs_gone == sign]
        reach[same, path.dropped[same]] = np.inf
        nearest = np.minimum(nearest, reach)
    targets, places = np.nonzero(slots >= 0)
    nearest[targets, slots[targets, places]] = np.inf
    first = nearest.argmin(axis=1)
    return nearest[np.arange(len(first)), first], first

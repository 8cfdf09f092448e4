"""Alignments of kernels over many resamples of the items at once, in which copies of an item are no pair."""

from __future__ import annotations

import numpy as np

from repscope.array import symmetric
from repscope.array.blocks import blocks
from repscope.similarity.kernels import Kernel, panels
from repscope.types import Float, Int

CACHE = 2**22
"""Bytes that the products of one block of resamples may take."""


def resampled_alignment(
    a: Kernel, b: Kernel, counts: Int[np.ndarray, "resamples items"]
) -> Float[np.ndarray, " resamples"]:
    """Return the debiased alignment of two kernels over the items, each taken as often as `counts` says.

    Two copies of one item are no pair: the unbiased estimator sums over two, three and four different items
    (Song et al. 2012), and different means different in the original list. Each sum is divided by the weight of the
    tuples that it runs over; the kernels stay centred over all items. Costs eight products of (resamples, items)
    with (items, items).
    """
    k, ell = hollow_matrix(a), hollow_matrix(b)
    return np.concatenate([alignment(k, ell, w) for w in parts(counts)])


def parts(counts: Int[np.ndarray, "resamples items"]) -> list[np.ndarray]:
    """Return the resamples as weights, in blocks that stay in cache between the products."""
    return [counts[block].astype(np.float64) for block in blocks(len(counts), 64 * counts.shape[1], CACHE)]


def hollow_matrix(kernel: Kernel) -> Float[np.ndarray, "items items"]:
    """Return the centred kernel in full with zeros on its diagonal, scaled to order one."""
    full = symmetric.sampled(panels(kernel), np.arange(kernel.items))
    np.fill_diagonal(full, 0)
    largest = np.abs(full).max()
    return full / largest if largest > 0 else full


def alignment(k: np.ndarray, ell: np.ndarray, w: Float[np.ndarray, "resamples items"]) -> np.ndarray:
    """Return the alignments under the weights `w`."""
    square = w * w
    weights = tuple_weights(w, square)
    with_k, with_ell = w @ k, w @ ell
    together = hsic(k * ell, with_k, with_ell, w, square, weights)
    scale = hsic(k * k, with_k, with_k, w, square, weights) * hsic(ell * ell, with_ell, with_ell, w, square, weights)
    return together / np.sqrt(np.where(scale > 0, scale, np.nan))


def tuple_weights(w: np.ndarray, square: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the summed weights of all tuples of two, three and four different items."""
    one, two, three, four = w.sum(axis=1), np.vecdot(w, w), np.vecdot(w, square), np.vecdot(square, square)
    fours = one**4 - 6 * one**2 * two + 3 * two**2 + 8 * one * three - 6 * four
    return one**2 - two, one**3 - 3 * one * two + 2 * three, fours


def hsic(
    both: np.ndarray,
    with_k: np.ndarray,
    with_ell: np.ndarray,
    w: np.ndarray,
    square: np.ndarray,
    weights: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> np.ndarray:
    """Return the unbiased HSIC under weights, from K∘L and the products of the weights with K and L."""
    crossed, folded = with_k * with_ell, square @ both
    pairs = np.vecdot(w, w @ both)
    triples = np.vecdot(w, crossed) - np.vecdot(w, folded)
    # Of the products of two pairs, four ways to share one item and two ways to share both are taken away.
    quadruples = np.vecdot(w, with_k) * np.vecdot(w, with_ell)
    quadruples += 2 * np.vecdot(square, folded) - 4 * np.vecdot(square, crossed)
    twos, threes, fours = weights
    return pairs / twos + quadruples / fours - 2 * triples / threes

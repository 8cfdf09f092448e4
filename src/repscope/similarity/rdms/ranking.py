"""Average ranks of very many numbers, in which what differs by rounding alone counts as equal."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repscope.types import Float, Int

GRID = {4: 17, 8: 40}
"""Bits to which numbers of as many bytes are rounded, relative to the largest, before they are ranked.

Dissimilarities that are equal in exact arithmetic, as those of one-hot codes are, come out of a matrix product
apart by rounding; ranked as they are, they would stand in a random order.
"""

DENSE = 2**20
"""Distinct numbers up to which a table of counts ranks them, without sorting."""


class Ranking(NamedTuple):
    """The average rank of each number, less the mean rank, and the position of its value among the distinct ones."""

    ranks: Float[np.ndarray, " pairs"]
    groups: Int[np.ndarray, " pairs"]


def ranked(values: Float[np.ndarray, " pairs"]) -> Ranking:
    """Return the ranking of finite numbers, equal ones with their average rank; by counting where that does."""
    shift = len(values).bit_length()
    keys = on_grid(values, min(GRID[values.itemsize], 61 - shift))
    if int(keys.max()) >= DENSE:
        keys = distinct(keys, shift)
    counts = np.bincount(keys)
    average = np.cumsum(counts) - (counts - 1) / 2 - (len(values) + 1) / 2
    return Ranking(average[keys], keys)


def on_grid(values: Float[np.ndarray, " pairs"], bits: int) -> Int[np.ndarray, " pairs"]:
    """Return the numbers as integers from 0, `bits` of them below the largest."""
    largest = float(np.abs(values).max())
    if not largest:
        return np.zeros(len(values), dtype=np.int64)
    whole = np.rint(values / values.dtype.type(largest) * values.dtype.type(2**bits)).astype(np.int64)
    return whole - whole.min()


def snapped(values: Float[np.ndarray, " pairs"]) -> Float[np.ndarray, " pairs"]:
    """Return the numbers, up to scale and offset, so that those which differ by rounding alone are equal."""
    return on_grid(values, GRID[values.itemsize]).astype(np.float64)


def distinct(keys: Int[np.ndarray, " pairs"], shift: int) -> Int[np.ndarray, " pairs"]:
    """Return the position of each key among the distinct keys, by sorting key and place packed into one integer."""
    packed = np.sort((keys << shift) | np.arange(len(keys)))
    order, ordered = packed & ((1 << shift) - 1), packed >> shift
    found = np.empty_like(keys)
    found[order] = np.cumsum(np.concatenate([[0], ordered[1:] != ordered[:-1]]))
    return found


def half_sign_sums(ranking: Int[np.ndarray, " pairs"], weights: Float[np.ndarray, " pairs"]) -> np.ndarray:
    """Return for each number half the weight of all larger ones, less half that of all smaller ones."""
    sums = np.bincount(ranking, weights=weights)
    through = np.cumsum(sums)
    table = (through[-1] - through - (through - sums)) / 2
    return table[ranking]

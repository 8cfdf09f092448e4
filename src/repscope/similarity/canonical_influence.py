"""What each item does to canonical correlations: their value without it, from the factors with it."""

from __future__ import annotations

import math
from typing import NamedTuple

from repscope.array.linalg import row_squares, square_sum, svd
from repscope.array.namespace import namespace
from repscope.similarity.canonical import DIVISORS, State, product
from repscope.types import Array, Float

REST = 1e-9
"""Share of a direction's variance below which it is gone once an item is left out."""


class Removal(NamedTuple):
    """How leaving out each item changes orthonormal directions x: (1 − w uuᵀ)^−½ = 1 + c uuᵀ for its row u.

    `root` is √(1 − w |u|²) inverted, 0 where a direction goes with the item, and `ranks` what is left of them.
    """

    x: Array
    squares: Array
    root: Array
    c: Array
    ranks: Array


def removal(state: State) -> Removal:
    """Return what leaving out each item in turn does to one state."""
    xp = namespace(state.x)
    x, n = xp.astype(state.x, xp.float64), state.x.shape[0]
    squares, weight = row_squares(x), n / (n - 1)
    rest = 1 - weight * squares
    there = rest > REST
    root = xp.where(there, 1 / xp.sqrt(xp.where(there, rest, xp.ones_like(rest))), xp.zeros_like(rest))
    tiny = squares < REST
    safe = xp.where(tiny, xp.ones_like(squares), squares)
    c = xp.where(tiny, xp.full_like(squares, weight / 2), (root - 1) / safe)
    ranks = state.rank - 1 + xp.astype(there, xp.float64)
    return Removal(x, squares, root, c, ranks)


def leave_one_out(a: State, b: State, /) -> Float[Array, " items"]:
    """Return the value with each item left out: exact for squares, to first order in it for the correlations.

    Where one side spans everything that n items can show, all correlations are 1 and equal to their squares. The
    change of a penalty with the item is taken to first order.
    """
    m, u, v = product(a, b), removal(a), removal(b)
    xp = namespace(m)
    spanned = max(a.rank, b.rank) >= a.x.shape[0] - 1 and a.weights is None
    total = squares_without(m, a, b, u, v) if a.summary != "mean" or spanned else sum_without(m, a, b, u, v)
    count = DIVISORS[a.dialect](u.ranks, v.ranks)
    return total / xp.where(count > 0, count, xp.full_like(count, math.nan))


def sum_without(m: Array, a: State, b: State, u: Removal, v: Removal) -> Float[Array, " items"]:
    """Return the sum of the singular values of `m` without each item: their gradient is A Bᵀ for m = A S Bᵀ."""
    xp = namespace(m)
    left, s, right = svd(m)
    p, q = u.x @ left, v.x @ right.mT
    weight = p.shape[0] / (p.shape[0] - 1)
    together, stretched = xp.vecdot(p, q), xp.vecdot(p * s, q)
    change = u.c * xp.vecdot(p * s, p) + v.c * xp.vecdot(q * s, q)
    change = change + (u.c * v.c * stretched - weight * u.root * v.root) * together
    if a.weights is not None:
        moved = xp.sum(s * xp.sum(left * (a.weights @ left), axis=0))
        change = change - a.penalties * moved / 2
    if b.weights is not None:
        moved = xp.sum(s * xp.sum(right.mT * (b.weights @ right.mT), axis=0))
        change = change - b.penalties * moved / 2
    return xp.sum(s) + change


def squares_without(m: Array, a: State, b: State, u: Removal, v: Removal) -> Float[Array, " items"]:
    """Return |m|² without each item: m becomes m + u αᵀ + β vᵀ, with α = c mᵀu + k v and β = d m v."""
    xp = namespace(m)
    weight = u.x.shape[0] / (u.x.shape[0] - 1)
    mu, mv = u.x @ m, v.x @ m.mT
    g, mu_squares, mv_squares = xp.vecdot(mu, v.x), row_squares(mu), row_squares(mv)
    k = u.c * v.c * g - weight * u.root * v.root
    alpha_squares = u.c**2 * mu_squares + 2 * u.c * k * g + k**2 * v.squares
    change = 2 * (u.c * mu_squares + k * g) + 2 * v.c * mv_squares
    change = change + u.squares * alpha_squares + v.squares * v.c**2 * mv_squares
    change = change + 2 * v.c * g * (u.c * g + k * v.squares)
    if a.weights is not None:
        change = change - a.penalties * xp.sum(m * (a.weights @ m))
    if b.weights is not None:
        change = change - b.penalties * xp.sum(m * (m @ b.weights))
    return square_sum(m) + change

"""Matching of units at the least cost: the transport of uniform masses, whole or in part, solved exactly."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import linear_sum_assignment, linprog

from repscope.errors import InputError, explain
from repscope.types import Float, Int

NEAREST = 8
"""Partners of each unit that the first linear program considers; more join until none could improve it."""

EXACT = 1e-10
"""Tolerance of the solver, as a share of the largest cost: the finest that it offers."""


class Plan(NamedTuple):
    """Which units are matched, and the mass of each match."""

    rows: Int[np.ndarray, " matches"]
    columns: Int[np.ndarray, " matches"]
    weights: Float[np.ndarray, " matches"]


def check_mass(mass: float | int) -> None:
    """Raise `InputError` unless mass is a share above 0."""
    if not 0 < mass <= 1:
        do = "1 matches all units, 0.9 leaves a tenth of either side unmatched."
        raise InputError(explain(expected="0 < mass ≤ 1", got=repr(mass), argument="mass", do=do))


def transport(cost: Float[np.ndarray, "p q"], mass: float = 1.0) -> Plan:
    """Return the plan of least cost that moves `mass` between p units of mass 1/p and q units of mass 1/q.

    Equally many units matched in full are an assignment. Else a linear program over the likely pairs is solved, its
    prices show whether any other pair would lower the cost, and if so these are added: at the end none would.
    """
    p, q = cost.shape
    if p == q and mass == 1:
        rows, columns = linear_sum_assignment(cost)
        return Plan(rows, columns, np.full(p, 1 / p))
    cost = cost / (np.abs(cost).max() or 1.0)
    open_to = likely(cost)
    while True:
        rows, columns = np.nonzero(open_to)
        flow, reduced = solved(cost, rows, columns, mass)
        missing = (reduced < -EXACT) & ~open_to
        if not missing.any():
            used = flow > 0
            return Plan(rows[used], columns[used], flow[used])
        lowest = min(NEAREST, q) - 1
        open_to |= missing & (reduced <= np.partition(reduced, lowest, axis=1)[:, lowest, None])


def likely(cost: Float[np.ndarray, "p q"]) -> np.ndarray:
    """Return which pairs to begin with, booleans (p, q): each unit's cheapest ones, and a staircase that is feasible.

    Cheap is what costs little beyond the prices of both units.
    """
    p, q = cost.shape
    of_rows, of_columns = prices(cost)
    cost = cost - of_rows[:, None] - of_columns
    pairs = np.zeros(cost.shape, dtype=bool)
    by_row, by_column = min(NEAREST, q), min(NEAREST, p)
    pairs[np.arange(p)[:, None], np.argpartition(cost, by_row - 1, axis=1)[:, :by_row]] = True
    pairs[np.argpartition(cost, by_column - 1, axis=0)[:by_column], np.arange(q)] = True
    row, column = 0, 0
    while row < p and column < q:
        pairs[row, column] = True
        row, column = row + ((row + 1) * q <= (column + 1) * p), column + ((column + 1) * p <= (row + 1) * q)
    return pairs


def prices(cost: Float[np.ndarray, "p q"]) -> tuple[Float[np.ndarray, " p"], Float[np.ndarray, " q"]]:
    """Return prices of both sides' units that suit the transport nearly: exactly where each of q stands p / q times.

    They come from the assignment to evenly repeated copies of the fewer units, whose prices are shortest paths
    between its pairs (Bellman and Ford).
    """
    p, q = cost.shape
    if p < q:
        of_columns, of_rows = prices(cost.T)
        return of_rows, of_columns
    copies = np.arange(p) * q // p
    square = cost[:, copies]
    _, partner = linear_sum_assignment(square)
    matched = square[np.arange(p), partner]
    beyond, price = square - matched[:, None], np.zeros(p)
    for _ in range(p):
        lower = np.minimum(price, (price[partner][:, None] + beyond).min(axis=0))
        if (price - lower).max() <= EXACT:
            break
        price = lower
    return matched - price[partner], price[np.searchsorted(copies, np.arange(q))]


def solved(
    cost: Float[np.ndarray, "p q"], rows: np.ndarray, columns: np.ndarray, mass: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the best flow over the given pairs, and what a unit of flow between any pair would add to the cost."""
    (p, q), pairs = cost.shape, len(rows)
    unit = max(p, q)
    ones, each = np.ones(2 * pairs), np.tile(np.arange(pairs), 2)
    sums = sparse.csr_matrix((ones, (np.concatenate([rows, p + columns]), each)), shape=(p + q, pairs))
    limits = np.concatenate([np.full(p, unit / p), np.full(q, unit / q)])
    limited: dict[str, Any] = {"A_eq": sums, "b_eq": limits}
    if mass < 1:
        limited = {"A_ub": sums, "b_ub": limits, "A_eq": np.ones((1, pairs)), "b_eq": [mass * unit]}
    limited["options"] = {"dual_feasibility_tolerance": EXACT, "primal_feasibility_tolerance": EXACT}
    found = linprog(cost[rows, columns], method="highs-ds", **limited)
    prices = found.eqlin.marginals if mass == 1 else found.ineqlin.marginals
    level = 0.0 if mass == 1 else found.eqlin.marginals[0]
    return found.x / unit, cost - prices[:p, None] - prices[None, p:] - level

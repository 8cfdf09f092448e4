"""Soft and partial matching of units against optimal transport solved elsewhere, and against its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import wasserstein_distance

import reference
import repscope as rs
from repscope import errors
from repscope.similarity import partial_soft_matching, soft_matching, soft_matching_correlation
from repscope.similarity.transport import transport

SQUARED = {"A": 63.5980760146, "B": 17.092686468296, "C": 43.4306521554, "D": 62.782236919449}
CORRELATION = {"A": 0.4141436089, "B": 0.689050016466, "C": 0.5587746199, "D": 0.356988054648}
"""A and C as the notes on published code have them; B and D by the exact solver of POT 0.9.7."""
PARTIAL = {
    ("A", 0.3): (4.949497404637, 0.046786599037),
    ("A", 0.7): (26.163927502157, 0.205745643643),
    ("A", 0.9): (47.368158748972, 0.437733499176),
    ("B", 0.7): (6.066740920882, 0.127906233796),
    ("C", 0.9): (36.040356972463, 0.379843059656),
    ("D", 0.3): (14.944621210343, 0.170091914142),
}
"""POT 0.9.7, ot.partial.partial_wasserstein: the cost by squared distance, and by 1 − correlation."""


@pytest.mark.parametrize("name", reference.INPUTS)
def test_values_of_exact_transport(name):
    x, y = reference.INPUTS[name]
    assert math.isclose(rs.soft_matching(x, y) ** 2, SQUARED[name], abs_tol=1e-9)
    assert math.isclose(rs.soft_matching_correlation(x, y), CORRELATION[name], abs_tol=1e-9)


@pytest.mark.parametrize(("name", "mass"), PARTIAL)
def test_values_of_exact_partial_transport(name, mass):
    x, y = reference.INPUTS[name]
    squared, correlation = PARTIAL[name, mass]
    assert math.isclose(rs.partial_soft_matching(x, y, mass=mass) ** 2, squared, abs_tol=1e-9)
    got = rs.partial_soft_matching(x, y, mass=mass, cost="correlation")
    assert math.isclose(got, correlation, abs_tol=1e-9)


def dense(cost, mass):
    """The whole linear program at once, as the definition writes it."""
    p, q = cost.shape
    sums = np.concatenate([np.kron(np.eye(p), np.ones(q)), np.kron(np.ones(p), np.eye(q))])
    limits = np.concatenate([np.full(p, 1 / p), np.full(q, 1 / q)])
    return linprog(cost.ravel(), A_ub=sums, b_ub=limits, A_eq=np.ones((1, p * q)), b_eq=[mass]).fun


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (13, 9), (9, 13), (30, 29), (24, 24), (40, 10)])
@pytest.mark.parametrize("mass", [1.0, 0.95, 0.5, 0.01])
def test_the_growing_program_finds_what_the_whole_one_does(shape, mass):
    rng = np.random.default_rng(shape[0] * 100 + shape[1])
    near = rng.standard_normal((shape[0], 1, 3)), rng.standard_normal((1, shape[1], 3))
    costs = [rng.random(shape), np.round(5 * rng.random(shape)), ((near[0] - near[1]) ** 2).sum(2), np.zeros(shape)]
    costs.append(np.outer(*(np.arange(float(d)) for d in shape)))
    for cost in costs:
        plan = transport(cost, mass)
        assert math.isclose((cost[plan.rows, plan.columns] * plan.weights).sum(), dense(cost, mass), abs_tol=1e-9)
        held = np.zeros(shape)
        np.add.at(held, (plan.rows, plan.columns), plan.weights)
        assert math.isclose(held.sum(), mass, abs_tol=1e-9)
        assert held.sum(1).max() <= 1 / shape[0] + 1e-9
        assert held.sum(0).max() <= 1 / shape[1] + 1e-9


def test_two_items_make_units_points_on_a_line():
    """Centred, two items hold ±a; the distance is then the 2-Wasserstein distance of the numbers a, times √2."""
    rng = np.random.default_rng(1)
    a, b = np.sort(rng.standard_normal(6)), np.sort(rng.standard_normal(3))
    x, y = np.stack([a, -a]), np.stack([b, -b])
    want = math.sqrt(2 * np.mean((a - np.repeat(b, 2)) ** 2))
    assert math.isclose(rs.soft_matching(x, y), want, abs_tol=1e-9)
    assert wasserstein_distance(a, b) <= want


def test_equal_numbers_of_units_match_one_to_one():
    x, y = reference.INPUTS["C"]
    permuted = rs.permutation_distance(x, y, distance="size_and_shape", normalised=False)
    assert math.isclose(rs.soft_matching(x, y) * math.sqrt(5), permuted, abs_tol=1e-9)
    assert math.isclose(rs.soft_matching_correlation(x, y), rs.one_to_one_matching(x, y), abs_tol=1e-9)


def test_soft_matching_is_no_semi_matching():
    """A wrapper of published code equates them: .414 against .628 on A."""
    x, y = reference.INPUTS["A"]
    assert rs.soft_matching_correlation(x, y) < 0.42
    assert math.isclose(rs.soft_matching_correlation(x, y), rs.soft_matching_correlation(y, x), abs_tol=1e-12)


def test_copies_of_units_change_nothing():
    x, y = reference.INPUTS["A"]
    tripled = np.repeat(x, 3, axis=1)
    assert math.isclose(rs.soft_matching(tripled, y), rs.soft_matching(x, y), abs_tol=1e-9)
    assert rs.soft_matching(tripled, x) < 1e-9


def test_triangle_inequality_among_widths():
    rng = np.random.default_rng(2)
    for _ in range(40):
        items, units = int(rng.integers(3, 12)), rng.integers(1, 8, 3)
        x, y, z = (rng.standard_normal((items, p)) for p in units)
        assert rs.soft_matching(x, z) <= rs.soft_matching(x, y) + rs.soft_matching(y, z) + 1e-9


def test_partial_matching_breaks_the_triangle():
    """Half of `both` matches `x` and half matches `y`, which have nothing in common."""
    x, y = np.random.default_rng(3).standard_normal((2, 50, 2))
    both = np.concatenate([x, y], axis=1)
    sides = [float(rs.partial_soft_matching(v, both, mass=0.5)) for v in (x, y)]
    assert max(sides) < 1e-6
    assert rs.partial_soft_matching(x, y, mass=0.5) > 1


def test_all_mass_is_soft_matching_and_less_costs_less():
    x, y = reference.INPUTS["A"]
    assert rs.partial_soft_matching(x, y, mass=1) == rs.soft_matching(x, y)
    whole = rs.partial_soft_matching(x, y, mass=1, cost="correlation")
    assert math.isclose(whole, 1 - rs.soft_matching_correlation(x, y), abs_tol=1e-12)
    values = [float(rs.partial_soft_matching(x, y, mass=mass)) for mass in (0.1, 0.4, 0.7, 1)]
    assert values == sorted(values)


def test_noise_units_stay_unmatched():
    rng = np.random.default_rng(4)
    x, noise = rng.standard_normal((200, 8)), rng.standard_normal((2, 200, 2))
    a, b = np.concatenate([x, noise[0]], axis=1), np.concatenate([x[:, ::-1], noise[1]], axis=1)
    assert rs.partial_soft_matching(a, b, mass=0.8, cost="correlation") < 1e-9
    assert rs.soft_matching_correlation(a, b) < 0.9


@pytest.mark.parametrize("power", [1e-25, 1e25])
def test_units_of_measurement_carry_over_at_any_scale(power):
    x, y = reference.INPUTS["A"]
    for x_, y_ in ((power * x, power * y), ((power * x).astype(np.float32), (power * y).astype(np.float32))):
        assert math.isclose(rs.soft_matching(x_, y_) / power, rs.soft_matching(x, y), rel_tol=1e-5)
    lengths = [((v - v.mean(0)) ** 2).sum(0).mean() for v in (power * x, y)]
    assert math.isclose(rs.soft_matching(power * x, y), math.sqrt(max(lengths)), rel_tol=1e-9)  # the other is nothing


def test_float32_is_exact_at_identity():
    x = np.random.default_rng(5).standard_normal((300, 20)).astype(np.float32) + 100
    assert rs.soft_matching(x, x[:, ::-1]) == 0
    assert rs.partial_soft_matching(x, x[:, ::-1]) == 0


@pytest.mark.parametrize(
    ("module", "params"),
    [
        (soft_matching, {}),
        (soft_matching_correlation, {}),
        (partial_soft_matching, {}),
        (partial_soft_matching, {"cost": "correlation"}),
    ],
)
def test_leaving_an_item_out_is_right_to_first_order(module, params):
    function = getattr(module, module.__name__.rpartition(".")[2])
    rng = np.random.default_rng(6)
    latent = rng.standard_normal((60, 4))
    x, y = (latent @ rng.standard_normal((4, p)) + 0.5 * rng.standard_normal((60, p)) for p in (6, 5))
    found = np.asarray(module.leave_one_out(module.prepare(x, **params), module.prepare(y, **params)))
    want = np.array([float(function(np.delete(x, i, 0), np.delete(y, i, 0), **params)) for i in range(60)])
    assert np.corrcoef(found, want)[0, 1] > 0.95
    assert 0.85 < found.std() / want.std() < 1.1


def test_a_unit_that_only_one_item_moves_drops_out_without_it():
    x, y = np.random.default_rng(7).standard_normal((2, 20, 3))
    x[:, 0] = 0
    x[4, 0] = 1
    found = np.asarray(
        soft_matching_correlation.leave_one_out(
            soft_matching_correlation.prepare(x), soft_matching_correlation.prepare(y)
        )
    )
    assert np.isfinite(found).all()
    assert (np.abs(found) <= 1).all()


def test_ranges_follow_the_cost():
    x, _ = reference.INPUTS["A"]
    assert partial_soft_matching.bounds(partial_soft_matching.prepare(x)) == (0.0, math.inf)
    correlated = partial_soft_matching.prepare(x, mass=0.4, cost="correlation")
    assert partial_soft_matching.bounds(correlated) == (0.0, 0.8)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"mass": 0}, "0 < mass ≤ 1"),
        ({"mass": 1.2}, "0 < mass ≤ 1"),
        ({"cost": "cosine"}, "'correlation'"),
    ],
)
def test_parameters_are_checked(params, words):
    x, y = reference.INPUTS["A"]
    with pytest.raises(errors.InputError, match=words):
        rs.partial_soft_matching(x, y, **params)

"""The method of moments for Procrustes similarity: unbiased moments, the best polynomial, less bias than plug-in."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linprog

import reference
import repscope as rs
from repscope.errors import InputError, ShapeError
from repscope.similarity import eigenmoments, procrustes_moments

# The estimator published with Pospisil et al. 2023, run on the reference inputs as they are.
PUBLISHED = {
    "A": [59.54921241918406, 4149.282373255482, 313585.2202177146, 18108719.410608813],
    "C": [115.80972262359406, 10146.393943435469, 708848.6655044659, 27301261.160506774],
}


def planted(similarity, items, rng, units=100):
    """Two representations of which every rotated unit of one correlates so much with one of the other."""
    x, noise = rng.standard_normal((2, items, units))
    y = similarity * x + math.sqrt(1 - similarity**2) * noise
    a, b = (np.linalg.qr(rng.standard_normal((units, units)))[0] for _ in range(2))
    return x @ a, y @ b


@pytest.mark.parametrize("name", PUBLISHED)
def test_ordered_moments_as_published(name):
    x, y = reference.INPUTS[name]
    got = eigenmoments.ordered_moments(x @ x.T, y @ y.T, 4)
    assert np.allclose(got, PUBLISHED[name], rtol=1e-9, atol=0)


def test_ordered_moments_are_means_over_ordered_cycles():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 8, 3))
    k, other = x @ x.T, y @ y.T
    for p in (1, 2, 3):
        cycles = []
        for at in itertools.combinations(range(8), 2 * p):
            ends = (*at[1:], at[0])
            cycles.append(
                math.prod((other if step % 2 else k)[i, j] for step, (i, j) in enumerate(zip(at, ends, strict=True)))
            )
        assert math.isclose(eigenmoments.ordered_moments(k, other, 3)[p - 1], np.mean(cycles), abs_tol=1e-9)


def test_moments_are_unbiased_though_the_mean_is_unknown():
    """Means over 1,500 samples of 12 items lie within four standard errors of the truth; plug-in moments do not."""
    rng = np.random.default_rng(1)
    mix = rng.standard_normal((4, 3)) / 2
    truth = [np.trace(np.linalg.matrix_power(mix @ mix.T, p)) for p in (1, 2, 3)]
    found, plug_in = [], []
    for _ in range(1500):
        x = rng.standard_normal((12, 4))
        y = x @ mix + rng.standard_normal((12, 3)) - 5
        a, b = procrustes_moments.prepare(x + 7), procrustes_moments.prepare(y)
        k, other = next(procrustes_moments.rotated_products(a, b))
        found.append(eigenmoments.moments_both_ways(k, other, 3))
        sample = np.cov(x.T, y.T)[:4, 4:]
        plug_in.append([np.trace(np.linalg.matrix_power(sample @ sample.T, p)) for p in (1, 2, 3)])
    for p in range(3):
        for values, unbiased in ((found, True), (plug_in, False)):
            column = np.array(values)[:, p]
            gap = abs(column.mean() - truth[p]) / (column.std() / math.sqrt(len(column)))
            assert (gap < 4) == unbiased, (p, unbiased, gap)


def test_the_first_moment_is_that_of_debiased_cka():
    x, y = reference.INPUTS["B"]
    a, b = procrustes_moments.prepare(x), procrustes_moments.prepare(y)
    first = procrustes_moments.first_moment
    assert math.isclose(first(a, b) / math.sqrt(first(a, a) * first(b, b)), rs.cka(x, y), abs_tol=1e-9)


def test_the_polynomial_tends_to_the_least_possible_error():
    """With no variance to mind it is the minimax polynomial, found here by linear programming."""
    for count in (1, 3, 5):
        got = eigenmoments.sum_of_roots(np.eye(count) * 1e-12, 1.0, 50)
        powers = eigenmoments.GRID[:, None] ** (2 * np.arange(1, count + 1))
        sides = np.block([[powers, -np.ones((200, 1))], [-powers, -np.ones((200, 1))]])
        limits = np.concatenate([eigenmoments.GRID, -eigenmoments.GRID])
        least = linprog(np.append(np.zeros(count), 1.0), A_ub=sides, b_ub=limits, bounds=(None, None)).fun
        assert math.isclose(got.error, least, rel_tol=1e-3)
        actual = np.abs(powers @ got.coefficients - eigenmoments.GRID).max()
        assert math.isclose(actual, got.error, rel_tol=1e-6)


def test_the_weight_trades_bias_for_variance():
    covariance = np.diag([1e-3, 1e-2, 1.0])
    found = [eigenmoments.sum_of_roots(covariance, weight, 20) for weight in (0.01, 0.1, 1.0)]
    variances = [float(f.coefficients @ covariance @ f.coefficients) for f in found]
    assert variances == sorted(variances)
    assert [f.error for f in found] == sorted((f.error for f in found), reverse=True)
    risks = [v + 0.1 * (20 * f.error) ** 2 for v, f in zip(variances, found, strict=True)]
    assert min(risks) == risks[1]


def test_no_other_polynomial_has_less_risk():
    rng = np.random.default_rng(2)
    root = rng.standard_normal((4, 4))
    covariance, powers = root @ root.T / 100, eigenmoments.GRID[:, None] ** (2 * np.arange(1, 5))

    def risk(coefficients):
        error = np.abs(powers @ coefficients - eigenmoments.GRID).max()
        return coefficients @ covariance @ coefficients + 0.5 * (10 * error) ** 2

    best = eigenmoments.sum_of_roots(covariance, 0.5, 10).coefficients
    assert all(risk(best) < risk(best + step * rng.standard_normal(4)) for step in (1e-3, 0.1, 1.0) for _ in range(50))


@pytest.mark.parametrize("similarity", [0.0, 0.3])
def test_less_bias_than_the_plug_in_with_fewer_items_than_units(similarity):
    rng = np.random.default_rng(3)
    pairs = [planted(similarity, 30, rng) for _ in range(20)]
    plug_in = np.mean([math.cos(rs.procrustes(x, y)) for x, y in pairs]) - similarity
    moments = np.mean([float(rs.procrustes_moments(x, y)) for x, y in pairs]) - similarity
    assert plug_in > 0.5
    assert abs(moments) < plug_in / 2


def test_many_items_and_few_units_agree_with_the_plug_in():
    x, y = planted(0.7, 400, np.random.default_rng(4))
    x, y = x[:, :2], y[:, :2]
    for other in (y, x @ np.array([[0.8, -0.6], [0.6, 0.8]]) + 0.5 * x[:, ::-1] ** 2):
        assert abs(float(rs.procrustes_moments(x, other)) - math.cos(rs.procrustes(x, other))) < 0.1


def test_few_items_use_fewer_moments_and_say_so():
    x, y = (v[:8] for v in reference.INPUTS["A"])
    state = procrustes_moments.prepare(x)
    assert any("3 moments are used instead of 5" in note for note in state.notes)
    assert math.isfinite(rs.procrustes_moments(x, y))


def test_scored_with_the_worst_case_among_the_notes():
    result = rs.score("procrustes_moments", *planted(0.5, 40, np.random.default_rng(5)), permutations=20)
    assert result.interval[0] < result.value < result.interval[1]
    assert abs(result.null.mean) < 0.1
    assert any("worst case" in note for note in result.notes)


def test_an_undefined_value_has_no_worst_case():
    x = reference.INPUTS["A"][0]
    a, b = procrustes_moments.prepare(x), procrustes_moments.prepare(np.ones_like(x))
    assert procrustes_moments.caveats(a, b) == ()
    assert procrustes_moments.restricted(b, np.arange(10)) is b


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"moments": 0}, "1 to 8"),
        ({"moments": 9}, "1 to 8"),
        ({"moments": True}, "1 to 8"),
        ({"bias_weight": 0}, "above 0"),
    ],
)
def test_bad_options(options, said):
    with pytest.raises(InputError, match=said):
        rs.procrustes_moments(*reference.INPUTS["A"], **options)


def test_too_few_items():
    with pytest.raises(ShapeError, match="at least 6 items"):
        rs.procrustes_moments(*(v[:5] for v in reference.INPUTS["A"]))


def test_representations_without_a_common_direction_score_zero():
    """Where every product is exactly 0, so is the nuclear norm: defined, as the plug-in estimate is."""
    X = (np.arange(12) % 2)[:, None].astype(float)
    Y = (np.arange(12) < 6)[:, None].astype(float)
    assert rs.normalized_bures_similarity(X, Y) == 0
    assert rs.procrustes_moments(X, Y) == 0

"""CCA, SVCCA and PWCCA: published values, oracles written out, and the defects of other packages."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import reference
import repscope as rs
from repscope.array.orthonormal import whitened
from repscope.errors import InputError
from repscope.similarity import cca, gulp, pwcca, svcca
from repscope.similarity.cca import canonical_correlations
from repscope.stats import cross
from repscope.testing.data import pair_of

CORRELATIONS = {"A": [0.983237, 0.961050, 0.454725, 0.248933], "C": [0.965995, 0.933587, 0.738503, 0.476865, 0.033096]}
"""Canonical correlations on which netrep, google/svcca and anatome agree."""

DIALECTS = [
    ({}, 0.661986),
    ({"dialect": "geometric mean"}, 0.592099),
    ({"summary": "mean square"}, 0.539779),
    ({"summary": "mean square", "dialect": "max"}, 0.431823),
]
"""Input A as four published packages normalise it."""

PWCCA = {("A", False): 0.794469, ("A", True): 0.852983, ("C", False): 0.6874985517, ("C", True): 0.7628613269}
"""The paper's formula on each input, forward and backward."""


def by_eigenvalues(x: np.ndarray, y: np.ndarray, ridge: float = 0.0) -> np.ndarray:
    """Canonical correlations as roots of the eigenvalues of Sxx⁻¹ Sxy Syy⁻¹ Syx, descending."""
    x, y = x - x.mean(0), y - y.mean(0)
    sxx, syy, sxy = x.T @ x, y.T @ y, x.T @ y
    sxx, syy = (s + ridge * np.trace(s) / len(s) * np.eye(len(s)) for s in (sxx, syy))
    values = np.linalg.eigvals(np.linalg.solve(sxx, sxy) @ np.linalg.solve(syy, sxy.T)).real
    return np.sqrt(np.sort(values)[::-1][: min(x.shape[1], y.shape[1])].clip(0))


def projection_weighted(x: np.ndarray, y: np.ndarray) -> float:
    """Morcos et al. 2018, written out with singular value decompositions."""
    x, y = x - x.mean(0), y - y.mean(0)
    (u, *_), (v, *_) = np.linalg.svd(x, full_matrices=False), np.linalg.svd(y, full_matrices=False)
    left, rho, _ = np.linalg.svd(u.T @ v, full_matrices=False)
    alpha = [sum(abs(float(h @ unit)) for unit in x.T) for h in (u @ left).T]
    return float(np.average(rho, weights=alpha))


@pytest.mark.parametrize("name", CORRELATIONS)
def test_canonical_correlations(name):
    x, y = reference.INPUTS[name]
    got = canonical_correlations(x, y)
    assert np.allclose(got, CORRELATIONS[name], atol=1e-6)
    assert np.allclose(got, by_eigenvalues(x, y), atol=1e-9)


@pytest.mark.parametrize(("params", "want"), DIALECTS)
def test_the_four_normalisations_of_published_code(params, want):
    assert math.isclose(rs.cca(*reference.INPUTS["A"], **params), want, abs_tol=1e-6)


def test_every_dialect_agrees_where_both_are_as_wide():
    values = {float(rs.cca(*reference.INPUTS["C"], dialect=name)) for name in ("min", "geometric mean", "max")}
    assert max(values) - min(values) < 1e-12
    assert math.isclose(values.pop(), np.mean(CORRELATIONS["C"]), abs_tol=1e-6)


@pytest.mark.parametrize("name", ["A", "C"])
def test_mean_square_is_the_variance_of_whitened_units_that_is_predicted(name):
    """R²_CCA is linear regression R² onto orthonormal directions: the squares of what of Q_y lies in X."""
    x, y = reference.INPUTS[name]
    q, *_ = np.linalg.svd(y - y.mean(0), full_matrices=False)
    design = np.column_stack([np.ones(len(x)), x])
    predicted = design @ np.linalg.lstsq(design, q, rcond=None)[0]
    want = float((predicted**2).sum()) / min(x.shape[1], y.shape[1])
    assert math.isclose(rs.cca(x, y, summary="mean square"), want, abs_tol=1e-9)


@pytest.mark.parametrize("ridge", [1e-3, 0.1, 2, 50.0])
@pytest.mark.parametrize("shape", [(30, 6, 5), (12, 20, 5), (12, 20, 30)])
def test_ridge_is_vinods(ridge, shape):
    x, y = pair_of(3, *shape)
    want = by_eigenvalues(x, y, ridge)[: min(*shape[1:], shape[0] - 1)]
    assert np.allclose(canonical_correlations(x, y, ridge=ridge), want, atol=1e-7)
    assert math.isclose(rs.cca(7 * x + 1, y, ridge=ridge), want.mean(), abs_tol=1e-7)


def test_ridge_tells_noise_from_signal_where_plain_cca_cannot():
    rng = np.random.default_rng(0)
    shared = rng.standard_normal((40, 3))
    x, y = (10 * shared @ rng.standard_normal((3, 60)) + rng.standard_normal((40, 60)) for _ in range(2))
    unrelated = y[rng.permutation(40)]
    assert math.isclose(rs.cca(x, unrelated), 1, abs_tol=1e-9)
    assert rs.cca(x, y, ridge=1.0, summary="mean square") > 1.5 * rs.cca(x, unrelated, ridge=1.0, summary="mean square")


def test_fewer_items_than_units_has_a_defined_answer_and_says_what_it_is_worth():
    """Two packages raise here, two return distance 0 and two more .36 and .40."""
    x, y = reference.INPUTS["B"]
    result = rs.score("cca", x, y, null=None)
    assert math.isclose(result.value, 1, abs_tol=1e-9)
    assert any("9 correlations are 1 whatever the data" in note for note in result.notes)


def test_some_correlations_are_one_whatever_the_data():
    """r + s − (n − 1) of them, which is said; there are no more."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((20, 12)), rng.standard_normal((20, 11))
    ones = int((canonical_correlations(x, y) > 1 - 1e-9).sum())
    assert ones == 12 + 11 - 19
    notes = rs.score("cca", x, y, null=None).notes
    assert any(f"{ones} correlations are 1 whatever the data" in note for note in notes)
    assert any("average 0.63" in note for note in notes)


@pytest.mark.parametrize("scale", [1e-30, 1e-9, 1e-4, 1e6, 1e30])
@pytest.mark.parametrize("name", ["cca", "svcca", "pwcca", "gulp"])
def test_no_threshold_depends_on_the_scale(name, scale):
    """netrep clips eigenvalues at 1e-7, whatever the unit of the data; ReSi keeps one component above variance 1."""
    x, y = reference.INPUTS["A"]
    measure = getattr(rs, name)
    assert math.isclose(measure(scale * x, y), measure(x, y), abs_tol=1e-9)
    assert math.isclose(measure(x, scale * y), measure(x, y), abs_tol=1e-9)


def test_units_of_very_different_scales_count_alike():
    x, y = reference.INPUTS["A"]
    assert math.isclose(rs.cca(x * [1e-6, 1, 1e6, 1e-3, 1], y), rs.cca(x, y), abs_tol=1e-8)


@pytest.mark.parametrize("spread", [1e3, 1e6, 1e9])
def test_nearly_collinear_units_still_count(spread):
    """A product of units holds their difference only to half the digits: singular values of the units take over."""
    x, y = reference.INPUTS["A"]
    near = np.column_stack([x[:, 0], *(x[:, :1] + x[:, 1:] / spread).T])
    assert math.isclose(rs.cca(near, y), rs.cca(x, y), abs_tol=1e-15 * spread * 100 + 1e-9)


def test_float32_of_nearly_collinear_units_agrees_with_float64():
    x, y = pair_of(0, 400, 8, 6)
    near = np.column_stack([x[:, 0], *(x[:, :1] + x[:, 1:] / 300).T]).astype(np.float32)
    y = y.astype(np.float32)
    for measure in (rs.cca, rs.pwcca, rs.gulp, rs.svcca):
        want = float(measure(near.astype(np.float64), y.astype(np.float64)))
        assert math.isclose(measure(near, y), want, abs_tol=1e-5), measure
        assert math.isclose(measure(torch.from_numpy(near), torch.from_numpy(y)), want, abs_tol=1e-5), measure


def test_units_that_add_no_direction_change_nothing_and_are_counted():
    x, y = reference.INPUTS["A"]
    more = np.concatenate([x, x @ np.random.default_rng(0).standard_normal((5, 3))], axis=1)
    assert math.isclose(rs.cca(more, y), rs.cca(x, y), abs_tol=1e-9)
    assert "X: 8 units in 5 directions; the others hold only rounding" in cca.prepare(more).notes
    assert not cca.prepare(x).notes


def test_gradient_is_finite_where_units_add_no_direction():
    x, y = (torch.from_numpy(v) for v in reference.INPUTS["A"])
    more = torch.concat([x, x[:, :2]], dim=1).requires_grad_()
    (gradient,) = torch.autograd.grad(rs.cca(more, y), more)
    assert bool(torch.isfinite(gradient).all())
    assert float(abs(gradient).max()) > 1e-6


def test_gradient_follows_the_ridge():
    x, y = reference.INPUTS["A"]
    t = torch.from_numpy(x).requires_grad_()
    (gradient,) = torch.autograd.grad(rs.cca(t, torch.from_numpy(y), ridge=0.5), t)
    way, step = np.random.default_rng(0).standard_normal(x.shape), 1e-5
    want = (rs.cca(x + step * way, y, ridge=0.5) - rs.cca(x - step * way, y, ridge=0.5)) / (2 * step)
    assert math.isclose(float((gradient * torch.from_numpy(way)).sum()), want, rel_tol=1e-4)


@pytest.mark.parametrize(("name", "want"), [("A", 0.794370), ("C", 0.700505)])
def test_svcca_keeps_components_by_explained_variance(name, want):
    """ReSi compares a share with 0.99 of the total variance and keeps one component: .717806 and .229981."""
    assert math.isclose(rs.svcca(*reference.INPUTS[name]), want, abs_tol=1e-6)


@pytest.mark.parametrize("variance", [0.5, 0.8, 0.95, 0.999, 1])
@pytest.mark.parametrize("shape", [(40, 6, 5), (10, 30, 25)])
def test_svcca_is_cca_of_the_leading_components(variance, shape):
    kept = []
    for x in pair_of(4, *shape):
        u, s, _ = np.linalg.svd(x - x.mean(0), full_matrices=False)
        explained = np.cumsum(s**2) / np.sum(s**2)
        kept.append(u[:, : 1 + int((explained < variance - 1e-12).sum())][:, : min(shape[0] - 1, x.shape[1])])
    want = np.linalg.svd(kept[0].T @ kept[1], compute_uv=False).mean()
    assert math.isclose(rs.svcca(*pair_of(4, *shape), variance=variance), want, abs_tol=1e-8)


def test_svcca_of_all_variance_is_cca():
    x, y = reference.INPUTS["A"]
    assert math.isclose(rs.svcca(x, y, variance=1.0), rs.cca(x, y), abs_tol=1e-9)


def test_svcca_centres_units():
    """One package centres items, another nothing, before the singular values are taken."""
    x, y = reference.INPUTS["C"]
    assert math.isclose(rs.svcca(x + 100, y - 50), rs.svcca(x, y), abs_tol=1e-9)


@pytest.mark.parametrize(("name", "backward"), PWCCA)
def test_pwcca_is_the_papers_formula(name, backward):
    """Four packages give .745852 and .800023 on C, one .621320; on A, with d1 > d2, the four raise IndexError."""
    x, y = reference.INPUTS[name]
    x, y = (y, x) if backward else (x, y)
    got, want = rs.pwcca(x, y), PWCCA[name, backward]
    assert math.isclose(got, want, abs_tol=1e-9 if name == "C" else 1e-6)
    assert math.isclose(got, projection_weighted(x, y), abs_tol=1e-10)


@pytest.mark.parametrize("shape", [(40, 3, 9), (40, 9, 3), (25, 12, 30)])
def test_pwcca_takes_any_numbers_of_units(shape):
    x, y = pair_of(2, *shape)
    assert math.isclose(rs.pwcca(x, y), projection_weighted(x, y), abs_tol=1e-9)


def test_pwcca_weights_by_the_first_input_only():
    x, y = reference.INPUTS["A"]
    assert math.isclose(rs.pwcca(x, y @ np.diag([1, 5, 0.1, 20])), rs.pwcca(x, y), abs_tol=1e-9)
    assert abs(rs.pwcca(x @ np.diag([1, 5, 0.1, 20, 1]), y) - rs.pwcca(x, y)) > 1e-2


def without(measure, x, y, **params):
    return [float(measure(np.delete(x, i, 0), np.delete(y, i, 0), **params)) for i in range(len(x))]


@pytest.mark.parametrize("shape", [(30, 6, 5), (30, 12, 9), (20, 30, 5), (20, 30, 25)])
@pytest.mark.parametrize("dialect", ["min", "geometric mean", "max"])
def test_squares_without_each_item_are_exact(shape, dialect):
    x, y = pair_of(3, *shape)
    params = {"summary": "mean square", "dialect": dialect}
    states = [cca.prepare(v, doubt=True, **params) for v in (x, y)]
    assert np.allclose(cca.leave_one_out(*states), without(rs.cca, x, y, **params), atol=1e-8)
    states = [gulp.prepare(v, doubt=True, penalty=0.0) for v in (x, y)]
    assert np.allclose(gulp.leave_one_out(*states) ** 2, np.square(without(rs.gulp, x, y, penalty=0.0)), atol=1e-6)


@pytest.mark.parametrize("params", [{}, {"ridge": 0.3}, {"ridge": 1.0, "summary": "mean square"}])
def test_values_without_each_item_follow_the_true_ones(params):
    x, y = pair_of(3, 80, 6, 5)
    got = cca.leave_one_out(*(cca.prepare(v, doubt=True, **params) for v in (x, y)))
    want = without(rs.cca, x, y, **params)
    assert np.corrcoef(got, want)[0, 1] > 0.85
    assert 0.9 < np.std(got) / np.std(want) < 1.1


def test_a_unit_that_only_one_item_has_goes_with_it():
    x, y = pair_of(1, 20, 3, 2)
    x[:, 0] = np.arange(20) == 7
    states = [cca.prepare(v, doubt=True, summary="mean square") for v in (x, y)]
    assert np.allclose(cca.leave_one_out(*states), without(rs.cca, x, y, summary="mean square"), atol=1e-8)


def test_intervals_and_p_of_related_and_unrelated_data():
    rng = np.random.default_rng(0)
    x, y = pair_of(0, 120, 6, 5)
    related = rs.score("cca", x, y, permutations=60)
    assert related.interval[0] < related.value < related.interval[1] < 1
    assert related.p < 1e-4
    unrelated = rs.score("cca", x, y[rng.permutation(120)], permutations=60)
    assert unrelated.p > 1e-3
    assert abs(unrelated.null.mean - unrelated.value) < 4 * unrelated.null.sd


@pytest.mark.parametrize("name", ["cca", "svcca", "pwcca", "gulp"])
def test_one_pass_over_a_stream_with_fewer_items_than_units(name):
    x, y = pair_of(5, 15, 20, 4)
    moments = cross.merge(*(cross.of(a, b) for a, b in zip(np.split(x, [6]), np.split(y, [6]), strict=True)))
    module = {"cca": cca, "svcca": svcca, "pwcca": pwcca, "gulp": gulp}[name]
    assert math.isclose(module.from_moments(moments), getattr(rs, name)(x, y), abs_tol=1e-7)


def test_constant_representations_have_no_correlations():
    x, _ = reference.INPUTS["A"]
    assert canonical_correlations(x, np.ones((20, 3))).shape == (0,)
    assert canonical_correlations(np.ones((20, 3)), np.ones((20, 3))).shape == (0,)


def test_whitened_directions_are_orthonormal_and_span_the_units():
    for shape in ((200, 30), (20, 30)):
        x = np.random.default_rng(0).standard_normal(shape) * np.geomspace(1, 1e-5, 30)
        x -= x.mean(0)
        q, weights = whitened(x)
        assert np.allclose(q.T @ q, np.eye(q.shape[1]), atol=1e-9)
        assert np.allclose(x @ weights, q)
        assert np.allclose(q @ (q.T @ x), x, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("cca", {"summary": "sum"}),
        ("cca", {"dialect": "google"}),
        ("cca", {"ridge": -1.0}),
        ("cca", {"ridge": math.inf}),
        ("svcca", {"variance": 0.0}),
        ("svcca", {"variance": 99.0}),
        ("svcca", {"summary": "sum"}),
        ("gulp", {"penalty": -0.1}),
        ("gulp", {"penalty": math.nan}),
    ],
)
def test_bad_options_are_refused_by_name(name, params):
    with pytest.raises(InputError, match=next(iter(params))):
        getattr(rs, name)(*reference.INPUTS["A"], **params)


@pytest.mark.parametrize(("shape", "units"), [((12, 20), 15), ((40, 60), 5)])
def test_large_means_add_no_direction_where_units_outnumber_items(shape, units):
    """What rounding of a mean leaves is a direction in which all items are alike; it took correlations above 1."""
    rng = np.random.default_rng(shape[0])
    x, y = rng.standard_normal(shape) + 1000, rng.standard_normal((shape[0], units)) - 1000
    assert rs.cca(x, y) == pytest.approx(1, abs=1e-9)
    assert rs.pwcca(x, y) == pytest.approx(1, abs=1e-9)


def test_a_ridge_leaves_no_correlation_certain():
    x, y = np.random.default_rng(0).standard_normal((2, 20, 40))
    plain, damped = (rs.score("cca", x, y, ridge=ridge, null=None) for ridge in (0, 1.0))
    assert any("19 correlations are 1 whatever the data" in note for note in plain.notes)
    assert damped.value < 0.8
    assert not any("whatever the data" in note or "unrelated data average" in note for note in damped.notes)

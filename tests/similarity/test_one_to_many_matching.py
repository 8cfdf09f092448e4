"""One-to-many matching: the lasso path of many targets, and what it predicts of held-out items."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LinearRegression, lars_path_gram

import repscope as rs
from repscope import errors
from repscope.similarity.lasso import sparse_coefficients
from repscope.similarity.match_units import match_units


def correlated(seed, items=60, p=7, q=20):
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((items, 4))
    x, y = (latent @ rng.standard_normal((4, d)) + 0.5 * rng.standard_normal((items, d)) for d in (p, q))
    return x - x.mean(0), y - y.mean(0)


def by_least_angles(gram, products, most):
    """The last knot of scikit-learn's lasso path before more than `most` predictors are in use."""
    lengths = np.sqrt(np.diag(gram))
    _, _, path = lars_path_gram(
        products / lengths, gram / np.outer(lengths, lengths), n_samples=1, max_iter=200, method="lasso"
    )
    between = (path[:, 1:] + path[:, :-1]) / 2
    over = np.flatnonzero((between != 0).sum(axis=0) > most)
    return path[:, over[0] if len(over) else -1] / lengths


@pytest.mark.parametrize("seed", range(12))
def test_the_path_is_that_of_scikit_learn(seed):
    """Predictors that leave on the way and come back are met on many of these paths."""
    x, y = correlated(seed)
    most = 1 + 3 * seed % 19
    found = sparse_coefficients(y.T @ y, x.T @ y, most)
    for target in range(x.shape[1]):
        np.testing.assert_allclose(found[target], by_least_angles(y.T @ y, y.T @ x[:, target], most), atol=1e-6)


def test_the_end_of_the_path_solves_the_lasso():
    """Coordinate descent at the penalty that the products with the residual show finds the same coefficients."""
    x, y = correlated(3)
    y = y / np.sqrt((y**2).sum(0))
    found = sparse_coefficients(y.T @ y, x.T @ y, 5)
    for target in range(3):
        penalty = abs(y.T @ (x[:, target] - y @ found[target])).max()
        fit = Lasso(alpha=penalty / len(x), fit_intercept=False, tol=1e-12, max_iter=100_000).fit(y, x[:, target])
        np.testing.assert_allclose(found[target], fit.coef_, atol=1e-6)


def test_with_all_predictors_it_is_least_squares():
    x, y = correlated(1, q=6)
    fit = LinearRegression(fit_intercept=False).fit(y, x)
    np.testing.assert_allclose(sparse_coefficients(y.T @ y, x.T @ y, 99), fit.coef_, atol=1e-6)


def test_copies_sums_and_constants_among_predictors_do_no_harm():
    x, y = correlated(2)
    odd = np.concatenate([y, y, y[:, :5] + y[:, 5:10], np.zeros((60, 2))], axis=1)
    found = sparse_coefficients(odd.T @ odd, x.T @ odd, 6)
    assert np.isfinite(found).all()
    assert ((found != 0).sum(axis=1) <= 6).all()
    assert (found[:, -2:] == 0).all()
    nothing = sparse_coefficients(y.T @ y, np.zeros((3, 20)), 6)
    assert (nothing == 0).all()


@pytest.mark.parametrize("folds", [2, 5])
def test_the_value_is_the_mean_held_out_r2(folds):
    """Against the definition with scikit-learn's path, fold by fold, means from the items that are kept."""
    x, y = correlated(4, items=43)
    x, y = x + 3, y * np.linspace(0.1, 10, 20) - 7
    error, spread = np.zeros(7), np.zeros(7)
    for fold in range(folds):
        held = np.arange(43) % folds == fold
        mean_x, mean_y = x[~held].mean(0), y[~held].mean(0)
        u, v = x[~held] - mean_x, y[~held] - mean_y
        beta = np.stack([by_least_angles(v.T @ v, v.T @ u[:, i], 4) for i in range(7)])
        error += ((x[held] - mean_x - (y[held] - mean_y) @ beta.T) ** 2).sum(0)
        spread += ((x[held] - mean_x) ** 2).sum(0)
    assert math.isclose(rs.one_to_many_matching(x, y, folds=folds), (1 - error / spread).mean(), abs_tol=1e-7)


def test_sums_of_units_need_that_many_partners():
    y = np.random.default_rng(0).standard_normal((300, 12))
    sums = y[:, :4] + y[:, 4:8] - y[:, 8:]
    scores = [rs.one_to_many_matching(sums, y, partners=k) for k in (1, 2, 3)]
    assert scores[0] < scores[1] < 0.9 < scores[2]
    found = match_units(sums, y, kind="one-to-many", partners=3, permutations=30).discovered()
    assert {(u, v) for u, v in zip(found.unit.tolist(), found.partner.tolist(), strict=True)} == {
        (u, u + step) for u in range(4) for step in (0, 4, 8)
    }


def test_held_out_prediction_of_the_unrelated_is_not_above_zero():
    rng = np.random.default_rng(1)
    values = [rs.one_to_many_matching(rng.standard_normal((60, 5)), rng.standard_normal((60, 30))) for _ in range(30)]
    assert np.mean(values) < 0


def test_discoveries_are_units_that_can_be_predicted():
    """Of 20 units the first 5 depend on Y; units without a partner count among what was tested."""
    false, power = [], []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        y = rng.standard_normal((80, 15))
        x = rng.standard_normal((80, 20))
        x[:, :5] = y[:, :5] + y[:, 5:10] + 0.5 * x[:, :5]
        found = match_units(x, y, kind="one-to-many", permutations=99, rng=seed).discovered()
        units = np.unique(found.unit)
        false.append((units >= 5).mean() if len(units) else 0.0)
        power.append((units < 5).sum() / 5)
    assert np.mean(power) > 0.9
    assert np.mean(false) < 0.05 + 3 * np.std(false) / math.sqrt(5)


def test_a_predictor_that_only_held_out_items_move_is_left_aside():
    x, y = correlated(5, items=40, q=5)
    y[:, 0] = 0
    y[::5, 0] = 1.0
    assert math.isfinite(rs.one_to_many_matching(x, y))


def test_parameters_are_checked():
    x, y = correlated(0)
    with pytest.raises(errors.InputError, match="partners: expected at least 1"):
        rs.one_to_many_matching(x, y, partners=0)
    for folds in (1, 61):
        with pytest.raises(errors.ShapeError, match="2 ≤ folds ≤ items = 60"):
            rs.one_to_many_matching(x, y, folds=folds)

"""How alike two networks answer: definitions written naively, bounds from accuracies, and nulls by enumeration."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import jensenshannon
from scipy.special import softmax
from sklearn.metrics import cohen_kappa_score

import repscope as rs
from repscope.errors import InputError
from repscope.similarity import disagreement, error_consistency
from repscope.testing import data
from repscope.testing.card import check_triangle_holds

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 60)
X = RNG.standard_normal((60, 4)) + 1.5 * np.eye(4)[LABELS]
Y = RNG.standard_normal((60, 4)) + 0.8 * np.eye(4)[LABELS]
P, Q = softmax(X, axis=1), softmax(Y, axis=1)


def test_disagreement():
    got = float(rs.disagreement(X, Y))
    assert got == np.mean([x.argmax() != y.argmax() for x, y in zip(X, Y, strict=True)])
    assert got == float(rs.disagreement(X.argmax(1), Y)) == float(rs.disagreement(P, Q, labels=LABELS))
    assert float(rs.disagreement(torch.from_numpy(X), torch.from_numpy(Y))) == got


def test_error_consistency_is_kappa_of_the_errors():
    right = [v.argmax(1) == LABELS for v in (X, Y)]
    assert math.isclose(rs.error_consistency(X, Y, labels=LABELS), cohen_kappa_score(*right), abs_tol=1e-12)


def test_error_consistency_of_disjoint_errors_is_negative_and_of_perfect_networks_undefined():
    truth = np.zeros(10, int)
    x, y = np.repeat([1, 0], [3, 7]), np.repeat([0, 1], [7, 3])
    want = (0.4 - (0.49 + 0.09)) / (1 - (0.49 + 0.09))
    assert math.isclose(rs.error_consistency(x, y, labels=truth), want, abs_tol=1e-12)
    assert math.isnan(rs.error_consistency(truth, truth, labels=truth))
    assert float(rs.error_consistency(truth, y, labels=truth)) == 0
    state = error_consistency.prepare(truth, labels=truth)
    assert any("undefined" in note for note in state.notes)
    assert any("undefined" in note for note in error_consistency.caveats(state, state))
    assert math.isnan(error_consistency.null(state, state).mean)


def test_jensen_shannon_divergence():
    want = [jensenshannon(p, q) for p, q in zip(P, Q, strict=True)]
    assert math.isclose(rs.jensen_shannon_divergence(X, Y), np.mean(np.square(want)), abs_tol=1e-12)
    got = rs.jensen_shannon_divergence(P, Q, scale="probabilities", root=True)
    assert math.isclose(got, np.mean(want), abs_tol=1e-12)


def test_soft_prediction_difference():
    want = np.mean(np.linalg.norm(P - Q, axis=1))
    assert math.isclose(rs.soft_prediction_difference(X, Y), want, abs_tol=1e-12)


@pytest.mark.parametrize("alpha", [0.5, 1, 3])
def test_churn(alpha):
    powers = [(v / v.max(1, keepdims=True)) ** alpha for v in (P, Q)]
    assert math.isclose(rs.churn(X, Y, alpha=alpha), np.abs(powers[0] - powers[1]).sum() / 120, abs_tol=1e-12)


def test_churn_tends_to_disagreement():
    """Surrogate churn was made to: Bhojanapalli et al. 2021 let α grow."""
    disagreement = float(rs.disagreement(X, Y))
    assert float(rs.churn(X, Y, alpha=math.inf)) == disagreement
    gaps = [abs(float(rs.churn(X, Y, alpha=alpha)) - disagreement) for alpha in (1, 10, 1000)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-3


def test_sure_networks_agree_in_every_measure():
    """For one-hot answers all measures are a multiple of disagreement."""
    x, y = np.eye(4)[X.argmax(1)], np.eye(4)[Y.argmax(1)]
    share = float(rs.disagreement(x, y))
    sure = {"scale": "probabilities"}
    assert math.isclose(rs.jensen_shannon_divergence(x, y, **sure), share * math.log(2), abs_tol=1e-12)
    assert math.isclose(rs.soft_prediction_difference(x, y, **sure), share * math.sqrt(2), abs_tol=1e-12)
    assert math.isclose(rs.churn(x, y, **sure), share, abs_tol=1e-12)


def test_the_root_of_the_divergence_is_a_metric():
    card = rs.registry.get("jensen_shannon_divergence")
    check_triangle_holds(card, {"root": True})
    z = (data.inputs(card, 0)[0], data.inputs(card, 0)[1])
    assert float(rs.jensen_shannon_divergence(*z, root=True)) <= math.sqrt(math.log(2))


@pytest.mark.parametrize("measure", ["jensen_shannon_divergence", "soft_prediction_difference", "churn"])
def test_leaving_an_item_out_is_exact(measure):
    module = rs.registry.module_of(rs.registry.get(measure))
    without = np.asarray(module.leave_one_out(module.prepare(X), module.prepare(Y)))
    want = [float(getattr(rs, measure)(np.delete(X, i, 0), np.delete(Y, i, 0))) for i in range(60)]
    assert np.allclose(without, want, atol=1e-12)


@pytest.mark.parametrize("module", [disagreement, error_consistency])
def test_leaving_an_item_with_its_label_out_is_exact(module):
    without = module.leave_one_out(*(module.prepare(v, labels=LABELS) for v in (X, Y)))
    kept = [np.delete(np.arange(60), i) for i in range(60)]
    want = [float(module.between(*(module.prepare(v[at], labels=LABELS[at]) for v in (X, Y)))) for at in kept]
    assert np.allclose(without, want, atol=1e-12)


def test_the_null_of_disagreement_equals_all_orders():
    x, y = np.array([0, 0, 1, 2, 1, 3]), np.array([1, 0, 0, 2, 2, 2])
    shares = np.array([np.mean(x != y[list(order)]) for order in itertools.permutations(range(6))])
    null = disagreement.null(disagreement.prepare(x), disagreement.prepare(y))
    assert math.isclose(null.mean, shares.mean(), abs_tol=1e-12)
    assert math.isclose(null.sd, shares.std(), abs_tol=1e-12)
    assert math.isclose(null.skewness, ((shares - shares.mean()) ** 3).mean() / shares.std() ** 3, abs_tol=1e-9)


def test_the_null_of_error_consistency_keeps_the_accuracies():
    x, y = np.array([1, 1, 1, 0, 1, 0]), np.array([1, 0, 1, 1, 1, 1])
    values = np.array([cohen_kappa_score(x, y[list(order)]) for order in itertools.permutations(range(6))])
    a, b = (error_consistency.prepare(v, labels=np.ones(6, int)) for v in (x, y))
    null = error_consistency.null(a, b)
    assert abs(values.mean()) < 1e-12
    assert null.mean == 0
    assert math.isclose(null.sd, values.std(), abs_tol=1e-12)
    skewness = (values**3).mean() / values.std() ** 3
    assert math.isclose(null.skewness, skewness, abs_tol=1e-9)


def test_accuracies_bound_disagreement():
    a, b = (disagreement.prepare(v, labels=LABELS) for v in (X, Y))
    said = " ".join(disagreement.caveats(a, b))
    low, high = abs(a.wrong - b.wrong), a.wrong + b.wrong
    assert f"between {low:.3g} and {high:.3g}" in said
    assert low <= float(rs.disagreement(X, Y)) <= high
    assert disagreement.caveats(disagreement.prepare(X), disagreement.prepare(Y)) == ()


def test_no_difference_is_not_certainty():
    a = disagreement.prepare(X)
    assert "3 / n = 0.05" in disagreement.caveats(a, a)[0]


def test_kappa_at_most():
    truth, x, y = np.zeros(10, int), np.repeat([1, 0], [4, 6]), np.repeat([1, 0], [1, 9])
    a, b = (error_consistency.prepare(v, labels=truth) for v in (x, y))
    assert f"{float(error_consistency.between(a, b)):.3g} at most" in error_consistency.caveats(a, b)[0]


@pytest.mark.parametrize(
    ("measure", "params"),
    [
        ("disagreement", {}),
        ("disagreement", {"labels": LABELS}),
        ("error_consistency", {"labels": LABELS}),
        ("jensen_shannon_divergence", {}),
        ("soft_prediction_difference", {}),
        ("churn", {"alpha": math.inf}),
    ],
)
def test_scored_with_doubt(measure, params):
    result = rs.score(measure, X, Y, permutations=50, **params)
    assert result.interval[0] < result.value < result.interval[1]
    closer = result.value > result.null.mean if measure == "error_consistency" else result.value < result.null.mean
    assert closer
    assert 0 < result.p < 1


def test_a_bad_power():
    with pytest.raises(InputError, match="alpha: expected above 0"):
        rs.churn(X, Y, alpha=0)

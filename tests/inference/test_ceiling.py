"""Noise ceilings against a planted truth."""

from __future__ import annotations

import math

import numpy as np

import repscope as rs
from repscope.inference.ceiling import NOISELESS, Reliability, ceiling, reliability


def correlation(a, b):
    return float(np.corrcoef(a.mean(0).ravel(), b.mean(0).ravel())[0, 1])


def test_the_upper_ceiling_is_what_the_truth_scores_against_the_mean():
    """By Spearman and Brown: signal variance 1, noise variance 4 over 8 trials: √(1 / (1 + 4/8))."""
    rng = np.random.default_rng(0)
    truth = rng.standard_normal((4000, 3))
    trials = truth + 2 * rng.standard_normal((8, 4000, 3))
    half = reliability(correlation, trials, rng)
    assert math.isclose(half.half, 1 / (1 + 4 / 4), abs_tol=0.02)
    assert math.isclose(half.whole, 1 / (1 + 4 / 8), abs_tol=0.02)
    lower, upper = ceiling(half, NOISELESS)
    assert lower == half.half
    assert math.isclose(upper, correlation(truth[None], trials), abs_tol=0.01)


def test_both_sides_may_be_noisy():
    lower, upper = ceiling(Reliability(0.5, 0.7), Reliability(0.25, 0.4))
    assert math.isclose(lower, math.sqrt(0.125))
    assert math.isclose(upper, math.sqrt(0.28))


def test_one_trial_says_nothing_of_noise():
    assert math.isnan(reliability(correlation, np.ones((1, 4, 2)), np.random.default_rng(0)).half)


def test_less_than_no_agreement_has_no_upper_ceiling():
    found = reliability(lambda a, b: -0.1, np.ones((4, 4, 2)), np.random.default_rng(0))
    assert math.isclose(found.half, -0.1)
    assert math.isnan(ceiling(found, NOISELESS)[1])


def recorded(noise, trials=6):
    rng = np.random.default_rng(1)
    truth = rng.standard_normal((300, 8)) * np.linspace(2, 0.3, 8)
    ids = tuple(map(str, range(300)))
    x = truth + noise * rng.standard_normal((trials, 300, 8))
    return truth, rs.Representation(x, ids, ("trial", "item", "unit"), rs.Source(layer="area"))


def test_a_score_against_trials_has_ceilings_that_the_truth_reaches():
    truth, area = recorded(noise=1.0)
    found = rs.score("cka", truth, area, null=None)
    lower, upper = found.ceiling
    assert lower < found.value
    assert abs(found.value - upper) < 0.03
    assert "noise ceiling" in found.describe()
    assert math.isclose(found.value, rs.cka(truth, area.x.mean(0)), abs_tol=1e-12)


def test_strong_noise_does_not_push_the_ceiling_below_the_truth():
    """Kernels lose their noise faster than one over the number of trials: Spearman and Brown alone say too little."""
    truth, area = recorded(noise=3.0)
    found = rs.score("cka", truth, area, null=None)
    assert found.ceiling[0] < found.value < found.ceiling[1] + 0.1


def test_without_trials_or_for_a_distance_there_is_no_ceiling():
    truth, area = recorded(noise=1.0)
    assert rs.score("cka", truth, truth, null=None).ceiling is None
    assert rs.score("procrustes", truth, area, null=None).ceiling is None


def test_two_recordings_that_agree_with_nothing_have_no_ceiling_between_them():
    """The root of the product of two negative reliabilities would be a number above 0."""
    noise = Reliability(-0.2, math.nan)
    assert math.isnan(ceiling(noise, noise)[0])
    assert math.isnan(ceiling(noise, Reliability(0.5, 0.7))[0])

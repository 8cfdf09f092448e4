"""Corrections for many looks, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from repscope.reports.chance import above_chance, benjamini_hochberg


@pytest.mark.parametrize("seed", range(5))
def test_benjamini_hochberg_agrees_with_scipy(seed):
    p = np.random.default_rng(seed).uniform(0, 1, 60) ** 4
    np.testing.assert_array_equal(benjamini_hochberg(p), false_discovery_control(p) <= 0.05)


def test_no_tests_no_discoveries():
    assert benjamini_hochberg(np.array([])).shape == (0,)


def test_each_pair_is_tested_once_and_none_with_itself(compared):
    one = compared({"a": ("x", "y"), "b": ("x", "y")}, p=np.full((4, 4), 0.009))
    tests = above_chance(one)
    assert (tests.tested, tests.strict, tests.discovered, tests.p) == (4, 4, 4, 0.009)
    assert not tests.marked.any()
    assert not tests.passed.diagonal().any()
    alone = above_chance(compared({"a": ("w", "x", "y", "z")}, p=np.full((4, 4), 0.009)))
    assert (alone.tested, alone.strict, alone.discovered) == (6, 0, 6)


def test_pairs_within_a_model_are_corrected_among_themselves(compared):
    p = np.full((4, 4), 0.04)
    p[0, 1] = p[1, 0] = 0.9
    tests = above_chance(compared({"a": ("x", "y"), "b": ("x", "y")}, p=p))
    assert (tests.tested, tests.discovered) == (4, 4)
    assert np.argwhere(tests.marked).tolist() == [[0, 1], [1, 0], [2, 3], [3, 2]]


def test_what_is_not_above_chance_is_marked_on_both_sides_of_the_diagonal(compared):
    p = np.full((4, 4), 1e-6)
    p[0, 3] = p[3, 0] = 0.4
    marked = above_chance(compared({"a": ("x", "y"), "b": ("x", "y")}, p=p)).marked
    assert np.argwhere(marked).tolist() == [[0, 3], [3, 0]]


def test_undefined_values_are_not_tested(compared):
    value = np.full((4, 4), 0.5)
    value[0, 2] = value[2, 0] = np.nan
    assert above_chance(compared({"a": ("x", "y"), "b": ("x", "y")}, value=value)).tested == 3

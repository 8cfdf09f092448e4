"""Corrections for many looks, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from repscope.reports.chance import above_chance, benjamini_hochberg
from repscope.reports.findings import findings


@pytest.mark.parametrize("seed", range(5))
def test_benjamini_hochberg_agrees_with_scipy(seed):
    p = np.random.default_rng(seed).uniform(0, 1, 60) ** 4
    np.testing.assert_array_equal(benjamini_hochberg(p), false_discovery_control(p) <= 0.05)


def test_no_tests_no_discoveries():
    assert benjamini_hochberg(np.array([])).shape == (0,)


def test_each_pair_is_tested_once_and_none_with_itself(compared):
    one = compared({"a": ("x", "y"), "b": ("x", "y")}, p=np.full((4, 4), 0.009))
    tests = above_chance(one)
    assert (tests.tested, tests.strict, tests.discovered) == (6, 0, 6)
    assert not tests.marked.any()
    assert not tests.passed.diagonal().any()


def test_what_is_not_above_chance_is_marked_on_both_sides_of_the_diagonal(compared):
    p = np.full((4, 4), 1e-6)
    p[0, 3] = p[3, 0] = 0.4
    marked = above_chance(compared({"a": ("x", "y"), "b": ("x", "y")}, p=p)).marked
    assert np.argwhere(marked).tolist() == [[0, 3], [3, 0]]


def test_undefined_values_are_not_tested(compared):
    value = np.full((4, 4), 0.5)
    value[0, 1] = value[1, 0] = np.nan
    assert above_chance(compared({"a": ("x", "y"), "b": ("x", "y")}, value=value)).tested == 5


def test_few_permutations_are_said_to_be_too_few(compared):
    assert any("Bonferroni cannot be passed" in said for said in findings(compared(draws=199)))
    assert not any("Bonferroni cannot be passed" in said for said in findings(compared(draws=99_999)))

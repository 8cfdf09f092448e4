"""Corrections for many looks, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from repscope.reports.chance import above_chance


@pytest.mark.parametrize("seed", range(3))
def test_q_is_corrected_over_each_family_of_pairs(compared, carded, seed):
    p = np.random.default_rng(seed).uniform(0, 1, (8, 8)) ** 4
    p = np.minimum(p, p.T)
    names = tuple("wxyz")
    q = compared({"a": names, "b": names}, p=p).q
    np.testing.assert_allclose(q[:4, 4:].ravel(), false_discovery_control(p[:4, 4:].ravel()))
    upper = np.triu_indices(4, 1)
    own = np.concatenate([p[:4, :4][upper], p[4:, 4:][upper]])
    np.testing.assert_allclose(
        np.concatenate([q[:4, :4][upper], q[4:, 4:][upper]]), false_discovery_control(own.ravel())
    )
    assert np.array_equal(q, q.T, equal_nan=True)
    assert np.isnan(q.diagonal()).all()
    alone = compared({"": names}, p=p[:4, :4]).q
    np.testing.assert_allclose(alone[upper], false_discovery_control(p[:4, :4][upper]))
    rectangle = compared({"": names}, p=p[:4, :4], within=False).q
    np.testing.assert_allclose(rectangle, false_discovery_control(p[:4, :4].ravel()).reshape(4, 4))


def test_both_directions_of_a_directed_measure_are_tested(compared, carded):
    p = np.full((4, 4), 1e-6)
    p[0, 3] = 0.4
    one = compared({"a": ("x", "y"), "b": ("x", "y")}, p=p, card=carded(symmetric=False))
    tests = above_chance(one)
    assert (tests.tested, tests.discovered) == (8, 7)
    assert np.argwhere(tests.marked).tolist() == [[0, 3]]


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

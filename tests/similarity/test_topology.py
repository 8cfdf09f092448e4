"""Representation topology divergence against another library, a published value, and defects of other packages."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from scipy.spatial.distance import cdist

import repscope as rs
from repscope.errors import InputError, MissingExtra, ShapeError
from repscope.similarity import representation_topology_divergence as steps


def circles():
    r = np.random.RandomState(0)
    angle = r.rand(40) * 6.28
    x = np.column_stack([np.cos(angle), np.sin(angle), 0.1 * r.randn(40, 8)])
    return x, np.column_stack([np.cos(2 * angle), np.sin(angle), 0.1 * r.randn(40, 8)])


def normalised(x):
    found = cdist(x, x)
    return found / np.quantile(found, 0.9)


def test_one_direction_equals_the_value_on_which_three_libraries_agree():
    assert math.isclose(rs.representation_topology_divergence(*circles(), symmetrised=False), 1.334068, abs_tol=5e-7)


def test_both_directions_equal_another_library_in_float64():
    gudhi = pytest.importorskip("gudhi")
    r, s = map(normalised, circles())
    want = 0.0
    for a, b in ((r, s), (s, r)):
        matrix = np.block([[np.zeros_like(a), a], [a, np.minimum(a, b)]])
        tree = gudhi.RipsComplex(distance_matrix=matrix).create_simplex_tree(max_dimension=2)
        tree.compute_persistence()
        bars = tree.persistence_intervals_in_dimension(1)
        want += float((bars[:, 1] - bars[:, 0]).sum()) / 2
    assert math.isclose(rs.representation_topology_divergence(*circles()), want, abs_tol=1e-10)


def test_the_mean_of_the_directions_is_the_value():
    x, y = circles()
    one, other = (rs.representation_topology_divergence(*pair, symmetrised=False) for pair in ((x, y), (y, x)))
    assert abs(one - other) > 0.1
    assert math.isclose(rs.representation_topology_divergence(x, y), (one + other) / 2, abs_tol=1e-12)


def test_float32_gives_no_bars_that_do_not_exist():
    """float32 distances leave up to 7e-4 on the diagonal, and a barcode then has twice the bars."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((120, 16)) + 5
    y = x + rng.standard_normal(x.shape)
    found = steps.distances(steps.prepare(x.astype(np.float32)).x)
    assert (np.diag(found) == 0).all()
    assert (found == found.T).all()
    got = rs.representation_topology_divergence(x.astype(np.float32), y.astype(np.float32))
    assert math.isclose(got, rs.representation_topology_divergence(x, y), abs_tol=1e-4)


def test_copies_are_connected_from_the_start():
    x = np.repeat(np.random.default_rng(1).standard_normal((12, 3)), 2, axis=0)
    assert rs.representation_topology_divergence(x, 2 * x) == pytest.approx(0, abs=1e-12)


def test_draws_are_the_same_for_both_and_follow_their_own_seed():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((60, 4))
    y = x + 0.5 * rng.standard_normal(x.shape)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = rs.representation_topology_divergence(x, y, items=20)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert rs.representation_topology_divergence(x, y, items=20) == first
    assert rs.representation_topology_divergence(x, y, items=20, rng=1) != first
    assert rs.representation_topology_divergence(x, 3 * x, items=20) == pytest.approx(0, abs=1e-9)


def test_a_draw_is_the_value_of_its_items():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((50, 4))
    y = x + rng.standard_normal(x.shape)
    (at,) = steps.prepare(x, items=15, draws=1).draws
    want = rs.representation_topology_divergence(x[at], y[at])
    assert math.isclose(rs.representation_topology_divergence(x, y, items=15, draws=1), want, abs_tol=1e-12)


def test_leaving_items_out_of_draws_leaves_the_others_in():
    x = np.random.default_rng(4).standard_normal((30, 3))
    state = steps.prepare(x, items=10, draws=2)
    left = np.arange(5, 30)
    found = steps.restricted(state, left)
    for before, after in zip(state.draws, found.draws, strict=True):
        assert np.array_equal(found.x[after], state.x[before[before >= 5]])


def test_the_graph_of_disconnected_clusters_is_seen():
    """Two clusters against one: the divergence grows with how far apart they are."""
    rng = np.random.default_rng(5)
    one = rng.standard_normal((40, 2))
    values = []
    for gap in (0, 4, 20):
        apart = one + np.repeat([[0, 0], [gap, 0]], 20, axis=0)
        values.append(float(rs.representation_topology_divergence(one, apart)))
    assert values[0] < 1e-9 < values[1] < values[2]


def test_distances_that_are_mostly_zero_are_undefined():
    x = np.zeros((30, 2))
    x[0] = 1
    y = np.random.default_rng(6).standard_normal((30, 2))
    assert math.isnan(rs.representation_topology_divergence(x, y))


def test_parameters_are_checked(monkeypatch):
    x, y = circles()
    with pytest.raises(ShapeError, match="4 to 4000"):
        rs.representation_topology_divergence(x, y, items=3)
    with pytest.raises(InputError, match="draws: expected at least 1"):
        rs.representation_topology_divergence(x, y, draws=0)
    monkeypatch.setitem(sys.modules, "ripser", None)
    with pytest.raises(MissingExtra, match="repscope\\[topology\\]"):
        rs.representation_topology_divergence(x, y)


def test_the_null_lies_above_related_representations():
    x, _ = circles()
    near = x + 0.05 * np.random.default_rng(7).standard_normal(x.shape)
    assert rs.score("representation_topology_divergence", x, near, permutations=20, interval=None).p < 0.01

"""The map of all layers shows the distances that there are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from repscope.reports.space import classical_scaling, complete, distances, space


def test_distances_in_the_plane_are_recovered():
    planted = np.random.default_rng(0).normal(size=(12, 2))
    far = cdist(planted, planted)
    places, share = classical_scaling(far)
    np.testing.assert_allclose(cdist(places, places), far, atol=1e-10)
    assert share == pytest.approx(1.0)


def test_the_share_is_that_of_the_planted_axes():
    planted = np.random.default_rng(1).normal(size=(400, 3)) * [3.0, 2.0, 1.0]
    planted -= planted.mean(0)
    held = np.linalg.svd(planted, compute_uv=False) ** 2
    share = classical_scaling(cdist(planted, planted))[1]
    assert share == pytest.approx(held[:2].sum() / held.sum())


def test_similarities_become_angles_and_distances_stay(compared, carded):
    value = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, -0.2], [0.0, -0.2, 1.0]])
    alike = distances(compared({"a": ("x", "y", "z")}, value=value))
    np.testing.assert_allclose(alike[0], [0.0, np.pi / 3, np.pi / 2], atol=1e-12)
    card = carded(higher="different", bounds=(0.0, np.inf))
    unlike = distances(compared({"a": ("x", "y", "z")}, value=1 - value, card=card))
    np.testing.assert_allclose(unlike, 1 - value, atol=1e-12)
    open_card = carded(bounds=(0.0, np.inf))
    opened = distances(compared({"a": ("x", "y", "z")}, value=value, card=open_card))
    np.testing.assert_allclose(opened[0], [0.0, 0.5, 1.0], atol=1e-12)


def test_a_layer_without_a_value_is_left_out_and_named(compared):
    one = compared()
    value = one.value.copy()
    value[3, :] = value[:, 3] = np.nan
    assert complete(distances(compared(value=value))) == [k for k in range(len(value)) if k != 3]
    (section,) = space(compared(value=value))
    assert "Left out, for want of a value: cnn-a/conv4." in section.blocks[0].caption


def test_no_map_where_there_are_no_distances(compared, carded):
    assert space(compared(card=carded(higher="neither"))) == ()
    assert space(compared({"a": ("x", "y")})) == ()
    assert space(compared({"a": ("x", "y", "z")}, within=False)) == ()

"""Which is closer, which layer is best, how many items are enough: on planted truths."""

from __future__ import annotations

import math

import numpy as np
import pytest

import repscope as rs
from repscope.errors import InputError, ShapeError, UnknownName


def planted(rng, items, noise):
    x = rng.standard_normal((items, 5))
    return x, *(x + level * rng.standard_normal((items, 5)) for level in noise)


def test_the_closer_one_is_found():
    x, y, z = planted(np.random.default_rng(0), 200, (0.5, 1.5))
    found = rs.differ("cka", x, y, z)
    assert found.closer == "Y"
    assert found.value == found.first - found.second > 0
    assert found.interval[0] > 0
    assert found.p < 1e-4
    assert repr(found).startswith("Difference(cka: X is closer to Y than to Z; difference 0.")
    assert rs.differ("procrustes", x, y, z).closer == "Y"
    assert rs.differ("procrustes", x, z, y).closer == "Z"
    assert rs.differ("mutual_knn", x, y, z, k=8).closer == "Y"


def test_the_paired_interval_covers_and_p_is_uniform_where_both_are_equally_close():
    rng, p = np.random.default_rng(1), []
    for _ in range(200):
        p.append(rs.differ("cka", *planted(rng, 60, (1.0, 1.0))).p)
    for level in (0.05, 0.3):
        assert abs(np.mean(np.array(p) <= level) - level) < 4 * math.sqrt(level * (1 - level) / 200)


def test_pairing_narrows_the_interval():
    """Y and Z share most of their noise, so that it cancels in the difference."""
    rng = np.random.default_rng(2)
    x, y = planted(rng, 200, (1.0,))
    z = y + 0.2 * rng.standard_normal(y.shape)
    found = rs.differ("cka", x, y, z)
    alone = rs.score("cka", x, y, null=None)
    assert found.interval[1] - found.interval[0] < 0.5 * (alone.interval[1] - alone.interval[0])


def test_the_same_twice_is_undecided():
    x, y = planted(np.random.default_rng(3), 60, (1.0,))
    found = rs.differ("cka", x, y, y)
    assert found.value == 0
    assert found.closer == "undecided"
    assert "whether X is closer to Y or to Z is undecided" in repr(found)
    assert found.p == 1.0
    assert found.to_dict()["closer"] == "undecided"


def test_too_few_items_for_an_interval_are_said():
    x, y, z = planted(np.random.default_rng(4), 6, (1.0, 1.0))
    found = rs.differ("cka", x, y, z)
    assert math.isnan(found.interval[0])
    assert any("too few items" in note for note in found.notes)


def test_one_representation_an_argument():
    x = np.eye(9)
    with pytest.raises(InputError, match="expected one representation, got 2"):
        rs.differ("cka", x, [x, x], x)


def test_the_best_of_many_unrelated_layers_is_not_significant_and_a_planted_one_is():
    rng = np.random.default_rng(5)
    x = rng.standard_normal((60, 5))
    layers = {f"layer {i}": rng.standard_normal((60, 5)) for i in range(12)}
    found = rs.best_layer("cka", x, layers, permutations=199)
    pairwise = min(rs.score("cka", x, layer, interval=None).p for layer in layers.values())
    assert pairwise < 0.1 < found.best.p
    layers["planted"] = x + rng.standard_normal((60, 5))
    found = rs.best_layer("cka", x, layers, permutations=199)
    assert found.best.inputs[1].label == "planted"
    assert found.best.p == 1 / 200
    assert (found.p[0, :12] > 0.1).all()
    assert found.best.null.mean > 0
    assert repr(found).endswith("the best of 13 pairs, p = 0.0050, n = 60)")
    frame = found.to_frame()
    assert frame.loc[frame["p"].idxmin(), "column"] == "planted"


def test_the_best_p_is_uniform_among_unrelated_layers():
    rng, p = np.random.default_rng(6), []
    for _ in range(100):
        x, layers = rng.standard_normal((30, 4)), {str(i): rng.standard_normal((30, 4)) for i in range(5)}
        p.append(rs.best_layer("cka", x, layers, permutations=39, rng=rng).best.p)
    for level in (0.1, 0.5):
        assert abs(np.mean(np.array(p) <= level) - level) < 4 * math.sqrt(level * (1 - level) / 100)


def test_the_best_of_distances_is_the_smallest():
    rng = np.random.default_rng(7)
    x = rng.standard_normal((40, 4))
    layers = {"far": rng.standard_normal((40, 4)), "near": x + 0.3 * rng.standard_normal((40, 4))}
    found = rs.best_layer("procrustes", x, layers, permutations=49)
    assert found.best.inputs[1].label == "near"
    assert found.best.p == 1 / 50


def test_how_many_items_are_needed_is_found_by_drawing_fewer():
    """From 1,200 items the width at 300 is foreseen, and the other way round."""
    rng = np.random.default_rng(8)
    x, y = planted(rng, 1200, (2.0,))
    widths = {n: np.diff(rs.score("cka", x[:n], y[:n], null=None).interval)[0] for n in (300, 1200)}
    curve = rs.how_many("cka", x, y, width=float(widths[300]))
    assert math.isclose(curve.needed, 300, rel_tol=0.35)
    assert math.isclose(curve.exponent, -0.5, abs_tol=0.12)
    ahead = rs.how_many("cka", x[:300], y[:300], width=float(widths[1200]))
    assert math.isclose(ahead.needed, 1200, rel_tol=0.6)
    assert curve.to_frame().shape == (len(curve.sizes), 3)
    assert f"{curve.needed:.0f} items" in repr(curve)


def test_an_answer_far_beyond_the_items_is_said_to_be_extrapolated():
    x, y = planted(np.random.default_rng(9), 60, (2.0,))
    assert any("extrapolated" in note for note in rs.how_many("cka", x, y, width=0.005).notes)


def test_bad_questions_are_refused():
    x, y = planted(np.random.default_rng(10), 60, (2.0,))
    with pytest.raises(InputError, match="width: expected above 0"):
        rs.how_many("cka", x, y, width=0.0)
    with pytest.raises(InputError, match="at least 48 items"):
        rs.how_many("cka", x[:40], y[:40])
    with pytest.raises(InputError, match="intervals of some width"):
        rs.how_many("cka", x, x)
    with pytest.raises(UnknownName):
        rs.how_many("ckaa", x, y)


def test_what_no_order_of_the_items_changes_is_never_significant():
    """With more units than items every canonical correlation is 1: only rounding would pick a winner."""
    rng = np.random.default_rng(0)
    layers = {str(i): rng.standard_normal((20, 50)) for i in range(4)}
    for seed in range(4):
        found = rs.best_layer("cca", rng.standard_normal((20, 40)), layers, permutations=19, rng=seed)
        assert (found.p == 1).all()


def test_clusters_are_one_entry_an_item():
    x, y = np.random.default_rng(0).standard_normal((2, 20, 3))
    with pytest.raises(ShapeError, match=r"clusters: expected \(20,\), got \(20, 2\)"):
        rs.score("cka", x, y, clusters=np.zeros((20, 2)))

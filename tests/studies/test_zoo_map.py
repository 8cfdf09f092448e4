"""Maps, trees and trends of models whose truth is known."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import f, linregress, spearmanr

import repscope as rs
from repscope.array.scaling import classical_scaling, moved_onto
from repscope.studies.zoo import zoo
from repscope.studies.zoo.cube import Settings
from repscope.studies.zoo.draws import draws_of, half_of, variance_factor
from repscope.studies.zoo.model_map import map_of, model_distances, pairs_for, tree_of
from repscope.studies.zoo.models import partners
from repscope.studies.zoo.trend import aligned, fit, highest, spearman
from repscope.types.models import Model
from repscope.types.zoo import ModelMap

SETTINGS = Settings(None, None, 20, None, 2**30, 0)
A = Model("a", (0, 1, 2), ("in", "mid", "out"))
B = Model("b", (3, 4), ("in", "out"))
C = Model("c", (5, 6, 7, 8, 9), ("l0", "l1", "l2", "l3", "l4"))


def planted(items, seed, models=6):
    """Return models that weigh five units each in their own way, and the distances that all items would give."""
    angles = np.linspace(0, 2 * np.pi, models, endpoint=False)
    first, second = 0.5 * np.cos(angles), 0.3 * np.sin(angles)
    weights = np.exp(np.column_stack([first, second, -first, -second, np.zeros(models)]))
    x = np.random.default_rng(seed).standard_normal((items, 5))
    square = weights**2
    cosine = (square @ square.T) / np.sqrt(np.outer((square**2).sum(1), (square**2).sum(1)))
    return {f"m{k}": {"layer": x * w} for k, w in enumerate(weights)}, np.arccos(np.minimum(cosine, 1))


def covered(found: ModelMap, truth: np.ndarray) -> np.ndarray:
    """Return which ellipses hold the true places, the truth moved onto the map."""
    off = moved_onto(truth, found.places) - found.places
    long, short, angle = found.ellipses.T
    along = off[:, 0] * np.cos(angle) + off[:, 1] * np.sin(angle)
    across = off[:, 1] * np.cos(angle) - off[:, 0] * np.sin(angle)
    return (along / long) ** 2 + (across / short) ** 2 <= 1


@pytest.mark.parametrize("items", [100, pytest.param(300, marks=pytest.mark.slow)])
def test_ellipses_cover_the_planted_places_in_95_of_100_draws(items):
    hits = []
    for draw in range(25):
        models, far = planted(items, draw)
        found = zoo(models, interval=None, null=None, resamples=40, rng=draw).maps["cka"]
        hits.append(covered(found, classical_scaling(far)[0]))
    assert 0.90 <= np.mean(hits) <= 0.99  # 150 ellipses, the six of one draw dependent
    assert np.mean(hits, axis=0).min() >= 0.8


@pytest.mark.slow
def test_ellipses_of_half_the_confidence_cover_half():
    hits = []
    for draw in range(40):
        models, far = planted(150, draw)
        found = zoo(models, interval=0.5, null=None, resamples=50, rng=draw).maps["cka"]
        hits.append(covered(found, classical_scaling(far)[0]))
    assert 0.4 <= np.mean(hits) <= 0.72  # with few items an ellipse is a little too wide


def test_an_ellipse_is_that_of_its_covariance():
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    covariance = turn @ np.diag([4.0, 1.0]) @ turn.T
    one = ModelMap(("a",), np.zeros((1, 1)), np.zeros((1, 2)), covariance[None], 1.0, 0.95, 100, "partners")
    long, short, angle = one.ellipses[0]
    reach = math.sqrt(2 * 99 / 98 * f.ppf(0.95, 2, 98))
    assert (long, short) == pytest.approx((2 * reach, reach))
    assert math.tan(angle) == pytest.approx(math.tan(0.3))


def test_a_map_turned_mirrored_and_shifted_comes_back():
    rng = np.random.default_rng(0)
    places = rng.standard_normal((7, 2))
    turn = np.array([[0.0, 1.0], [1.0, 0.0]]) @ np.array([[0.6, -0.8], [0.8, 0.6]])
    np.testing.assert_allclose(moved_onto(places @ turn + [5, -3], places), places, atol=1e-12)
    np.testing.assert_allclose(cdist(*(2 * [moved_onto(2 * places, places)])), 2 * cdist(places, places), atol=1e-12)


def test_draws_that_all_agree_give_points_and_sure_clusters():
    places = np.array([[0.0, 0], [0.1, 0], [3, 0], [3, 0.2], [9, 1]])
    far = cdist(places, places)
    draws = np.repeat(far[None], 12, axis=0)
    one = map_of("abcde", far, draws, factor=1.0, level=0.95, pairing="partners")
    np.testing.assert_allclose(one.covariance, 0, atol=1e-20)
    np.testing.assert_allclose(cdist(one.places, one.places), far, atol=1e-9)
    assert one.share == pytest.approx(1.0)
    tree = tree_of("abcde", far, draws)
    assert [set(cluster) for cluster in tree.clusters] == [set("ab"), set("cd"), set("abcd"), set("abcde")]
    assert tree.linkage[2, 2] == pytest.approx(far[:2, 2:4].mean())
    assert tree.supports.tolist() == [1, 1, 1, 1]


def test_support_is_the_share_of_draws_with_the_same_models_together():
    near, far = np.array([[0.0], [1], [5], [6]]), np.array([[0.0], [5], [1], [6]])
    distances = [cdist(x, x) for x in (near, near, near, far)]
    tree = tree_of("abcd", distances[0], np.array(distances))
    assert [set(cluster) for cluster in tree.clusters[:2]] in ([set("ab"), set("cd")], [set("cd"), set("ab")])
    assert tree.supports.tolist() == [0.75, 0.75, 1.0]
    assert sorted(tree.order) == [0, 1, 2, 3]


def test_a_model_without_distances_is_left_out_and_named():
    far = cdist(*(2 * [np.random.default_rng(0).standard_normal((5, 2))]))
    far[2, :] = far[:, 2] = np.nan
    draws = np.repeat(far[None], 10, axis=0)
    one = map_of("abcde", far, draws, factor=1.0, level=0.9, pairing="best")
    assert (one.models, one.left_out) == (tuple("abde"), ("c",))
    assert tree_of("abcde", far, draws).left_out == ("c",)
    assert np.isnan(map_of("abcde", far, draws[:0], factor=1.0, level=0.9, pairing="best").ellipses).all()


def test_partners_are_namesakes_or_stand_at_the_same_depth():
    assert partners(A, B) == [(0, 3), (2, 4)]
    assert partners(B, A) == [(3, 0), (4, 2)]
    assert partners(B, C) == [(3, 5), (3, 6), (3, 7), (4, 8), (4, 9)]
    assert partners(C, B) == [(j, i) for i, j in partners(B, C)]
    assert partners(Model("x", (0,), ("",)), Model("y", (1,), ("",))) == [(0, 1)]
    assert set(pairs_for([A, B], "partners", symmetric=True)) == {(0, 3), (2, 4)}
    assert set(pairs_for([A, B], "partners", symmetric=False)) == {(0, 3), (3, 0), (2, 4), (4, 2)}
    assert len(pairs_for([A, B, C], "best", symmetric=True)) == 6 + 15 + 10


def test_distances_of_models_are_means_over_their_layers():
    far = np.abs(np.subtract.outer(np.arange(5.0) ** 2, np.arange(5.0) ** 2))
    assert model_distances(far, [A, B], "partners")[0, 1] == (far[0, 3] + far[2, 4]) / 2
    block = far[:3, 3:5]
    best = (block.min(1).mean() + block.min(0).mean()) / 2
    np.testing.assert_allclose(model_distances(far, [A, B], "best"), [[0, best], [best, 0]])
    far[0, 3] = far[3, 0] = np.nan
    assert model_distances(far, [A, B], "partners")[0, 1] == far[2, 4]
    far[:] = np.nan
    assert np.isnan(model_distances(far, [A, B], "best")[0, 1])


def test_halves_keep_clusters_whole_and_know_their_variance():
    rng = np.random.default_rng(0)
    assert len(half_of(11, None, rng)) == 5
    clusters = np.repeat(np.arange(7), 3)
    half = half_of(21, clusters, rng)
    assert len(half) == 9
    assert all(np.isin(np.flatnonzero(clusters == c), half).all() for c in clusters[half])
    x = rng.standard_normal(41)
    means = [x[half_of(41, None, rng)].mean() for _ in range(20_000)]
    assert np.var(means) * variance_factor(41, None) == pytest.approx(x.var(ddof=1) / 41, rel=0.05)
    assert variance_factor(21, clusters) == 3 / 4


def test_draws_depend_on_the_seed_alone():
    one, two = (draws_of(kind, 30, 5, SETTINGS) for kind in ("halves", "orders"))
    assert all(np.array_equal(a, b) for a, b in zip(one.of, draws_of("halves", 30, 9, SETTINGS).of, strict=False))
    assert sorted(two.of[0].tolist()) == list(range(30))


def test_too_few_items_or_models_are_said():
    models = {name: {"l": np.random.default_rng(k).standard_normal((12, 3))} for k, name in enumerate("abc")}
    few = zoo(models, interval=None, null=None)
    assert np.isnan(few.maps["cka"].ellipses).all()
    assert any("too few items" in note for note in few.notes)
    two = zoo({name: models[name] for name in "ab"}, interval=None, null=None)
    assert (two.maps, two.trees) == ({}, {})
    assert any("it takes three" in note for note in two.notes)
    same = zoo({name: models["a"] for name in "abc"}, interval=None, null=None)
    assert any("no distances" in note for note in same.notes) or same.maps["cka"].distance.max() < 1e-6


def scaled_models(items=120):
    """Return language models that hear the more of what vision sees the larger they are."""
    rng = np.random.default_rng(1)
    seen = rng.standard_normal((items, 4))
    models, sizes = {}, {}
    for k in range(7):
        noise = rng.standard_normal((items, 4))
        models[f"lm{k}"] = {"l0": rng.standard_normal((items, 4)), "l1": 0.3 * k * seen + noise}
        sizes[f"lm{k}"] = 10.0**k
    vision = {f"v{k}": {"early": seen + noise, "late": rng.standard_normal((items, 3))} for k in range(2)}
    return models | vision, sizes, {"language": list(models), "vision": list(vision)}


def test_alignment_rises_with_a_planted_scale():
    models, sizes, groups = scaled_models()
    found = zoo(models, groups=groups, scale=sizes, interval=None, permutations=60, resamples=0).trends["cka"]
    flat = {f"{m}/{layer}": x for m, layers in models.items() for layer, x in layers.items()}
    whole = rs.compare(flat, interval=None, null=None)
    for k, model in enumerate(groups["language"]):
        block = np.array(
            [
                [whole[f"{model}/{a}", f"{v}/{b}"].value for v in groups["vision"] for b in ("early", "late")]
                for a in ("l0", "l1")
            ]
        )
        assert found.alignment[k] == pytest.approx(block.max(), abs=1e-12)
    assert found.matched[-1][0] == "lm6/l1"
    assert found.matched[-1][1].endswith("/early")
    assert found.rho > 0.9
    assert found.rho_p < 0.01
    line = linregress(np.log10(found.scale), found.alignment)
    assert (found.slope, found.intercept) == pytest.approx((line.slope, line.intercept))
    assert found.p[-1] == pytest.approx(1 / 61)
    assert found.p[0] > 0.05
    assert (found.high > found.null).all()


def test_the_null_is_of_the_best_of_all_pairs():
    rng = np.random.default_rng(4)
    unrelated = {name: {f"l{k}": rng.standard_normal((40, 3)) for k in range(4)} for name in ("a", "b", "x", "y")}
    options = {"scale": {"a": 1, "b": 2}, "interval": None, "resamples": 0, "permutations": 50}
    best = zoo(unrelated, groups={"g": ["a", "b"], "h": ["x", "y"]}, **options).trends["cka"]
    mean = zoo(unrelated, groups={"g": ["a", "b"], "h": ["x", "y"]}, partner="mean", **options).trends["cka"]
    assert best.null.min() > 0.05  # a single pair of unrelated layers scores 0 on average
    assert (best.null > mean.null).all()
    assert (best.p > 0.02).all()
    far = zoo(unrelated, measures=("procrustes",), groups={"g": ["a", "b"], "h": ["x", "y"]}, **options)
    assert (far.trends["procrustes"].high < far.trends["procrustes"].null).all()


def test_p_is_uniform_where_nothing_is_related():
    p = []
    for draw in range(30):
        rng = np.random.default_rng(draw)
        models = {name: {f"l{k}": rng.standard_normal((30, 3)) for k in range(3)} for name in "abx"}
        options = {"groups": {"g": ["a", "b"], "h": ["x"]}, "scale": {"a": 1, "b": 2}, "interval": None}
        p += zoo(models, resamples=0, permutations=39, **options).trends["cka"].p.tolist()
    assert 0.3 < np.mean(p) < 0.7
    assert np.mean(np.array(p) <= 0.1) < 0.25


def test_a_band_is_that_of_least_squares():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(9)
    y = 2 * x + rng.standard_normal(9)
    line = fit(x, y, 0.95)
    slope_and_intercept, covariance = np.polyfit(x, y, 1, cov=True)
    assert (line.slope, line.intercept) == pytest.approx(tuple(slope_and_intercept))
    design = np.column_stack([line.at, np.ones(len(line.at))])
    error = np.sqrt(np.einsum("ij,jk,ik->i", design, covariance, design))
    from scipy.stats import t

    np.testing.assert_allclose(line.half, t.ppf(0.975, 7) * error)
    assert line.curve(line.at).shape == (60, 4)
    assert np.isnan(fit(x[:2], y[:2], 0.95).half).all()
    assert math.isnan(fit(np.ones(5), y[:5], 0.95).slope)
    assert fit(np.append(x, 3.0), np.append(y, np.nan), 0.95).slope == pytest.approx(line.slope)


def test_spearman_counts_all_orders_of_few_models():
    x, y = np.array([1.0, 2, 3, 4, 5]), np.array([1.0, 3, 2, 5, 4])
    rho, p = spearman(x, y, 0)
    assert rho == pytest.approx(spearmanr(x, y).statistic)
    all_orders = [abs(spearmanr(x[list(order)], y).statistic) for order in permutations(range(5))]
    assert p == pytest.approx(np.mean(np.array(all_orders) >= abs(rho) - 1e-12), abs=0.02)
    assert all(map(math.isnan, spearman(x[:2], y[:2], 0)))
    assert all(map(math.isnan, spearman(np.ones(5), y, 0)))


def test_a_gap_is_passed_over_and_nothing_but_gaps_is_none():
    values = np.array([[np.nan, 1.0, 2.0], [np.nan, np.nan, np.nan]])
    assert highest(values)[0] == 2.0
    assert math.isnan(highest(values)[1])
    one = aligned([Model("a", (0,), ("",))], [Model("b", (1, 2), ("", "")), Model("c", (3,), ("",))], "mean")
    assert one(np.array([[1.0, 3.0, 5.0]])).tolist() == [[4.0]]

"""Noise ceilings, tests between models and weighted models of dissimilarity matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from repscope import errors
from repscope.similarity.compare_rdms import compare_rdms
from repscope.similarity.model_tests import fdr, holm, model_tests
from repscope.similarity.noise_ceiling import noise_ceiling
from repscope.similarity.rdm import rdm
from repscope.similarity.weighted_model import weighted_model

ITEMS = 24
PAIRS = ITEMS * (ITEMS - 1) // 2


def subjects(count: int, noise: float = 0.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Dissimilarities of two model representations, and of subjects who see the first one through noise."""
    rng = np.random.default_rng(seed)
    right, wrong = rng.standard_normal((2, ITEMS, 6))
    models = np.stack([rdm(v, dissimilarity="squared euclidean") for v in (right, wrong)])
    data = [
        rdm(right + noise * rng.standard_normal(right.shape), dissimilarity="squared euclidean") for _ in range(count)
    ]
    return models, np.stack(data)


@pytest.mark.parametrize(
    ("comparison", "lower", "upper"),
    [
        ("cosine", 0.9222284303849777, 0.9505452108828081),
        ("pearson", 0.6659800518885715, 0.7912259105329328),
        ("spearman", 0.5358219892230819, 0.7301197197684809),
    ],
)
def test_ceilings_are_those_of_rsatoolbox(comparison, lower, upper):
    """rsatoolbox 0.3.2, boot_noise_ceiling."""
    r = np.random.RandomState(11)
    found = noise_ceiling(np.abs(r.randn(5, 15) + 2 * r.randn(15)), comparison=comparison)
    assert math.isclose(found.lower, lower, abs_tol=1e-12)
    assert math.isclose(found.upper, upper, abs_tol=1e-12)


@pytest.mark.parametrize("comparison", ["pearson", "cosine", "whitened cosine", "whitened correlation"])
def test_no_matrix_beats_the_upper_ceiling(comparison):
    """Not even those found by climbing from the data's mean, in random directions."""
    _, data = subjects(6)
    upper = noise_ceiling(data, comparison=comparison).upper
    rng = np.random.default_rng(0)
    best = data.mean(0)
    for _ in range(300):
        other = best + 0.3 * rng.standard_normal(PAIRS)
        scores = compare_rdms(np.stack([best, other]), data, comparison=comparison).mean(1)
        best = other if scores[1] > scores[0] else best
    assert compare_rdms(best, data, comparison=comparison).mean() < upper + 1e-9


def test_ceilings_enclose_the_truth():
    hits = 0
    for seed in range(20):
        models, data = subjects(8, 1.0, seed)
        found = noise_ceiling(data, comparison="pearson")
        hits += found.lower <= compare_rdms(models[0], data, comparison="pearson").mean() <= found.upper
    assert hits >= 17


@pytest.mark.parametrize("comparison", ["kendall", "bures", "whitened cosine"])
def test_ceilings_of_identical_subjects_are_one(comparison):
    _, data = subjects(1)
    found = noise_ceiling(np.repeat(data, 3, axis=0), comparison=comparison)
    assert math.isclose(found.lower, 1, abs_tol=1e-6)
    assert math.isclose(found.upper, 1, abs_tol=1e-6)


def test_tests_over_subjects_are_those_of_student_and_wilcoxon():
    models, data = subjects(12, 2.0)
    values = compare_rdms(data, models)
    found = model_tests(models, data, names=["right", "wrong"])
    assert found.generalise == "subjects"
    assert np.allclose(found.value, values.mean(0))
    for i in range(2):
        interval = stats.ttest_1samp(values[:, i], 0).confidence_interval()
        assert np.allclose((found.low[i], found.high[i]), interval)
        assert math.isclose(found.p_chance[i], stats.ttest_1samp(values[:, i], 0, alternative="greater").pvalue)
    assert math.isclose(found.p_difference[0, 1], stats.ttest_rel(values[:, 0], values[:, 1]).pvalue)
    ceilings = noise_ceiling(data)
    assert np.allclose(found.ceiling, (ceilings.lower, ceilings.upper))
    below = stats.ttest_rel(values[:, 1], ceilings.lower_by_subject, alternative="less").pvalue
    assert math.isclose(found.p_ceiling[1], below)
    ranks = model_tests(models, data, test="signed rank")
    assert math.isclose(ranks.p_difference[0, 1], stats.wilcoxon(values[:, 0], values[:, 1]).pvalue)
    assert math.isclose(ranks.p_chance[0], stats.wilcoxon(values[:, 0], alternative="greater").pvalue)


@pytest.mark.parametrize("generalise", ["subjects", "items", "both"])
def test_the_right_model_is_found(generalise):
    models, data = subjects(6)
    found = model_tests(models, data, generalise=generalise, names=["right", "wrong"])
    assert found.difference[0, 1] > 0.5
    assert found.p_difference[0, 1] < 0.001
    assert found.p_chance[0] < 0.001 < found.p_chance[1]
    assert found.p_ceiling[1] < 0.001 < found.p_ceiling[0]
    assert (found.low < found.value).all()
    assert (found.value < found.high).all()


def test_both_is_wider_than_either():
    models, data = subjects(6, 1.5)
    found = {over: model_tests(models, data, generalise=over) for over in ("subjects", "items", "both")}
    widths = {over: tests.high[0] - tests.low[0] for over, tests in found.items()}
    assert widths["both"] > max(widths["subjects"], widths["items"])


def test_one_subject_is_judged_over_items_and_has_no_ceiling():
    models, data = subjects(1)
    found = model_tests(models, data[0])
    assert found.generalise == "items"
    assert np.isnan(found.p_ceiling).all()
    assert math.isnan(found.ceiling[0])
    assert found.p_difference[0, 1] < 0.01
    assert np.isnan(found.to_frame()["p_ceiling_holm"]).all()


def test_intervals_over_items_cover_the_population():
    """Two related clouds of 400 items stand for the population that 30 are drawn from."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((400, 4))
    y = x + rng.standard_normal(x.shape)
    truth = compare_rdms(rdm(x), rdm(y), comparison="pearson")
    hits = 0
    for _ in range(60):
        some = rng.choice(400, 30, replace=False)
        found = model_tests(rdm(x[some]), rdm(y[some]), comparison="pearson")
        hits += found.low[0] <= truth <= found.high[0]
    assert hits >= 52


def test_equal_models_do_not_differ():
    """Two models that are equally wrong: p below .05 in one run of twenty, whichever population is asked."""
    for generalise in ("subjects", "both"):
        p = []
        for seed in range(100):
            rng = np.random.default_rng(seed)
            models, data = rng.random((2, 66)), rng.random((8, 66))
            p.append(model_tests(models, data, generalise=generalise, comparison="pearson").p_difference[0, 1])
        assert np.mean(np.array(p) < 0.05) <= 0.12


def test_corrections():
    p = np.array([0.01, 0.04, 0.03, np.nan, 0.5])
    assert np.allclose(holm(p), [0.04, 0.09, 0.09, np.nan, 0.5], equal_nan=True)
    assert np.allclose(fdr(p), [0.04, 0.04 * 4 / 3, 0.04 * 4 / 3, np.nan, 0.5], equal_nan=True)
    assert np.isnan(fdr(np.full(2, np.nan))).all()


def test_tables():
    models, data = subjects(6)
    found = model_tests(
        np.concatenate([models, models[:1]]), data, names=["right", "wrong", "again"], test="signed rank"
    )
    frame, pairs = found.to_frame(), found.pairs()
    assert list(frame.index) == ["right", "wrong", "again"]
    assert (frame["p_chance_holm"] >= frame["p_chance_fdr"]).all()
    assert (frame["p_chance_fdr"] >= frame["p_chance"]).all()
    assert pairs[["first", "second"]].to_numpy().tolist() == [
        ["right", "wrong"],
        ["right", "again"],
        ["wrong", "again"],
    ]
    assert pairs["p"][1] == 1
    assert pairs["difference"][0] == -pairs["difference"][2]


@pytest.mark.parametrize("comparison", ["pearson", "cosine", "whitened cosine", "whitened correlation", "spearman"])
def test_weights_are_recovered(comparison):
    rng = np.random.default_rng(0)
    parts = np.stack([rdm(rng.standard_normal((ITEMS, 5)), dissimilarity="squared euclidean") for _ in range(3)])
    data = 3 * parts[0] + parts[1] + 0.5 * rng.standard_normal((6, PAIRS))
    found = weighted_model(parts, data, comparison=comparison, names="abc")
    assert math.isclose(found.weights[0] / found.weights[1], 3, rel_tol=0.15)
    assert found.weights[2] < 0.1 * found.weights[1]
    assert 0.8 < found.value <= found.in_sample + 0.05
    assert list(found.to_frame().index) == ["a", "b", "c"]
    alone = compare_rdms(data, parts[:1], comparison=comparison).mean()
    assert found.value > alone


def test_weights_are_the_best_non_negative_ones():
    """Against a fine grid of directions, for the correlation with the mean of the data."""
    rng = np.random.default_rng(2)
    parts, data = rng.random((2, PAIRS)), rng.random((5, PAIRS)) + 0.1
    data = data + 0.3 * parts[0] - 0.2 * parts[1]
    found = weighted_model(parts, data)
    angles = np.linspace(0, np.pi / 2, 500)
    grid = np.stack([np.cos(angles), np.sin(angles)], axis=1) @ parts
    assert (found.weights >= 0).all()
    assert found.in_sample >= compare_rdms(grid, data, comparison="pearson").mean(1).max() - 1e-3


def test_noise_fits_in_sample_and_scores_nothing_held_out():
    held, inside = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        found = weighted_model(rng.random((12, PAIRS)), rng.random((1, PAIRS)))
        held.append(found.value)
        inside.append(found.in_sample)
    assert np.mean(inside) > 0.1
    assert np.nanmean(held) < 0.05


def test_a_single_subject_is_scored_on_other_items():
    models, data = subjects(1)
    found = weighted_model(models, data[0])
    assert found.value > 0.7
    assert found.weights_by_fold.shape == (4, 2)
    assert found.weights[0] > 10 * found.weights[1]


MODELS, DATA = subjects(6)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: noise_ceiling(DATA[:1]), errors.ShapeError, "at least 2 subjects"),
        (lambda: noise_ceiling(DATA, comparison="r"), errors.InputError, "'spearman'"),
        (lambda: model_tests(MODELS[:, :45], DATA), errors.ShapeError, "45 and 276"),
        (lambda: model_tests(MODELS, DATA, names=["one"]), errors.InputError, "2 names"),
        (lambda: model_tests(MODELS, DATA, generalise="planets"), errors.InputError, "'both'"),
        (lambda: model_tests(MODELS, DATA, test="z"), errors.InputError, "'signed rank'"),
        (lambda: model_tests(MODELS, DATA, test="signed rank", generalise="items"), errors.InputError, "over items"),
        (lambda: model_tests(MODELS, DATA[0], generalise="both"), errors.ShapeError, "at least 2 subjects"),
        (lambda: model_tests(MODELS[:, :15], DATA[0, :15]), errors.ShapeError, "at least 8 items"),
        (lambda: weighted_model(MODELS, DATA, comparison="bures"), errors.InputError, "linear"),
        (lambda: weighted_model(MODELS[:, :15], DATA[:, :15]), errors.ShapeError, "2 folds or more"),
        (lambda: weighted_model(MODELS, DATA, item_folds=1), errors.ShapeError, "1 of 24"),
        (lambda: weighted_model(MODELS, DATA, subject_folds=1), errors.ShapeError, "subject_folds"),
    ],
)
def test_bad_input(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_level_and_names_are_checked():
    rng = np.random.default_rng(0)
    models, data = rng.random((2, 190)), rng.random((6, 190))
    with pytest.raises(errors.InputError, match="a level between 0 and 1"):
        model_tests(models, data, level=95.0)
    with pytest.raises(errors.InputError, match="2 names"):
        weighted_model(models, data, names=["one"])

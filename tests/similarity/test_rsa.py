"""RSA: published values, identities with other measures, nulls and intervals against brute force."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist, squareform
from scipy.stats import spearmanr

import reference
import repscope as rs
from repscope import errors
from repscope.similarity import crossvalidated_rsa, geo_topological_rsa, rsa
from repscope.similarity.rdms import kendall, ranking

COMPARISONS = ["pearson", "spearman", "kendall", "cosine", "whitened correlation", "whitened cosine", "bures"]
GOLDEN = {
    # squared euclidean: A, C
    "cosine": (0.8625250716, 0.8413909949),
    "pearson": (0.7076897419, 0.4963266073),
    "spearman": (0.7070529727, 0.5166957533),
    "kendall": (0.5116680590, 0.3617376775),
    "whitened correlation": (0.7155812530, 0.5474128957),
    "whitened cosine": (0.7450158331, 0.6075482157),
    "bures": (0.8304726568, 0.7422333891),
}


def related(seed: int = 0, items: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((items, 3))
    x, y = (z @ rng.standard_normal((3, 6)) + 0.7 * rng.standard_normal((items, 6)) for _ in range(2))
    return x + 1, y - 2


@pytest.mark.parametrize("comparison", GOLDEN)
def test_squared_distances(comparison):
    for name, want in zip("AC", GOLDEN[comparison], strict=True):
        x, y = reference.INPUTS[name]
        found = rs.rsa(x, y, dissimilarity="squared euclidean", comparison=comparison)
        assert math.isclose(found, want, abs_tol=1e-9)


def test_correlation_distances():
    for name, spearman, pearson in (("A", 0.4512406671, 0.4383859466), ("C", 0.5747186465, 0.5714461042)):
        x, y = reference.INPUTS[name]
        assert math.isclose(rs.rsa(x, y), spearman, abs_tol=1e-9)
        assert math.isclose(rs.rsa(x, y, comparison="pearson"), pearson, abs_tol=1e-9)


@pytest.mark.parametrize("name", "ABCD")
def test_identities_with_kernel_and_shape_measures(name):
    x, y = reference.INPUTS[name]
    options = {"dissimilarity": "squared euclidean"}
    assert math.isclose(
        rs.rsa(x, y, comparison="whitened cosine", **options), rs.cka(x, y, debiased=False), abs_tol=1e-12
    )
    bures = rs.rsa(x, y, comparison="bures", **options)
    assert math.isclose(bures, math.cos(rs.procrustes(x, y)), abs_tol=1e-9)


def test_whitening_is_that_of_the_covariance_of_dissimilarities():
    """The definition of Diedrichsen et al. 2021, with the matrix over pairs of pairs that is never formed."""
    x, y = related(items=8)
    pairs = list(itertools.combinations(range(8), 2))
    contrast = np.zeros((len(pairs), 8))
    for row, (i, j) in enumerate(pairs):
        contrast[row, i], contrast[row, j] = 1, -1
    precision = np.linalg.inv((contrast @ contrast.T) ** 2)
    a, b = (pdist(v, "correlation") for v in (x, y))
    for comparison, offset in (("whitened cosine", 0), ("whitened correlation", 1)):
        u, v = a - offset * a.mean(), b - offset * b.mean()
        want = u @ precision @ v / math.sqrt((u @ precision @ u) * (v @ precision @ v))
        assert math.isclose(rs.rsa(x, y, comparison=comparison), want, abs_tol=1e-10)


def test_whitened_correlation_is_biased_cka_less_its_null_mean():
    x, y = related()
    result = rs.score("cka", x, y, debiased=False, interval=None)
    alone = [rs.score("cka", v, v, debiased=False, interval=None).null.mean for v in (x, y)]
    want = (result.value - result.null.mean) / math.sqrt((1 - alone[0]) * (1 - alone[1]))
    found = rs.rsa(x, y, dissimilarity="squared euclidean", comparison="whitened correlation")
    assert math.isclose(found, want, abs_tol=1e-10)


def test_kendall_counts_pairs_and_ties_count_for_neither():
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, y = rng.integers(0, 5, (2, 28))
        pairs = itertools.combinations(range(28), 2)
        signs = [np.sign(x[p] - x[q]) * np.sign(y[p] - y[q]) for p, q in pairs]
        groups = [ranking.ranked(v.astype(float)).groups for v in (x, y)]
        assert math.isclose(kendall.tau_a(*groups), np.mean(signs), abs_tol=1e-12)
        each = [sum(np.sign(x[p] - x[q]) * np.sign(y[p] - y[q]) for q in range(28)) for p in range(28)]
        assert np.array_equal(kendall.agreements(*groups), each)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ranks_are_averages_of_ties_and_rounding_is_no_difference(dtype):
    from scipy.stats import rankdata

    rng = np.random.default_rng(0)
    for values in (rng.standard_normal(3000), rng.integers(0, 9, 3000), -rng.random(3000), np.full(10, 2.0)):
        given = values.astype(dtype)
        exact = rankdata(given) - (len(values) + 1) / 2
        assert np.abs(ranking.ranked(given).ranks - exact).max() <= (1 if dtype == np.float32 else 0)
    noisy = np.repeat([1.0, 2.0, 3.0], 50) * (1 + 4 * np.finfo(dtype).eps * rng.standard_normal(150))
    assert len(np.unique(ranking.ranked(noisy.astype(dtype)).ranks)) == 3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("comparison", ["spearman", "kendall"])
def test_categories_predict_ties_and_not_the_order_of_rounding(dtype, comparison):
    """Distances of one-hot codes take two values; ranked as a matrix product leaves them, they are in any order."""
    rng = np.random.default_rng(0)
    codes = np.eye(7)[rng.integers(0, 7, 60)] * 0.3
    y = related(items=60)[1]
    exact = [np.round(pdist(codes), 9), pdist(y)]
    want = spearmanr(*exact).statistic
    if comparison == "kendall":
        want = kendall.tau_a(*(np.unique(v, return_inverse=True)[1] for v in exact))
    found = rs.rsa(codes.astype(dtype), y.astype(dtype), dissimilarity="euclidean", comparison=comparison)
    assert math.isclose(found, want, abs_tol=1e-5 if dtype == np.float32 else 1e-10)


def test_equally_dissimilar_items_are_undefined():
    result = rs.score("rsa", np.eye(12), related(items=12)[0], dissimilarity="euclidean")
    assert math.isnan(result.value)
    assert any("equal" in note and "undefined" in note for note in result.notes)


@pytest.mark.parametrize("dissimilarity", ["correlation", "euclidean"])
@pytest.mark.parametrize("comparison", COMPARISONS)
def test_leave_one_out(dissimilarity, comparison):
    x, y = related()
    options = {"dissimilarity": dissimilarity, "comparison": comparison}
    a, b = (rsa.prepare(v, doubt=True, **options) for v in (x, y))
    found = rsa.leave_one_out(a, b)
    want = np.array([rs.rsa(np.delete(x, i, 0), np.delete(y, i, 0), **options) for i in range(40)])
    if comparison in ("spearman", "kendall", "bures"):  # to first order
        assert np.corrcoef(found, want)[0, 1] > 0.9
        assert math.isclose(found.std(), want.std(), rel_tol=0.15 if comparison == "bures" else 0.05)
    else:
        assert np.allclose(found, want, atol=1e-12)
    assert np.allclose(rsa.leave_one_out(a, a), 1, atol=1e-9)


@pytest.mark.parametrize("comparison", ["spearman", "kendall"])
def test_leave_one_out_with_ties(comparison):
    x = np.eye(4)[np.random.default_rng(3).integers(0, 4, 40)]
    y = related()[1]
    options = {"dissimilarity": "euclidean", "comparison": comparison}
    found = rsa.leave_one_out(*(rsa.prepare(v, doubt=True, **options) for v in (x, y)))
    want = np.array([rs.rsa(np.delete(x, i, 0), np.delete(y, i, 0), **options) for i in range(40)])
    assert math.isclose(found.std(), want.std(), rel_tol=0.06)
    assert np.corrcoef(found, want)[0, 1] > 0.99


@pytest.mark.parametrize("comparison", ["pearson", "cosine", "spearman", "whitened cosine", "whitened correlation"])
def test_the_null_is_exact_over_all_orders(comparison):
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((6, 4)), rng.standard_normal((6, 5))
    a, b = (rsa.prepare(v, doubt=True, comparison=comparison) for v in (x, y))
    every = np.array([rsa.shuffled(a, b, np.array(order)) for order in itertools.permutations(range(6))])
    null = rsa.null(a, b)
    assert math.isclose(null.mean, every.mean(), abs_tol=1e-10)
    assert math.isclose(null.sd, every.std(), abs_tol=1e-10)


@pytest.mark.parametrize("dissimilarity", ["correlation", "euclidean"])
@pytest.mark.parametrize("comparison", ["pearson", "spearman", "kendall", "whitened cosine"])
def test_the_null_is_skewed_as_permutations_are(dissimilarity, comparison):
    """Its tail decides p; a normal law with the same SD would call far too much significant."""
    x, y = related(items=60)
    options = {"dissimilarity": dissimilarity, "comparison": comparison}
    a, b = (rsa.prepare(v, doubt=True, **options) for v in (x, y))
    rng = np.random.default_rng(0)
    draws = np.array([rsa.shuffled(a, b, rng.permutation(60)) for _ in range(3000)])
    null = rsa.null(a, b)
    skewness = ((draws - draws.mean()) ** 3).mean() / draws.std() ** 3
    assert abs(null.skewness - skewness) < 0.3
    assert math.isclose(null.sd, draws.std(), rel_tol=0.06)


def test_unrelated_representations_are_found_out_as_often_as_p_says():
    rng = np.random.default_rng(0)
    p = [rs.score("rsa", *rng.standard_normal((2, 20, 6)), interval=None).p for _ in range(300)]
    assert 0.02 <= np.mean(np.array(p) < 0.05) <= 0.09


def test_intervals_cover_the_population():
    """500 items stand for the population that 40 are drawn from."""
    x, y = related(7, 2500)
    truth = rs.rsa(x[:500], y[:500])
    rng, hits = np.random.default_rng(0), 0
    for _ in range(100):
        some = rng.choice(2500, 40, replace=False)
        low, high = rs.score("rsa", x[some], y[some], null=None).interval
        hits += low <= truth <= high
    assert hits >= 88


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_doubt_in_words(comparison):
    result = rs.score("rsa", *related(items=16), comparison=comparison)
    low, high = result.interval
    assert low <= result.value <= high
    assert 0 <= result.p <= 1
    assert any("depends on the sample size" in note for note in result.notes) == (comparison == "bures")


def test_bures_says_what_it_leaves_out():
    """Cross-validated dissimilarities are not all distances between points."""
    x = np.random.default_rng(0).standard_normal((3, 12, 4))
    state = crossvalidated_rsa.prepare(x, comparison="bures")
    assert any("negative and left out" in note for note in state.notes)
    opposite = rs.rsa(np.eye(5) + 1, np.eye(5), comparison="bures")
    assert math.isclose(opposite, 1, abs_tol=1e-12)


def test_crossvalidation_takes_away_what_noise_adds():
    """Pure noise twice, of which some items have more: plug-in dissimilarities agree on which look far apart."""
    rng = np.random.default_rng(0)
    level = np.linspace(0.5, 4, 24)[:, None]
    plain, unbiased = [], []
    for _ in range(5):
        x, y = (level * rng.standard_normal((6, 24, 30)) for _ in range(2))
        plain.append(rs.rsa(x.mean(0), y.mean(0), dissimilarity="squared euclidean", comparison="pearson"))
        unbiased.append(rs.crossvalidated_rsa(x, y, comparison="pearson"))
    assert np.mean(plain) > 0.7
    assert abs(np.mean(unbiased)) < 0.15


def test_full_noise_covariance_makes_it_invariant_to_invertible_maps():
    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal((10, 4)) + 0.5 * rng.standard_normal((5, 10, 4)) for _ in range(2))
    mixed = x @ rng.standard_normal((4, 4))
    want = rs.crossvalidated_rsa(x, y, noise="full")
    assert math.isclose(rs.crossvalidated_rsa(mixed, y, noise="full"), want, abs_tol=1e-8)
    assert abs(rs.crossvalidated_rsa(mixed, y) - rs.crossvalidated_rsa(x, y)) > 1e-3
    stretched = x * np.array([1, 5, 0.2, 3])
    want = rs.crossvalidated_rsa(x, y, noise="diagonal")
    assert math.isclose(rs.crossvalidated_rsa(stretched, y, noise="diagonal"), want, abs_tol=1e-8)


def test_poisson_with_and_without_trials():
    rng = np.random.default_rng(0)
    rates = np.exp(0.7 * rng.standard_normal((20, 8)))
    x, y = (rng.poisson(4 * rates, (8, 20, 8)).astype(float) for _ in range(2))
    assert rs.rsa(x.mean(0), y.mean(0), dissimilarity="poisson") > 0.7
    assert rs.crossvalidated_rsa(x, y, dissimilarity="poisson cv") > 0.8
    with pytest.raises(errors.InputError, match="0 and above"):
        rs.rsa(x[0] - 1, y[0], dissimilarity="poisson")


@pytest.mark.parametrize("comparison", ["pearson", "cosine", "whitened correlation", "whitened cosine"])
def test_gradients(comparison):
    x, y = (torch.from_numpy(v[:8]) for v in related())
    x.requires_grad_()
    assert torch.autograd.gradcheck(lambda v: rs.rsa(v, y, comparison=comparison), x)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x, y: rs.rsa(x, y, comparison="r"), "'spearman'"),
        (lambda x, y: rs.rsa(x, y, dissimilarity="manhattan"), "'correlation'"),
        (lambda x, y: rs.rsa(x, y, dissimilarity="mahalanobis"), "compare_rdms"),
        (lambda x, y: rs.rsa(x[:2], y[:2]), "at least 3 items"),
        (lambda x, y: rs.crossvalidated_rsa(x[None], y[None]), "at least 2 trials"),
        (
            lambda x, y: rs.crossvalidated_rsa(np.stack([x, x]), np.stack([y, y]), dissimilarity="euclidean"),
            "crossnobis",
        ),
        (lambda x, y: rs.crossvalidated_rsa(np.stack([x, x]), np.stack([y, y]), noise="full"), "positive definite"),
        (lambda x, y: rs.geo_topological_rsa(x, y, lower=0.5, upper=0.5), "lower < upper"),
        (lambda x, y: rs.geo_topological_rsa(x, y, dialect="angles"), "'ranks'"),
        (lambda x, y: rs.geo_topological_rsa(x, y, comparison="bures"), "'kendall'"),
        (lambda x, y: rs.geo_topological_rsa(x, y, dissimilarity="mahalanobis"), "'cosine'"),
        (lambda x, y: rs.deconfounded_rsa(x, y, confound=x, comparison="bures"), "'kendall'"),
        (lambda x, y: rs.deconfounded_rsa(x, y, confound=x, dissimilarity="poisson"), "'cosine'"),
        (lambda x, y: rs.deconfounded_rsa(x, y, confound=x[:5]), "40 rows"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(errors.InputError, match=words):
        call(*related())


@pytest.mark.parametrize(
    ("lower", "upper", "a", "c"),
    [(0.2, 0.8, 0.6818962055556648, 0.47995887548916233), (0.0, 0.5, 0.5796389202258121, 0.4643319581407595)],
)
def test_geo_topological(lower, upper, a, c):
    """rsatoolbox 0.3.2, geotopological_transform of euclidean distances, correlated; it overwrites its input."""
    for name, want in (("A", a), ("C", c)):
        found = rs.geo_topological_rsa(*reference.INPUTS[name], lower=lower, upper=upper)
        assert math.isclose(found, want, abs_tol=1e-9)


def test_geo_topological_limits():
    x, y = related()
    want = rs.rsa(x, y, dissimilarity="euclidean", comparison="pearson")
    assert math.isclose(rs.geo_topological_rsa(x, y, lower=0, upper=1), want, abs_tol=1e-12)
    want = rs.rsa(x, y, dissimilarity="euclidean")
    assert math.isclose(rs.geo_topological_rsa(x, y, lower=0, upper=1, dialect="ranks"), want, abs_tol=1e-12)
    near = [squareform(pdist(v) > np.quantile(pdist(v), 0.3)) for v in (x, y)]
    upper = np.triu_indices(40, 1)
    want = np.corrcoef(near[0][upper], near[1][upper])[0, 1]
    assert math.isclose(rs.geo_topological_rsa(x, y, lower=0.3, upper=0.3 + 1e-9), want, abs_tol=0.02)


def test_geo_topological_is_not_moved_by_far_items():
    """Far items drawn still farther away change distances, but not who is near whom."""
    x, y = related()
    far = y.copy()
    far[np.linalg.norm(y - y.mean(0), axis=1).argmax()] *= 6
    moved = abs(
        rs.rsa(x, far, dissimilarity="euclidean", comparison="pearson")
        - rs.rsa(x, y, dissimilarity="euclidean", comparison="pearson")
    )
    assert abs(rs.geo_topological_rsa(x, far) - rs.geo_topological_rsa(x, y)) < moved / 3


def test_geo_topological_of_two_values():
    codes = 0.3 * np.repeat(np.eye(3), 8, axis=0)
    for lower, upper in ((0.4, 0.9), (0.0, 0.1), (0.1, 0.9)):
        state = geo_topological_rsa.prepare(codes, lower=lower, upper=upper)
        assert len(np.unique(state.profile.vector)) == 2
        assert math.isclose(geo_topological_rsa.between(state, state), 1, abs_tol=1e-12)


def test_deconfounded_is_the_partial_correlation():
    x, y = related()
    inputs = np.random.default_rng(5).standard_normal((40, 3)) + x[:, :3]
    a, b, c = (pdist(v, "sqeuclidean") for v in (x, y, inputs))
    design = np.stack([np.ones_like(c), c], axis=1)
    left = [v - design @ np.linalg.lstsq(design, v, rcond=None)[0] for v in (a, b)]
    found = rs.deconfounded_rsa(x, y, confound=inputs)
    assert math.isclose(found, np.corrcoef(*left)[0, 1], abs_tol=1e-10)
    found = rs.deconfounded_rsa(x, y, confound=inputs, comparison="spearman")
    assert math.isclose(found, spearmanr(*left).statistic, abs_tol=1e-10)
    result = rs.score("deconfounded_rsa", x, y, confound=inputs, permutations=100)
    assert result.interval[0] < result.value < result.interval[1]
    assert any("the confound explains" in note for note in result.notes)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_the_confound_explains_wholly_is_undefined(dtype):
    x, y = (v.astype(dtype) for v in related())
    assert math.isnan(rs.deconfounded_rsa(x, y, confound=3 * x))
    assert math.isnan(rs.deconfounded_rsa(x, y, confound=np.ones((40, 2), dtype)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("dissimilarity", ["correlation", "cosine", "euclidean"])
@pytest.mark.parametrize("comparison", COMPARISONS)
def test_scale_changes_nothing(dtype, dissimilarity, comparison):
    x, y = (v.astype(dtype) for v in related())
    options = {"dissimilarity": dissimilarity, "comparison": comparison}
    want = rs.rsa(x, y, **options)
    for scale in (1e-12, 1e8, 1e15) if dtype == np.float32 else (1e-100, 1e100):
        assert math.isclose(rs.rsa(x * dtype(scale), y, **options), want, abs_tol=1e-5)


def digits() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    return pixels[:400] / 16, labels[:400]


def layers(pixels: np.ndarray, seed: int) -> np.ndarray:
    from repscope.studies.digits import build

    with torch.no_grad():
        first = next(layer for _, layer in build("mlp", seed).named_children())
        return first(torch.from_numpy(pixels).float().reshape(-1, 1, 8, 8)).numpy()


def test_untrained_networks_score_near_chance_once_the_pixels_are_regressed_out():
    """Untrained first layers hand on the pixels' distances: plain RSA calls any two of them nearly the same."""
    pixels, _ = digits()
    plain, left = [], []
    for seed in range(4):
        x, y = layers(pixels, seed), layers(pixels, seed + 50)
        plain.append(rs.rsa(x, y, dissimilarity="euclidean", comparison="pearson"))
        left.append(rs.deconfounded_rsa(x, y, confound=pixels))
    assert min(plain) > 0.7
    assert abs(np.mean(left)) < 0.1


def test_what_is_shared_beyond_the_pixels_stays():
    pixels, labels = digits()
    x, y = (layers(pixels, seed) for seed in (1, 2))
    codes = np.eye(10)[labels] @ np.random.default_rng(0).standard_normal((10, 128)) * x.std()
    with_labels = rs.deconfounded_rsa(x + codes, y + codes[:, ::-1], confound=pixels)
    assert with_labels > rs.deconfounded_rsa(x, y, confound=pixels) + 0.3


@pytest.mark.parametrize("comparison", ["pearson", "spearman", "whitened correlation"])
def test_one_hot_items_have_no_pattern_to_correlate(comparison):
    x = np.random.default_rng(0).standard_normal((20, 5))
    assert math.isnan(rs.rsa(np.eye(20), x, comparison=comparison))

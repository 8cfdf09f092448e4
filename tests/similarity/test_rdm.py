"""Dissimilarity matrices: against SciPy, against a published package, against definitions written out."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist, squareform

import reference
import repscope as rs
from repscope import errors
from repscope.similarity.compare_rdms import compare_rdms
from repscope.similarity.rdm import rdm
from repscope.similarity.rdms.noise import noise_covariance

RNG = np.random.default_rng(0)
X = RNG.standard_normal((30, 7)) + 2


def trials() -> np.ndarray:
    r = np.random.RandomState(4)
    return r.randn(6, 5) + 0.5 * r.randn(3, 6, 5)


def counts() -> np.ndarray:
    r = np.random.RandomState(4)
    r.randn(6, 5), r.randn(3, 6, 5)
    return r.poisson(np.exp(1 + 0.5 * r.randn(6, 5)), size=(3, 6, 5)).astype(float)


@pytest.mark.parametrize(
    ("ours", "scipys"),
    [
        ("squared euclidean", "sqeuclidean"),
        ("euclidean", "euclidean"),
        ("correlation", "correlation"),
        ("cosine", "cosine"),
    ],
)
@pytest.mark.parametrize("shape", [(30, 7), (3, 1 + 2), (500, 4), (20, 60)])
def test_entries_are_those_of_scipy(ours, scipys, shape):
    x = np.random.default_rng(1).standard_normal(shape) + 0.5
    assert np.allclose(rdm(x, dissimilarity=ours), pdist(x, scipys), atol=1e-12)
    assert np.allclose(rdm(x, dissimilarity=ours, square=True), squareform(pdist(x, scipys)), atol=1e-12)


def test_mahalanobis_is_that_of_scipy_and_needs_a_covariance():
    noise = np.cov(RNG.standard_normal((50, 7)), rowvar=False)
    want = pdist(X, "mahalanobis", VI=np.linalg.inv(noise)) ** 2
    assert np.allclose(rdm(X, dissimilarity="mahalanobis", noise=noise), want)
    dead = np.concatenate([X, np.ones((30, 2))], axis=1)
    wider = np.eye(9)
    wider[:7, :7] = noise
    assert np.allclose(rdm(dead, dissimilarity="mahalanobis", noise=wider), want)


def test_the_dialect_of_rsatoolbox():
    """rsatoolbox 0.3.2 on input A: what it calls euclidean is squared and divided by the number of units."""
    x = reference.INPUTS["A"][0]
    at = [0, 100, 189]
    found = rdm(x, dissimilarity="squared euclidean", dialect="rsatoolbox")[at]
    assert np.allclose(found, [2.4995535601514405, 9.934350559240492, 1.1277232017066554], atol=1e-12)
    noise = np.diag([1, 2, 3, 4, 5.0]) + 0.3
    found = rdm(x, dissimilarity="mahalanobis", noise=noise, dialect="rsatoolbox")[at]
    assert np.allclose(found, [1.2465381261627442, 2.596270202568119, 0.49545720398799176], atol=1e-12)
    assert np.allclose(rdm(x, dissimilarity="euclidean", dialect="rsatoolbox") ** 2 * 5, pdist(x) ** 2)
    assert np.allclose(rdm(x, dialect="rsatoolbox"), rdm(x))


@pytest.mark.parametrize(
    ("noise", "want"),
    [
        ("identity", [1.138867387522127, 1.7957818075138385, 5.344858746238256]),
        ("ledoit-wolf", [6.714579184411593, 15.929273462851436, 41.30185997368745]),
        ("schäfer-strimmer", [4.47000317320065, 18.234213279279206, 58.15314789348596]),
        ("diagonal", [4.47000317320065, 18.234213279279206, 58.15314789348596]),
        ("full", [8.505073188746067, 53.36778478278345, 117.11675424852275]),
    ],
)
def test_crossnobis_is_that_of_rsatoolbox(noise, want):
    """rsatoolbox 0.3.2, whose cov_from_measurements counts (items − 1) · trials degrees of freedom, 15 and not 12."""
    found = rdm(trials(), dissimilarity="crossnobis", noise=noise, dialect="rsatoolbox")
    freedom = 1 if noise == "identity" else 6 * (3 - 1) / ((6 - 1) * 3)
    assert np.allclose(found[[0, 7, 14]] / freedom, want, rtol=1e-10)


def test_the_covariance_of_noise_is_estimated_without_bias():
    """Trials that differ by noise of variance 1 in every unit, around items that differ much."""
    from repscope.similarity.rdms.crossvalidated import whitening

    draws = np.random.default_rng(0)
    found = []
    for _ in range(300):
        x = 5 * draws.standard_normal((6, 3)) + draws.standard_normal((3, 6, 3))
        found.append(whitening(x, x, x.mean((0, 1)), "diagonal").diagonal() ** -2)
    assert abs(np.mean(found) - 1) < 0.05


def test_crossnobis_is_the_mean_over_pairs_of_runs():
    x = trials() + 40
    whitener = np.linalg.inv(np.cov(RNG.standard_normal((60, 5)), rowvar=False))
    want = []
    for i, j in itertools.combinations(range(6), 2):
        found = [(x[r, i] - x[r, j]) @ whitener @ (x[s, i] - x[s, j]) for r, s in itertools.permutations(range(3), 2)]
        want.append(np.mean(found))
    assert np.allclose(rdm(x, dissimilarity="crossnobis", noise=np.linalg.inv(whitener)), want)


def test_crossnobis_is_unbiased_and_keeps_negative_values():
    """Items that do not differ are 0 apart on average; plug-in distances of their means are far from it."""
    x = np.random.default_rng(3).standard_normal((4, 40, 30))
    found = rdm(x, dissimilarity="crossnobis")
    assert (found < 0).mean() > 0.3
    assert abs(found.mean()) < 0.5
    assert rdm(x.mean(0), dissimilarity="squared euclidean").mean() > 10


def test_crossnobis_does_not_lose_its_digits_to_an_offset():
    x = np.random.default_rng(3).standard_normal((4, 20, 30))
    want = rdm(x, dissimilarity="crossnobis")
    assert np.allclose(rdm(x + 1e6, dissimilarity="crossnobis"), want, atol=1e-7)
    assert np.allclose(rdm((x + 100).astype(np.float32), dissimilarity="crossnobis"), want, atol=1e-2)


def divergence(a, b, log_a, log_b):
    return ((a - b) * (log_a - log_b)).sum()


def test_poisson_is_that_of_rsatoolbox_and_of_its_definition():
    mean = counts().mean(0)
    found = rdm(mean, dissimilarity="poisson", dialect="rsatoolbox")
    assert np.allclose(found[[0, 7, 14]], [2.70338027299821, 4.156004511763746, 2.1703363847464896], atol=1e-12)
    rates = (mean + 3 * 0.2) / 1.2
    want = [divergence(a, b, np.log(a), np.log(b)) for a, b in itertools.combinations(rates, 2)]
    assert np.allclose(rdm(mean, dissimilarity="poisson", prior=(3.0, 0.2)), want)


def test_crossvalidated_poisson_is_the_mean_over_folds_and_not_the_last():
    """rsatoolbox 0.3.2 overwrites its result in every fold; the constants are its return value."""
    x, folds = counts(), []
    for test in range(3):
        train = (np.delete(x, test, 0).mean(0) + 0.1) / 1.1
        log = np.log((x[test] + 0.1) / 1.1)
        folds.append([divergence(*train[[i, j]], *log[[i, j]]) for i, j in itertools.combinations(range(6), 2)])
    last = np.array([2.046533250626421, 3.0294332713287537, 3.063139723838199])
    assert np.allclose(np.array(folds[2])[[0, 7, 14]] / 5, last, atol=1e-12)
    found = rdm(x, dissimilarity="poisson cv")
    assert np.allclose(found, np.mean(folds, axis=0))
    assert not np.allclose(found[[0, 7, 14]] / 5, last, atol=0.1)


def test_noise_covariances():
    """Ledoit and Wolf's is scikit-learn's; both shrunk ones are rsatoolbox 0.3.2's."""
    from sklearn.covariance import ledoit_wolf

    r = np.random.RandomState(8)
    x = r.randn(40, 4) @ r.randn(4, 4)
    found = noise_covariance(x, shrinkage="ledoit-wolf", freedom=40)
    assert np.allclose(found, ledoit_wolf(x)[0])
    assert np.allclose(noise_covariance(x, shrinkage="full"), np.cov(x, rowvar=False))
    assert np.allclose(noise_covariance(x, shrinkage="diagonal"), np.diag(x.var(0, ddof=1)))
    assert np.allclose(noise_covariance(x, shrinkage="ledoit-wolf")[0], SHRUNK["ledoit-wolf"], atol=1e-10)
    assert np.allclose(noise_covariance(x)[0], SHRUNK["schäfer-strimmer"], atol=1e-10)


SHRUNK = {
    "ledoit-wolf": [3.0380562759017695, 1.1092895739062225, -1.513619313761054, -3.1190456642711095],
    "schäfer-strimmer": [2.6708681730491723, 1.1135981252796432, -1.5194983076022894, -3.1311602363329696],
}


@pytest.mark.parametrize("dissimilarity", ["correlation", "cosine", "squared euclidean"])
def test_large_offsets_cost_no_digits(dissimilarity):
    """Units with means of 1,000 times their SD, other ones each: 1 − r is then some 1e-6."""
    offsets = 1000 * np.random.default_rng(5).standard_normal(40)
    x = (np.random.default_rng(6).standard_normal((60, 40)) + offsets).astype(np.float32)
    want = pdist(
        x.astype(np.longdouble) - (0 if dissimilarity != "squared euclidean" else offsets), kind(dissimilarity)
    )
    found = rdm(x, dissimilarity=dissimilarity)
    assert found.dtype == np.float32
    assert np.allclose(found / np.mean(want), want / np.mean(want), atol=1e-4)


def kind(dissimilarity):
    return "sqeuclidean" if dissimilarity == "squared euclidean" else dissimilarity


def test_a_pattern_without_a_direction_is_undefined_and_spares_the_others():
    x = X.copy()
    x[3] = 0.1
    found = rdm(x, square=True)
    assert np.isnan(np.delete(found[3], 3)).all()
    rest = np.delete(np.delete(found, 3, 0), 3, 1)
    assert np.allclose(rest, squareform(pdist(np.delete(x, 3, 0), "correlation")))
    x[3] = 0
    assert np.isnan(rdm(x, dissimilarity="cosine")).sum() == 29
    result = rs.score("rsa", x, X, interval=None)
    assert math.isnan(result.value)
    assert any("item 3 with equal values" in note for note in result.notes)


def test_scale_and_dtype_are_the_callers():
    for scale in (1e-100, 1.0, 1e100):
        found = rdm(scale * X, dissimilarity="squared euclidean")
        assert np.allclose(found / scale**2, pdist(X) ** 2)
    assert rdm(torch.from_numpy(X).float()).dtype == torch.float32
    assert rdm(np.round(X).astype(np.int8)).dtype == np.float64


@pytest.mark.parametrize("dissimilarity", ["squared euclidean", "euclidean", "correlation", "cosine"])
def test_gradients(dissimilarity):
    x = torch.from_numpy(X[:6, :3]).requires_grad_()
    assert torch.autograd.gradcheck(lambda v: rdm(v, dissimilarity=dissimilarity), x)


def test_gradients_of_crossvalidated_ones_and_of_coinciding_items():
    x = torch.from_numpy(trials()[:, :4, :3]).requires_grad_()
    assert torch.autograd.gradcheck(lambda v: rdm(v, dissimilarity="crossnobis"), x)
    twice = torch.tensor([[1.0, 2], [1, 2], [3, 5]], dtype=torch.float64, requires_grad=True)
    rdm(twice, dissimilarity="euclidean").sum().backward()
    assert torch.isfinite(twice.grad).all()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: rdm(X[:2]), errors.ShapeError, "at least 3 items"),
        (lambda: rdm(X[0]), errors.ShapeError, "X: expected"),
        (lambda: rdm(X, dissimilarity="manhattan"), errors.InputError, "'correlation'"),
        (lambda: rdm(X, dialect="spss"), errors.InputError, "'rsatoolbox'"),
        (lambda: rdm(X, dissimilarity="mahalanobis"), errors.InputError, "noise_covariance"),
        (lambda: rdm(X, dissimilarity="mahalanobis", noise="full"), errors.InputError, "covariance matrix"),
        (lambda: rdm(X, dissimilarity="mahalanobis", noise=np.eye(3)), errors.ShapeError, r"\(7, 7\)"),
        (lambda: rdm(X, dissimilarity="mahalanobis", noise=np.ones((7, 7))), errors.InputError, "positive definite"),
        (lambda: rdm(X - 9, dissimilarity="poisson"), errors.InputError, "values of 0 and above"),
        (lambda: rdm(abs(X), dissimilarity="poisson", prior=(0.0, 1.0)), errors.InputError, "above 0"),
        (lambda: rdm(np.where(X > 4, np.nan, X)), errors.NotFiniteError, "item"),
        (lambda: rdm(trials()[:1], dissimilarity="crossnobis"), errors.ShapeError, "at least 2 trials"),
        (lambda: rdm(trials(), dissimilarity="crossnobis", noise="most"), errors.InputError, "'diagonal'"),
        (lambda: rdm(trials() * np.inf, dissimilarity="crossnobis"), errors.NotFiniteError, "trial 0"),
        (lambda: noise_covariance(X[0]), errors.ShapeError, "rows, units"),
        (lambda: noise_covariance(X, shrinkage="some"), errors.InputError, "'full'"),
    ],
)
def test_bad_input(call, error, words):
    with np.errstate(invalid="ignore"), pytest.raises(error, match=words):
        call()


def test_many_matrices_are_compared_at_once():
    a, b = RNG.standard_normal((3, 45)), RNG.standard_normal((2, 45))
    for comparison in ("pearson", "spearman", "kendall", "whitened cosine", "bures"):
        whole = compare_rdms(abs(a), abs(b), comparison=comparison)
        assert whole.shape == (3, 2)
        one = compare_rdms(abs(a[1]), abs(b[0]), comparison=comparison)
        assert one.shape == ()
        assert math.isclose(one, whole[1, 0], abs_tol=1e-12)
    assert compare_rdms(a[0], b).shape == (2,)
    assert compare_rdms(a, b[0]).shape == (3,)
    assert math.isclose(compare_rdms(a[0], b[0], comparison="pearson"), np.corrcoef(a[0], b[0])[0, 1])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: compare_rdms(np.ones(7), np.ones(7)), errors.ShapeError, "7 entries"),
        (lambda: compare_rdms(np.ones(6), np.ones(10)), errors.ShapeError, "6 and 10"),
        (lambda: compare_rdms(np.ones((1, 2, 3)), np.ones(6)), errors.ShapeError, "triu_indices"),
        (lambda: compare_rdms(np.full(6, "a"), np.ones(6)), errors.DtypeError, "real numbers"),
        (lambda: compare_rdms(np.full(6, np.inf), np.ones(6)), errors.NotFiniteError, "infinite"),
        (lambda: compare_rdms(np.ones(6), np.ones(6), comparison="r"), errors.InputError, "'kendall'"),
    ],
)
def test_matrices_are_checked(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("comparison", ["pearson", "spearman", "kendall", "cosine", "whitened cosine", "bures"])
def test_a_matrix_with_nan_or_none_but_zeros_is_undefined(comparison):
    gap = np.arange(6.0)
    gap[2] = np.nan
    assert math.isnan(compare_rdms(gap, np.arange(6.0), comparison=comparison))
    assert math.isnan(compare_rdms(np.zeros(6), np.arange(6.0), comparison=comparison))

"""The family of kernel alignment against published values, independent definitions and each other."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

import reference
import repscope as rs
from repscope import errors, registry
from repscope.similarity import cka as cka_module
from repscope.similarity import class_conditional_cka, minibatch_cka
from repscope.similarity.kernel_functions import check_kernel

RNG = np.random.default_rng(0)
Z = RNG.standard_normal((40, 3))
X = Z @ RNG.standard_normal((3, 6)) + 0.5 * RNG.standard_normal((40, 6)) + 1
Y = Z @ RNG.standard_normal((3, 5)) + 0.5 * RNG.standard_normal((40, 5)) - 2
LABELS = np.arange(40) % 3
CONFOUND = Z[:, :2] + 0.3 * RNG.standard_normal((40, 2))

LANGE = {"A": 0.7195482053, "B": 0.8350598208, "C": 0.5585401922, "D": 0.0766682144}
NOT_CENTRED = {"A": 0.3191856280, "B": 0.8969058449, "C": 0.5724620712, "D": 0.7925125686}
ANGULAR = {"A": 0.730238, "B": 0.488798, "C": 0.917826, "D": 0.647384}
HSIC = {"A": (81.9436082406, 66.7553825971), "C": (18.9578466306, 15.1971347388)}
WHITENED_CORRELATION = {"A": 0.7155812530, "C": 0.5474128957}
DISTANCE = {
    # dcor 0.7: distance_correlation, u_distance_correlation_sqr
    "A": (0.8989858844499622, 0.7123134102739355),
    "B": (0.9604411772644131, 0.8121118105922238),
    "C": (0.8437253004645424, 0.5741589118493816),
    "D": (0.9698267556124668, 0.0011008410780791703),
}


def centred_gram(x):
    x = x - x.mean(0)
    return x @ x.T


def u_centred(k):
    n, k = len(k), k - np.diag(np.diag(k))
    rows = k.sum(1)
    k = k - rows[:, None] / (n - 2) - rows[None] / (n - 2) + rows.sum() / ((n - 1) * (n - 2))
    return k - np.diag(np.diag(k))


def cosine(k, ell):
    return (k * ell).sum() / math.sqrt((k * k).sum() * (ell * ell).sum())


def song(x, y):
    """Song et al. 2012, eq. 5, term by term."""
    n = len(x)
    k, ell = (v @ v.T for v in (x, y))
    k, ell = (m - np.diag(np.diag(m)) for m in (k, ell))
    first = np.trace(k @ ell) + k.sum() * ell.sum() / ((n - 1) * (n - 2)) - 2 / (n - 2) * (k @ ell).sum()
    return first / (n * (n - 3))


@pytest.mark.parametrize("name", "ABCD")
def test_the_lange_dialect_is_the_modified_rv_coefficient(name):
    x, y = reference.INPUTS[name]
    assert math.isclose(rs.cka(x, y, dialect="lange"), LANGE[name], abs_tol=1e-9)
    assert math.isclose(rs.modified_rv(x, y), LANGE[name], abs_tol=1e-9)


@pytest.mark.parametrize("name", "ABCD")
def test_rv_is_biased_cka_and_netreps_angle_its_arc_cosine(name):
    x, y = reference.INPUTS[name]
    assert rs.rv(x, y) == rs.cka(x, y, debiased=False)
    assert math.isclose(math.acos(rs.rv(x, y)), ANGULAR[name], abs_tol=1e-6)


@pytest.mark.parametrize("name", "ABCD")
def test_without_centring_it_would_be_another_number(name):
    x, y = reference.INPUTS[name]
    assert math.isclose(cosine(x @ x.T, y @ y.T), NOT_CENTRED[name], abs_tol=1e-9)
    assert abs(rs.rv(x, y) - NOT_CENTRED[name]) > 1e-3


@pytest.mark.parametrize("name", HSIC)
def test_hsic(name):
    x, y = reference.INPUTS[name]
    biased, debiased = HSIC[name]
    assert math.isclose(rs.hsic(x, y, debiased=False), biased, abs_tol=1e-8)
    assert math.isclose(rs.hsic(x, y), debiased, abs_tol=1e-8)
    assert math.isclose(rs.hsic(x, y), song(x, y), rel_tol=1e-10)


@pytest.mark.parametrize("params", [{}, {"debiased": False}, {"kernel": "rbf"}, {"kernel": "polynomial"}])
def test_cka_is_hsic_over_that_of_each_alone(params):
    together, x, y = (rs.hsic(a, b, **params) for a, b in ((X, Y), (X, X), (Y, Y)))
    assert math.isclose(rs.cka(X, Y, **params), together / math.sqrt(x * y), abs_tol=1e-10)


def test_hsic_has_the_units_of_its_inputs_at_any_magnitude():
    for scale in (1e-9, 1e-3, 1e12):
        assert math.isclose(rs.hsic(scale * X, Y), scale**2 * rs.hsic(X, Y), rel_tol=1e-9)
    result = rs.score("hsic", 1e9 * X, Y)
    assert math.isclose(result.null.sd, 1e18 * rs.score("hsic", X, Y).null.sd, rel_tol=1e-9)


@pytest.mark.parametrize("name", DISTANCE)
def test_distance_correlation_is_dcors(name):
    x, y = reference.INPUTS[name]
    root, square = DISTANCE[name]
    assert math.isclose(rs.distance_correlation(x, y, bias_corrected=False), root, abs_tol=1e-9)
    assert math.isclose(rs.distance_correlation(x, y), square, abs_tol=1e-9)


def test_copies_of_items_are_at_no_distance():
    """In float32 the expansion of the square leaves a little, whose root is not little."""
    x, y = (np.tile(v, (2, 1)) for v in (X, Y))
    for bias_corrected in (True, False):
        half = [v.astype(np.float32) for v in (x, y)]
        got = rs.distance_correlation(*half, bias_corrected=bias_corrected)
        assert math.isclose(got, rs.distance_correlation(x, y, bias_corrected=bias_corrected), abs_tol=1e-4)


def test_distance_correlation_sees_what_linear_cka_cannot():
    t = np.linspace(-1, 1, 201)
    x, y = t[:, None], (t**2)[:, None]
    result = rs.score("distance_correlation", x, y)
    assert result.p < 1e-6
    assert abs(rs.cka(x, y)) < 0.02 < result.value


@pytest.mark.parametrize("name", WHITENED_CORRELATION)
def test_adjusted_rv_without_standardising_is_whitened_correlation_of_dissimilarities(name):
    """rsatoolbox's `corr_cov` of squared Euclidean distances: a cosine of Gram matrices less their mean eigenvalue."""
    got = rs.adjusted_rv(*reference.INPUTS[name], standardised=False)
    assert math.isclose(got, WHITENED_CORRELATION[name], abs_tol=1e-9)


@pytest.mark.parametrize("name", "ABCD")
def test_adjusted_rv_sums_adjusted_squared_correlations(name):
    x, y = reference.INPUTS[name]
    n, p = x.shape
    r = np.corrcoef(x.T, y.T)
    adjusted = 1 - (n - 1) / (n - 2) * (1 - r**2)
    want = adjusted[:p, p:].sum() / math.sqrt(adjusted[:p, :p].sum() * adjusted[p:, p:].sum())
    assert math.isclose(rs.adjusted_rv(x, y), want, abs_tol=1e-9)


def test_corrected_coefficients_are_near_zero_where_rv_is_near_one():
    rng = np.random.default_rng(8)
    values = {"rv": [], "modified_rv": [], "adjusted_rv": [], "cka": []}
    for _ in range(40):
        x, y = rng.standard_normal((2, 30, 300))
        for name, found in values.items():
            found.append(float(getattr(rs, name)(x, y)))
    mean = {name: np.mean(found) for name, found in values.items()}
    assert mean["rv"] > 0.85
    assert math.isclose(mean["modified_rv"], 1 / (1 + 30**2 / 300), abs_tol=0.03)
    assert abs(mean["adjusted_rv"]) < 0.03
    assert abs(mean["cka"]) < 0.03


LEFT_OUT = [
    ("cka", {"dialect": "lange"}),
    ("hsic", {}),
    ("hsic", {"debiased": False}),
    ("distance_correlation", {}),
    ("distance_correlation", {"bias_corrected": False}),
    ("class_conditional_cka", {"labels": LABELS}),
    ("class_conditional_cka", {"labels": LABELS, "debiased": False}),
    ("class_conditional_cka", {"labels": np.repeat([0, 1, 2], [4, 16, 20])}),
    ("class_conditional_cka", {"labels": np.repeat([0, 1, 2], [3, 17, 20])}),
    ("deconfounded_cka", {"confound": CONFOUND}),
    ("deconfounded_cka", {"confound": CONFOUND, "debiased": False}),
    ("cka", {"kernel": lambda v: v @ v.T}),
]


def per_item(params, positions):
    return {name: v[positions] if isinstance(v, np.ndarray) else v for name, v in params.items()}


def left_out(name, params):
    """The measure's own values with each item left out, and those found anew."""
    card = registry.get(name)
    module, measure = registry.module_of(card), registry.function_of(card)
    found = module.leave_one_out(*(module.prepare(v, doubt=True, **params) for v in (X, Y)))
    rest = [np.delete(np.arange(40), i) for i in range(40)]
    return np.asarray(found), np.array([float(measure(X[r], Y[r], **per_item(params, r))) for r in rest])


@pytest.mark.parametrize(("name", "params"), LEFT_OUT)
def test_leaving_an_item_out_is_exact(name, params):
    found, want = left_out(name, params)
    assert np.allclose(found, want, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("params", [{"degree": 2}, {"degree": 2, "debiased": False}, {"dialect": "lange", "degree": 2}])
def test_leaving_an_item_out_of_a_polynomial_kernel_is_right_to_first_order(params):
    found, want = left_out("cka", {"kernel": "polynomial"} | params)
    assert math.isclose(found.std(), want.std(), rel_tol=0.1)
    assert np.corrcoef(found, want)[0, 1] > 0.995


@pytest.mark.parametrize("params", [{"kernel": "rbf"}, {"kernel": "polynomial", "degree": 2}])
def test_leaving_an_item_out_of_hsic_follows_the_estimated_scale(params):
    found, want = left_out("hsic", params)
    assert np.corrcoef(found, want)[0, 1] > 0.97


NULLS = [
    ("cka", {"debiased": False}),
    ("cka", {"dialect": "lange"}),
    ("cka", {"kernel": "polynomial", "dialect": "lange"}),
    ("hsic", {"debiased": False}),
    ("adjusted_rv", {"standardised": False}),
    ("distance_correlation", {"bias_corrected": False}),
    ("deconfounded_cka", {"confound": CONFOUND, "debiased": False}),
    ("deconfounded_cka", {"confound": CONFOUND}),
]


@pytest.mark.parametrize(("name", "params"), NULLS)
def test_closed_nulls_are_those_of_permutations(name, params):
    module = registry.module_of(registry.get(name))
    a, b = (module.prepare(v, doubt=True, **params) for v in (X, Y[:, :3]))
    null, rng = module.null(a, b), np.random.default_rng(1)
    draws = np.array([module.shuffled(a, b, rng.permutation(40)) for _ in range(3000)])
    assert abs(null.mean - draws.mean()) < 5 * draws.std() / math.sqrt(3000)
    assert math.isclose(null.sd, draws.std(), rel_tol=0.12)


def test_the_polynomial_kernel_is_the_power_of_scaled_products():
    def naive(x):
        x = x - x.mean(0)
        return (x @ x.T / (x**2).sum(1).mean() + 0.5) ** 4

    for params, centre in (
        ({}, u_centred),
        ({"debiased": False}, lambda k: k - k.mean(0) - k.mean(1)[:, None] + k.mean()),
    ):
        got = rs.cka(X, Y, kernel="polynomial", degree=4, coef0=0.5, **params)
        assert math.isclose(got, cosine(centre(naive(X)), centre(naive(Y))), abs_tol=1e-10)
    assert math.isclose(rs.cka(X, Y, kernel="polynomial", degree=1), rs.cka(X, Y), abs_tol=1e-12)


def test_a_kernel_may_be_a_function():
    assert math.isclose(rs.cka(X, Y, kernel=lambda v: v @ v.T), rs.cka(X, Y), abs_tol=1e-10)

    def cosines(v):
        v = v / torch.linalg.norm(v, dim=1, keepdim=True)
        return v @ v.T

    x, y = torch.from_numpy(X).requires_grad_(), torch.from_numpy(Y)
    value = rs.cka(x, y, kernel=cosines)
    (gradient,) = torch.autograd.grad(value, x)
    unit = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in (X, Y)]
    assert math.isclose(float(value.detach()), cosine(*(u_centred(v @ v.T) for v in unit)), abs_tol=1e-10)
    step = torch.zeros_like(x)
    step[3, 2] = 1e-6
    moved = rs.cka(x.detach() + step, y, kernel=cosines) - rs.cka(x.detach() - step, y, kernel=cosines)
    assert math.isclose(float(gradient[3, 2]), float(moved) / 2e-6, rel_tol=1e-4)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: rs.cka(X, Y, kernel=lambda v: v), errors.ShapeError, r"\(40, 40\)"),
        (lambda: rs.cka(X, Y, kernel=lambda v: np.triu(v @ v.T)), errors.InputError, "a symmetric matrix"),
        (lambda: rs.cka(X, Y, kernel=lambda v: v @ v.T * np.nan), errors.InputError, "finite values"),
        (lambda: rs.cka(X, Y, kernel=lambda v: torch.from_numpy(v @ v.T)), errors.InputError, "numpy's array"),
        (lambda: rs.cka(X, Y, kernel="polynomial", degree=0), errors.InputError, "a whole number"),
        (lambda: rs.cka(X, Y, kernel="polynomial", coef0=-1), errors.InputError, "at least 0"),
        (lambda: rs.cka(X, Y, kernel="rbf", bandwidth=0), errors.InputError, "above 0"),
        (lambda: rs.cka(X, Y, dialect="kornblith"), errors.InputError, "'song' or 'lange'"),
        (lambda: rs.cka(X, Y, dialect="lange", debiased=False), errors.InputError, "debiased=True"),
        (lambda: rs.hsic(X[:3], Y[:3]), errors.ShapeError, "at least 4 items"),
        (lambda: rs.adjusted_rv(X[:2], Y[:2]), errors.ShapeError, "at least 3 items"),
        (lambda: rs.minibatch_cka(X, Y, batch_size=3), errors.InputError, "at least 4"),
        (lambda: rs.class_conditional_cka(X, Y, labels=LABELS[:7]), errors.ShapeError, r"\(40,\)"),
        (lambda: rs.deconfounded_cka(X, Y, confound=CONFOUND[:7]), errors.ShapeError, "40 rows"),
        (lambda: rs.deconfounded_cka(X, Y, confound=np.array(["a"] * 40)), errors.DtypeError, "numbers"),
        (lambda: rs.cknna(X, Y, metric="euclidean"), errors.InputError, "'cosine'"),
        (lambda: rs.cknna(X, Y, dialect="huh"), errors.InputError, "'paper' or 'platonic'"),
        (lambda: rs.cknna(X, Y, k=39), errors.ShapeError, "k ≤ items − 2 = 38"),
    ],
)
def test_bad_input_is_refused(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert "expected" in str(caught.value)


def test_resampling_gives_the_value_of_the_items_taken():
    for x, y in ((X, Y), (np.tile(X, 20), Y)):
        a, b = cka_module.prepare(x), cka_module.prepare(y)
        counts = np.ones((3, 40), dtype=int)
        counts[1, 25:], counts[2] = 0, 2
        found = cka_module.resampled(a, b, counts)
        assert math.isclose(found[0], rs.cka(x, y), abs_tol=1e-10)
        assert math.isclose(found[1], rs.cka(x[:25], y[:25]), abs_tol=1e-10)
        assert math.isclose(found[2], rs.cka(x, y), abs_tol=1e-10), "copies of an item are no pair"


def test_resampling_sums_over_tuples_of_different_items():
    counts = np.array([3, 0, 1, 2, 1, 4, 1, 1])
    k, ell = (centred_gram(v[:8]) for v in (X, Y))

    def naive(k, ell):
        total = 0.0
        for size, sign, term in (
            (2, 1, lambda i, j: k[i, j] * ell[i, j]),
            (4, 1, lambda i, j, q, r: k[i, j] * ell[q, r]),
            (3, -2, lambda i, j, q: k[i, j] * ell[i, q]),
        ):
            tuples = list(itertools.permutations(range(8), size))
            weights = np.array([np.prod(counts[list(t)]) for t in tuples], dtype=float)
            total += sign * (weights * [term(*t) for t in tuples]).sum() / weights.sum()
        return total

    want = naive(k, ell) / math.sqrt(naive(k, k) * naive(ell, ell))
    got = cka_module.resampled(cka_module.prepare(X[:8]), cka_module.prepare(Y[:8]), counts[None])
    assert math.isclose(got[0], want, abs_tol=1e-9)


def test_resamples_spread_as_the_jackknife_says():
    rng = np.random.default_rng(3)
    z = rng.standard_normal((200, 4))
    x, y = (z @ rng.standard_normal((4, 10)) + rng.standard_normal((200, 10)) for _ in range(2))
    a, b = (cka_module.prepare(v, doubt=True) for v in (x, y))
    found = cka_module.resampled(a, b, rng.multinomial(200, np.full(200, 1 / 200), 1000))
    jackknife = math.sqrt(199 * cka_module.leave_one_out(a, b).var())
    assert math.isclose(found.std(), jackknife, rel_tol=0.2)
    assert abs(found.mean() - rs.cka(x, y)) < 0.2 * found.std()


def test_only_the_debiased_estimator_is_resampled():
    a, b = (cka_module.prepare(v, debiased=False) for v in (X, Y))
    with pytest.raises(errors.InputError, match="debiased"):
        cka_module.resampled(a, b, np.ones((1, 40), dtype=int))


def batch_hsics(x, y, size):
    starts = range(0, len(x), size)
    return np.array(
        [
            [song(*pair) for pair in ((u, v), (u, u), (v, v))]
            for u, v in ((x[i : i + size], y[i : i + size]) for i in starts)
        ]
    )


@pytest.mark.parametrize("size", [8, 16, 64])
def test_minibatch_cka_divides_sums(size):
    rng = np.random.default_rng(6)
    z = rng.standard_normal((512, 6))
    x, y = (z @ rng.standard_normal((6, 24)) + 2 * rng.standard_normal((512, 24)) for _ in range(2))
    each = batch_hsics(x, y, size)
    got = float(rs.minibatch_cka(x, y, batch_size=size))
    assert math.isclose(got, each[:, 0].sum() / math.sqrt(each[:, 1].sum() * each[:, 2].sum()), abs_tol=1e-10)
    of_ratios = (each[:, 0] / np.sqrt(each[:, 1] * each[:, 2])).mean()
    of_biased = np.mean([rs.rv(x[i : i + size], y[i : i + size]) for i in range(0, 512, size)])
    whole = float(rs.cka(x, y))
    assert abs(got - of_ratios) > 1e-5
    assert abs(got - whole) < 0.25 * abs(of_biased - whole)


def test_one_batch_is_debiased_cka():
    assert math.isclose(rs.minibatch_cka(X, Y, batch_size=40), rs.cka(X, Y), abs_tol=1e-12)
    assert math.isclose(rs.minibatch_cka(X, Y), rs.cka(X, Y), abs_tol=1e-12)


def test_a_last_batch_counts_by_its_items_and_not_at_all_below_four():
    each = [song(u, v) for u, v in ((X[:30], Y[:30]), (X[30:], Y[30:]))]
    own = [[song(v[:30], v[:30]), song(v[30:], v[30:])] for v in (X, Y)]
    weigh = lambda h: 30 * h[0] + 10 * h[1]  # noqa: E731
    want = weigh(each) / math.sqrt(weigh(own[0]) * weigh(own[1]))
    assert math.isclose(rs.minibatch_cka(X, Y, batch_size=30), want, abs_tol=1e-10)
    assert math.isclose(rs.minibatch_cka(X, Y, batch_size=38), rs.cka(X[:38], Y[:38]), abs_tol=1e-12)
    assert any("2 items in the last batch" in note for note in rs.score("minibatch_cka", X, Y, batch_size=38).notes)


def test_class_conditional_cka_counts_pairs_within_classes_only():
    sums = np.zeros(3)
    for label in range(3):
        u, v = X[label::3], Y[label::3]
        sums += len(u) * np.array([song(u, v), song(u, u), song(v, v)])
    got = rs.class_conditional_cka(X, Y, labels=LABELS)
    assert math.isclose(got, sums[0] / math.sqrt(sums[1] * sums[2]), abs_tol=1e-10)
    assert math.isclose(rs.class_conditional_cka(X, Y, labels=np.zeros(40)), rs.cka(X, Y), abs_tol=1e-12)
    words = np.array(["cat", "dog", "eel"])[LABELS]
    assert rs.class_conditional_cka(X, Y, labels=list(words)) == got
    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    assert math.isclose(rs.class_conditional_cka(x, y, labels=torch.from_numpy(LABELS)), got, abs_tol=1e-12)


def test_agreeing_on_classes_alone_is_no_class_conditional_similarity():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 5, 400)
    centres = 6 * rng.standard_normal((5, 10))
    x, y = (centres[labels] + rng.standard_normal((400, 10)) for _ in range(2))
    assert rs.cka(x, y) > 0.9
    result = rs.score("class_conditional_cka", x, y, labels=labels, permutations=50)
    assert abs(result.value) < 0.05
    assert result.interval[0] < 0 < result.interval[1]


def test_small_classes_are_left_out_and_said():
    labels = np.repeat([0, 1, 2], [3, 17, 20])
    got = rs.class_conditional_cka(X, Y, labels=labels)
    assert math.isclose(got, rs.class_conditional_cka(X[3:], Y[3:], labels=labels[3:]), abs_tol=1e-12)
    result = rs.score("class_conditional_cka", X, Y, labels=labels, null=None)
    assert any("1 of 3 classes with fewer than 4 items left out" in note for note in result.notes)
    nothing = rs.score("class_conditional_cka", X, Y, labels=np.arange(40), null=None)
    assert math.isnan(nothing.value)
    assert any("undefined" in note for note in nothing.notes)


def nearest(k, count):
    k = k - np.diag(np.full(len(k), np.inf))
    mask = np.zeros(k.shape)
    np.put_along_axis(mask, np.argsort(-k, axis=1)[:, :count], 1, axis=1)
    return mask


def test_cknna_of_published_code():
    """k = 10 on raw inner products; the other direction differs by a term meant for symmetric matrices."""
    x, y = reference.neighbours_input()
    settings = {"metric": "inner product", "dialect": "platonic"}
    assert math.isclose(rs.cknna(x, y, **settings), 0.395568, abs_tol=1e-6)
    assert abs(rs.cknna(y, x, **settings) - 0.395568) > 1e-3


@pytest.mark.parametrize("metric", ["cosine", "centred cosine", "inner product"])
def test_cknna_is_the_published_formula(metric):
    def rows(v):
        v = v - v.mean(0) if metric == "centred cosine" else v
        return v if metric == "inner product" else v / np.linalg.norm(v, axis=1, keepdims=True)

    k, ell = (rows(v) @ rows(v).T for v in reference.neighbours_input())
    near, also = nearest(k, 10), nearest(ell, 10)
    k, ell = (m - m.mean(1, keepdims=True) for m in (k, ell))
    want = (near * also * k * ell).sum() / math.sqrt((near * k * k).sum() * (also * ell * ell).sum())
    assert math.isclose(rs.cknna(*reference.neighbours_input(), metric=metric), want, abs_tol=1e-9)


def test_cknna_does_not_depend_on_a_constant_beside_the_scale():
    """The published code adds 1e-6 to the denominator, which small activations feel."""
    x, y = reference.neighbours_input()
    for dialect in ("paper", "platonic"):
        settings = {"metric": "inner product", "dialect": dialect}
        assert math.isclose(rs.cknna(1e-4 * x, y, **settings), rs.cknna(x, y, **settings), rel_tol=1e-9)


def test_cknna_is_undefined_for_items_without_shared_structure_of_their_own():
    assert math.isnan(rs.cknna(np.ones((20, 3)), X[:20], k=3))
    disjoint = rs.cknna(np.eye(12)[:, :2] + 0.0, X[:12, :2], k=2, dialect="platonic")
    assert math.isnan(disjoint) or math.isfinite(disjoint)


def regress_out(k, confound):
    """Residuals of all entries on all entries of the confound's, with an intercept, as the paper's code has it."""
    design = np.stack([np.ones(k.size), confound.ravel()], axis=1)
    return (k.ravel() - design @ np.linalg.lstsq(design, k.ravel(), rcond=None)[0]).reshape(k.shape)


def test_deconfounded_cka_is_cka_of_residuals():
    k, ell, inputs = (centred_gram(v) for v in (X, Y, CONFOUND))
    want = cosine(*(regress_out(m, inputs) for m in (k, ell)))
    assert math.isclose(rs.deconfounded_cka(X, Y, confound=CONFOUND, debiased=False), want, abs_tol=1e-10)


@pytest.mark.parametrize("debiased", [True, False])
def test_deconfounded_cka_is_a_partial_correlation(debiased):
    pairs = ((X, Y), (X, CONFOUND), (Y, CONFOUND))
    xy, xc, yc = (float(rs.cka(a, b, debiased=debiased)) for a, b in pairs)
    want = (xy - xc * yc) / math.sqrt((1 - xc**2) * (1 - yc**2))
    assert math.isclose(rs.deconfounded_cka(X, Y, confound=CONFOUND, debiased=debiased), want, abs_tol=1e-10)


def test_partial_distance_correlation_of_squared_distances_is_the_debiased_form():
    def u_centred_distances(x):
        return u_centred(((x[:, None] - x[None]) ** 2).sum(-1))

    a, b, c = (u_centred_distances(v) for v in (X, Y, CONFOUND))
    a, b = (m - (m * c).sum() / (c * c).sum() * c for m in (a, b))
    assert math.isclose(rs.deconfounded_cka(X, Y, confound=CONFOUND), cosine(a, b), abs_tol=1e-9)


def test_what_the_confound_explains_wholly_is_undefined():
    for dtype in (np.float32, np.float64):
        x = X.astype(dtype)
        result = rs.score("deconfounded_cka", x, Y.astype(dtype), confound=3 * x + 1)
        assert math.isnan(result.value)
        assert any("confound explains all of it: undefined" in note for note in result.notes)


def test_a_constant_confound_is_undefined():
    result = rs.score("deconfounded_cka", X, Y, confound=np.ones(40))
    assert math.isnan(result.value)
    assert any("confound" in note and "undefined" in note for note in result.notes)


def test_the_confound_is_joined_by_id():
    def named(v, order):
        order = np.asarray(order)
        return rs.Representation(v[order], ids=tuple(f"item-{i}" for i in order))

    whole = np.arange(40)
    x, y = named(X, whole), named(Y, whole)
    want = rs.deconfounded_cka(X, Y, confound=CONFOUND)
    assert math.isclose(rs.deconfounded_cka(x, y, confound=named(CONFOUND, whole[::-1])), want, abs_tol=1e-12)
    assert math.isclose(rs.deconfounded_cka(X, Y, confound=named(CONFOUND, whole)), want, abs_tol=1e-12)


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_untrained_networks_share_their_inputs_only(kind):
    """Two untrained networks look alike under CKA; less the pixels they do not, and trained ones still do."""
    from sklearn.datasets import load_digits

    from repscope.studies.digits import build

    pixels = torch.tensor(load_digits().data[1200:] / 16, dtype=torch.float32)

    def activations(network):
        out, found = pixels.reshape(-1, 1, 8, 8), []
        with torch.no_grad():
            for layer in network:
                out = layer(out)
                found.append(out.flatten(1))
        return found

    pairs = list(zip(*(activations(build(kind, seed)) for seed in (1, 2)), strict=True))
    plain = [float(rs.cka(a, b)) for a, b in pairs]
    less = [float(rs.deconfounded_cka(a, b, confound=pixels)) for a, b in pairs]
    assert plain[0] > 0.8
    assert plain[1] > 0.6
    assert max(map(abs, less[:-1])) < 0.15
    assert np.mean(np.abs(less)) < 0.1
    assert all(abs(after) < 0.5 * before for before, after in zip(plain, less, strict=True))


@pytest.mark.slow
def test_trained_networks_share_more_than_their_inputs():
    from sklearn.datasets import load_digits

    from repscope.studies.digits import build, train

    pixels, labels = load_digits(return_X_y=True)
    pixels, labels = torch.tensor(pixels / 16, dtype=torch.float32), torch.tensor(labels)
    outputs = []
    for seed in (1, 2):
        network = build("mlp", seed)
        train(network, pixels[:1200].reshape(-1, 1, 8, 8), labels[:1200], seed)
        with torch.no_grad():
            outputs.append(network(pixels[1200:].reshape(-1, 1, 8, 8)))
    assert rs.deconfounded_cka(*outputs, confound=pixels[1200:]) > 0.7


def test_residuals_of_dissimilarities_are_least_squares():
    from repscope.similarity.deconfounding import residuals

    rng = np.random.default_rng(1)
    values, confound = rng.standard_normal((3, 45)), rng.standard_normal(45)
    want = [v - np.polyval(np.polyfit(confound, v, 1), confound) for v in values]
    assert np.allclose(residuals(values, confound), want, atol=1e-12)
    assert np.allclose(residuals(values[0], confound), want[0], atol=1e-12)


@pytest.mark.parametrize("name", ["class_conditional_cka", "deconfounded_cka", "hsic", "adjusted_rv", "minibatch_cka"])
def test_activations_far_from_zero_lose_no_digits(name):
    """Means of a hundred SDs, where Gram matrices in float32 return anything from −7e10 to NaN."""
    rng = np.random.default_rng(4)
    x, y = rng.standard_normal((2, 500, 16))
    params = {"labels": np.arange(500) % 4, "confound": rng.standard_normal((500, 4))}
    params = {key: params[key] for key in registry.get(name).per_item}
    measure = getattr(rs, name)
    half = measure((x + 100).astype(np.float32), (y + 100).astype(np.float32), **params)
    assert math.isclose(half, measure(x, y, **params), abs_tol=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("items", [6, 20, 300])
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("cka", {}),
        ("cka", {"kernel": "rbf"}),
        ("cka", {"kernel": "polynomial"}),
        ("distance_correlation", {}),
        ("adjusted_rv", {"standardised": False}),
        ("minibatch_cka", {}),
        ("class_conditional_cka", {"labels": "one"}),
    ],
)
def test_items_all_equally_alike_have_no_alignment(name, params, items, dtype):
    """Nothing is left of one-hot codes of items once the bias is gone; rounding is not an answer."""
    params = {"labels": np.zeros(items)} if "labels" in params else params
    rng = np.random.default_rng(items)
    other = rng.standard_normal((items, 3)).astype(dtype)
    for codes in (np.eye(items), 3.3 * np.eye(items) + rng.standard_normal(items)):
        found = rs.score(name, codes.astype(dtype), other, **params)
        assert math.isnan(found.value)
        assert any("undefined" in note for note in found.notes)
        assert math.isnan(getattr(rs, name)(codes.astype(dtype), other, **params))


def test_two_items_have_a_null():
    x, y = np.random.default_rng(0).standard_normal((2, 2, 3))
    found = rs.score("rv", x, y)
    assert found.value == pytest.approx(1)
    assert found.p is None


@pytest.mark.parametrize("params", [{"coef0": math.inf}, {"coef0": math.nan}, {"degree": 2.5}, {"degree": math.inf}])
def test_no_power_of_a_polynomial_kernel_is_undefined_in_silence(params):
    """A broken power of a negative number is NaN."""
    with pytest.raises(errors.InputError):
        check_kernel("polynomial", **({"bandwidth": 1, "width": "median", "degree": 3, "coef0": 1} | params))


def test_an_infinite_bandwidth_is_refused():
    with pytest.raises(errors.InputError, match="above 0"):
        rs.cka(X, Y, kernel="rbf", bandwidth=math.inf)


@pytest.mark.parametrize("debiased", [True, False])
def test_the_null_of_class_conditional_cka_keeps_classes(debiased):
    """Far classes and many units: across classes the plug-in's null would be 0.3, where unrelated data score 0.83."""
    rng = np.random.default_rng(0)
    labels, classes = np.arange(60) % 3, rng.standard_normal((2, 3, 100))
    found = []
    for _ in range(60):
        x, y = (5 * c[labels] + rng.standard_normal((60, 100)) for c in classes)
        found.append(rs.score("class_conditional_cka", x, y, labels=labels, debiased=debiased, interval=None))
    values = np.array([one.value for one in found])
    assert np.mean([one.null.mean for one in found]) == pytest.approx(values.mean(), abs=4 * values.std() / 60**0.5)
    assert np.mean([one.null.sd for one in found]) == pytest.approx(values.std(), rel=0.35)
    assert np.mean([one.p < 0.05 for one in found]) < 0.17


def test_orders_within_a_class_are_even():
    """Five items of one class and three of others, which are too few to count: 120 orders, one value each."""
    rng = np.random.default_rng(0)
    labels = np.array([0, 1, 0, 1, 0, 2, 0, 0])
    own = np.flatnonzero(labels == 0)
    x, y = rng.standard_normal((2, 8, 3))
    a, b = (class_conditional_cka.prepare(v, labels=labels) for v in (x, y))
    want = {round(float(rs.cka(x[own], y[list(order)])), 9) for order in itertools.permutations(own)}
    draws = [round(class_conditional_cka.shuffled(a, b, rng.permutation(8)), 9) for _ in range(6000)]
    assert set(draws) == want
    assert len(want) == 120
    assert chisquare(np.unique(draws, return_counts=True)[1]).pvalue > 1e-3


def test_clusters_that_change_places_within_a_class_stay_whole():
    rng = np.random.default_rng(0)
    labels = np.array([0, 1, 0, 1, 0, 1, 1, 0])
    x, y = rng.standard_normal((2, 8, 3))
    a, b = (class_conditional_cka.prepare(v, labels=labels) for v in (x, y))
    order = np.array([4, 5, 7, 6, 0, 1, 3, 2])
    moved = float(rs.class_conditional_cka(x, y[order], labels=labels))
    assert class_conditional_cka.shuffled(a, b, order) == pytest.approx(moved, abs=1e-12)


@pytest.mark.parametrize("size", [4, 10, 17])
def test_minibatch_cka_without_each_item_keeps_the_batches(size):
    def of(x, y, batches):
        sums = np.zeros(3)
        for at in batches:
            if len(at) >= 4:
                sums += len(at) * np.array([song(x[at], y[at]), song(x[at], x[at]), song(y[at], y[at])])
        return sums[0] / math.sqrt(sums[1] * sums[2])

    batches = [np.arange(start, min(start + size, 40)) for start in range(0, 40, size)]
    a, b = (minibatch_cka.prepare(v, batch_size=size, doubt=True) for v in (X, Y))
    found = minibatch_cka.leave_one_out(a, b)
    want = [of(X, Y, [at[at != i] for at in batches]) for i in range(40)]
    assert np.allclose(found, want, atol=1e-10)
    assert of(X, Y, batches) == pytest.approx(float(rs.minibatch_cka(X, Y, batch_size=size)), abs=1e-12)


def test_deconfounded_p_is_no_claim_beyond_the_confound_and_the_interval_is():
    """Noise beside one and the same confound: p < 0.05 in far more than 5 %, while intervals hold 0."""
    low, covered = 0, 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        confound = rng.standard_normal((60, 3))
        x, y = (np.concatenate([4 * confound, np.zeros((60, 2))], axis=1) + rng.standard_normal((60, 5)) for _ in "xy")
        found = rs.score("deconfounded_cka", x, y, confound=confound)
        low += found.p < 0.05
        covered += found.interval[0] <= 0 <= found.interval[1]
        assert any("not even the confound" in note for note in found.notes)
    assert covered >= 52
    assert low > 8

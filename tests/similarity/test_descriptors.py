"""Descriptors against their definitions written out, published values, and defects of other packages."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.linalg import eigh, orth, subspace_angles
from scipy.spatial.distance import cdist, pdist

import reference
import repscope as rs
from repscope.errors import InputError, NotFiniteError
from repscope.similarity import concentricity_difference as concentricity
from repscope.similarity import eigenspace_overlap as eigenspace
from repscope.similarity import magnitude_difference as magnitude
from repscope.similarity import rsm_norm_difference as rsm
from repscope.similarity import uniformity_difference as uniformity
from repscope.stats import cross

A, B, C, D = (reference.INPUTS[name] for name in "ABCD")
OVERLAP = {"A": (0.5356144771, 0.4318231388), "C": (0.6457543244, 0.5157226543)}


@pytest.mark.parametrize("name", OVERLAP)
def test_eigenspace_overlap_equals_the_published_values(name):
    raw, centred = OVERLAP[name]
    x, y = reference.INPUTS[name]
    assert math.isclose(rs.eigenspace_overlap(x, y), raw, abs_tol=1e-9)
    assert math.isclose(rs.eigenspace_overlap(x, y, centred=True), centred, abs_tol=1e-9)


def test_eigenspace_overlap_is_that_of_principal_angles():
    x, y = np.random.default_rng(0).standard_normal((2, 40, 6))
    y[:, :2] = x[:, :2]
    for dependent in (x, np.column_stack([x, x @ np.ones(6)])):
        cosines = np.cos(subspace_angles(orth(dependent), orth(y)))
        assert math.isclose(rs.eigenspace_overlap(dependent, y), (cosines**2).sum() / 6, abs_tol=1e-9)
        means = [v - v.mean(0) for v in (dependent, y)]
        cosines = np.cos(subspace_angles(*(orth(v, rcond=1e-10) for v in means)))
        got = rs.eigenspace_overlap(dependent, y, centred=True)
        assert math.isclose(got, (cosines**2).sum() / 6, abs_tol=1e-9)


def test_as_many_units_as_items_span_everything():
    x, y = B
    assert math.isclose(rs.eigenspace_overlap(x, y), 1, abs_tol=1e-9)
    assert math.isclose(rs.eigenspace_overlap(x, y, centred=True), 1, abs_tol=1e-9)
    assert math.isclose(rs.eigenspace_overlap(x, y[:, :4]), 0.4, abs_tol=1e-9)
    assert any(
        "spans all functions" in said for said in eigenspace.caveats(eigenspace.prepare(x), eigenspace.prepare(y))
    )


def test_translation_and_scale_of_one_unit_count_where_they_should():
    x, y = A
    assert math.isclose(rs.eigenspace_overlap(x + 5, y, centred=True), OVERLAP["A"][1], abs_tol=1e-9)
    assert abs(rs.eigenspace_overlap(x + 5, y) - OVERLAP["A"][0]) > 1e-3
    assert math.isclose(rs.eigenspace_overlap(x * [1e-4, 1, 1, 1, 1e4], y), OVERLAP["A"][0], abs_tol=1e-6)


def test_a_constant_unit_is_part_of_the_space_of_units_as_they_are():
    x, _ = A
    ones = np.column_stack([x - x.mean(0), np.full(20, 3.0)])
    want = (5 + 1 - 5) / 6 + 5 / 6
    assert math.isclose(rs.eigenspace_overlap(ones, np.column_stack([x - x.mean(0), np.ones(20)])), want, abs_tol=1e-9)


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize(("n", "p", "q"), [(20, 5, 4), (3, 2, 5), (40, 5, 60), (60, 20, 39), (24, 30, 25)])
def test_what_rounding_leaves_is_no_direction(n, p, q, centred):
    """Constant units about their means, and the last coordinates of fewer items than units, are 0 but for rounding."""
    rng = np.random.default_rng(n)
    X, Y = rng.standard_normal((n, p)) + 1, rng.standard_normal((n, q)) - 2
    Y[-2:] = Y[:2]  # copies of items: rank below the number of items
    X, Y = np.c_[X, np.full(n, 0.1)], np.c_[Y, np.full(n, 7.3)]

    def basis(x):
        u, s, _ = np.linalg.svd(x - x.mean(0) * centred, full_matrices=False)
        return u[:, s > 1e-9 * s[0]]

    u, v = basis(X), basis(Y)
    want = np.sum((u.T @ v) ** 2) / max(u.shape[1], v.shape[1])
    assert math.isclose(rs.eigenspace_overlap(X, Y, centred=centred), want, abs_tol=1e-9)


def test_ill_conditioned_float32_is_found_in_float64():
    rng = np.random.default_rng(1)
    x = (rng.standard_normal((300, 12)) * np.geomspace(1e-3, 1, 12)).astype(np.float32)
    y = (x @ rng.standard_normal((12, 5)) + rng.standard_normal((300, 5))).astype(np.float32)
    want = rs.eigenspace_overlap(x.astype(np.float64), y.astype(np.float64))
    assert math.isclose(rs.eigenspace_overlap(x, y), want, abs_tol=1e-4)


def test_moments_of_dependent_or_constant_units():
    x, y = A
    double = np.column_stack([x, x[:, :2]])
    got = eigenspace.from_moments(cross.of(double, y))
    assert math.isclose(got, rs.eigenspace_overlap(double, y), abs_tol=1e-9)
    assert math.isnan(eigenspace.from_moments(cross.of(np.ones((20, 2)), y)))


def test_magnitude_is_the_length_of_the_mean():
    x, y = A
    want = abs(np.linalg.norm(x.mean(0)) - np.linalg.norm(y.mean(0)))
    assert math.isclose(rs.magnitude_difference(x, y), want, abs_tol=1e-12)
    assert math.isclose(rs.magnitude_difference(1e-30 * x, np.zeros_like(y) + y * 1e-30), 1e-30 * want, rel_tol=1e-9)


def test_concentricity_is_the_mean_cosine_with_the_mean():
    x, y = A

    def cosine(v):
        return (1 - cdist(v, v.mean(0, keepdims=True), "cosine")).mean()

    assert math.isclose(rs.concentricity_difference(x, y), abs(cosine(x) - cosine(y)), abs_tol=1e-12)


def test_a_mean_of_zero_has_no_concentricity():
    x = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    assert math.isnan(rs.concentricity_difference(x, x + 1))
    assert "undefined" in concentricity.prepare(x).notes[0]


def test_items_of_length_zero_are_counted():
    x = A[0].copy()
    x[2] = 0
    assert any("1 items have length 0" in note for note in concentricity.prepare(x).notes)
    assert any("1 items have no direction" in note for note in uniformity.prepare(x).notes)


def test_uniformity_equals_the_published_value():
    assert math.isclose(uniformity.prepare(A[0]).value, -1.9970601900, abs_tol=5e-9)


@pytest.mark.parametrize("t", [0.5, 2, 40.0])
def test_uniformity_is_its_definition(t):
    def wanted(v):
        return np.log(np.exp(-t * pdist(v / np.linalg.norm(v, axis=1, keepdims=True), "sqeuclidean")).mean())

    assert math.isclose(rs.uniformity_difference(*C, t=t), abs(wanted(C[0]) - wanted(C[1])), abs_tol=1e-10)


def test_the_surveys_uniformity_is_its_definition():
    x, y = A[0] / 3, A[1] / 3
    want = [np.log(np.exp(-2 * cdist(v, v, "sqeuclidean")).mean()) for v in (x, y)]
    got = rs.uniformity_difference(x, y, dialect="klabunde")
    assert math.isclose(got, abs(want[0] - want[1]), abs_tol=1e-10)
    moved = rs.uniformity_difference(x + 7, y, dialect="klabunde")
    assert math.isclose(moved, got, abs_tol=1e-10)


def test_many_units_do_not_underflow():
    """A package that takes items as they are scores exactly 0 at 512 units, whatever they are."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal((100, 512))
    y = x + 2
    assert rs.uniformity_difference(x, y, dialect="klabunde") == 0
    assert rs.uniformity_difference(x, y) > 0.5
    assert rs.uniformity_difference(x, y, t=500) > 0.5
    wide = np.repeat([[0.0], [1.0]], 50, axis=0) + 1e-3 * rng.standard_normal((100, 512)) + 1
    assert math.isfinite(rs.uniformity_difference(x, wide, t=2000))


def test_panels_of_many_items_add_up():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((1500, 3))
    want = np.log(np.exp(-2 * pdist(x / np.linalg.norm(x, axis=1, keepdims=True), "sqeuclidean")).mean())
    assert math.isclose(uniformity.prepare(x).value, want, abs_tol=1e-10)
    assert math.isclose(uniformity.prepare(torch.from_numpy(x).float()).value, want, abs_tol=1e-5)


def test_rsm_norm_equals_the_published_values_and_is_not_the_spectral_norm():
    """33.2775 is the Frobenius norm, 23.5308 that of the triangle; a benchmark returns the spectral one, 20.7577."""
    x, y = A
    assert math.isclose(rs.rsm_norm_difference(x, y), 33.2775, abs_tol=5e-5)
    assert math.isclose(rs.rsm_norm_difference(x, y, dialect="triangle"), 23.5308, abs_tol=5e-5)
    gap = cdist(x, x) - cdist(y, y)
    assert math.isclose(np.linalg.norm(gap, 2), 20.7577, abs_tol=5e-5)
    assert math.isclose(rs.rsm_norm_difference(x, y), np.linalg.norm(gap), abs_tol=1e-9)


def test_the_norm_of_inner_products_is_the_pip_loss():
    x, y = A
    gap = x @ x.T - y @ y.T
    assert math.isclose(rs.rsm_norm_difference(x, y, metric="inner product"), np.linalg.norm(gap), abs_tol=1e-9)
    triangle = np.linalg.norm(gap[np.tril_indices(20, -1)])
    got = rs.rsm_norm_difference(x, y, metric="inner product", dialect="triangle")
    assert math.isclose(got, triangle, abs_tol=1e-9)


def test_copies_have_a_distance_of_zero_and_a_finite_gradient():
    x = torch.from_numpy(np.repeat(A[0][:5], 2, axis=0)).requires_grad_()
    y = torch.from_numpy(A[1][:10])
    (gradient,) = torch.autograd.grad(rs.rsm_norm_difference(x, y), x)
    assert torch.isfinite(gradient).all()


def wanted_distance(x, y, shrinkage):
    matrices = []
    for v in (x, y):
        gram = (v - v.mean(0)) @ (v - v.mean(0)).T
        n = len(v)
        matrices.append((1 - shrinkage) * gram * (n - 1) / np.trace(gram) + shrinkage * np.eye(n))
    return np.sqrt((np.log(eigh(matrices[1], matrices[0], eigvals_only=True)) ** 2).sum())


@pytest.mark.parametrize("name", reference.INPUTS)
@pytest.mark.parametrize("shrinkage", [0.1, 0.7])
def test_riemannian_distance_is_that_of_all_eigenvalues(name, shrinkage):
    """In the span of the units where these are few, over all items where they are many: the same number."""
    x, y = reference.INPUTS[name]
    got = rs.affine_invariant_riemannian(x, y, shrinkage=shrinkage)
    assert math.isclose(got, wanted_distance(x, y, shrinkage), abs_tol=1e-9)


def test_riemannian_distance_does_not_care_how_it_is_found():
    x, y = A
    t = torch.from_numpy(x).requires_grad_()
    got = float(rs.affine_invariant_riemannian(t, torch.from_numpy(y)).detach())
    assert math.isclose(got, rs.affine_invariant_riemannian(x, y), abs_tol=1e-9)
    assert rs.affine_invariant_riemannian(x, np.column_stack([x, x])) == pytest.approx(0, abs=1e-9)


def test_scale_counts_where_asked_for():
    x, y = A
    near, far = (rs.affine_invariant_riemannian(x, s * y, scaled=False) for s in (1, 10))
    assert abs(near - far) > 0.1
    gram = [v @ v.T / v.shape[1] for v in (x - x.mean(0), y - y.mean(0))]
    shrunk = [0.9 * g + 0.1 * np.eye(20) for g in gram]
    want = np.sqrt((np.log(eigh(shrunk[1], shrunk[0], eigvals_only=True)) ** 2).sum())
    assert math.isclose(near, want, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("steps", "params"),
    [
        (magnitude, {}),
        (concentricity, {}),
        (uniformity, {}),
        (uniformity, {"dialect": "klabunde"}),
        (rsm, {}),
        (rsm, {"dialect": "triangle"}),
        (rsm, {"metric": "inner product"}),
    ],
)
def test_leaving_each_item_out_equals_doing_so(steps, params):
    x, y = A[0] / 2, A[1] / 2
    without = np.asarray(steps.leave_one_out(*(steps.prepare(v, doubt=True, **params) for v in (x, y))))
    for i in (0, 7, 19):
        few = [steps.prepare(np.delete(v, i, axis=0), **params) for v in (x, y)]
        assert math.isclose(abs(without[i]), steps.between(*few), abs_tol=1e-10)


def test_shuffled_matrices_are_those_of_shuffled_items():
    order = np.random.default_rng(4).permutation(20)
    for params in ({}, {"metric": "inner product"}):
        a, b = (rsm.prepare(v, **params) for v in A)
        want = rs.rsm_norm_difference(A[0], A[1][order], **params)
        assert math.isclose(rsm.shuffled(a, b, order), want, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rs.uniformity_difference(*A, t=0), "t: expected above 0"),
        (lambda: rs.uniformity_difference(*A, dialect="resi"), "'klabunde'"),
        (lambda: rs.rsm_norm_difference(*A, metric="cosine"), "'inner product'"),
        (lambda: rs.rsm_norm_difference(*A, dialect="spectral"), "'triangle'"),
        (lambda: rs.affine_invariant_riemannian(*A, shrinkage=0.0), "above 0 and below 1"),
        (lambda: rs.affine_invariant_riemannian(*A, shrinkage=1.0), "above 0 and below 1"),
    ],
)
def test_parameters_are_checked(call, words):
    with pytest.raises(InputError, match=words):
        call()


@pytest.mark.parametrize(
    "measure",
    [rs.magnitude_difference, rs.concentricity_difference, rs.uniformity_difference, rs.eigenspace_overlap],
)
def test_nan_is_named(measure):
    bad = A[0].copy()
    bad[3, 2] = np.inf
    with pytest.raises(NotFiniteError, match="item 3, unit 2"):
        measure(bad, A[1])


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_uniformity_does_not_overflow(size):
    """Items are scaled to length 1, whatever their squares are."""
    rng = np.random.default_rng(6)
    X, Y = rng.standard_normal((30, 4)), rng.standard_normal((30, 4)) + 2
    assert math.isclose(rs.uniformity_difference(size * X, Y), rs.uniformity_difference(X, Y), rel_tol=1e-9)

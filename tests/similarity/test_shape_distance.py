"""Generalised shape distances, Procrustes with norms, normalized Bures similarity and the permutation group."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.linalg import orthogonal_procrustes, sqrtm

import reference
import repscope as rs
from repscope import errors
from repscope.similarity import held_out_shape_distance, permutation_distance, procrustes, shape_distance
from repscope.stats import cross

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((40, 6)), RNG.standard_normal((40, 5))

NUCLEAR = {"A": 0.8304726568, "B": 0.9457780904, "C": 0.7422333891, "D": 0.9366852626}
UNNORMALISED = {"A": 9.8238555890, "B": 10.1706557857, "C": 11.3211620758, "D": 35.0793045115}
PERMUTATION = {"A": 1.0108415748, "B": 0.7138303215, "C": 1.0707016678, "D": 1.2090113953}
PERMUTATION_EUCLIDEAN = {"A": 16.317008245595, "B": 21.370183859193, "C": 14.736120954213, "D": 112.055554999747}
"""netrep, PermutationMetric(score_method="euclidean")."""
WHITENED = {
    "A": (0.9371357696395, 0.6599191316250, 0.6053118767, 0.5939126233671),
    "C": (0.8897463315173, 0.7707347894071, 0.7412846769, 0.7355465992967),
    "B": (0.0, 0.2572255282733, 0.3105736645, 0.3256799988747),
    "D": (0.0, 0.2805353305347, 0.3348513202, 0.3517518665789),
}
"""netrep, LinearMetric(alpha) with alpha 0, 0.2, 0.5 and 0.8."""


@pytest.mark.parametrize("name", reference.INPUTS)
def test_values_of_published_code(name):
    x, y = reference.INPUTS[name]
    assert math.isclose(rs.normalized_bures_similarity(x, y), NUCLEAR[name], abs_tol=1e-9)
    straight = {"distance": "size_and_shape", "normalised": False}
    assert math.isclose(rs.procrustes(x, y, **straight), UNNORMALISED[name], abs_tol=1e-9)
    assert math.isclose(rs.permutation_distance(x, y), PERMUTATION[name], abs_tol=1e-9)
    assert math.isclose(rs.permutation_distance(x, y, **straight), PERMUTATION_EUCLIDEAN[name], abs_tol=1e-9)


@pytest.mark.parametrize("name", WHITENED)
def test_partial_whitening_of_published_code(name):
    x, y = reference.INPUTS[name]
    for alpha, want in zip((0, 0.2, 0.5, 0.8), WHITENED[name], strict=True):
        tolerance = 1e-9 if want else 2e-7  # the arc cosine of 1 up to rounding
        assert math.isclose(rs.shape_distance(x, y, alpha=alpha), want, abs_tol=tolerance), alpha


def test_without_whitening_it_is_procrustes():
    for options in ({}, {"distance": "size_and_shape"}, {"distance": "size_and_shape", "normalised": False}):
        assert rs.shape_distance(X, Y, alpha=1, **options) == rs.procrustes(X, Y, **options)


def test_whitened_fully_it_is_made_of_canonical_correlations():
    """On A they are .983237, .961050, .454725 and .248933; their sum over √(5 · 4) is .592099."""
    x, y = reference.INPUTS["A"]
    assert math.isclose(math.cos(rs.shape_distance(x, y, alpha=0)), 0.592099, abs_tol=1e-6)
    square = rs.shape_distance(x, y, alpha=0, distance="size_and_shape", normalised=False) ** 2
    assert math.isclose(square, 5 + 4 - 2 * (0.983237 + 0.961050 + 0.454725 + 0.248933), abs_tol=1e-5)
    mixed = x @ RNG.standard_normal((5, 5))
    assert math.isclose(rs.shape_distance(mixed, y, alpha=0), rs.shape_distance(x, y, alpha=0), abs_tol=1e-9)


@pytest.mark.parametrize("alpha", [0, 0.1, 0.5, 0.9, 1])
@pytest.mark.parametrize("distance", ["angular", "size_and_shape"])
@pytest.mark.parametrize("normalised", [True, False])
def test_triangle_inequality_for_every_alpha(alpha, distance, normalised):
    rng = np.random.default_rng(1)
    for _ in range(30):
        items, units = int(rng.integers(4, 15)), rng.integers(1, 8, 3)
        x, y, z = (rng.standard_normal((items, p)) * 10.0 ** rng.integers(-1, 2) for p in units)
        y = (x + z) / 2 if units[0] == units[2] else y
        options = {"alpha": alpha, "distance": distance, "normalised": normalised}
        xy, yz, xz = (float(rs.shape_distance(a, b, **options)) for a, b in ((x, y), (y, z), (x, z)))
        assert xz <= xy + yz + 1e-7


def test_distances_are_those_of_the_best_rotation_found_otherwise():
    x, y = (v - v.mean(0) for v in reference.INPUTS["C"])
    rotation, _ = orthogonal_procrustes(y, x)
    want = np.linalg.norm(x - y @ rotation)
    assert math.isclose(rs.procrustes(x, y, distance="size_and_shape", normalised=False), want, abs_tol=1e-12)
    assert math.isclose(
        rs.procrustes(3 * x, 3 * y, distance="size_and_shape", normalised=False), 3 * want, rel_tol=1e-12
    )


def test_bures_similarity_is_the_fidelity_of_the_kernels():
    x, y = (v - v.mean(0) for v in reference.INPUTS["A"])
    k, l_ = x @ x.T, y @ y.T
    root = sqrtm(k + 1e-14 * np.eye(20)).real
    want = np.trace(sqrtm(root @ l_ @ root + 1e-16 * np.eye(20)).real) / math.sqrt(np.trace(k) * np.trace(l_))
    assert math.isclose(rs.normalized_bures_similarity(x, y), want, abs_tol=1e-5)
    assert math.isclose(math.cos(rs.procrustes(x, y)), rs.normalized_bures_similarity(x, y), abs_tol=1e-12)


def test_permutation_is_the_best_of_all():
    rng = np.random.default_rng(3)
    for p, q in ((4, 4), (3, 5), (5, 3)):
        x, y = (rng.standard_normal((12, d)) for d in (p, q))
        x, y = (v - v.mean(0) for v in (x, y))
        wide, narrow = (x, y) if p >= q else (y, x)
        padded = np.pad(narrow, ((0, 0), (0, wide.shape[1] - narrow.shape[1])))
        best = min(np.linalg.norm(wide - padded[:, list(o)]) for o in itertools.permutations(range(wide.shape[1])))
        straight = rs.permutation_distance(x, y, distance="size_and_shape", normalised=False)
        assert math.isclose(straight, best, abs_tol=1e-9)
        assert rs.permutation_distance(x, y) >= rs.procrustes(x, y)


def test_padding_of_published_code_breaks_the_triangle_and_unmatched_units_mend_it():
    x = RNG.standard_normal((30, 1))
    both = np.concatenate([x, -x], axis=1)
    there, back, straight = ((x, both), (both, -x), (x, -x))
    assert rs.permutation_distance(*straight) > rs.permutation_distance(*there) + rs.permutation_distance(*back) + 1
    rng = np.random.default_rng(5)
    for _ in range(60):
        items, units = int(rng.integers(3, 12)), rng.integers(1, 6, 3)
        a, b, c = (rng.standard_normal((items, p)) for p in units)
        ab, bc, ac = (float(rs.permutation_distance(*pair, unmatched=True)) for pair in ((a, b), (b, c), (a, c)))
        assert ac <= ab + bc + 1e-9


def test_opposite_units_are_as_far_apart_as_can_be():
    x = RNG.standard_normal((30, 1))
    assert math.isclose(rs.permutation_distance(x, -x), math.pi, abs_tol=1e-6)
    assert math.isclose(rs.permutation_distance(x, -x, unmatched=True), math.pi / 2, abs_tol=1e-12)


def test_float32_keeps_its_digits_near_identity_and_is_exact_at_it():
    """A published package is 1.4e-4 off at 0 in float32."""
    x = RNG.standard_normal((500, 64)).astype(np.float32)
    near = x + (1e-3 * RNG.standard_normal(x.shape)).astype(np.float32)
    assert rs.permutation_distance(x, x[:, ::-1]) < 1e-6
    want = rs.permutation_distance(x.astype(np.float64), near.astype(np.float64))
    assert math.isclose(rs.permutation_distance(x, near), want, rel_tol=1e-3)


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1e30])
def test_whitening_of_published_code_depends_on_the_scale_below_1e7_and_this_does_not(scale):
    """Eigenvalues are cut at 1e-7 there, so that small units look alike."""
    want = rs.shape_distance(X, Y, alpha=0)
    assert math.isclose(rs.shape_distance(scale * X, Y, alpha=0), want, abs_tol=1e-9)
    straight = {"distance": "size_and_shape", "normalised": False}
    got = rs.procrustes(scale * X, scale * Y, **straight)
    assert math.isclose(got, scale * rs.procrustes(X, Y, **straight), rel_tol=1e-9)


def test_few_items_make_whitened_representations_alike_and_it_is_said():
    x, y = RNG.standard_normal((2, 10, 30))
    assert rs.shape_distance(x, y, alpha=0) < 1e-6
    assert any("whitening hides" in note for note in shape_distance.prepare(x).notes)
    assert not shape_distance.prepare(X).notes


STRAIGHT = {"distance": "size_and_shape", "normalised": False}


@pytest.mark.parametrize(("module", "params"), [(procrustes, STRAIGHT), (permutation_distance, STRAIGHT)])
def test_norms_are_kept_in_every_step(module, params):
    function = getattr(module, module.__name__.rpartition(".")[2])
    a, b = module.prepare(X, **params), module.prepare(5 * Y, **params)
    assert module.bounds(a) == (0.0, math.inf)
    moments = cross.of(X, 5 * Y)
    assert math.isclose(module.from_moments(moments, **params), function(X, 5 * Y, **params), abs_tol=1e-10)
    order = RNG.permutation(40)
    assert math.isclose(module.shuffled(a, b, order), function(X, 5 * Y[order], **params), abs_tol=1e-10)
    without = [float(function(np.delete(X, i, 0), np.delete(5 * Y, i, 0), **params)) for i in range(40)]
    assert np.corrcoef(without, module.leave_one_out(a, b))[0, 1] > 0.99
    t = torch.from_numpy(X).requires_grad_()
    function(t, torch.from_numpy(Y), **params).backward()
    step = 1e-6 * RNG.standard_normal(X.shape)
    moved = float(function(X + step, Y, **params)) - float(function(X - step, Y, **params))
    assert math.isclose(moved / 2, float((t.grad.numpy() * step).sum()), rel_tol=1e-5)


@pytest.mark.parametrize("name", ["procrustes", "normalized_bures_similarity", "permutation_distance"])
def test_leaving_an_item_out_is_right_to_first_order(name):
    module = __import__(f"repscope.similarity.{name}", fromlist=[name])
    function = getattr(module, name)
    rng = np.random.default_rng(6)
    latent = rng.standard_normal((80, 4))
    x, y = (latent @ rng.standard_normal((4, p)) + 0.5 * rng.standard_normal((80, p)) for p in (6, 5))
    found = np.asarray(module.leave_one_out(module.prepare(x), module.prepare(y)))
    want = np.array([float(function(np.delete(x, i, 0), np.delete(y, i, 0))) for i in range(80)])
    assert np.corrcoef(found, want)[0, 1] > 0.98
    assert 0.9 < found.std() / want.std() < 1.1


HELD_OUT = {1.0: (0.6118408122822, 0.6089502294043), 0.5: (0.8547136394076, 0.6621289897342)}
"""netrep on A: fitted on items 0–9 and scored on items 10–19, and the other way round."""


@pytest.mark.parametrize("alpha", HELD_OUT)
def test_held_out_values_of_published_code(alpha):
    x, y = reference.INPUTS["A"]
    for side, want in zip((0, 1), HELD_OUT[alpha], strict=True):
        order = np.roll(np.arange(20), 10 * side)
        one, other = (held_out_shape_distance.both_ways(v - v.mean(0), order, alpha, 1.0)[0] for v in (x, y))
        got = held_out_shape_distance.scored_distance(one, other, "angular")
        assert math.isclose(got, want, abs_tol=1e-9)


def test_held_out_does_not_reward_a_rotation_for_fitting_few_items():
    rng = np.random.default_rng(7)
    x, y = rng.standard_normal((2, 60, 40))
    assert rs.procrustes(x, y) < 0.9
    assert abs(rs.held_out_shape_distance(x, y) - math.pi / 2) < 0.1
    latent = rng.standard_normal((400, 5))
    a, b = latent @ rng.standard_normal((5, 8)), latent @ rng.standard_normal((5, 8))
    assert abs(rs.held_out_shape_distance(a, b) - rs.procrustes(a, b)) < 0.05


def test_held_out_depends_on_the_seed_of_the_split_and_repeats_with_it():
    values = {float(rs.held_out_shape_distance(X, Y, rng=seed)) for seed in range(5)}
    assert len(values) == 5
    assert rs.held_out_shape_distance(X, Y) == rs.held_out_shape_distance(X, Y, rng=0)
    with pytest.raises(errors.InputError, match="split alike"):
        rs.held_out_shape_distance(X, Y, rng=np.random.default_rng(0))


def test_held_out_leaves_items_out_with_the_split_as_it_is():
    rng = np.random.default_rng(8)
    latent = rng.standard_normal((80, 4))
    x, y = (latent @ rng.standard_normal((4, p)) + 0.5 * rng.standard_normal((80, p)) for p in (6, 5))
    a, b = held_out_shape_distance.prepare(x), held_out_shape_distance.prepare(y)
    found = np.asarray(held_out_shape_distance.leave_one_out(a, b))

    def without(i):
        halves = [[k for k in part if k != i] for part in (a.order[:40], a.order[40:])]
        values = []
        for fit, score in (halves, halves[::-1]):
            ways = [held_out_shape_distance.way(v.x[fit], v.x[score], 1, 1.0) for v in (a, b)]
            values.append(float(held_out_shape_distance.scored_distance(*ways, "angular")))
        return np.mean(values)

    want = np.array([without(i) for i in range(80)])
    assert np.corrcoef(found, want)[0, 1] > 0.9
    assert 0.85 < found.std() / want.std() < 1.15


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rs.shape_distance(X, Y, alpha=1.5), "0 ≤ alpha ≤ 1"),
        (lambda: rs.shape_distance(X, Y, alpha=-0.1), "0 ≤ alpha ≤ 1"),
        (lambda: rs.shape_distance(X, Y, distance="riemann"), "'angular'"),
        (lambda: rs.permutation_distance(X, Y, distance="riemann"), "'angular'"),
        (lambda: rs.held_out_shape_distance(X, Y, distance="riemann"), "'angular'"),
        (lambda: rs.held_out_shape_distance(X[:5], Y[:5]), "at least 6 items"),
    ],
)
def test_parameters_are_checked(call, words):
    with pytest.raises(errors.InputError, match=words):
        call()


@pytest.mark.parametrize("size", [1e-200, 1e-30])
@pytest.mark.parametrize("distance", ["angular", "size_and_shape"])
def test_small_numbers_are_whitened_without_overflow(size, distance):
    """Beside a small X, φ(X) is (1 − α) times the whitened X, whose distance is that at alpha 0."""
    small = size * X
    assert math.isclose(
        rs.shape_distance(small, 1e-6 * Y, alpha=0.5, distance=distance),
        rs.shape_distance(X, Y, alpha=0, distance=distance),
        rel_tol=1e-4,
    )
    if size == 1e-30:
        narrow = rs.shape_distance(small.astype(np.float32), Y, alpha=0.5, distance=distance)
        assert math.isclose(narrow, rs.shape_distance(small, Y, alpha=0.5, distance=distance), rel_tol=1e-4)
    held = rs.held_out_shape_distance(small, 1e-6 * Y, alpha=0.5)
    assert math.isclose(held, rs.held_out_shape_distance(X, Y, alpha=0), rel_tol=1e-4)
    path = rs.geodesic(small, Y, 0.0, alpha=0.5, distance=distance)
    assert np.isfinite(path).all()
    assert rs.shape_distance(small, small @ np.linalg.qr(RNG.standard_normal((6, 6)))[0], alpha=0.5) < 1e-6

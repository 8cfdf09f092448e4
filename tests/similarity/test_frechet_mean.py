"""The Fréchet mean, geodesics and the aligner: what the mathematics says of them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

import reference
import repscope as rs
from repscope import errors
from repscope.similarity.frechet_mean import frechet_mean
from repscope.similarity.geodesic import geodesic
from repscope.similarity.shape_aligner import ShapeAligner
from repscope.types import running_ids

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((40, 6)), RNG.standard_normal((40, 5))
STRAIGHT = {"distance": "size_and_shape", "normalised": False}
DISTANCES = {"angular": {}, "size_and_shape": STRAIGHT}


def rotated(rng, x):
    return x @ np.linalg.qr(rng.standard_normal((x.shape[1], x.shape[1])))[0]


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize(("p", "q"), [(6, 6), (6, 3), (3, 6), (60, 50)])
def test_geodesics_have_constant_speed(distance, p, q):
    rng = np.random.default_rng(p + q)
    x, y = rng.standard_normal((40, p)), rng.standard_normal((40, q))
    whole = rs.procrustes(x, y, **DISTANCES[distance])
    for t in (0, 0.25, 0.5, 0.9, 1):
        point = geodesic(x, y, t, distance=distance)
        assert math.isclose(rs.procrustes(x, point, **DISTANCES[distance]), t * whole, abs_tol=3e-7 * 40)
        assert math.isclose(rs.procrustes(point, y, **DISTANCES[distance]), (1 - t) * whole, abs_tol=3e-7 * 40)


def test_geodesics_of_whitened_representations_run_between_their_images():
    start = geodesic(X, Y, 0, alpha=0.5)
    half = geodesic(X, Y, 0.5, alpha=0.5)
    whole = rs.shape_distance(X, Y, alpha=0.5)
    assert math.isclose(rs.procrustes(start, half), whole / 2, abs_tol=1e-7)


def test_geodesics_keep_the_units_of_the_first():
    centred = X - X.mean(0)
    assert np.allclose(geodesic(X, Y, 0, distance="size_and_shape"), centred, atol=1e-12)
    assert np.allclose(geodesic(X, rotated(RNG, X), 0.3, distance="size_and_shape"), centred, atol=1e-9)
    assert np.allclose(geodesic(X, X, 0.3), centred / np.linalg.norm(centred), atol=1e-12)
    assert geodesic(Y, X, 0.5).shape == (40, 6)
    assert type(geodesic(torch.from_numpy(X), torch.from_numpy(Y), 0.5)) is torch.Tensor


@pytest.mark.parametrize("distance", DISTANCES)
def test_the_mean_of_rotations_of_one_shape_is_that_shape(distance):
    found = frechet_mean([rotated(RNG, X) for _ in range(5)], distance=distance)
    assert found.converged
    assert found.variance < 1e-12
    assert rs.procrustes(found.mean, X, **DISTANCES[distance]) < 1e-6


@pytest.mark.parametrize("distance", DISTANCES)
def test_the_mean_of_two_is_half_way(distance):
    found = frechet_mean([X, Y], distance=distance)
    whole = rs.procrustes(X, Y, **DISTANCES[distance])
    assert np.allclose(found.distances, whole / 2, atol=1e-5 * whole)
    assert math.isclose(found.variance, whole**2 / 4, rel_tol=1e-6)


@pytest.mark.parametrize("distance", DISTANCES)
def test_distances_are_those_of_the_measure(distance):
    cloud = [X + 0.5 * RNG.standard_normal(X.shape) for _ in range(4)]
    found = frechet_mean(cloud, distance=distance)
    want = [float(rs.procrustes(found.mean, v, **DISTANCES[distance])) for v in cloud]
    assert np.allclose(found.distances, want, atol=1e-7)
    assert math.isclose(found.variance, np.mean(np.square(want)), rel_tol=1e-6)


@pytest.mark.parametrize("distance", DISTANCES)
def test_no_point_nearby_has_less_variance(distance):
    """The mean is a stationary point of the sum of squared distances, by a general minimiser."""
    rng = np.random.default_rng(3)
    base = rng.standard_normal((8, 2))
    cloud = [rotated(rng, base + 0.4 * rng.standard_normal(base.shape)) for _ in range(4)]
    found = frechet_mean(cloud, distance=distance, tolerance=1e-12, iterations=1000)

    def variance(flat):
        return np.mean([rs.procrustes(flat.reshape(8, 2), v, **DISTANCES[distance]) ** 2 for v in cloud])

    other = minimize(variance, np.asarray(found.mean).ravel(), method="BFGS", options={"maxiter": 60})
    assert found.variance <= other.fun + 1e-7
    assert found.variance < min(variance(v.ravel()) for v in cloud)


def test_neither_the_order_nor_rotations_of_the_inputs_matter():
    rng = np.random.default_rng(4)
    cloud = [X + 0.3 * rng.standard_normal(X.shape) for _ in range(5)]
    first = frechet_mean(cloud)
    second = frechet_mean([rotated(rng, v) for v in cloud[::-1]])
    assert math.isclose(first.variance, second.variance, rel_tol=1e-9)
    assert rs.procrustes(first.mean, second.mean) < 1e-6
    assert np.allclose(first.distances, np.asarray(second.distances)[::-1], atol=1e-8)


def test_every_iteration_lowers_the_variance_and_convergence_is_told():
    rng = np.random.default_rng(5)
    cloud = [rng.standard_normal((30, 5)) for _ in range(6)]
    runs = [frechet_mean(cloud, iterations=k, tolerance=0.0) for k in (1, 2, 4, 8, 16)]
    assert not runs[0].converged
    assert runs[0].iterations == 1
    values = [float(run.variance) for run in runs]
    assert all(late <= early + 1e-12 for early, late in itertools.pairwise(values))
    assert frechet_mean([X + 0.3 * rng.standard_normal(X.shape) for _ in range(6)]).converged


def test_means_take_representations_of_several_widths_and_other_orders():
    order = RNG.permutation(40)
    ids = running_ids(40)
    shuffled = rs.Representation(Y[order], tuple(np.array(ids)[order].tolist()))
    found = frechet_mean([rs.Representation(X, ids), shuffled])
    assert np.allclose(found.distances, frechet_mean([X, Y]).distances, atol=1e-9)
    assert found.mean.shape == (40, 6)
    few = frechet_mean([RNG.standard_normal((10, 30)), RNG.standard_normal((10, 20))])
    assert few.mean.shape == (10, 10)


def test_whitened_means_ignore_linear_maps():
    mixed = [X @ RNG.standard_normal((6, 6)) for _ in range(3)]
    assert frechet_mean(mixed, alpha=0).variance < 1e-10
    assert frechet_mean(mixed, alpha=1).variance > 1e-2


def test_torch_gives_torch():
    found = frechet_mean([torch.from_numpy(X), torch.from_numpy(Y)])
    assert all(isinstance(v, torch.Tensor) for v in found[:3])
    assert math.isclose(float(found.variance), frechet_mean([X, Y]).variance, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: frechet_mean([]), "at least one"),
        (lambda: frechet_mean([X, np.ones((40, 2))]), r"representations\[1\].*a constant"),
        (lambda: frechet_mean([X], alpha=2), "0 ≤ alpha"),
        (lambda: frechet_mean([X], distance="flat"), "'angular'"),
        (lambda: frechet_mean([X, Y[:20]]), "40 and 20"),
        (lambda: geodesic(X, Y, 1.5), "0 ≤ t ≤ 1"),
        (lambda: geodesic(X, np.ones((40, 2)), 0.5), "Y: expected a representation that varies"),
        (lambda: geodesic(X, Y, 0.5, alpha=-1), "0 ≤ alpha"),
        (lambda: geodesic(X, Y, 0.5, distance="flat"), "'angular'"),
        (lambda: ShapeAligner(group="linear").fit(X, Y), "'permutation'"),
        (lambda: ShapeAligner(alpha=3).fit(X, Y), "0 ≤ alpha"),
        (lambda: ShapeAligner(distance="flat").fit(X, Y), "'angular'"),
        (lambda: ShapeAligner().set_params(beta=1), "'beta'"),
        (lambda: ShapeAligner().score(X, Y), "Call fit"),
        (lambda: ShapeAligner().transform(X), "Call fit"),
        (lambda: ShapeAligner().fit(X, Y).transform(Y), r"\(items, 6\)"),
        (lambda: ShapeAligner().fit(np.where(X > 2, np.nan, X), Y), "X: expected finite"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(errors.InputError, match=words):
        call()


HELD_OUT = [
    ({"alpha": 1.0}, 0.6118408122821825),
    ({"alpha": 0.5}, 0.8547136394076194),
    ({"alpha": 0.2}, 1.2013840572482677),
    ({"alpha": 1.0, **STRAIGHT}, 8.232813205876544),
    ({"group": "permutation"}, 0.7969846654733234),
]
"""netrep on A, fitted on items 0–9 and scored on items 10–19."""


@pytest.mark.parametrize(("params", "want"), HELD_OUT)
def test_aligner_scores_as_published_code_does(params, want):
    x, y = reference.INPUTS["A"]
    got = ShapeAligner(**params).fit(x[:10], y[:10]).score(x[10:], y[10:])
    assert math.isclose(got, want, abs_tol=1e-9)
    swapped = ShapeAligner(**params).fit(y[:10], x[:10]).score(y[10:], x[10:])
    assert math.isclose(swapped, want, abs_tol=1e-9)


@pytest.mark.parametrize("alpha", [0, 0.5, 1])
def test_on_the_fitted_items_the_score_is_the_distance(alpha):
    for group, measure in (("orthogonal", rs.shape_distance), ("permutation", None)):
        score = ShapeAligner(alpha=alpha, group=group).fit(X, Y).score(X, Y)
        if measure is not None:
            assert math.isclose(score, measure(X, Y, alpha=alpha), abs_tol=1e-9)
        elif alpha == 1:
            assert math.isclose(score, rs.permutation_distance(X, Y), abs_tol=1e-9)


def test_aligned_items_lie_where_the_other_representation_has_them():
    y = rotated(RNG, X) + 3
    aligner = ShapeAligner().fit(X[:20], y[:20])
    assert np.allclose(aligner.transform(X[20:]), y[20:] - y[:20].mean(0), atol=1e-9)


def test_aligner_works_with_scikit_learn():
    from sklearn.base import clone
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    aligner = ShapeAligner(alpha=0.5, group="permutation")
    copy = clone(aligner)
    assert copy.get_params() == {
        "alpha": 0.5,
        "group": "permutation",
        "distance": "angular",
        "normalised": True,
    }
    assert copy.set_params(alpha=1).alpha == 1
    found = make_pipeline(StandardScaler(), ShapeAligner()).fit(X, Y).transform(X)
    assert found.shape == Y.shape

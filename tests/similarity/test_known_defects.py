"""Defects found in published packages, each with a test that repscope does not share it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import reference
import repscope as rs
from repscope import errors as rs_errors


def independent(offset: float, items: int = 2000, units: int = 64) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return tuple((rng.standard_normal((items, units)) + offset).astype(np.float32) for _ in range(2))


@pytest.mark.parametrize("offset", [1, 3, 10, 30, 100, 1000])
def test_float32_gram_matrices_with_a_large_mean_cancel(offset):
    """Four Gram-space packages return 0.27, NaN or −7e10 here; independent data score 0."""
    x, y = independent(offset)
    want = float(rs.cka(x.astype(np.float64), y.astype(np.float64)))
    assert abs(float(rs.cka(x, y)) - want) < 1e-5
    assert abs(float(rs.cka(torch.from_numpy(x), torch.from_numpy(y))) - want) < 1e-5
    assert abs(want) < 0.01


def test_a_deep_relu_network_at_initialisation_is_measured():
    """The mean over SD of its last layer is in the dozens; a published package aborts with a NaN assertion."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = [torch.nn.Linear(64, 64) for _ in range(8)]
        x = torch.randn(500, 64)
    with torch.no_grad():
        for layer in layers:
            x = layer(x).relu()
    live = x[:, x.std(0) > 0]
    assert float((live.mean(0) / live.std(0)).max()) > 10
    y = torch.randn(500, 64, generator=torch.Generator().manual_seed(1))
    assert abs(float(rs.cka(x, y)) - float(rs.cka(x.double(), y.double()))) < 1e-5


def test_debiased_is_not_clamped_at_zero():
    assert rs.cka(*reference.INPUTS["D"]) < 0


def test_debiased_zeroes_the_diagonal():
    """One package centres and forgets the diagonal: .7948 on independent data."""
    assert abs(rs.cka(*reference.INPUTS["D"])) < 0.01


def test_cka_is_an_alignment_and_not_an_angle():
    x, _ = reference.INPUTS["A"]
    assert math.isclose(rs.cka(x, x), 1.0, abs_tol=1e-12)


def test_copies_of_an_item_do_not_make_it_its_own_neighbour():
    """A package that drops the first neighbour as the item itself keeps half of them when rows stand four times."""
    from repscope.array.neighbours import nearest

    x = np.repeat(np.random.default_rng(0).standard_normal((50, 8)), 4, axis=0)
    lists = nearest(x - x.mean(0), 10)
    assert not (lists == np.arange(200)[:, None]).any()
    copies = np.arange(200).reshape(50, 4).repeat(4, axis=0)
    for i in range(200):
        assert set(copies[i]) - {i} <= set(lists[i])


def test_neighbours_are_the_same_in_every_run_and_whatever_the_blocks():
    from repscope.array.neighbours import nearest

    x = np.round(np.random.default_rng(1).standard_normal((300, 2)), 1)  # many equal distances
    want = nearest(x, 7)
    assert (nearest(x, 7) == want).all()
    distances = ((x[:, None] - x[None]) ** 2).sum(2)
    np.fill_diagonal(distances, np.inf)
    kth = np.sort(distances, axis=1)[:, 6]
    found = np.take_along_axis(distances, want, axis=1)
    assert (found <= kth[:, None] + 1e-9).all()


def test_rotating_a_representation_does_not_move_any_measure():
    x, y = reference.INPUTS["C"]
    q = np.linalg.qr(np.random.default_rng(3).standard_normal((5, 5)))[0]
    for measure in (rs.cka, rs.procrustes):
        assert math.isclose(measure(x @ q, y), measure(x, y), abs_tol=1e-9)


def test_minibatch_values_are_those_of_all_items():
    """Averaging per-batch biased CKA gives .80 to .95 where the truth is .79; merged statistics give the whole."""
    from repscope.similarity.cka import from_moments
    from repscope.stats import cross

    rng = np.random.default_rng(5)
    x = rng.standard_normal((512, 24))
    y = x @ rng.standard_normal((24, 20)) + rng.standard_normal((512, 20))
    for size in (16, 128):
        merged = cross.merge(*(cross.of(x[i : i + size], y[i : i + size]) for i in range(0, 512, size)))
        assert math.isclose(from_moments(merged), rs.cka(x, y), abs_tol=1e-12)
        assert math.isclose(from_moments(merged, debiased=False), rs.cka(x, y, debiased=False), abs_tol=1e-12)


def test_sums_over_ten_thousand_items_do_not_drift_in_float32():
    """float32 norms over n² entries: published code gives .90309 and .90137 where .90225 and .90178 are right."""
    rng = np.random.default_rng(6)
    z = rng.standard_normal((10_000, 32))
    x, y = (
        (z @ rng.standard_normal((32, 64)) + rng.standard_normal((10_000, 64))).astype(np.float32) for _ in range(2)
    )
    for measure in ("cka", "procrustes", "cca", "normalized_bures_similarity"):
        function = getattr(rs, measure)
        assert abs(float(function(x, y)) - float(function(x.astype(np.float64), y.astype(np.float64)))) < 1e-5


def test_values_are_not_divided_by_the_number_of_layers():
    """One package averages over batches and layers alike, so that its diagonal is not 1."""
    x, y = reference.INPUTS["A"]
    found = rs.compare({"a": x, "b": y, "c": x[:, :2]}, interval=None, null=None)
    assert np.allclose(np.diag(found.value), 1)


def test_units_are_not_standardised_unasked():
    """One package z-scores the units before it takes CKA, which is another measure."""
    x, y = reference.INPUTS["A"]
    standardised = (x - x.mean(0)) / x.std(0)
    assert abs(rs.cka(standardised, y) - rs.cka(x, y)) > 1e-3


def test_a_measure_prints_nothing_and_leaves_the_global_random_numbers_alone(capsys):
    """A Fréchet mean that prints shapes, a topology divergence that draws its subsample from the global state."""
    x, y = reference.neighbours_input()
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    rs.frechet_mean([x, y], iterations=3)
    rs.representation_topology_divergence(x, y, items=20, draws=1)
    rs.score("mutual_knn", x, y)
    assert capsys.readouterr() == ("", "")
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_a_representation_is_at_no_distance_from_itself_under_any_metric():
    """A convolutional helper that gives .878 for a network with itself; a pairwise matrix whose empty cells say 0."""
    x, y = reference.INPUTS["A"]
    for name in ("procrustes", "shape_distance", "permutation_distance", "soft_matching", "gulp"):
        found = rs.compare({"x": x, "y": y}, measure=name, interval=None, null=None).value
        assert np.allclose(np.diag(found), 0, atol=1e-6), name
        assert found[0, 1] > 0.01, name


def test_equal_items_give_nan_and_not_one():
    """Constant layers score 0, 1 or abort elsewhere."""
    flat = np.ones((50, 4))
    for name in ("cka", "procrustes", "cca", "rsa", "rv", "distance_correlation"):
        assert math.isnan(getattr(rs, name)(flat, reference.INPUTS["D"][0])), name


def test_a_batch_of_two_or_three_items_is_refused_and_not_divided_by_zero():
    """The debiased estimator needs four items; a package aborts with NaN on the last, short batch."""
    x, y = reference.INPUTS["A"]
    with pytest.raises(rs_errors.ShapeError, match="at least 4 items"):
        rs.cka(x[:3], y[:3])

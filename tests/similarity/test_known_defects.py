"""Defects found in published packages, each with a test that repscope does not share it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import reference
import repscope as rs


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

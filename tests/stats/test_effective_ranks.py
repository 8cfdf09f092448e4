"""Effective ranks against published values, definitions and streams."""

from __future__ import annotations

import math

import numpy as np

import reference
from repscope.stats import joint
from repscope.stats.effective_ranks import effective_ranks


def ranks(x, **options):
    return [float(value) for value in effective_ranks(joint.of([x]).alone(0), **options)]


def test_published_values_of_input_a():
    """RankMe as published 4.299392, centred 4.063594, of variances 2.891214, participation ratio 2.335597."""
    x, _ = reference.INPUTS["A"]
    assert math.isclose(ranks(x, centred=False)[0], 4.299392, abs_tol=1e-6)
    for got, want in zip(ranks(x), (4.063594, 2.891214, 2.335597), strict=True):
        assert math.isclose(got, want, abs_tol=1e-6)


def test_equal_variances_fill_all_directions_and_one_direction_fills_one():
    q = np.linalg.qr(np.random.default_rng(0).standard_normal((40, 6)))[0]
    q = np.linalg.qr(q - q.mean(0))[0]
    assert np.allclose(ranks(q), 6)
    line = np.random.default_rng(1).standard_normal((40, 1)) * np.ones((1, 3))
    assert np.allclose(ranks(line), 1, atol=1e-6)


def test_the_order_of_ranks_and_their_invariance():
    """The participation ratio is the smallest, RankMe the largest; rotation, shift and scale change none."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal((200, 8)) * np.geomspace(1, 0.02, 8)
    rankme, entropy, participation = ranks(x)
    assert participation < entropy < rankme < 8
    q = np.linalg.qr(rng.standard_normal((8, 8)))[0]
    assert np.allclose(ranks(7 * x @ q + 3), ranks(x))


def test_shards_merge_to_the_ranks_of_the_whole():
    x = np.random.default_rng(3).standard_normal((300, 7)) @ np.diag(np.geomspace(5, 0.1, 7)) + 40
    merged = joint.merge(*(joint.of([part]) for part in (x[:100], x[100:250], x[250:])))
    assert np.allclose([float(v) for v in effective_ranks(merged.alone(0))], ranks(x), rtol=1e-10)


def test_a_constant_has_no_rank():
    with np.errstate(invalid="ignore", divide="ignore"):
        assert all(map(math.isnan, ranks(np.ones((10, 3)))))

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import repscope as rs
from repscope.similarity import cka, procrustes
from repscope.stats import cross


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(8, 60), st.integers(1, 7), st.floats(-1e3, 1e3))
def test_any_cut_in_any_order_gives_the_whole(seed, items, shards, offset):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((items, 5)) + offset
    y = x @ rng.standard_normal((5, 4)) + rng.standard_normal((items, 4))
    cuts = np.sort(rng.choice(np.arange(1, items), min(shards, items - 1), replace=False))
    parts = [cross.of(a, b) for a, b in zip(np.split(x, cuts), np.split(y, cuts), strict=True)]
    merged = cross.merge(*(parts[i] for i in rng.permutation(len(parts))))
    assert merged.n == items
    assert abs(cka.from_moments(merged) - rs.cka(x, y)) < 1e-9
    assert abs(procrustes.from_moments(merged) - rs.procrustes(x, y)) < 1e-7


def test_moving_the_point_and_back_changes_nothing():
    rng = np.random.default_rng(0)
    sums = cross.of(rng.standard_normal((20, 3)), rng.standard_normal((20, 2))).together
    away = cross.moved(sums, sums.at_x + 2, sums.at_y - 1)
    back = cross.moved(away, sums.at_x, sums.at_y)
    for before, after in zip(sums, back, strict=True):
        assert np.allclose(before, after, atol=1e-9)
    assert not np.allclose(away.xy, sums.xy)


def test_centred_sums_are_about_the_mean():
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((30, 3)) + 4, rng.standard_normal((30, 2)) - 9
    merged = cross.merge(cross.of(x[:11], y[:11]), cross.of(x[11:], y[11:])).centred()
    assert np.allclose(merged.together.x, 0, atol=1e-10)
    assert np.allclose(merged.together.xy, (x - x.mean(0)).T @ (y - y.mean(0)))
    assert np.allclose(merged.x_alone.a, ((x - x.mean(0)) ** 2).sum())

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from repscope.array import neighbours
from repscope.testing.data import BACKENDS

every_backend = pytest.mark.parametrize("convert", BACKENDS.values(), ids=BACKENDS)


def brute(x: np.ndarray, k: int) -> np.ndarray:
    distances = cdist(x, x, "sqeuclidean")
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :k]


@every_backend
@pytest.mark.parametrize(("items", "k", "budget"), [(30, 4, 2**20), (1500, 10, 2**20), (1500, 3, 2**15), (12, 10, 100)])
def test_neighbours_equal_a_full_sort(convert, items, k, budget):
    x = np.random.default_rng(0).standard_normal((items, 5))
    x -= x.mean(0)
    assert np.array_equal(np.asarray(neighbours.nearest(convert(x), k, budget=budget)), brute(x, k))


@every_backend
def test_highest_products_equal_a_full_sort(convert):
    x = np.random.default_rng(1).standard_normal((900, 6)) + 1
    products = x @ x.T
    np.fill_diagonal(products, -np.inf)
    want = np.argsort(-products, axis=1, kind="stable")[:, :5]
    assert np.array_equal(np.asarray(neighbours.highest_products(convert(x), 5)), want)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_smallest_is_a_stable_sort_cut_short_whatever_the_ties(data):
    rows, columns = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 400))
    k = data.draw(st.integers(1, min(columns, 12)))
    levels = data.draw(st.integers(1, 30))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    values = rng.integers(0, levels, (rows, columns)).astype(float)
    want = np.argsort(values, axis=1, kind="stable")[:, :k]
    assert np.array_equal(neighbours.smallest(values, k), want)
    assert np.array_equal(neighbours.smallest(torch.from_numpy(values), k).numpy(), want)


@every_backend
def test_squared_distances_equal_scipy(convert):
    x = np.random.default_rng(2).standard_normal((50, 7))
    x -= x.mean(0)
    (panel,) = neighbours.squared_distances(convert(x))
    assert np.allclose(np.asarray(panel), cdist(x, x, "sqeuclidean"), atol=1e-12)

"""Mergeable correlations equal those of all rows at once."""

from __future__ import annotations

import itertools

import array_api_strict
import numpy as np
import pytest
import torch

from repscope.stats import correlation

RNG = np.random.default_rng(0)
LATENT = RNG.standard_normal((90, 2))
X, Y = (LATENT @ RNG.standard_normal((2, d)) + RNG.standard_normal((90, d)) + mean for d, mean in ((5, 20), (4, -50)))
WANT = np.corrcoef(X.T, Y.T)[:5, 5:]


def shards(x, y, cuts=(1, 30, 31, 70)):
    edges = [0, *cuts, len(x)]
    return [correlation.of(x[a:b], y[a:b]) for a, b in itertools.pairwise(edges)]


@pytest.mark.parametrize("order", [range(5), [3, 0, 4, 2, 1]])
def test_shards_in_any_order(order):
    parts = shards(X, Y)
    np.testing.assert_allclose(correlation.finish(correlation.merge(*(parts[i] for i in order))), WANT, atol=1e-12)


def test_merging_is_associative():
    a, b, c = shards(X, Y, (20, 50))
    left = correlation.merge(correlation.merge(a, b), c)
    right = correlation.merge(a, correlation.merge(b, c))
    np.testing.assert_allclose(correlation.finish(left), correlation.finish(right), atol=1e-12)


@pytest.mark.parametrize("convert", [torch.from_numpy, array_api_strict.asarray], ids=["torch", "strict"])
def test_other_libraries(convert):
    found = correlation.finish(correlation.of(convert(X), convert(Y)))
    np.testing.assert_allclose(np.asarray(found), WANT, atol=1e-12)


@pytest.mark.parametrize("offset", [1, 1000])
def test_float32_far_from_zero(offset):
    x, y = ((v - v.mean(0) + offset).astype(np.float32) for v in (X, Y))
    want = np.corrcoef(x.astype(float).T, y.astype(float).T)[:5, 5:]
    np.testing.assert_allclose(correlation.finish(correlation.merge(*shards(x, y))), want, atol=1e-6)


def test_constant_units_have_no_correlation():
    x = X.copy()
    x[:, 1] = 0.1
    found = correlation.finish(correlation.merge(*shards(x, Y)))
    assert np.isnan(found[1]).all()
    np.testing.assert_allclose(np.delete(found, 1, 0), np.delete(WANT, 1, 0), atol=1e-12)

"""Bilinear resampling of maps."""

from __future__ import annotations

import array_api_strict
import numpy as np
import pytest
import torch

from repscope.array.resample import interpolation, resampled


@pytest.mark.parametrize("old", [(1, 1), (3, 5), (7, 4), (8, 8)])
@pytest.mark.parametrize("new", [(1, 1), (2, 9), (5, 4), (16, 8)])
def test_equals_torch(old, new):
    x = np.random.default_rng(0).standard_normal((4, *old, 3))
    want = torch.nn.functional.interpolate(torch.from_numpy(x).permute(0, 3, 1, 2), new, mode="bilinear")
    np.testing.assert_allclose(resampled(x, *new), want.permute(0, 2, 3, 1), atol=1e-12)


def test_keeps_library_and_dtype_and_what_has_the_size_already():
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5)).astype(np.float32)
    for convert in (torch.from_numpy, array_api_strict.asarray):
        got = resampled(convert(x), 5, 2)
        assert type(got) is type(convert(x))
        np.testing.assert_allclose(np.asarray(got), resampled(x, 5, 2), rtol=1e-5)
    assert resampled(x, 5, 2).dtype == np.float32
    assert resampled(x, 3, 4) is x


@pytest.mark.parametrize(("old", "new"), [(1, 4), (5, 3), (6, 6), (4, 11)])
def test_weights_are_means(old, new):
    weights = interpolation(old, new)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert (weights >= 0).all()
    assert ((weights > 0).sum(axis=1) <= 2).all()

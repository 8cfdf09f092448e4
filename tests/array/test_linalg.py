from __future__ import annotations

import array_api_strict
import numpy as np
import pytest
import torch

from repscope.array import linalg
from repscope.array.orthonormal import whitened
from repscope.testing.data import BACKENDS

RNG = np.random.default_rng(0)
TALL = RNG.standard_normal((40, 6)) @ RNG.standard_normal((6, 6)) + 5
LOW_RANK = RNG.standard_normal((30, 3)) @ RNG.standard_normal((3, 8))
every_backend = pytest.mark.parametrize("convert", BACKENDS.values(), ids=BACKENDS)


@every_backend
def test_products_and_means_equal_numpy(convert):
    x, y = convert(TALL), convert(LOW_RANK[:, :4].repeat(2, axis=0)[:40])
    assert np.allclose(np.asarray(linalg.cross(x, y)), TALL.T @ LOW_RANK[:, :4].repeat(2, axis=0)[:40], atol=1e-12)
    assert np.allclose(np.asarray(linalg.mean(x)), TALL.mean(0), atol=1e-14)
    assert np.allclose(np.asarray(linalg.row_squares(x)), (TALL**2).sum(1), atol=1e-10)
    assert np.isclose(float(linalg.square_sum(x)), (TALL**2).sum())


@pytest.mark.parametrize("convert", [np.asarray, torch.from_numpy, array_api_strict.asarray])
def test_float32_sums_go_on_in_float64(convert):
    """A mean of 0.1s that is kept in float32 one by one is off by 5e-4 of itself."""
    x = (1 + np.random.default_rng(0).random((400_000, 2))).astype(np.float32)
    wide = x.astype(np.float64)
    assert abs(float(linalg.cross(convert(x), convert(x))[0, 1]) / (wide[:, 0] @ wide[:, 1]) - 1) < 3e-6
    x[:] = 0.1
    assert abs(np.cumsum(x[:, 0])[-1] / 4e4 - 1) > 1e-4
    assert abs(float(linalg.mean(convert(x))[0]) - float(np.float32(0.1))) < 1e-9
    assert linalg.mean(convert(x)).dtype == linalg.cross(convert(x), convert(x)).dtype


@every_backend
def test_decompositions_rebuild_the_matrix(convert):
    u, s, vt = (np.asarray(part) for part in linalg.svd(convert(TALL)))
    assert np.allclose((u * s) @ vt, TALL)
    assert np.allclose(s, np.asarray(linalg.singular_values(convert(TALL))))
    assert np.isclose(float(linalg.nuclear_norm(convert(TALL))), s.sum())
    symmetric = TALL.T @ TALL
    values, vectors = (np.asarray(part) for part in linalg.eigh(convert(symmetric)))
    assert np.allclose((vectors * values) @ vectors.T, symmetric)
    assert (np.diff(values) >= 0).all()


@every_backend
@pytest.mark.parametrize(("x", "rank"), [(TALL, 6), (LOW_RANK, 3), (RNG.standard_normal((5, 9)), 4)])
def test_whitening_makes_orthonormal_columns_of_the_same_span(convert, x, rank):
    centred = x - x.mean(0)
    white = np.asarray(whitened(convert(centred))[0])
    assert white.shape == (len(x), rank)
    assert np.allclose(white.T @ white, np.eye(rank), atol=1e-8)
    assert np.allclose(white @ (white.T @ centred), centred, atol=1e-7)


def test_nearly_dependent_units_are_not_whitened_by_cholesky():
    x = np.concatenate([TALL, TALL[:, :1] + 1e-9 * RNG.standard_normal((40, 1))], axis=1)
    white, _ = whitened(x - x.mean(0))
    assert np.allclose(white.T @ white, np.eye(white.shape[1]), atol=1e-5)


@every_backend
def test_coordinates_keep_every_product_of_rows(convert):
    wide = RNG.standard_normal((8, 20))
    few = np.asarray(linalg.coordinates(convert(wide)))
    assert few.shape == (8, 8)
    assert np.allclose(few @ few.T, wide @ wide.T)
    assert np.asarray(linalg.coordinates(convert(TALL))) is not None
    assert np.array_equal(np.asarray(linalg.coordinates(convert(TALL))), TALL)

"""Copies on the host, used again from batch to batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from repscope.recording.buffers import Buffers
from repscope.recording.sites import Site

A, B = Site("a"), Site("b")


@pytest.mark.parametrize("make", [np.array, torch.tensor], ids=["numpy", "torch"])
def test_what_is_put_in_is_a_copy(make):
    x = make([[1.0, 2.0], [3.0, 4.0]])
    rows = Buffers("float32").put(A, x)
    x *= 0
    assert rows.tolist() == [[1, 2], [3, 4]]
    assert rows.dtype == np.float32


def test_memory_is_used_again_and_grows_or_changes_shape_when_it_must():
    buffers = Buffers("float32")
    large = buffers.put(A, np.ones((5, 2)))
    small = buffers.put(A, np.zeros((3, 2)))
    assert np.shares_memory(large, small)
    assert large.tolist() == [[0, 0]] * 3 + [[1, 1]] * 2
    assert buffers.put(A, np.ones((6, 2))).shape == (6, 2)
    assert buffers.put(A, np.ones((2, 7))).shape == (2, 7)
    assert buffers.put(A, np.ones((0, 7))).shape == (0, 7)
    assert buffers.put(B, np.empty((0, 2))).shape == (0, 2)


def test_only_the_sites_that_are_kept_hold_memory():
    buffers = Buffers("float32")
    buffers.put(A, np.ones((5, 2)))
    buffers.put(B, np.ones((5, 2)))
    buffers.keep({B: "b"})
    assert set(buffers.blocks) == {B}


def test_bfloat16_goes_through_single_precision():
    x = torch.tensor([[1.0078125]], dtype=torch.bfloat16)
    assert Buffers("float32").put(A, x).item() == 1.0078125


def test_what_half_precision_cannot_hold_becomes_infinite():
    assert np.isinf(Buffers("float16").put(A, np.array([[1e6]]))).all()
    assert np.isinf(Buffers("float16").put(A, torch.tensor([[1e6]]))).all()

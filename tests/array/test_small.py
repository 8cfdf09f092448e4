from __future__ import annotations

import array_api_strict
import numpy as np
import pytest
import torch

from repscope.array import blocks, inputs, namespace, random
from repscope.errors import MixedArrays


def test_blocks_cover_everything_within_the_budget():
    found = list(blocks.blocks(10, bytes_each=30, budget=100))
    assert [(b.start, b.stop) for b in found] == [(0, 3), (3, 6), (6, 9), (9, 10)]
    assert len(list(blocks.blocks(3, bytes_each=1000, budget=10))) == 3
    assert list(blocks.blocks(0, bytes_each=1)) == []


def test_arrays_of_two_libraries_are_refused():
    with pytest.raises(MixedArrays, match="numpy and torch"):
        namespace.namespace(np.ones(3), torch.ones(3))


@pytest.mark.parametrize(
    ("x", "library", "size"),
    [
        (np.ones(3, np.float16), "numpy", 2),
        (torch.ones(3), "torch", 4),
        (array_api_strict.asarray([1]), "array_api_strict", 8),
    ],
)
def test_what_an_array_is(x, library, size):
    assert namespace.library_of(x) == library
    assert namespace.itemsize(x) == size
    assert np.array_equal(namespace.to_numpy(x), np.ones(x.shape))
    back = namespace.from_numpy(np.arange(2.0), x)
    assert namespace.library_of(back) == library


def test_gradients_are_left_behind_on_the_host():
    x = torch.ones(2, requires_grad=True)
    assert np.array_equal(namespace.to_numpy(x * 2), [2, 2])
    assert not namespace.detached(x).requires_grad


def test_centring_drops_constant_units_only():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((500, 4)).astype(np.float32) + 1e4
    x[:, 1] = 0.1
    x[:, 3] = 0
    x[499, 3] = 1  # nearly always zero is not constant
    done = inputs.centred(x, "layer")
    assert done.x.shape == (500, 3)
    assert done.notes == ("layer: 1 constant unit dropped",)
    assert np.abs(done.x.astype(np.float64).mean(0)).max() < 1e-3


def test_seeds_repeat_and_generators_go_on():
    assert random.generator(3).random() == random.generator(3).random()
    assert random.generator(None).random() == random.generator(random.SEED).random()
    mine = np.random.default_rng(5)
    assert random.generator(mine) is mine

"""Host memory that holds one batch of every layer and is used again for the next."""

from __future__ import annotations

import mmap
from collections.abc import Collection
from typing import Any

import numpy as np

from repscope.array.namespace import is_torch
from repscope.recording.sites import Site
from repscope.types import Array


class Buffers:
    """One block of rows a site, in the dtype of the recording.

    What is put in is copied at once, so that nothing that the model does to its own memory afterwards can
    change it, and no view keeps a larger array alive.
    """

    def __init__(self, dtype: str) -> None:
        self.dtype = np.dtype(dtype)
        self.blocks: dict[Site, np.ndarray] = {}

    def put(self, site: Site, x: Array) -> np.ndarray:
        """Return a copy of `x` on the host, valid until the next `put` of the same site."""
        items, row = int(x.shape[0]), tuple(int(size) for size in x.shape[1:])
        block = self.blocks.get(site)
        if block is None or len(block) < items or block.shape[1:] != row:
            block = self.blocks[site] = own_memory((items, *row), self.dtype)
        copy_into(block[:items], x)
        return block[:items]

    def keep(self, sites: Collection[Site]) -> None:
        """Give the memory of every other site back."""
        self.blocks = {site: block for site, block in self.blocks.items() if site in sites}


def own_memory(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an array in pages of its own.

    Blocks live long and are made in the middle of a forward: in the common heap they would stand between the
    model's short-lived activations and keep the allocator from using that memory again.
    """
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    return np.frombuffer(mmap.mmap(-1, max(size, 1)), dtype, size // dtype.itemsize).reshape(shape)


def copy_into(rows: np.ndarray, x: Any) -> None:
    """Copy an array of any library and device into rows on the host, converting the dtype."""
    if is_torch(x):
        import torch

        torch.from_numpy(rows).copy_(x.detach())
        return
    with np.errstate(over="ignore"):
        np.copyto(rows, x, casting="same_kind")

"""Records in a child of its own for every line read: the child's process id out, then how it ended.

torch is imported once, and only this process, which runs nothing else, is forked.
"""

from __future__ import annotations

import os
import sys

import torch
from torch import nn

import repscope.recording.torch  # noqa: F401  (imported here, once, and not in every child)
from repscope.recording import record

ITEMS, BATCH, SHARD_BYTES = 300, 5, 512


def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(inplace=True), nn.Linear(8, 3))


def data() -> torch.Tensor:
    return torch.randn(ITEMS, 6, generator=torch.Generator().manual_seed(1))


def run(to: str) -> None:
    record(model(), list(data().split(BATCH)), to=to, name="m", shard_bytes=SHARD_BYTES)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(line.strip())
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitpid(child, 0)[1]}\n")
        sys.stdout.flush()

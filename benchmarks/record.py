"""Recording a transformer against running it alone, and reading random rows back; each run in a process of its own."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Figure, cpu_seconds, in_child, interleaved, peak_megabytes, slower

BLOCKS, WIDTH, HEADS, VOCABULARY = 6, 256, 4, 1024
SEQUENCES, TOKENS, BATCH = 1536, 64, 64
ROUNDS = 3
ROWS, UNITS, PICKED = 131_072, 768, 8192


def figures() -> list[Figure]:
    """Return CPU time and peak memory of recording all block outputs, and the time of a gather."""
    runs: dict[str, list[dict[str, float]]] = {"forward": [], "record": []}
    for _ in range(ROUNDS):
        for kind, found in runs.items():
            found.append(in_child("benchmarks.record", kind))
    seconds = {kind: min(run["seconds"] for run in found) for kind, found in runs.items()}
    peak = {kind: min(run["peak"] for run in found) for kind, found in runs.items()}
    written = BLOCKS * SEQUENCES * TOKENS * WIDTH * 4 / 1e6
    name = f"record {BLOCKS} blocks of a transformer, {written:.0f} MB to disk"
    gather = in_child("benchmarks.record", "gather")
    layer = ROWS * UNITS * 4 / 1e6
    rows = f"{PICKED:,} random rows of a {layer:.0f} MB layer"
    return [
        slower(f"{name}: CPU time / forward alone", seconds["record"], seconds["forward"], 1.05),
        Figure(
            f"{name}: peak memory {peak['record']:.0f} MB / {peak['forward']:.0f} MB",
            peak["record"] / peak["forward"],
            high=1.3,
        ),
        Figure(
            f"{rows}, against a memory-mapped .npy",
            gather["store"],
            "s",
            None,
            0.05,
            gather["store"],
            gather["npy"],
        ),
        slower("write that layer / one write of its bytes", gather["write"], gather["raw"]),
    ]


def transformer() -> Any:
    """Return a torch module shaped like GPT-2: pre-norm blocks of causal attention and a fourfold GELU layer."""
    import torch
    from torch import nn
    from torch.nn.functional import scaled_dot_product_attention

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.before, self.after = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
            self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU("tanh"), nn.Linear(4 * WIDTH, WIDTH))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            items, positions, _ = x.shape
            heads = self.qkv(self.before(x)).view(items, positions, 3, HEADS, WIDTH // HEADS)
            q, k, v = heads.permute(2, 0, 3, 1, 4)
            mixed = scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(mixed.transpose(1, 2).reshape(items, positions, WIDTH))
            return x + self.mlp(self.after(x))

    class Transformer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens, self.positions = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(TOKENS, WIDTH)
            self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
            self.norm = nn.LayerNorm(WIDTH)

        def forward(self, tokens: torch.Tensor) -> torch.Tensor:
            x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))
            for block in self.blocks:
                x = block(x)
            return self.norm(x)

    torch.manual_seed(0)
    return Transformer().eval()


def batches() -> Iterator[Any]:
    """Yield the token ids, batch by batch."""
    import torch

    generator = torch.Generator().manual_seed(1)
    for _ in range(SEQUENCES // BATCH):
        yield torch.randint(VOCABULARY, (BATCH, TOKENS), generator=generator)


def run(kind: str) -> dict[str, float]:
    """Return CPU seconds and peak memory in MB of running the model over all batches, `forward` alone or recorded."""
    import torch

    import repscope as rs

    model, record = transformer(), rs.record

    def forward() -> None:
        with torch.inference_mode():
            for batch in batches():
                model(batch)

    with tempfile.TemporaryDirectory() as folder:
        job = (
            forward
            if kind == "forward"
            else lambda: record(model, batches(), layers="blocks.?", to=Path(folder, "run"))
        )
        seconds = cpu_seconds(job)
        return {"seconds": seconds, "peak": peak_megabytes()}


def gather() -> dict[str, float]:
    """Return CPU seconds of reading random rows from a store and from an .npy file, and of writing them."""
    from repscope.store import Writer

    rng = np.random.default_rng(0)
    x = np.maximum(rng.standard_normal((ROWS, UNITS), dtype=np.float32), 0)
    ids = [str(i) for i in range(ROWS)]
    picked = rng.choice(ROWS, PICKED, replace=False)
    with tempfile.TemporaryDirectory() as folder:

        def write() -> None:
            with Writer.open(Path(folder, "run"), "model", settings={}) as writer:
                for at in range(0, ROWS, 4096):
                    writer.append(ids[at : at + 4096], {"layer": x[at : at + 4096]})
                writer.finish()

        def raw() -> None:
            with Path(folder, "raw").open("wb") as file:
                for at in range(0, ROWS, 4096):
                    file.write(x[at : at + 4096].data)

        written = {"write": cpu_seconds(write), "raw": cpu_seconds(raw)}
        np.save(Path(folder, "x.npy"), x)
        from repscope.store import open_store

        stored = open_store(Path(folder, "run"))["model"]["layer"].x
        mapped = np.load(Path(folder, "x.npy"), mmap_mode="r")
        if not np.array_equal(stored[picked], x[picked]):
            raise SystemExit("the rows read back are not those written")
        return written | interleaved({"store": lambda: stored[picked], "npy": lambda: mapped[picked]}, rounds=5)


if __name__ == "__main__":
    print(json.dumps(gather() if sys.argv[1] == "gather" else run(sys.argv[1])))

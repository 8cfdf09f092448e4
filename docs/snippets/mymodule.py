"""Two small networks that learned the same task from different seeds, and the items they are shown."""

from collections import OrderedDict
from collections.abc import Iterator

import torch
from torch import nn


def make_items(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Items of 20 numbers, and their class: in which ring around the centre of the first two they lie."""
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 20, generator=draw)
    radius = x[:, :2].norm(dim=1)
    return x, (radius > 0.8).long() + (radius > 1.5).long()


def make_untrained(seed: int = 0) -> nn.Module:
    """A network with random weights."""
    torch.manual_seed(seed)
    layers = OrderedDict(
        layer1=nn.Linear(20, 64),
        relu1=nn.ReLU(),
        layer2=nn.Linear(64, 64),
        relu2=nn.ReLU(),
        layer3=nn.Linear(64, 3),
    )
    return nn.Sequential(layers)


def make_model(seed: int = 0) -> nn.Module:
    """A network that has learned the classes."""
    model = make_untrained(seed)
    x, label = make_items(2_000, seed=100 + seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(100):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), label).backward()
        optimizer.step()
    return model


def make_other() -> nn.Module:
    """The same from another seed."""
    return make_model(seed=1)


def make_loader() -> Iterator[dict[str, object]]:
    """Batches of items that no network was trained on, each item with an id and a label."""
    x, label = make_items(600, seed=999)
    for start in range(0, 600, 100):
        part = slice(start, start + 100)
        yield {"ids": [f"item-{i}" for i in range(600)[part]], "x": x[part], "label": label[part]}

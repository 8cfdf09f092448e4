"""The built-in case: four small networks on handwritten digits, trained and recorded in seconds.

The data are the 1,797 digits of 8 × 8 pixels that scikit-learn ships. Two convolutional networks of one
architecture and different seeds should come out alike, a multilayer perceptron less so, and an untrained
convolutional network is the baseline that every claim of learned similarity must beat.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repscope.errors import MissingExtra
from repscope.recording.record import record
from repscope.store import Recording

if TYPE_CHECKING:
    from torch import nn

TRAIN = 1200
EPOCHS = 15
NETWORKS = {
    "cnn-a": ("cnn", 1, True),
    "cnn-b": ("cnn", 2, True),
    "mlp": ("mlp", 3, True),
    "untrained": ("cnn", 4, False),
}
"""Name: architecture, seed, whether it is trained."""

Step = Callable[[str], None]


def record_digit_networks(
    to: str | Path, *, step: Step = lambda said: None
) -> tuple[dict[str, Recording], dict[str, float]]:
    """Return the recordings of four networks on the held-out digits, in one store at `to`, and their accuracies.

    Parameters
    ----------
    to : path
        The folder of the store.
    step : callable
        Told in words what begins.

    Raises
    ------
    MissingExtra
        torch or scikit-learn is not installed.
    """
    try:
        import torch
        from sklearn.datasets import load_digits
    except ImportError as error:
        message = f"the digit networks need torch and scikit-learn ({error}): pip install 'repscope[torch,learn]'"
        raise MissingExtra(message) from error
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small a network gains nothing from more, and sums the same on every machine
    try:
        return train_and_record(load_digits(return_X_y=True), Path(to), step)
    finally:
        torch.set_num_threads(threads)


def train_and_record(digits: Any, to: Path, step: Step) -> tuple[dict[str, Recording], dict[str, float]]:
    """Return the recordings and accuracies of all networks, given pixels and labels."""
    import torch

    pixels, labels = digits
    order = torch.randperm(len(pixels), generator=torch.Generator().manual_seed(0))
    x = torch.tensor(pixels / 16, dtype=torch.float32).reshape(-1, 1, 8, 8)[order]
    y = torch.tensor(labels)[order]
    recordings, accuracies = {}, {}
    for name, (kind, seed, trained) in NETWORKS.items():
        step(f"{name}: {'training' if trained else 'left untrained'}, recording")
        network = build(kind, seed)
        if trained:
            train(network, x[:TRAIN], y[:TRAIN], seed)
        with torch.no_grad():
            accuracies[name] = float((network.eval()(x[TRAIN:]).argmax(1) == y[TRAIN:]).float().mean())
        batches = [
            {"input": x[TRAIN:][i : i + 128], "label": y[TRAIN:][i : i + 128], "ids": ids(order[TRAIN:][i : i + 128])}
            for i in range(0, len(x) - TRAIN, 128)
        ]
        layers = [layer for layer, _ in network.named_children()]
        recordings[name] = record(network, batches, to=to, name=name, layers=layers, pooling="flatten")
    return recordings, accuracies


def ids(positions: Any) -> list[str]:
    """Return the ids of digits: their positions in scikit-learn's data."""
    return [f"digit-{int(i):04d}" for i in positions]


def build(kind: str, seed: int) -> nn.Module:
    """Return a small network with named layers, each with its nonlinearity, and the random state as it was."""
    import torch
    from torch import nn

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        if kind == "cnn":
            layers = {
                "conv1": nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU()),
                "conv2": nn.Sequential(nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU()),
                "conv3": nn.Sequential(nn.Conv2d(32, 32, 3, padding=1), nn.ReLU()),
                "fc": nn.Sequential(nn.Flatten(), nn.Linear(512, 64), nn.ReLU()),
                "logits": nn.Linear(64, 10),
            }
        else:
            layers = {
                "fc1": nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU()),
                "fc2": nn.Sequential(nn.Linear(128, 128), nn.ReLU()),
                "fc3": nn.Sequential(nn.Linear(128, 64), nn.ReLU()),
                "logits": nn.Linear(64, 10),
            }
        network = nn.Sequential()
        for name, layer in layers.items():
            network.add_module(name, layer)
    return network


def train(network: nn.Module, x: Any, y: Any, seed: int) -> None:
    """Train in place by Adam with a batch of 64; the order of items depends on the seed."""
    import torch

    draws = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    network.train()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x), generator=draws).split(64):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(network(x[batch]), y[batch]).backward()
            optimiser.step()

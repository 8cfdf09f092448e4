"""The built-in networks of an audit: perceptrons on handwritten digits, trained in seconds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from repscope.errors import MissingExtra
from repscope.studies.audit.networks import Layers, Networks

if TYPE_CHECKING:
    from torch import nn

TRAIN = 900
WIDTH = 384
DEPTH = 5
EPOCHS = 15
RATE = 3e-4
GROUP = 3
"""Networks in each group that is trained in one way."""

KINDS = ("standard", "shortcut", "random labels", "augmented")
FEATURES = ("both", "simple", "complex")
INPUTS = 32
"""Inputs of the two features: ± 1 each; one is the sign of one of them, the other the parity of two."""

Step = Callable[[str], None]


def digit_networks(seeds: int, *, step: Step = lambda said: None) -> Networks:
    """Return networks on the held-out digits: seeds, untrained ones, groups trained in other ways, and two features.

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
    torch.set_num_threads(1)
    try:
        pixels, labels = load_digits(return_X_y=True)
        order = np.random.default_rng(0).permutation(len(pixels))
        x, y = pixels[order] / 16, labels[order]
        step(f"training {seeds} networks from different seeds")
        trained = tuple(of_kind("standard", x, y, seed) for seed in range(seeds))
        untrained = tuple(layers_of(perceptron(x.shape[1], 10, 100 + seed), x[TRAIN:]) for seed in range(GROUP))
        step(f"training {GROUP} networks each on {', '.join(KINDS[1:])}")
        groups = {
            kind: trained[:GROUP] if kind == "standard" else tuple(of_kind(kind, x, y, seed) for seed in range(GROUP))
            for kind in KINDS
        }
        step("training networks on a simple feature, on a complex one, and on both")
        features = {kind: tuple(of_features(kind, seed) for seed in range(GROUP)) for kind in FEATURES}
        return Networks(f"{seeds} digit networks", trained, untrained, groups, features, y[TRAIN:])
    finally:
        torch.set_num_threads(threads)


def of_kind(kind: str, x: np.ndarray, y: np.ndarray, seed: int) -> Layers:
    """Return the layers of one network that was trained in one way, on the held-out digits as they are.

    `shortcut` lights one pixel in the corner by the class, `random labels` learns classes drawn at random, and
    `augmented` sees every digit shifted and noisy.
    """
    rng = np.random.default_rng(seed)
    train, target = x[:TRAIN].copy(), y[:TRAIN]
    if kind == "shortcut":
        train[:, :10] = target[:, None] == np.arange(10)
    elif kind == "random labels":
        target = np.random.default_rng(0).permutation(target)
    elif kind == "augmented":
        shifts = [np.roll(train.reshape(-1, 8, 8), shift, axis).reshape(-1, 64) for shift in (-1, 1) for axis in (1, 2)]
        train = np.concatenate([train, *shifts])
        train = train + 0.2 * rng.standard_normal(train.shape)
        target = np.tile(target, 5)
    network = perceptron(x.shape[1], 10, seed)
    fit(network, train, np.eye(10)[target], seed, EPOCHS if kind != "augmented" else EPOCHS // 3)
    return layers_of(network, x[TRAIN:])


def of_features(kind: str, seed: int) -> Layers:
    """Return the hidden layers of a network that computes two features of random signs, or one of them.

    The simple one is the sign of the first input, the complex one the parity of the next two.
    """
    rng = np.random.default_rng(1)
    x = rng.choice([-1.0, 1.0], (4 * TRAIN, INPUTS))
    simple, complex_ = x[:, :1], x[:, 1:2] * x[:, 2:3]
    target = {"both": np.concatenate([simple, complex_], axis=1), "simple": simple, "complex": complex_}[kind]
    network = perceptron(INPUTS, target.shape[1], 200 + seed, depth=2)
    fit(network, x[:-TRAIN], target, seed, 2 * EPOCHS)
    return layers_of(network, x[-TRAIN:])


def perceptron(inputs: int, outputs: int, seed: int, depth: int = DEPTH) -> nn.Module:
    """Return a perceptron of equally wide hidden layers, and the random state as it was."""
    import torch
    from torch import nn

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        widths = [inputs, *[WIDTH] * depth]
        hidden = [nn.Sequential(nn.Linear(a, b), nn.ReLU()) for a, b in pairwise(widths)]
        return nn.Sequential(*hidden, nn.Linear(WIDTH, outputs))


def fit(network: nn.Module, x: np.ndarray, target: np.ndarray, seed: int, epochs: int) -> None:
    """Train in place by Adam with a batch of 64, on squared error for signs and cross-entropy for classes."""
    import torch

    inputs, wanted = torch.tensor(x, dtype=torch.float32), torch.tensor(target, dtype=torch.float32)
    loss: Any = torch.nn.functional.mse_loss if (target < 0).any() else torch.nn.functional.cross_entropy
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE)
    draws = torch.Generator().manual_seed(seed)
    network.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(x), generator=draws).split(64):
            optimiser.zero_grad()
            loss(network(inputs[batch]), wanted[batch]).backward()
            optimiser.step()


def layers_of(network: nn.Module, x: np.ndarray) -> Layers:
    """Return the hidden layers of a perceptron over some items, float32."""
    import torch

    found: Layers = {}
    rows = torch.tensor(x, dtype=torch.float32)
    with torch.no_grad():
        for i, layer in enumerate(list(network.children())[:-1], 1):
            rows = layer(rows)
            found[f"hidden {i}"] = rows.numpy()
    return found

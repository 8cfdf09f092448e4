"""What an audit is made on: networks as layers of rows, the same items in all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from repscope.array.namespace import to_numpy
from repscope.errors import InputError, explain
from repscope.registry import get
from repscope.studies.gather import Layer, gather, joined

Layers = dict[str, np.ndarray]
"""The layers of one network in order, (items, units) each."""


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks of one architecture, trained from different seeds, and what else is known of them.

    `groups` holds networks by how they were trained; `features` those that learned both, only the simple and only the
    complex one of two features. What is empty leaves its tests out.
    """

    name: str
    trained: tuple[Layers, ...]
    untrained: tuple[Layers, ...] = ()
    groups: Mapping[str, tuple[Layers, ...]] = field(default_factory=dict)
    features: Mapping[str, tuple[Layers, ...]] = field(default_factory=dict)
    labels: np.ndarray | None = None

    @property
    def items(self) -> int:
        """The number of items."""
        return len(next(iter(self.trained[0].values())))

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.trained[0])


def given(
    trained: Sequence[Any],
    untrained: Sequence[Any],
    groups: Mapping[str, Sequence[Any]],
    labels: Any,
) -> Networks:
    """Return a user's own networks, all joined to the same items.

    Raises
    ------
    InputError
        Fewer than three trained networks, or networks that differ in their numbers of layers.
    """
    if len(trained) < 3:
        do = "Record the same architecture, trained from at least three seeds."
        got = f"{len(trained)} networks"
        raise InputError(explain(expected="at least 3 trained networks", got=got, argument="trained", do=do))
    found = [gather(one) for one in (*trained, *untrained, *(one for group in groups.values() for one in group))]
    counts = sorted({len(layers) for layers in found})
    if len(counts) > 1:
        do = "Give networks of one architecture, with the same layers recorded."
        raise InputError(explain(expected="equally many layers", got=f"{counts}", argument="trained", do=do))
    placed, _, _ = joined([layer for layers in found for layer in layers], "exact")
    rows = iter(placed)
    everything = [{layer.source.layer or str(i): read(next(rows)) for i, layer in enumerate(own)} for own in found]
    taken = iter(everything)
    column = labels_of(labels, placed)
    return Networks(
        name=f"{len(trained)} networks of your own",
        trained=tuple(next(taken) for _ in trained),
        untrained=tuple(next(taken) for _ in untrained),
        groups={name: tuple(next(taken) for _ in group) for name, group in groups.items()},
        labels=column,
    )


def read(layer: Layer) -> np.ndarray:
    """Return the rows of one layer on the host."""
    return to_numpy(layer.read(get("cka")))


def labels_of(labels: Any, layers: Sequence[Layer]) -> np.ndarray | None:
    """Return one class an item from an array or from a label column that a recording carries, or None."""
    from repscope.studies.gather import column

    if labels is None:
        return None
    ids = layers[0].ids
    return np.asarray(column(labels, layers, ids, len(read(layers[0])), "labels"))

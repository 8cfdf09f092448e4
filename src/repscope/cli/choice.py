"""Finds the layer or the model of a store that a name on the command line means."""

from __future__ import annotations

from repscope.errors import UnknownName, near_misses
from repscope.store import Recording, Store
from repscope.types import Representation


def one_layer(store: Store, name: str) -> Representation:
    """Return the layer that `model/layer` names, or a layer's name that stands only once.

    Raises
    ------
    UnknownName
        No layer bears the name, or several do; the message lists near misses.
    """
    layers = [(model, layer) for model in store for layer in store[model].layers]
    for names in ([f"{model}/{layer}" for model, layer in layers], [layer for _, layer in layers]):
        if names.count(name) == 1:
            model, layer = layers[names.index(name)]
            return store[model][layer]
    known = [f"{model}/{layer}" for model, layer in layers]
    message = f"{store.path}: expected a layer such as model/layer, got {name!r}. {near_misses(name, known)}"
    raise UnknownName(message)


def one_or_all(store: Store, name: str) -> Recording | Representation:
    """Return a model with all its layers, or one layer, by name.

    Raises
    ------
    UnknownName
        Neither a model nor one layer bears the name.
    """
    return store[name] if name in store.recordings else one_layer(store, name)

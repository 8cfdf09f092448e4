"""Distances between models from those between their layers, and the map and the tree that they make."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from repscope.array.scaling import classical_scaling, complete, distances_of, moved_onto
from repscope.studies.zoo.models import partners
from repscope.types import Card, Float
from repscope.types.models import Model
from repscope.types.zoo import ModelMap, ModelTree

Far = Float[np.ndarray, "models models"]


def pairs_for(models: Sequence[Model], pairing: str, *, symmetric: bool) -> list[tuple[int, int]]:
    """Return the pairs of layers on which the distances between models rest, both ways round if that matters."""
    found: dict[tuple[int, int], None] = {}
    for k, a in enumerate(models):
        for b in models[k + 1 :]:
            two = partners(a, b) if pairing == "partners" else [(i, j) for i in a.at for j in b.at]
            for i, j in two:
                found.update(dict.fromkeys([(min(i, j), max(i, j))] if symmetric else [(i, j), (j, i)]))
    return list(found)


def model_distances(far: Float[np.ndarray, "n n"], models: Sequence[Model], pairing: str) -> Far:
    """Return the distance of each two models, from those of their layers.

    `partners`: the mean over corresponding layers. `best`: each layer of either model with the nearest layer of the
    other one, the mean over the layers of each model, then over the two. Layers without a distance are left out.
    """
    out = np.zeros((len(models), len(models)))
    for a, one in enumerate(models):
        for b in range(a + 1, len(models)):
            out[a, b] = out[b, a] = distance(far, one, models[b], pairing)
    return out


def distance(far: Float[np.ndarray, "n n"], a: Model, b: Model, pairing: str) -> float:
    """Return the distance of two models, NaN where none of their layers have one."""
    if pairing == "partners":
        known = np.array([far[i, j] for i, j in partners(a, b)])
        return mean_of(known)
    block = far[np.ix_(a.at, b.at)]
    block = np.where(np.isnan(block), np.inf, block)
    sides = (np.where(np.isinf(low := block.min(axis=k)), np.nan, low) for k in (0, 1))
    return mean_of(np.array([mean_of(side) for side in sides]))


def mean_of(values: np.ndarray) -> float:
    """Return the mean of the defined values, NaN where there is none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def resampled_distances(
    value: Float[np.ndarray, "n n"],
    draws: Float[np.ndarray, "draws pairs"],
    pairs: Sequence[tuple[int, int]],
    models: Sequence[Model],
    card: Card,
    pairing: str,
) -> Float[np.ndarray, "draws models models"]:
    """Return the distances between models in each draw of the values of `pairs`."""
    at, out = tuple(np.array(pairs, np.int64).reshape(-1, 2).T), np.empty((len(draws), len(models), len(models)))
    for k, row in enumerate(draws):
        here = value.copy()
        here[at] = row
        if card.symmetric:
            here[at[::-1]] = row
        out[k] = model_distances(distances_of(here, card), models, pairing)
    return out


def map_of(
    names: Sequence[str],
    far: Far,
    draws: Float[np.ndarray, "draws models models"],
    *,
    factor: float,
    level: float,
    pairing: str,
) -> ModelMap:
    """Return the map of models, and the covariance of each place over the draws.

    Every draw is scaled on its own and moved onto the map (shifted, turned, mirrored); `factor` is what the variance
    between draws is multiplied by.
    """
    kept = complete(far)
    places, share = classical_scaling(far[np.ix_(kept, kept)])
    maps = [
        moved_onto(classical_scaling(one)[0], places) for one in draws[:, kept][:, :, kept] if not np.isnan(one).any()
    ]
    covariance = np.full((len(kept), 2, 2), np.nan)
    if len(maps) > 2:
        off = np.array(maps) - np.mean(maps, axis=0)
        covariance = factor * np.einsum("rmi,rmj->mij", off, off) / (len(maps) - 1)
    return ModelMap(
        models=tuple(names[i] for i in kept),
        distance=far[np.ix_(kept, kept)],
        places=places,
        covariance=covariance,
        share=share,
        level=level,
        resamples=len(maps) if len(maps) > 2 else 0,
        pairing=pairing,
        left_out=tuple(name for i, name in enumerate(names) if i not in set(kept)),
    )


def tree_of(names: Sequence[str], far: Far, draws: Float[np.ndarray, "draws models models"]) -> ModelTree:
    """Return the models joined by average linkage, and the share of draws in which each cluster comes back."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    kept = complete(far)

    def joined(one: Far) -> np.ndarray:
        found: np.ndarray = linkage(squareform(one, checks=False), "average", optimal_ordering=True)
        return found

    found = joined(far[np.ix_(kept, kept)])
    defined = [one for one in draws[:, kept][:, :, kept] if not np.isnan(one).any()]
    seen = [set(members(joined(one))) for one in defined]
    supports = [np.mean([cluster in other for other in seen]) if seen else np.nan for cluster in members(found)]
    return ModelTree(
        models=tuple(names[i] for i in kept),
        linkage=found,
        order=tuple(leaves_list(found).tolist()),
        supports=np.array(supports, np.float64),
        resamples=len(seen),
        left_out=tuple(name for i, name in enumerate(names) if i not in set(kept)),
    )


def members(linkage: Float[np.ndarray, "joins 4"]) -> list[frozenset[int]]:
    """Return the leaves of each join, in the order of the joins."""
    found = [frozenset([i]) for i in range(len(linkage) + 1)]
    for left, right, *_ in linkage:
        found.append(found[int(left)] | found[int(right)])
    return found[len(linkage) + 1 :]

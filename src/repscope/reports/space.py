"""A map of all layers: classical scaling of the distances between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from repscope.array.scaling import classical_scaling, complete, distances_of
from repscope.figures import Series, points
from repscope.reports.blocks import Figure, Figures, Section, Table
from repscope.reports.groups import groups, names
from repscope.reports.words import count, listed, number
from repscope.types import Comparison
from repscope.types.models import Model


def space(comparison: Comparison) -> tuple[Section, ...]:
    """Return the map of all layers, or nothing where there are no distances between three of them."""
    if not comparison.within or comparison.card.higher == "neither":
        return ()
    far = distances(comparison)
    kept = complete(far)
    if len(kept) < 3 or not far[np.ix_(kept, kept)].any():
        return ()
    places, share = classical_scaling(far[np.ix_(kept, kept)])
    drawn = {i: (float(x), float(y)) for i, (x, y) in zip(kept, places, strict=True)}
    paths = [held(group, drawn) for group in groups(comparison.rows) if drawn.keys() & set(group.at)]
    left_out = [comparison.rows[i].label for i in range(len(far)) if i not in drawn]
    words = caption(share, left_out)
    if not comparison.card.symmetric:
        words += f" {comparison.card.name} goes one way; what is drawn is the mean of both directions."
    figure = Figure("", drawing(comparison, paths, drawn), reading(paths, far), numbers(comparison, drawn))
    return (Section("All layers on one map", (Figures((figure,), caption=words, wide=True),)),)


def held(group: Model, drawn: Mapping[int, tuple[float, float]]) -> Model:
    """Return a model with those of its layers that are drawn."""
    kept = [(i, layer) for i, layer in zip(group.at, group.layers, strict=True) if i in drawn]
    return Model(group.name, tuple(i for i, _ in kept), tuple(layer for _, layer in kept))


def distances(comparison: Comparison) -> np.ndarray:
    """Return the distances between the layers of a comparison."""
    return distances_of(comparison.value, comparison.card)


def drawing(comparison: Comparison, paths: list[Model], drawn: dict[int, tuple[float, float]]) -> Any:
    """Return the Plotly figure: one path a model, its layers in order."""
    series = [
        Series(
            name=group.name or "layers",
            x=[drawn[i][0] for i in group.at],
            y=[drawn[i][1] for i in group.at],
            hover=[comparison.rows[i].label for i in group.at],
            labels=names(group, comparison.rows),
        )
        for group in paths
    ]
    return points(series, joined=all(group.name for group in paths))


def caption(share: float, left_out: list[str]) -> str:
    """Return what the map is, how much it holds, and what is missing from it."""
    said = (
        "Layers that are alike lie near each other; a line joins the layers of a model in order. "
        f"Classical scaling of the distances: these two axes hold {100 * share:.0f} % of their variance."
    )
    return said + (f" Left out, for want of a value: {listed(left_out)}." if left_out else "")


def reading(paths: list[Model], far: np.ndarray) -> str:
    """Return one sentence: which two models lie nearest and farthest by the mean distance of their layers."""
    means = {
        f"{a.name} and {b.name}": float(np.nanmean(far[np.ix_(a.at, b.at)]))
        for i, a in enumerate(paths)
        for b in paths[i + 1 :]
    }
    if not means:
        return f"{count(sum(len(group.at) for group in paths), 'point')}, one a layer."
    near, apart = min(means, key=lambda pair: means[pair]), max(means, key=lambda pair: means[pair])
    said = f"The layers of {near} lie {number(means[near])} apart on average"
    return said + ("." if near == apart else f", the least; those of {apart} {number(means[apart])}, the most.")


def numbers(comparison: Comparison, drawn: dict[int, tuple[float, float]]) -> Table:
    """Return the places on the map as a table."""
    cells = tuple((comparison.rows[i].label, number(x), number(y)) for i, (x, y) in drawn.items())
    return Table(("layer", "first axis", "second axis"), cells, "Places on the map", numeric=(1, 2), headed=True)

"""A tree: leaves on the left, joined to the right at the distance at which they meet."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from repscope.figures.style import CATEGORIES, FAINT, FAMILY, INK, Plot, base_layout, brief, escape, titled

LEAF = 26
"""The height in pixels of a leaf."""


def dendrogram(
    linkage: np.ndarray,
    *,
    names: Sequence[str],
    order: Sequence[int],
    supports: np.ndarray,
    hover: Sequence[str],
    x_title: str = "",
    title: str = "",
) -> Plot:
    """Return a tree with its leaves on the left, and at each join the share of resamples that have it.

    Parameters
    ----------
    linkage : (leaves − 1, 4), float
        As SciPy has it: the two clusters, their distance, and how many leaves they hold.
    names : a name for each leaf
        Long ones are cut in the middle, in the figure only.
    order : positions of the leaves
        From the top to the bottom.
    supports : (leaves − 1,), from 0 to 1
        Written beside each join but the last, which always holds; NaN is not written.
    hover : a text for each join
        Shown when the pointer rests on it.
    x_title : str, default none
        Of the axis of distances.
    title : str, default none
        Stands above the tree.
    """
    import plotly.graph_objects as go

    x, y, nodes = joins(linkage, order)
    last = len(linkage) - 1
    texts = ["" if math.isnan(s) or k == last else f"{100 * s:.0f} %" for k, s in enumerate(supports.tolist())]
    lines = {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "lines",
        "line": {"color": INK, "width": 1.5},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    marks = {
        "type": "scatter",
        "x": nodes[:, 0].tolist(),
        "y": nodes[:, 1].tolist(),
        "mode": "markers+text",
        "marker": {"color": CATEGORIES[0], "size": 8},
        "text": texts,
        "textposition": "top right",
        "textfont": {"size": 12, "color": FAINT, "family": FAMILY},
        "hovertext": [escape(text) for text in hover],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
        "cliponaxis": False,
    }
    labels = [brief(names)[i] for i in order]
    left, top = 24 + 6.6 * max(map(len, labels)), 44 if title else 8
    layout = base_layout(title, height=LEAF * len(names) + top + 50, margin=(left, 14, top, 50))
    end = float(linkage[:, 2].max()) or 1.0
    layout["xaxis"] |= {"title": titled(x_title), "range": [0, 1.12 * end], "nticks": 6}
    layout["yaxis"] |= {"tickmode": "array", "tickvals": list(range(len(names))), "ticks": "", "showline": False}
    layout["yaxis"] |= {"ticktext": [escape(label) for label in labels], "range": [len(names) - 0.5, -0.5]}
    return go.Figure({"data": [lines, marks], "layout": layout})


def joins(linkage: np.ndarray, order: Sequence[int]) -> tuple[list[float | None], list[float | None], np.ndarray]:
    """Return the brackets of all joins as one path with gaps, and the middle of each, (joins, 2)."""
    heights = {leaf: float(k) for k, leaf in enumerate(order)}
    ends = dict.fromkeys(heights, 0.0)
    x: list[float | None] = []
    y: list[float | None] = []
    nodes = []
    for k, (first, second, distance, _) in enumerate(linkage.tolist()):
        a, b = int(first), int(second)
        x += [ends[a], distance, distance, ends[b], None]
        y += [heights[a], heights[a], heights[b], heights[b], None]
        here = len(order) + k
        heights[here], ends[here] = (heights[a] + heights[b]) / 2, distance
        nodes.append((distance, heights[here]))
    return x, y, np.array(nodes).reshape(-1, 2)

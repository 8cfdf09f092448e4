"""Points on a plane, each with the ellipse in which it is known to lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from repscope.figures.scatter import spread
from repscope.figures.style import (
    CATEGORIES,
    DASHES,
    SYMBOLS,
    Plot,
    Series,
    base_layout,
    brief,
    escape,
    hovering,
    path,
    shorten,
    tinted,
)

CORNERS = 72
"""Points of which an ellipse is drawn."""

LEGEND = 12
"""Models beyond which a legend would take more room than the map; the labels and the table name them."""


def ellipses(
    names: Sequence[str],
    places: np.ndarray,
    axes: np.ndarray,
    *,
    hover: Sequence[str],
    title: str = "",
    height: int = 520,
) -> Plot:
    """Return a map of named places, both axes of one unit, each with an ellipse.

    Parameters
    ----------
    names : a name for each place
        Written beside it; long ones are cut in the middle, in the figure only.
    places : (places, 2), float
        Where they are.
    axes : (places, 3), float
        The long and the short half-axis, and the angle of the long one in radians; NaN draws no ellipse.
    hover : a text for each place
        Shown when the pointer rests on it.
    title : str, default none
        Stands above the map.
    height : int, pixels
        Of the figure; its width follows its container.
    """
    import plotly.graph_objects as go

    rims, dots, traces = [], [], []
    for k, (name, place, own, label) in enumerate(zip(names, places, axes, brief(names), strict=True)):
        colour, dash = CATEGORIES[k % len(CATEGORIES)], DASHES[k % len(DASHES)]
        x, y = outline(place, own)
        one = Series(name=name, x=[float(place[0])], y=[float(place[1])], hover=[hover[k]])
        rims.append(Series(name=name, x=[*x, *one.x], y=[*y, *one.y], hover=()))
        if len(x):
            rim = path(Series(name, x, y, ()), y, mode="lines", line={"color": colour, "width": 1.5, "dash": dash})
            traces.append(rim | {"fill": "toself", "fillcolor": tinted(colour, 0.1), "hoverinfo": "skip"})
        dots.append(
            dot(one, label, colour, SYMBOLS[(k + k // len(CATEGORIES)) % len(SYMBOLS)], named=len(names) <= LEGEND)
        )
    layout = base_layout(title, height=height, margin=(16, 16, 84 if title else 52, 16))
    layout["xaxis"] |= {"showticklabels": False, "ticks": "", "showline": False, "range": spread(rims, "x")}
    layout["yaxis"] |= {"showticklabels": False, "ticks": "", "showline": False, "range": spread(rims, "y")}
    layout["yaxis"] |= {"scaleanchor": "x"}
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 13}}
    return go.Figure({"data": [*traces, *dots], "layout": layout})


def outline(place: np.ndarray, axes: np.ndarray) -> tuple[list[float], list[float]]:
    """Return the points of an ellipse, closed, or none where an axis is NaN."""
    if np.isnan(axes).any():
        return [], []
    turn = np.linspace(0, 2 * np.pi, CORNERS + 1)
    along, across, angle = axes[0] * np.cos(turn), axes[1] * np.sin(turn), axes[2]
    x = place[0] + along * np.cos(angle) - across * np.sin(angle)
    y = place[1] + along * np.sin(angle) + across * np.cos(angle)
    return x.tolist(), y.tolist()


def dot(one: Series, label: str, colour: str, symbol: str, *, named: bool) -> dict[str, Any]:
    """Return the trace of one place with its label."""
    found = path(one, one.y, mode="markers+text", line={"color": colour}) | hovering(one)
    return found | {
        "marker": {"color": colour, "size": 10, "symbol": symbol},
        "text": [escape(label)],
        "textposition": "top center",
        "textfont": {"size": 12, "color": colour},
        "name": escape(shorten(one.name, 28)),
        "showlegend": named,
        "cliponaxis": False,
    }

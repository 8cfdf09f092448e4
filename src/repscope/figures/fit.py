"""Points with a line fitted to them and its band, beside what chance would give."""

from __future__ import annotations

from typing import Any

import numpy as np

from repscope.figures.style import (
    CATEGORIES,
    FAINT,
    Plot,
    Series,
    base_layout,
    brief,
    ends,
    escape,
    hovering,
    path,
    tinted,
    titled,
)


def fit(
    points: Series,
    curve: np.ndarray,
    *,
    chance: np.ndarray,
    logarithmic: bool,
    x_title: str = "",
    y_title: str = "",
    title: str = "",
    height: int = 420,
) -> Plot:
    """Return labelled points, the line through them with its band, and below each point what chance would give.

    Parameters
    ----------
    points : Series
        The points with their labels; NaN is left out.
    curve : (places, 4), float
        Along the axis: the place, the line, and the lower and upper edge of its band.
    chance : (points, 2), float
        The two ends of a grey bar at the place of each point; NaN draws none.
    logarithmic : bool
        Whether the horizontal axis is.
    x_title, y_title : str, default none
        Of the axes.
    title : str, default none
        Stands above the figure.
    height : int, pixels
        Of the figure; its width follows its container.
    """
    import plotly.graph_objects as go

    across = np.log10(points.x) if logarithmic else np.asarray(points.x, np.float64)
    traces: list[dict[str, Any]] = [bar(x, *pair) for x, pair in zip(points.x, chance.tolist(), strict=True)]
    if len(curve):
        traces += band(curve)
        line = Series("", curve[:, 0].tolist(), curve[:, 1].tolist(), ())
        traces.append(path(line, line.y, mode="lines", line={"color": CATEGORIES[0], "width": 2}) | SILENT)
    found = path(points, points.y, mode="markers+text", line={"color": CATEGORIES[1]}) | hovering(points)
    marker = {"color": CATEGORIES[1], "size": 10, "symbol": "diamond"}
    labels = {"text": [escape(label) for label in brief(points.labels)], "textposition": inwards(across)}
    traces.append(found | labels | {"marker": marker, "textfont": {"size": 12}, "cliponaxis": False})
    layout = base_layout(title, height=height, margin=(58, 16, 44 if title else 16, 50))
    layout["xaxis"] |= {"title": titled(x_title), "type": "log" if logarithmic else "linear", "range": padded(across)}
    layout["xaxis"] |= {"nticks": 6, "exponentformat": "power"}
    layout["xaxis"] |= {"dtick": 1} if logarithmic and np.ptp(across) > 1.5 else {}
    known = np.concatenate([np.asarray(points.y, np.float64), chance.ravel(), curve[:, 1:].ravel()])
    layout["yaxis"] |= {"title": titled(y_title), "range": padded(known), "nticks": 6, "gridcolor": "#eef0f2"}
    return go.Figure({"data": traces, "layout": layout})


SILENT = {"hoverinfo": "skip"}
"""What keeps a trace from answering the pointer."""


def bar(x: float, low: float, high: float) -> dict[str, Any]:
    """Return an upright grey bar."""
    one = Series("", [x, x], [low, high], ())
    return path(one, one.y, mode="lines", line={"color": FAINT, "width": 5}) | SILENT | {"opacity": 0.5}


def band(curve: np.ndarray) -> list[dict[str, Any]]:
    """Return the area between the two edges, as a line and a line that fills up to it."""
    none = {"width": 0}
    low, high = (Series("", curve[:, 0].tolist(), curve[:, k].tolist(), ()) for k in (2, 3))
    lower, upper = (path(edge, edge.y, mode="lines", line=none) | SILENT for edge in (low, high))
    return [lower, upper | {"fill": "tonexty", "fillcolor": tinted(CATEGORIES[0], 0.15)}]


def inwards(x: np.ndarray) -> list[str]:
    """Return for each point where its label stands: above it, and away from the nearer end of the axis."""
    low, high = ends(x, (-np.inf, np.inf))
    sides = ("top right", "top center", "top left")
    return [sides[1 + (share > 0.8) - (share < 0.2)] for share in ((x - low) / (high - low)).tolist()]


def padded(values: np.ndarray) -> list[float]:
    """Return a range that holds the values with room for marks and labels."""
    low, high = ends(values, (-np.inf, np.inf))
    pad = 0.1 * (high - low)
    return [low - pad, high + pad]

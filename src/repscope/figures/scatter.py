"""Points on a plane, joined in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

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
)

ROUND = (
    "middle right",
    "top right",
    "top center",
    "top left",
    "middle left",
    "bottom left",
    "bottom center",
    "bottom right",
)
"""Where a label may stand about its point, in eighths of a turn from the right."""


def points(series: Sequence[Series], *, joined: bool = True, title: str = "", height: int = 520) -> Plot:
    """Return a map on which each series is labelled points, joined in order; both axes have the same unit."""
    import plotly.graph_objects as go

    traces = []
    for k, one in enumerate(series):
        colour = CATEGORIES[k % len(CATEGORIES)]
        mode = "+".join(["lines"] * joined + ["markers"] + ["text"] * bool(len(one.labels)))
        traces.append(
            path(one, one.y, mode=mode, line={"color": colour, "width": 1.5, "dash": DASHES[k % len(DASHES)]})
            | hovering(one)
            | {
                "marker": {"color": colour, "size": 10, "symbol": SYMBOLS[k % len(SYMBOLS)]},
                "text": [escape(label) for label in brief(one.labels)],
                "textposition": beside(one, left=k % 2 == 1) if joined else "top center",
                "textfont": {"size": 12, "color": colour},
                "name": escape(shorten(one.name, 28)),
                "showlegend": len(series) > 1,
                "cliponaxis": False,
            }
        )
    layout = base_layout(title, height=height, margin=(16, 16, 84 if title else 52, 16))
    layout["xaxis"] |= {"showticklabels": False, "ticks": "", "showline": False, "range": spread(series, "x")}
    layout["yaxis"] |= {"showticklabels": False, "ticks": "", "showline": False, "range": spread(series, "y")}
    layout["yaxis"] |= {"scaleanchor": "x"}
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 13}}
    return go.Figure({"data": traces, "layout": layout})


def beside(one: Series, *, left: bool) -> list[str]:
    """Return for each point the side of its path on which its label stands, so that no line crosses it."""
    x, y = np.asarray(one.x, np.float64), np.asarray(one.y, np.float64)
    if len(x) < 2:
        return ["top center"] * len(x)
    angle = np.arctan2(np.gradient(y), np.gradient(x)) + (np.pi / 2 if left else -np.pi / 2)
    return [ROUND[round(a / (np.pi / 4)) % 8] for a in angle.tolist()]


def spread(series: Sequence[Series], axis: Literal["x", "y"]) -> list[float]:
    """Return a range that holds every point with room for its label."""
    known = np.array([v for one in series for v in getattr(one, axis)], dtype=np.float64)
    low, high = float(known.min(initial=0.0)), float(known.max(initial=0.0))
    pad = 0.12 * (high - low) or 1.0
    return [low - pad, high + pad]

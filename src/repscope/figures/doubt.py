"""One value with its interval, beside what chance would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from repscope.figures.style import CATEGORIES, FAINT, Number, Plot, base_layout, ends, escape, hatched, titled


def interval(
    value: float,
    *,
    low: float,
    high: float,
    null: float,
    null_sd: float,
    limits: Sequence[Number],
    hover: str,
    ceiling: Sequence[Number] = (math.nan, math.nan),
    x_title: str = "",
    title: str = "",
) -> Plot:
    """Return one value as a dot on its interval, beside what unrelated data would score (mean ± 2 sd).

    NaN for `low` and `high`, for `null`, or for the lower and upper noise `ceiling` leaves that part out.
    """
    import plotly.graph_objects as go

    traces: list[dict[str, Any]] = []
    if not math.isnan(ceiling[0]):
        traces.append(between(ceiling))
    if not math.isnan(null):
        around = 0.0 if math.isnan(null_sd) else 2 * null_sd
        traces.append(segment((null - around, null + around), "chance", FAINT, width=14))
        traces.append(segment((null,), "chance", FAINT, width=0))
    if not math.isnan(low):
        traces.append(segment((low, high), "value", CATEGORIES[0], width=14))
    dot = segment((value,), "value", CATEGORIES[0], width=0)
    traces.append(
        dot | {"hovertext": [escape(hover)], "hoverinfo": "text", "hovertemplate": "%{hovertext}<extra></extra>"}
    )
    layout = base_layout(title, height=170 + 34 * bool(title), margin=(72, 20, 44 if title else 10, 50))
    known = np.array([value, low, high, null, *ceiling])
    bottom, top = ends(known, limits)
    pad = 0.03 * (top - bottom)
    layout["xaxis"] |= {"title": titled(x_title), "range": [bottom - pad, top + pad], "nticks": 7}
    layout["yaxis"] |= {"categoryorder": "array", "categoryarray": ["chance", "value"], "range": [-0.6, 1.6]}
    return go.Figure({"data": traces, "layout": layout})


def segment(x: Sequence[float], y: str, colour: str, *, width: int) -> dict[str, Any]:
    """Return a horizontal bar from the first to the last of `x`, or a dot where width is 0."""
    return {
        "type": "scatter",
        "x": [None if math.isnan(v) else v for v in x],
        "y": [y] * len(x),
        "mode": "lines" if width else "markers",
        "line": {"color": colour, "width": width},
        "opacity": 0.35 if width else 1.0,
        "marker": {"color": colour, "size": 8},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def between(ceiling: Sequence[Number]) -> dict[str, Any]:
    """Return the hatched area from the lower to the upper noise ceiling, behind the row of the value."""
    low, high = ceiling
    corners = {"x": [low, high, high, low, low], "y": [0.62, 0.62, 1.38, 1.38, 0.62]}
    line = {"width": 1, "color": "#8a919d", "dash": "dot"}
    common = {"type": "scatter", "mode": "lines", "fill": "toself", "hoverinfo": "skip", "showlegend": False}
    return common | corners | {"line": line} | hatched()

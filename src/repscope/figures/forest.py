"""Many values on their intervals, one below another, beside a line for chance and one for the best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from repscope.figures.style import CATEGORIES, FAINT, INK, Number, Plot, base_layout, ends, escape, shorten, titled

ROW = 24
"""The height of a row in pixels."""


def forest(
    values: Sequence[float],
    *,
    low: Sequence[float],
    high: Sequence[float],
    labels: Sequence[str],
    hover: Sequence[str],
    filled: Sequence[bool],
    null: float = math.nan,
    best: float = math.nan,
    limits: Sequence[Number] = (-math.inf, math.inf),
    x_title: str = "",
    title: str = "",
) -> Plot:
    """Return values as dots on their intervals, the first at the top; NaN is a row that says `undefined`.

    Dots are filled or open as `filled` says. `null` is a dashed line and `best` a solid one; NaN leaves one out.
    """
    import plotly.graph_objects as go

    rows = list(range(len(values)))
    whiskers = [(k, a, b) for k, a, b in zip(rows, low, high, strict=True) if math.isfinite(a) and math.isfinite(b)]
    traces = [whisker(k, a, b) for k, a, b in whiskers] + [dots(values, hover, filled), undefined(values)]
    names = [escape(shorten(label, 20)) for label in labels]
    left = 14 + 7.0 * max(map(len, names), default=0)
    top = 44 if title else 8
    room = 0.6 if len(rows) > 1 else 1.1
    layout = base_layout(title, height=ROW * (len(rows) + 2 * room - 1.2) + top + 48, margin=(left, 12, top, 48))
    known = np.array([*values, *low, *high, null, best], dtype=np.float64)
    bottom, most = ends(known, limits)
    pad = 0.04 * (most - bottom)
    layout["xaxis"] |= {"title": titled(x_title), "range": [bottom - pad, most + pad], "nticks": 6}
    layout["yaxis"] |= {"range": [len(rows) - 1 + room, -room], "showline": False, "ticks": ""}
    layout["yaxis"] |= {"tickmode": "array", "tickvals": rows, "ticktext": names}
    layout["shapes"] = [
        upright(null, FAINT, "dash") if math.isfinite(null) else {},
        upright(best, INK, "solid") if math.isfinite(best) else {},
    ]
    layout["shapes"] = [shape for shape in layout["shapes"] if shape]
    return go.Figure({"data": traces, "layout": layout})


def whisker(row: int, low: float, high: float) -> dict[str, Any]:
    """Return an interval as a line."""
    line = {"color": CATEGORIES[0], "width": 2}
    common = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
    return common | {"x": [low, high], "y": [row, row], "line": line}


def dots(values: Sequence[float], hover: Sequence[str], filled: Sequence[bool]) -> dict[str, Any]:
    """Return the values as dots, filled or open."""
    colours = [CATEGORIES[0] if full else "#ffffff" for full in filled]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [float(v) if math.isfinite(v) else None for v in values],
        "y": list(range(len(values))),
        "marker": {"size": 10, "color": colours, "line": {"color": CATEGORIES[0], "width": 2}},
        "hovertext": [escape(text) for text in hover],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
        "cliponaxis": False,
    }


def undefined(values: Sequence[float]) -> dict[str, Any]:
    """Return a trace that writes `undefined` into the rows without a value."""
    rows = [k for k, value in enumerate(values) if not math.isfinite(value)]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [0.5] * len(rows),
        "y": rows,
        "xaxis": "x",
        "text": ["undefined"] * len(rows),
        "textfont": {"size": 12, "color": FAINT},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def upright(x: float, colour: str, dash: str) -> dict[str, Any]:
    """Return a vertical line through the whole figure."""
    line = {"color": colour, "width": 1.5, "dash": dash}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}

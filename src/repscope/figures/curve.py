"""A curve on two logarithmic axes, with a straight fit and the level that is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from repscope.figures.style import CATEGORIES, FAINT, Number, Plot, base_layout, escape, titled


def curve(
    x: Sequence[Number],
    y: Sequence[Number],
    *,
    hover: Sequence[str],
    fit: Sequence[tuple[Number, Number]] = (),
    level: Number = math.nan,
    x_title: str = "",
    y_title: str = "",
    title: str = "",
) -> Plot:
    """Return points joined in order on logarithmic axes; NaN breaks the line.

    `fit` holds the ends of a straight dotted line, and `level` is where a dashed one lies; NaN leaves it out.
    """
    import plotly.graph_objects as go

    known = [float(v) if math.isfinite(v) else None for v in y]
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [float(v) for v in x],
            "y": known,
            "line": {"color": CATEGORIES[0], "width": 2},
            "marker": {"size": 8},
            "hovertext": [escape(text) for text in hover],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "showlegend": False,
        }
    ]
    if len(fit):
        traces.append(straight([a for a, _ in fit], [b for _, b in fit], CATEGORIES[1], "dot"))
    across = [float(v) for v in x] + [float(a) for a, _ in fit]
    if math.isfinite(level):
        traces.append(straight([min(across), max(across)], [level, level], FAINT, "dash"))
    layout = base_layout(title, height=270 + 34 * bool(title), margin=(64, 16, 44 if title else 10, 50))
    heights = [*y, *(b for _, b in fit), level]
    up = [float(v) for v in heights if math.isfinite(v) and v > 0]
    layout["xaxis"] |= axis(across, x_title)
    layout["yaxis"] |= axis(up, y_title)
    return go.Figure({"data": traces, "layout": layout})


def straight(x: Sequence[Number], y: Sequence[Number], colour: str, dash: str) -> dict[str, Any]:
    """Return a straight line that answers to no pointer."""
    line = {"color": colour, "width": 1.5, "dash": dash}
    common = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
    return common | {"x": [float(v) for v in x], "y": [float(v) for v in y], "line": line}


def axis(values: Sequence[float], words: str) -> dict[str, Any]:
    """Return a logarithmic axis around values, with ticks at 1, 2 and 5 of each power of ten."""
    low, high = min(values, default=1.0), max(values, default=10.0)
    span = max(math.log10(high / low), 0.1)
    ends = [math.log10(low) - 0.06 * span, math.log10(high) + 0.06 * span]
    powers = range(math.floor(ends[0]), math.ceil(ends[1]) + 1)
    steps = (1, 2, 5) if span < 2.5 else (1,)
    ticks = [step * 10.0**power for power in powers for step in steps]
    inside = [tick for tick in ticks if ends[0] <= math.log10(tick) <= ends[1]]
    texts = [f"{tick:,.0f}" if tick >= 1 else f"{tick:g}" for tick in inside]
    return {"type": "log", "range": ends, "title": titled(words), "tickvals": inside, "ticktext": texts}

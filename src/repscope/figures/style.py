"""What all figures share: colours, fonts, quiet axes, and text that cannot be markup.

The sequential colours and the palette of Okabe and Ito are safe for colour-blind readers; each category has a
symbol and a dash of its own besides its colour.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Plot: TypeAlias = Any
"""A `plotly.graph_objects.Figure`; Plotly is imported only when one is made."""

Number: TypeAlias = float | int

SEQUENTIAL = (
    "#fbfbe6",
    "#e3f1c4",
    "#b5dfbc",
    "#78c8bd",
    "#42aabf",
    "#2583b4",
    "#235a9c",
    "#20377c",
    "#101f4d",
)
"""Light to dark, monotone in lightness (after ColorBrewer's YlGnBu): readable in grey and on paper."""

CATEGORIES = ("#0072b2", "#d55e00", "#009e73", "#b4588f", "#8c6d00", "#56b4e9", "#e69f00", "#4d4d4d")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "x")
DASHES = ("solid", "dash", "dot", "dashdot")
UNDEFINED = "#e4e4e4"
INK, FAINT, RULE = "#22262b", "#6b7280", "#d9dce1"
FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
PANEL = 332
"""The width in pixels for which a small figure is laid out: three side by side on a desk, one on a phone."""

WIDE = 680
"""The width in pixels of a figure that stands alone: what fits on a sheet of paper."""


@dataclass(frozen=True, slots=True)
class Series:
    """Points in order: a line of a profile, or a path through a map; what has a default may be left out."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    hover: Sequence[str]
    labels: Sequence[str] = ()
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    baseline: Sequence[float] = ()
    ceiling: Sequence[tuple[float, float]] = ()


def ends(values: np.ndarray, limits: Sequence[Number]) -> tuple[float, float]:
    """Return the two ends of the colours, an infinite one replaced by the farthest value."""
    known = values[np.isfinite(values)]
    low = limits[0] if math.isfinite(limits[0]) else float(known.min(initial=math.inf))
    high = limits[1] if math.isfinite(limits[1]) else float(known.max(initial=-math.inf))
    low, high = (low if math.isfinite(low) else 0.0), (high if math.isfinite(high) else 1.0)
    return (low, high) if high > low else (low, low + 1.0)


def hovering(one: Series) -> dict[str, Any]:
    """Return the part of a trace that shows its texts when the pointer rests on a point."""
    return {"hovertext": [escape(text) for text in one.hover], "hovertemplate": "%{hovertext}<extra></extra>"}


def path(one: Series, y: Sequence[float], *, mode: str, line: dict[str, Any]) -> dict[str, Any]:
    """Return a scatter trace of `y` over the places of a series; NaN leaves a gap."""
    gaps = [None if math.isnan(v) else float(v) for v in y]
    return {"type": "scatter", "x": list(one.x), "y": gaps, "mode": mode, "line": line, "showlegend": False}


def tinted(colour: str, share: float) -> str:
    """Return a colour so much of which lets the ground through that `share` of it is left."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


def hatched() -> dict[str, Any]:
    """Return the filling of a noise ceiling: hatched, so that it is told from an interval without colour."""
    return {"fillpattern": {"shape": "/", "fgcolor": "#8a919d", "size": 6, "solidity": 0.15}, "fillcolor": "#eef0f2"}


def titled(text: str) -> dict[str, Any]:
    """Return an axis title in the small faint style."""
    return {"text": escape(text), "font": {"size": 12, "color": FAINT}, "standoff": 8}


def shorten(text: str, most: int = 16) -> str:
    """Return a text of at most `most` characters, cut in the middle, where names differ least."""
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


def brief(labels: Sequence[str], most: int = 16) -> list[str]:
    """Return labels of at most `most` characters, without the parts at either end that all long ones share.

    Parts end at a dot or a slash. A short label that begins as a long one does loses the same parts; others,
    such as a lone `head`, are left whole.
    """
    parts = [re.findall(r"[^./]*[./]|[^./]+$", label) for label in labels]
    begun = {part[0] for part, label in zip(parts, labels, strict=True) if len(label) > most}
    family = [part for part in parts if part and part[0] in begun]
    least = min(map(len, family), default=1) - 1
    head = next((k for k in range(least) if len({part[k] for part in family}) > 1), least)
    tail = next((k for k in range(least - head) if len({part[-1 - k] for part in family}) > 1), least - head)
    cut = ["".join(part[head : len(part) - tail]).rstrip("./") if part in family else "".join(part) for part in parts]
    return [shorten(text, most) for text in cut]


def escape(text: str) -> str:
    """Return plain text as Plotly's markup: nothing in it is a tag, and newlines break the line."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def base_layout(title: str, *, height: Number, margin: tuple[Number, Number, Number, Number]) -> dict[str, Any]:
    """Return what all figures share: fonts, white ground, quiet axes, a width that follows the page."""
    axis = {"showline": True, "linecolor": RULE, "zeroline": False, "showgrid": False, "fixedrange": True}
    axis |= {"tickfont": {"size": 12, "color": FAINT}, "ticks": "outside", "ticklen": 3, "tickcolor": RULE}
    left, right, top, bottom = map(round, margin)
    return {
        "template": "none",
        "height": round(height),
        "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 2},
        "title": {"text": escape(title), "font": {"size": 16}, "x": 0, "xref": "paper", "xanchor": "left"},
        "font": {"family": FAMILY, "size": 12, "color": INK},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "hoverlabel": {
            "bgcolor": "#ffffff",
            "bordercolor": FAINT,
            "font": {"size": 13, "color": INK},
            "align": "left",
        },
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": dict(axis),
        "yaxis": dict(axis),
    }

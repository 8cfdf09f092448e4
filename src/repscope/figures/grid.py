"""A map of values: rows against columns, one colour a cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from repscope.errors import ShapeError, explain
from repscope.figures.style import (
    FAINT,
    FAMILY,
    INK,
    PANEL,
    SEQUENTIAL,
    UNDEFINED,
    Plot,
    base_layout,
    ends,
    escape,
    shorten,
)

Higher = Literal["similar", "different", "neither"]


def heatmap(
    values: np.ndarray[Any, Any],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    hover: Sequence[Sequence[str]],
    title: str = "",
    limits: Sequence[float] = (-math.inf, math.inf),
    higher: Higher = "similar",
    marked: np.ndarray[Any, Any] | None = None,
    axes: tuple[str, str] = ("", ""),
    scale: bool = True,
) -> Plot:
    """Return a map of values with square cells, darker where more alike; NaN is a grey cell that says so.

    Parameters
    ----------
    values : (rows, columns), float
        NaN is undefined, and never drawn as a number.
    rows : a label for each row
        Long ones are cut in the middle, in the figure only.
    columns : a label for each column
        As `rows`.
    hover : (rows, columns), texts
        Shown when the pointer rests on a cell; newlines break the line.
    title : str, default none
        Stands above the map.
    limits : the values at the two ends of the colours
        An infinite end, the default, is taken from the values.
    higher : what a higher value means
        `"different"` turns the colours round, so that dark is alike.
    marked : (rows, columns) of bool, default none
        The cells that bear a ring.
    axes : a title for the rows and one for the columns
        Empty by default.
    scale : bool, default True
        Whether to draw the bar of colours.

    Raises
    ------
    ShapeError
        There is not one label a row and a column.
    """
    check_labels(values, rows, columns)
    import plotly.graph_objects as go

    shown = [[None if math.isnan(v) else float(v) for v in row] for row in values]
    low, high = ends(values, limits)
    across, down = [shorten(name) for name in columns], [shorten(name) for name in rows]
    trace = {
        "type": "heatmap",
        "z": shown,
        "zmin": low,
        "zmax": high,
        "colorscale": stepless(reverse=higher == "different"),
        "hovertext": [[escape(text) for text in row] for row in hover],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "text": cell_texts(values, marked),
        "texttemplate": "%{text}",
        "textfont": {"size": 11 if len(columns) <= 6 else 9, "family": FAMILY},
        "xgap": 1,
        "ygap": 1,
        "showscale": scale,
        "colorbar": {"thickness": 12, "outlinewidth": 0, "len": 0.9, "tickfont": {"color": FAINT}},
    }
    left = 24 + 6.3 * max(map(len, down)) + 18 * bool(axes[0])
    bottom = 24 + 6.3 * max(map(len, across)) * (0.72 if slanted(across) else 0.1) + 18 * bool(axes[1])
    top = 44 if title else 6
    side = (PANEL - left - 8) * len(rows) / len(columns)
    layout = base_layout(title, height=min(max(side, 60), 560) + top + bottom, margin=(left, 8, top, bottom))
    layout["xaxis"] |= cell_axis(across, axes[1]) | {
        "tickangle": -45 if slanted(across) else 0,
        "constrain": "domain",
    }
    layout["yaxis"] |= cell_axis(down, axes[0]) | {"autorange": "reversed", "constrain": "domain"}
    layout["yaxis"] |= {"scaleanchor": "x", "constraintoward": "top"}
    layout["plot_bgcolor"] = UNDEFINED
    return go.Figure({"data": [trace, undefined_cells(values)], "layout": layout})


def check_labels(values: np.ndarray[Any, Any], rows: Sequence[str], columns: Sequence[str]) -> None:
    """Raise `ShapeError` unless `values` is a matrix with one label a row and one a column."""
    if values.shape != (len(rows), len(columns)) or 0 in values.shape:
        expected = f"a matrix of {len(rows)} rows and {len(columns)} columns, one label each and at least one"
        got = f"shape {values.shape}"
        raise ShapeError(
            explain(expected=expected, got=got, argument="values", do="Give one label a row and a column.")
        )


def stepless(*, reverse: bool) -> list[tuple[float, str]]:
    """Return the sequential colours as Plotly's list of (position, colour)."""
    colours = SEQUENTIAL[::-1] if reverse else SEQUENTIAL
    return [(i / (len(colours) - 1), colour) for i, colour in enumerate(colours)]


def cell_texts(values: np.ndarray[Any, Any], marked: np.ndarray[Any, Any] | None) -> list[list[str]]:
    """Return what stands in each cell: the number where there is room, and a ring where it is marked."""
    room = values.shape[1] <= 8
    rings = np.zeros(values.shape, bool) if marked is None else marked
    rows = zip(values.tolist(), rings.tolist(), strict=True)
    return [
        [
            "<br>".join(
                filter(None, [f"{v:.2f}".replace("-0.00", "0.00") if room else "", "○" if ring else ""])
            )
            for v, ring in zip(row, marks, strict=True)
        ]
        for row, marks in rows
    ]


def undefined_cells(values: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return a trace that writes into every NaN cell that it is undefined."""
    y, x = np.nonzero(np.isnan(values))
    word = "undefined" if values.shape[1] <= 4 else "undef." if values.shape[1] <= 8 else "–"
    return {
        "type": "scatter",
        "mode": "text",
        "x": x.tolist(),
        "y": y.tolist(),
        "text": [word] * len(x),
        "textfont": {"size": 10, "color": FAINT, "family": FAMILY},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def cell_axis(labels: Sequence[str], title: str) -> dict[str, Any]:
    """Return an axis whose ticks are the positions of the labels, so that equal labels stay apart."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(labels))),
        "ticktext": [escape(label) for label in labels],
        "title": {"text": escape(title), "font": {"size": 12, "color": INK}, "standoff": 8},
        "showgrid": False,
        "showline": False,
        "ticks": "",
        "range": [-0.5, len(labels) - 0.5],
    }


def slanted(labels: Sequence[str]) -> bool:
    """Return whether the labels are too long to stand side by side under a panel."""
    return max(map(len, labels)) * 6.3 + 6 > (PANEL - 80) / len(labels)

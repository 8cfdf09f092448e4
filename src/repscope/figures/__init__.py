"""Plotly figures of plain data; every text given to them is plain text, escaped here."""

from repscope.figures.curve import curve
from repscope.figures.dendrogram import dendrogram
from repscope.figures.doubt import interval
from repscope.figures.ellipses import ellipses
from repscope.figures.fit import fit
from repscope.figures.forest import forest
from repscope.figures.grid import MANY, heatmap
from repscope.figures.profile import lines
from repscope.figures.scatter import points
from repscope.figures.style import CATEGORIES, PANEL, SEQUENTIAL, WIDE, Series

__all__ = [
    "CATEGORIES",
    "MANY",
    "PANEL",
    "SEQUENTIAL",
    "WIDE",
    "Series",
    "curve",
    "dendrogram",
    "ellipses",
    "fit",
    "forest",
    "heatmap",
    "interval",
    "lines",
    "points",
]

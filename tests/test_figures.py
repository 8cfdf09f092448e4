"""Figures say what the numbers say, and nothing in a label is markup."""

from __future__ import annotations

import math

import numpy as np
import pytest

from repscope.errors import ShapeError
from repscope.figures import PANEL, Series, heatmap, interval, lines, points
from repscope.figures.style import SEQUENTIAL, brief, ends, escape, shorten

HOVER = [["a\nb", "c"], ["d", "e"]]


def two_by_two(**changes):
    values = np.array([[1.0, 0.25], [np.nan, 0.5]])
    given = {"rows": ["r1", "r2"], "columns": ["c1", "c2"], "hover": HOVER} | changes
    return heatmap(given.pop("values", values), **given)


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


def test_undefined_is_a_gap_with_a_word_and_never_a_number():
    cells, words = two_by_two().data
    assert cells.z[1][0] is None
    assert cells.text[1][0] == ""
    assert (list(words.x), list(words.y)) == ([0], [1])
    assert list(words.text) == ["undefined"]


def test_labels_of_the_same_name_stay_apart():
    figure = two_by_two(rows=["fc", "fc"])
    assert list(figure.layout.yaxis.tickvals) == [0, 1]
    assert list(figure.layout.yaxis.ticktext) == ["fc", "fc"]


def test_marked_cells_bear_a_ring():
    cells = two_by_two(marked=np.array([[False, True], [True, False]])).data[0]
    assert [["○" in text for text in row] for row in cells.text] == [[False, True], [False, False]]


@pytest.mark.parametrize(("higher", "dark_end"), [("similar", 1.0), ("different", 0.0)])
def test_dark_is_alike(higher, dark_end):
    scale = dict(two_by_two(higher=higher).data[0].colorscale)
    assert luminance(scale[dark_end]) < 0.1 < luminance(scale[1.0 - dark_end])


def test_the_colours_are_monotone_in_lightness():
    assert sorted(SEQUENTIAL, key=luminance, reverse=True) == list(SEQUENTIAL)


def test_limits_are_the_ends_of_the_colours_and_infinite_ones_come_from_the_values():
    cells = two_by_two(limits=(0.0, math.inf)).data[0]
    assert (cells.zmin, cells.zmax) == (0.0, 1.0)
    cells = two_by_two().data[0]
    assert (cells.zmin, cells.zmax) == (0.25, 1.0)
    assert ends(np.full((2, 2), np.nan), (-math.inf, math.inf)) == (0.0, 1.0)
    assert ends(np.full((2, 2), 3.0), (-math.inf, math.inf)) == (3.0, 4.0)


@pytest.mark.parametrize("changes", [{"rows": ["one"]}, {"values": np.zeros((0, 0)), "rows": [], "columns": []}])
def test_a_label_for_each_row_and_column(changes):
    with pytest.raises(ShapeError, match="values: expected a matrix"):
        two_by_two(**changes)


def test_nothing_in_a_text_is_markup():
    hostile = "<script>alert(1)</script>"
    figure = two_by_two(rows=[hostile, "b"], hover=[[hostile, "c"], ["d", "e"]], title=hostile, axes=(hostile, "x"))
    assert "<script" not in figure.to_json().replace("\\u003c", "<")
    assert escape("a<b>\nc") == "a&lt;b&gt;<br>c"


def test_many_rows_leave_out_labels_rather_than_overlap():
    names = [f"block{i}" for i in range(96)]
    figure = heatmap(np.eye(96), rows=names, columns=names, hover=[[""] * 96] * 96)
    shown = figure.layout.yaxis.tickvals
    assert len(shown) < 50
    assert (
        heatmap(np.eye(96), rows=names, columns=names, hover=[[""] * 96] * 96, width=300).layout.yaxis.tickvals[1] > 2
    )
    assert figure.layout.yaxis.ticktext[1] == names[shown[1]]


def test_slanted_labels_need_more_room_than_upright_ones():
    names = [f"block{i}" for i in range(40)]
    layout = heatmap(np.eye(40), rows=names, columns=names, hover=[[""] * 40] * 40).layout
    assert layout.xaxis.tickangle == -45
    assert len(layout.xaxis.tickvals) < len(layout.yaxis.tickvals) <= 40


def test_many_layers_are_laid_out_for_the_width_of_a_page():
    few, many = (heatmap(np.eye(n), rows=["r"] * n, columns=["c"] * n, hover=[[""] * n] * n) for n in (14, 15))
    assert few.layout.height < PANEL + 60 < many.layout.height


def test_brief_labels_keep_what_differs():
    names = [f"encoder.layers.{k}.attention.out_proj" for k in range(12)]
    assert brief(names) == [str(k) for k in range(12)]
    assert brief([f"cnn/blocks/{k}/output" for k in range(9, 11)], 10) == ["9", "10"]
    assert brief(["stem", "layers.9.out", "layers.10.out"], 12) == ["stem", "9", "10"]
    assert brief(["", "layers.9"], 12) == ["", "layers.9"]
    assert brief(["conv1", "fc"]) == ["conv1", "fc"]
    assert brief(["a" * 40]) == [shorten("a" * 40)]
    assert shorten("abcdefghijklmnopqrstuvwxyz", 9) == "abcd…wxyz"


def test_a_line_has_its_band_and_its_baseline_and_breaks_at_nan():
    one = Series("a", [0.0, 0.5, 1.0], [0.9, np.nan, 0.7], ["x"] * 3, (), [0.8, 0.7, 0.6], [1.0, 0.9, 0.8], [0.1] * 3)
    lower, upper, dashed, line = lines([one], limits=(0.0, 1.0)).data
    assert (list(lower.y), list(upper.y)) == ([0.8, 0.7, 0.6], [1.0, 0.9, 0.8])
    assert upper.fill == "tonexty"
    assert (list(dashed.y), dashed.line.dash) == ([0.1] * 3, "dash")
    assert list(line.y) == [0.9, None, 0.7]


def test_points_have_one_unit_on_both_axes_and_room_for_their_labels():
    figure = points([Series("a", [0.0, 2.0], [1.0, 1.5], ["p", "q"], ["p", "q"])])
    assert figure.layout.yaxis.scaleanchor == "x"
    low, high = figure.layout.xaxis.range
    assert low < 0 < 2 < high


def test_labels_stand_beside_their_path_not_on_it():
    upward = Series("a", [0.0, 0.0, 0.0], [0.0, 1.0, 2.0], ["p"] * 3, ["p", "q", "r"])
    right, left = points([upward, upward]).data
    assert set(right.textposition) == {"middle right"}
    assert set(left.textposition) == {"middle left"}
    alone = points([Series("a", [0.0], [0.0], ["p"], ["p"])]).data[0]
    assert list(alone.textposition) == ["top center"]


def test_an_interval_is_drawn_where_it_is():
    figure = interval(0.5, low=0.4, high=0.7, null=0.1, null_sd=0.02, limits=(0.0, 1.0), hover="here")
    chance, chance_mean, around, value = figure.data
    assert list(chance.x) == pytest.approx([0.06, 0.14])
    assert (list(chance_mean.x), list(around.x), list(value.x)) == ([0.1], [0.4, 0.7], [0.5])
    bare = interval(0.5, low=math.nan, high=math.nan, null=math.nan, null_sd=math.nan, limits=(0.0, 1.0), hover="")
    assert [list(trace.x) for trace in bare.data] == [[0.5]]

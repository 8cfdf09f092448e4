"""Every number that can be seen can also be read, and it is the number that was measured."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from repscope.reports import of_result
from repscope.reports.blocks import Doubt, Figure, Figures, Notes, Provenance, Table
from repscope.types import Comparison, Source


def blocks_of(chapter, kind):
    return [block for section in chapter.sections for block in section.blocks if isinstance(block, kind)]


def figures_of(chapter) -> list[Figure]:
    return [figure for group in blocks_of(chapter, Figures) for figure in group.figures]


def titles(chapter) -> list[str]:
    return [section.title for section in chapter.sections]


def test_a_comparison_has_all_its_parts(compared):
    chapter = of_result(compared())
    assert chapter.title == "How alike are cnn-a, cnn-b, mlp and untrained?"
    assert titles(chapter) == [
        "Main findings",
        "Layer by layer",
        "Along depth",
        "All layers on one map",
        "Strongest and weakest correspondences",
        "Notes",
        "Provenance",
    ]
    assert len(figures_of(chapter)) == 10 + 6 + 1


def test_every_figure_has_a_reading_and_a_table_with_its_numbers(compared):
    for figure in figures_of(of_result(compared())):
        assert figure.reading.endswith(".")
        assert any(character.isdigit() for character in figure.reading)
        drawn = [v for trace in figure.plot.data for v in np.ravel(trace.z if trace.type == "heatmap" else trace.y)]
        written = " ".join(cell for row in figure.numbers.rows for cell in row).replace("−", "-")
        assert drawn
        values = {f"{v:.3f}" for v in drawn if v is not None} if figure.plot.data[0].type == "heatmap" else set()
        assert all(value.replace("-0.000", "0.000") in written for value in values)


def test_the_map_of_a_pair_holds_its_block_of_the_matrix(compared):
    one = compared()
    shown = np.array(figures_of(of_result(one))[1].plot.data[0].z, dtype=float)
    np.testing.assert_array_equal(shown, one.value[:6, 12:17])


def test_the_profile_holds_values_intervals_and_chance(compared):
    one = compared()
    low, high, chance, value = figures_of(of_result(one))[10].plot.data
    at = list(range(6)), list(range(6, 12))
    for trace, matrix in ((low, one.low), (high, one.high), (chance, one.null), (value, one.value)):
        np.testing.assert_array_equal(np.array(trace.y, dtype=float), matrix[at])


def test_the_strongest_and_the_weakest_are_those_of_the_matrix(compared):
    one = compared()
    strong, weak = blocks_of(of_result(one), Table)[-2:]
    assert strong.rows[0][:2] == ("cnn-a/conv1", "cnn-b/conv1")
    assert strong.rows[0][2] == Doubt(one.value[0, 6], one.low[0, 6], one.high[0, 6], 0.004, (0.0, 1.0))
    assert weak.rows[0][:2] == ("mlp/fc1", "untrained/logits")
    assert weak.rows[0][3] == f"{one.value.min():.3f}".replace("-", "−")


def test_a_ring_stands_where_a_pair_is_not_told_apart_from_chance(compared):
    one = compared()
    figure = figures_of(of_result(one))[2]
    rings = np.array([["○" in text for text in row] for row in figure.plot.data[0].text])
    block = one.p[:6, 17:]
    assert rings[block > 0.1].all()
    assert not rings[block < 1e-5].any()


def test_undefined_is_written_as_such(compared):
    value = compared().value.copy()
    value[3, :] = value[:, 3] = np.nan
    chapter = of_result(compared(value=value))
    first = figures_of(chapter)[0]
    assert set(first.numbers.rows[3][1:]) == {"undefined"}
    assert first.plot.data[0].hovertext[3][0].startswith("cnn-a/conv4 × cnn-b/conv1<br>value undefined")
    assert blocks_of(chapter, Table)[-1].caption == "Undefined (17 in all)"


def test_nothing_at_all_defined_still_makes_a_chapter(compared):
    nothing = np.full(compared().shape, np.nan)
    everything = dict.fromkeys(("value", "low", "high", "null", "null_sd", "p"), nothing)
    chapter = of_result(compared(level=None, **everything))
    assert "All layers on one map" not in titles(chapter)
    assert {figure.reading for figure in figures_of(chapter)} == {"Every value is undefined."}
    assert "Chance is what unrelated layers would score" in chapter.lead.paragraphs[1]


def test_what_was_not_asked_for_has_no_column(compared):
    nothing = np.full(compared().shape, np.nan)
    bare = compared(level=None, null_method="", **dict.fromkeys(("low", "high", "null", "null_sd", "p"), nothing))
    chapter = of_result(bare)
    assert "No intervals were asked for. Chance was not asked for." in chapter.lead.paragraphs[1]
    by_pair, strong, weak = blocks_of(chapter, Table)
    assert by_pair.columns == ("models", "best match", "0 to 1", "value", "mean of partners")
    assert strong.columns == weak.columns == ("layer", "layer", "0 to 1", "value")
    assert figures_of(chapter)[10].numbers.columns == ("position", "cnn-a", "cnn-b", "value")
    cells = [cell for table in (by_pair, strong, weak) for row in table.rows for cell in row]
    assert "undefined" not in cells
    assert all(len(row) == len(by_pair.columns) for row in by_pair.rows)
    assert blocks_of(chapter, Figures)[0].caption.endswith("for its value.")
    without_chance = of_result(compared(null_method="", **dict.fromkeys(("null", "null_sd", "p"), nothing)))
    assert blocks_of(without_chance, Table)[1].columns == ("layer", "layer", "0 to 1", "value", "interval")


def test_the_words_on_doubt_promise_what_is_measured(compared, scored):
    said = of_result(compared(draws=199)).lead.paragraphs[1]
    promise = "in 95 of 100 samples of items such an interval covers the value that samples of this size have on"
    law = "p is from a smooth (Pearson III) law with the moments of 199 permutations, so that p below 0.005 is extrap"
    for text in (said, of_result(scored()).lead.paragraphs[1]):
        assert promise in text
        assert law in text
    assert "shuffled (closed form over all permutations); p is from" in of_result(compared()).lead.paragraphs[1]


def test_one_layer_with_itself(compared):
    chapter = of_result(compared({"net": ("out",)}, notes=()))
    assert chapter.title == "net/out with itself"
    assert chapter.lead.paragraphs[0].startswith("net/out with itself, over the same 360 items")
    assert titles(chapter) == ["Main findings", "Layer by layer", "Provenance"]
    assert [figure.reading for figure in figures_of(chapter)] == ["One layer with itself: 1.000."]


def test_one_layer_against_a_network_keeps_both_names(compared):
    whole = compared({"bert": ("pooled",), "net": ("x", "y", "z")})
    chapter = of_result(part_of(whole, 1))
    assert chapter.title == "How alike are bert and net?"
    by_pair = blocks_of(chapter, Table)[0]
    assert by_pair.caption == "Pair by pair"
    best = "xyz"[int(whole.value[0, 1:].argmax())]
    assert by_pair.rows[0][:2] == ("bert and net", f"pooled – {best}")
    assert by_pair.rows[0][-1] == "–"
    assert [figure.title for figure in figures_of(chapter)] == ["bert and net"]
    both = of_result(whole)
    assert [figure.title for figure in figures_of(both)[:2]] == ["bert and net", "net with itself"]


def test_one_array_against_one(compared):
    chapter = of_result(part_of(compared({"": ("a", "b")}), 1))
    assert chapter.title == "How alike are a and b?"
    assert chapter.lead.paragraphs[0].startswith("a with b, over")
    (table,) = blocks_of(chapter, Table)
    assert table.rows[0][:2] == ("a", "b")
    assert "The pair of layers" in titles(chapter)


def test_notes_and_provenance_are_there(compared):
    chapter = of_result(compared())
    assert blocks_of(chapter, Notes)[0].notes == ("untrained/conv3: 3 dead units were dropped",)
    (provenance,) = blocks_of(chapter, Provenance)
    facts = dict(provenance.facts)
    assert (facts["items"], facts["seed"], facts["settings"]) == ("360", "0", "debiased = True")
    assert facts["source"] == "Planted et al. 2020, eq. 1"
    assert len(provenance.sources.rows) == 23
    assert provenance.sources.columns == ("model", "layer", "pooling", "dtype", "digest")
    assert "Notes" not in titles(of_result(compared(notes=())))


def test_arrays_without_layers_are_one_map_without_depth(compared):
    chapter = of_result(compared({"x": ("",), "y": ("",), "z": ("",)}))
    assert chapter.title == "How alike are x, y and z?"
    assert "Along depth" not in titles(chapter)
    assert figures_of(chapter)[0].numbers.columns == ("", "x", "y", "z")


def test_one_model_alone_is_followed_from_layer_to_layer(compared):
    one = compared({"net": ("a", "b", "c", "d")})
    chapter = of_result(one)
    assert chapter.title == "How alike are the layers of net?"
    profile = figures_of(chapter)[1].plot.data[-1]
    np.testing.assert_array_equal(np.array(profile.y, dtype=float), one.value[[0, 1, 2], [1, 2, 3]])


def part_of(whole: Comparison, rows: int) -> Comparison:
    """Return the first layers against the others."""
    matrices = ("value", "low", "high", "null", "null_sd", "null_skewness", "p")
    part = {name: getattr(whole, name)[:rows, rows:] for name in matrices}
    return replace(whole, rows=whole.rows[:rows], columns=whole.columns[rows:], within=False, **part)


def test_rows_against_columns(compared):
    half = part_of(compared({"a": ("x", "y", "z"), "b": ("x", "y", "z")}), 3)
    chapter = of_result(half)
    assert chapter.lead.paragraphs[0].startswith("3 layers with 3 layers, over the same 360 items")
    assert len(figures_of(chapter)) == 2
    anonymous = tuple(Source(layer=name) for name in "pqr")
    bare = replace(half, rows=anonymous, columns=anonymous)
    assert of_result(bare).title == "How alike are 3 layers and 3 layers?"


def test_many_models_are_all_shown(compared):
    chapter = of_result(compared({f"net{k}": ("a", "b") for k in range(8)}))
    assert chapter.title == "How alike are 8 models?"
    assert len(blocks_of(chapter, Figures)[0].figures) == 28
    assert len(blocks_of(chapter, Figures)[1].figures) == 8


def test_a_result_is_drawn_on_its_interval_beside_chance(scored):
    chapter = of_result(scored())
    (figure,) = figures_of(chapter)
    said = chapter.sections[0].blocks[0].sentences[0]
    assert said.startswith(
        "0.731 (95 % interval 0.702 to 0.764); unrelated representations would score 0.004 (p = 0.0050)"
    )
    assert figure.numbers.rows[1] == ("interval", "0.702 to 0.764")
    assert list(figure.plot.data[-2].x) == [0.702, 0.764]
    assert figure.reading == "The value stands at 0.731, chance at 0.004, 121 standard deviations of chance apart."


def test_a_result_without_statistics_claims_none(scored):
    chapter = of_result(scored(interval=None, level=None, null=None, p=None, notes=()))
    assert chapter.sections[0].blocks[0].sentences == ("0.731.",)
    assert [row[1] for row in figures_of(chapter)[0].numbers.rows] == ["0.731", *["not asked for"] * 3]
    assert figures_of(chapter)[0].reading == "The value: 0.731."
    undefined = of_result(scored(value=math.nan, null=None, p=None))
    assert [row[1] for row in figures_of(undefined)[0].numbers.rows][2:] == ["undefined", "undefined"]
    assert undefined.sections[0].blocks[0].sentences == ("The value is undefined.",)


def test_few_standard_deviations_are_told_to_one_decimal(scored):
    (figure,) = figures_of(of_result(scored(value=0.014, p=0.051)))
    assert figure.reading.endswith("1.7 standard deviations of chance apart.")


@pytest.mark.parametrize("higher", ["similar", "different", "neither"])
def test_any_kind_of_measure_can_be_shown(compared, carded, higher):
    chapter = of_result(compared(card=carded(higher=higher, bounds=(-math.inf, math.inf))))
    assert len(figures_of(chapter)) >= 16


def test_a_comparison_plots_itself(compared):
    one = compared()
    figure = one.plot()
    np.testing.assert_array_equal(np.array(figure.data[0].z, dtype=float), one.value)
    assert "95% interval 0.913 to 0.944" in figure.data[0].hovertext[0][6]

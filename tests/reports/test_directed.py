"""Directed measures, noise ceilings, measures without a null or an interval, and ranges without an end."""

from __future__ import annotations

import math

import numpy as np
import pytest

from repscope.figures import Series, lines
from repscope.reports import findings, of_result
from repscope.reports.blocks import Doubt, Figures, Findings, Table
from repscope.reports.groups import model_pairs
from repscope.reports.measured import limits
from repscope.reports.words import direction

MODELS = {"a": ("x", "y", "z"), "b": ("x", "y", "z")}


def blocks_of(chapter, kind):
    return [block for section in chapter.sections for block in section.blocks if isinstance(block, kind)]


@pytest.fixture
def one_way(compared, carded):
    """From a to b is 0.9 where a/x goes to b/y; the other direction is 0.3."""
    value = np.full((6, 6), 0.3)
    np.fill_diagonal(value, 1.0)
    value[0, 4] = 0.9
    return compared(MODELS, value=value, card=carded(symmetric=False))


def test_both_directions_are_pairs_of_their_own(one_way, compared):
    labels = [pair.label for pair in model_pairs(one_way)]
    assert labels == ["a to b", "b to a", "a with itself", "b with itself"]
    assert [pair.label for pair in model_pairs(compared(MODELS))][:1] == ["a and b"]


def test_source_and_target_are_named_wherever_a_pair_is(one_way):
    chapter = of_result(one_way)
    assert "It goes one way: from the layer of the row to the layer of the column" in chapter.lead.paragraphs[0]
    assert "is from a/x to b/y: 0.900" in findings(one_way)[0]
    by_pair, strongest = blocks_of(chapter, Table)[:2]
    assert [row[0] for row in by_pair.rows] == ["a to b", "b to a"]
    assert by_pair.rows[0][1] == "x → y"
    assert strongest.columns[:2] == ("from layer", "to layer")
    figures = [figure for group in blocks_of(chapter, Figures) for figure in group.figures]
    assert "a/x → b/y" in figures[0].plot.data[0].hovertext[0][1]
    (space,) = [s.blocks[0] for s in chapter.sections if s.title == "All layers on one map"]
    assert "goes one way; what is drawn is the mean of both directions" in space.caption


def test_a_symmetric_measure_says_nothing_of_direction(compared):
    chapter = of_result(compared(MODELS))
    assert "one way" not in chapter.lead.paragraphs[0]
    (space,) = [s.blocks[0] for s in chapter.sections if s.title == "All layers on one map"]
    assert "one way" not in space.caption


def test_a_directed_result_says_which_is_the_source(scored, carded):
    chapter = of_result(scored(card=carded(symmetric=False)))
    assert "It goes one way: from the first to the second" in chapter.lead.paragraphs[0]


def test_q_stands_beside_p(compared):
    one = compared(MODELS, p=np.full((6, 6), 0.03))
    one.p[0, 3] = 0.001
    by_pair, strongest, _ = blocks_of(of_result(one), Table)
    at = strongest.columns.index("q")
    assert strongest.columns[at - 1] == "p"
    labels = [source.label for source in one.rows]
    for row in strongest.rows:
        i, j = labels.index(row[0]), labels.index(row[1])
        assert row[at] == f"{one.q[i, j]:.4f}"
    assert "q" in by_pair.columns
    assert len({len(by_pair.columns), *(len(row) for row in by_pair.rows)}) == 1
    assert "Benjamini–Hochberg" in of_result(one).lead.paragraphs[1]


def test_a_measure_without_a_null_says_why(compared):
    nothing = dict.fromkeys(("null", "null_sd", "null_skewness", "p"), np.full((6, 6), np.nan))
    chapter = of_result(compared(MODELS, null_method="none", **nothing))
    assert "There is no chance level" in chapter.lead.paragraphs[1]
    assert "unrelated layers would score" not in chapter.lead.paragraphs[1]
    assert not any("chance" in column for table in blocks_of(chapter, Table) for column in table.columns)


def test_a_measure_without_intervals_says_so(compared):
    nothing = dict.fromkeys(("low", "high"), np.full((6, 6), np.nan))
    chapter = of_result(compared(MODELS, **nothing))
    assert "No interval is defined for these values." in chapter.lead.paragraphs[1]
    assert not any("interval" in column for table in blocks_of(chapter, Table) for column in table.columns)
    assert "interval" not in blocks_of(chapter, Findings)[0].sentences[0]


def test_noise_ceilings_are_drawn_and_written(compared, scored):
    low, high = np.full((6, 6), 0.7), np.full((6, 6), 0.8)
    chapter = of_result(compared(MODELS, ceiling_low=low, ceiling_high=high))
    assert "noise ceiling" in chapter.lead.paragraphs[1]
    strongest = blocks_of(chapter, Table)[1]
    assert strongest.columns[-1] == "noise ceiling"
    assert {row[-1] for row in strongest.rows} == {"0.700 to 0.800"}
    (profile,) = [s.blocks[0].figures[0] for s in chapter.sections if s.title == "Along depth"]
    below, above = profile.plot.data[:2]
    assert (set(below.y), set(above.y)) == ({0.7}, {0.8})
    assert above.fillpattern.shape == "/"
    assert profile.numbers.columns[-1] == "noise ceiling"
    (single,) = blocks_of(of_result(scored(ceiling=(0.8, 0.9))), Figures)
    assert single.figures[0].numbers.rows[-1] == ("noise ceiling", "0.800 to 0.900")
    assert sorted(set(single.figures[0].plot.data[0].x)) == [0.8, 0.9]
    bare = of_result(compared(MODELS))
    assert not any("ceiling" in column for table in blocks_of(bare, Table) for column in table.columns)


def test_a_ceiling_leaves_room_in_a_profile():
    one = Series("s", [0.0, 1.0], [0.1, 0.2], ["", ""], ceiling=[(0.5, 0.6), (0.5, 2.0)])
    assert lines([one]).layout.yaxis.range[1] >= 2.0


def test_a_few_values_far_out_do_not_take_all_colours(compared, carded):
    value = np.full((6, 6), 0.6)
    np.fill_diagonal(value, 1.0)
    value[0, 3] = value[3, 0] = -250.0
    one = compared(MODELS, value=value, card=carded(bounds=(-math.inf, 1.0)))
    low, high = limits(one)
    assert -2 < low < 0.6
    assert high == 1.0
    chapter = of_result(one)
    (key,) = [group.scale for group in blocks_of(chapter, Figures) if group.scale]
    assert key.ends[0].endswith(" and less")
    assert any(cell.startswith("−250") for cell in blocks_of(chapter, Figures)[0].figures[0].numbers.rows[0])
    drawn = [cell for row in blocks_of(chapter, Table)[-1].rows for cell in row if isinstance(cell, Doubt)]
    assert all(np.isfinite(cell.limits).all() for cell in drawn)
    turned = compared(MODELS, value=-value + 1, card=carded(bounds=(0.0, math.inf), higher="different"))
    assert limits(turned)[1] < 3


def test_identity_is_not_promised_where_it_does_not_hold(carded):
    assert direction(carded(identity=False)).endswith("a layer with itself may fall short of it.")

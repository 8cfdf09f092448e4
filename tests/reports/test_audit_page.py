"""The page of an audit: what was found is what is read, and no sign rests on colour alone."""

from __future__ import annotations

import json
import math

import numpy as np

from repscope.reports import of_result, report
from repscope.reports.blocks import Estimate, Figures, Findings, Notes, Table
from repscope.types import Audit, Trial

LAYERS = Trial("layer identification", "Is each layer found again?", "Kornblith et al. 2019", "share", 0.2, 1.0)
RANKS = Trial("sensitivity", "Do they rise together?", "Ding et al. 2021", "rank correlation", 0.0, 1.0)
SHARE = Trial("simple share", "Half is no bias.", "Lampinen et al. 2024", "share", math.nan, 0.5)


def audit(**changes):
    """Four measures in three tests: one best alone, one reached by another, one undefined."""
    nan = math.nan
    fields = {
        "measures": ("cka", "cca", "svcca", "unknown"),
        "tests": (LAYERS, RANKS, SHARE),
        "value": np.array([[0.9, 0.5, 0.6], [0.15, -0.4, 0.8], [0.85, 0.1, 0.45], [nan, nan, nan]]),
        "low": np.array([[0.8, 0.4, 0.55], [0.05, -0.6, 0.7], [0.7, -0.1, 0.4], [nan, nan, nan]]),
        "high": np.array([[1.0, 0.6, 0.65], [0.25, -0.2, 0.9], [1.0, 0.3, 0.5], [nan, nan, nan]]),
        "networks": "5 planted networks",
        "n": 120,
        "level": 0.95,
        "advice": ("To follow layers: cka.", "Over all tests cka ranks highest."),
        "notes": ("left out: untrained control",),
    }
    return Audit(**fields | changes)


def blocks_of(chapter, kind):
    return [block for section in chapter.sections for block in section.blocks if isinstance(block, kind)]


def test_it_opens_with_the_advice():
    chapter = of_result(audit())
    first = chapter.sections[0].blocks[0]
    assert isinstance(first, Findings)
    assert first.sentences == audit().advice
    assert "4 measures tried on 5 planted networks, over the same 120 items, in 3 tests" in chapter.lead.paragraphs[0]
    assert "over networks" in chapter.lead.paragraphs[1]
    assert blocks_of(chapter, Notes)[0].notes == audit().notes


def test_each_cell_holds_its_value_its_interval_and_its_signs():
    table = blocks_of(of_result(audit()), Table)[0]
    assert table.columns == (
        "measure",
        "layer identification\nchance 0.2\nbest 1",
        "sensitivity\nchance 0\nbest 1",
        "simple share\nbest 0.5",
    )
    signs = {row[0]: [cell.signs for cell in row[1:]] for row in table.rows}
    assert signs == {"cka": ["★", "★", ""], "cca": ["≈", "", ""], "svcca": ["☆", "≈", "★"], "unknown": ["", "", ""]}
    assert table.rows[0][1] == Estimate("0.900", "0.800 to 1.000", "★", strong=True)
    assert table.rows[1][2].value == "−0.400"
    assert table.rows[3][1] == Estimate("undefined")


def test_every_panel_draws_the_numbers_of_its_test():
    one = audit()
    (group,) = blocks_of(of_result(one), Figures)
    assert [figure.title for figure in group.figures] == [trial.name for trial in one.tests]
    for k, figure in enumerate(group.figures):
        *whiskers, dots, words = figure.plot.data
        np.testing.assert_array_equal(np.array(dots.x, dtype=float), one.value[:, k])
        assert [tuple(w.x) for w in whiskers] == [(one.low[i, k], one.high[i, k]) for i in range(3)]
        assert list(words.y) == [3]
        assert figure.plot.layout.yaxis.ticktext == one.measures
        assert figure.numbers.rows[3][1:3] == ("undefined", "undefined")
        full = [colour != "#ffffff" for colour in dots.marker.color]
        assert full == [bool({"★", "☆"} & set(row[3])) for row in figure.numbers.rows]
    lines = [[(shape.x0, shape.line.dash) for shape in f.plot.layout.shapes] for f in group.figures]
    assert lines == [[(0.2, "dash"), (1.0, "solid")], [(0.0, "dash"), (1.0, "solid")], [(0.5, "solid")]]
    assert group.figures[1].plot.layout.xaxis.range[0] < -1
    assert group.figures[0].reading == "cka comes nearest with 0.900 (chance 0.2, best 1)."


def test_what_each_test_asks_is_told_with_its_source():
    asked = blocks_of(of_result(audit()), Table)[-1]
    assert [row[0] for row in asked.rows] == [trial.name for trial in audit().tests]
    assert asked.rows[1][1] == RANKS.question
    assert asked.rows[1][-1] == "Ding et al. 2021"


def test_a_test_without_any_value_says_so():
    one = audit(value=np.full((4, 3), math.nan), low=np.full((4, 3), math.nan), high=np.full((4, 3), math.nan))
    (group,) = blocks_of(of_result(one), Figures)
    assert group.figures[0].reading == "No measure has a value in this test (chance 0.2, best 1)."


def test_measures_that_tie_are_both_the_best():
    value = audit().value.copy()
    value[2, 0] = 0.9
    chapter = of_result(audit(value=value))
    assert [row[1].signs for row in blocks_of(chapter, Table)[0].rows] == ["★", "≈", "★", ""]
    assert "cka and svcca come nearest" in blocks_of(chapter, Figures)[0].figures[0].reading


def test_the_page_is_marked_up_and_holds_the_audit(tmp_path):
    page = report(audit(), tmp_path / "audit.html").read_text(encoding="utf-8")
    assert "<strong>0.900</strong>" in page
    assert '<span class="signs">★</span><small>0.800 to 1.000</small>' in page
    assert "layer identification<small>chance 0.2\nbest 1</small>" in page
    riding = page.split('id="results">')[1].split("</script>")[0]
    back = Audit.from_dict(json.loads(riding)[0])
    np.testing.assert_array_equal(back.value, audit().value)
    assert back.advice == audit().advice


def test_a_hostile_measure_name_is_text(tmp_path):
    hostile = "<img src=x onerror='window.hurt = 1'>"
    page = report(audit(measures=(hostile, "b", "c", "d")), tmp_path / "audit.html").read_text(encoding="utf-8")
    assert "<img" not in page.split("<body>")[1].split("<script>")[0]
    assert "&lt;img src=x" in page

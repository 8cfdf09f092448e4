"""The chapters of the three statistical questions say what was answered."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from repscope.reports import of_result, report
from repscope.reports.blocks import Figures, Findings, Table
from repscope.types import BestLayer, Difference, Null, Result, SampleCurve, Source


def first(chapter, kind):
    return next(block for section in chapter.sections for block in section.blocks if isinstance(block, kind))


@pytest.fixture
def difference(carded):
    numbers = {"value": 0.2, "first": 0.7, "second": 0.5, "interval": (0.1, 0.3), "level": 0.95, "p": 0.004, "n": 60}
    return Difference(card=carded(), params={"k": 3}, names=("m/a", "m/b", "m/c"), **numbers)


@pytest.fixture
def best(carded):
    value = np.array([[0.1, 0.8, np.nan], [0.3, 0.2, 0.4]])
    p = np.array([[0.9, 0.01, np.nan], [0.2, 0.5, 0.04]])
    null = Null(0.15, 0.02, 0.5, "best of 6 pairs", 99)
    winner = Result(carded(), 0.8, {}, (Source("m", "a"), Source("n", "y")), 60, null=null, p=0.01)
    return BestLayer(winner, ("m/a", "m/b"), ("n/x", "n/y", "n/z"), value, p)


@pytest.fixture
def samples(carded):
    sizes, widths = np.array([50, 100, 200]), np.array([0.4, 0.4 / math.sqrt(2), 0.2])
    return SampleCurve(carded(), sizes, np.array([0.5, 0.5, 0.5]), widths, 0.1, 0.95, -0.5, 800.0, ("a note",))


def test_answers_come_back_from_json(difference, best, samples):
    undefined = replace(difference, value=math.nan, interval=(math.nan, math.nan), p=math.nan)
    for answer in (difference, undefined, best, samples, replace(samples, needed=math.nan)):
        text = json.dumps(answer.to_dict(), allow_nan=False)
        back = type(answer).from_dict(json.loads(text))
        assert back.to_dict() == answer.to_dict()
    np.testing.assert_array_equal(BestLayer.from_dict(best.to_dict()).value, best.value)
    assert math.isnan(Difference.from_dict(undefined.to_dict()).interval[0])
    assert SampleCurve.from_dict(samples.to_dict()).sizes.dtype == np.int64


def test_a_result_comes_back_from_json(scored):
    for one in (scored(), scored(null=None, p=None, interval=None, level=None), scored(ceiling=(0.8, 0.9))):
        assert Result.from_dict(json.loads(json.dumps(one.to_dict()))) == one
    lost = Result.from_dict(scored(value=math.nan).to_dict())
    assert math.isnan(lost.value)
    unknown = Null(0.0, 0.1, math.nan, "permutation", 9)
    assert math.isnan(Result.from_dict(scored(null=unknown).to_dict()).null.skewness)


def test_which_is_closer(difference):
    chapter = of_result(difference)
    assert chapter.title == "Is m/a closer to m/b or to m/c?"
    assert first(chapter, Findings).sentences == (
        "m/a is closer to m/b than to m/c: 0.700 with m/b and 0.500 with m/c, a difference of 0.200 (95 % interval "
        "0.100 to 0.300; p = 0.0040).",
    )
    plot = first(chapter, Figures).figures[0].plot
    assert list(plot.data[0].x) == [0.1, 0.3]
    assert list(plot.data[1].x) == [0.2]
    assert plot.layout.shapes[0].x0 == 0.0


def test_undecided_and_undefined_are_said(difference):
    undecided = of_result(replace(difference, interval=(-0.1, 0.3)))
    assert first(undecided, Findings).sentences[0].startswith("It is undecided whether m/a is closer to m/b or to m/c:")
    assert first(undecided, Figures).figures[0].plot.data[1].marker.color == ("#ffffff",)
    lost = of_result(replace(difference, value=math.nan, interval=(math.nan, math.nan)))
    assert first(lost, Findings).sentences[0].endswith("the difference is undefined.")


def test_the_best_layer_stands_beside_the_best_of_unrelated_ones(best):
    chapter = of_result(best)
    said = first(chapter, Findings).sentences[0]
    assert said == (
        "m/a and n/y are the closest of 6 pairs: 0.800; the best of as many unrelated pairs would score 0.150 ± 0.020 "
        "(p = 0.0100)."
    )
    rows = first(chapter, Table).rows
    assert [row[:2] for row in rows] == [("m/a", "n/y"), ("m/b", "n/z"), ("m/b", "n/x"), ("m/b", "n/y"), ("m/a", "n/x")]
    texts = first(chapter, Figures).figures[0].plot.data[0].text
    assert [["○" in text for text in row] for row in texts] == [[True, False, False], [True, True, False]]


def test_a_distance_is_ranked_from_below(best, carded):
    turned = replace(best, best=replace(best.best, card=carded(higher="different", bounds=(0.0, math.inf))))
    assert first(of_result(turned), Table).rows[0][:2] == ("m/a", "n/x")


def test_how_many_items(samples):
    chapter = of_result(samples)
    assert first(chapter, Findings).sentences == (
        "About 800 items are needed for an interval no wider than 0.1; there are only 200.",
    )
    shown, fit, asked = first(chapter, Figures).figures[0].plot.data
    assert list(shown.y) == samples.widths.tolist()
    assert list(fit.x) == [50.0, 800.0]
    np.testing.assert_allclose(fit.y, [0.4, 0.1])
    assert list(asked.y) == [0.1, 0.1]
    unknown = of_result(replace(samples, needed=math.nan))
    assert "cannot be told" in first(unknown, Findings).sentences[0]
    enough = of_result(replace(samples, needed=120.0))
    assert first(enough, Findings).sentences[0].endswith("there are 200.")


def test_all_kinds_stand_in_one_report(difference, best, samples, scored, tmp_path):
    page = report([difference, best, samples, scored()], tmp_path / "all.html").read_text(encoding="utf-8")
    assert "<h1>4 results on representations</h1>" in page
    assert page.count('<article class="chapter"') == 4

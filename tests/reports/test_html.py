"""One file that asks for nothing, holds its results, and lets no label act."""

from __future__ import annotations

import errno
import html
import inspect
import json
import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from repscope.errors import InputError
from repscope.reports import report
from repscope.reports.render import as_json
from repscope.types import Comparison

HOSTILE = "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 2'>"


def written(results, folder: Path) -> str:
    return report(results, folder / "report.html").read_text(encoding="utf-8")


def without_programs(page: str) -> str:
    return re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)


def riding(page: str) -> list[dict]:
    found = re.search(r'<script type="application/json" id="results">(.*?)</script>', page, flags=re.DOTALL)
    return json.loads(found[1])


def test_results_ride_along_and_come_back(compared, scored, carded, tmp_path):
    value = compared().value.copy()
    value[2, 5] = np.nan
    one = compared(value=value, card=carded(higher="different", bounds=(0.0, math.inf)))
    first, second = riding(written([one, scored()], tmp_path))
    back = Comparison.from_dict(first)
    np.testing.assert_array_equal(back.value, one.value)
    np.testing.assert_array_equal(back.low, one.low)
    assert (back.rows, back.card.bounds, back.run, back.notes) == (one.rows, (0.0, math.inf), one.run, one.notes)
    assert second == scored().to_dict()


def test_the_json_is_strict_and_cannot_end_its_element():
    hostile = {"a": [math.nan, math.inf, -math.inf, 'NaN "Infinity" </script>&']}
    text = as_json(hostile)
    assert not {"<", ">", "&"} & set(text)
    strict = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert strict == {"a": [None, math.inf, -math.inf, 'NaN "Infinity" </script>&']}


def test_nothing_refers_to_the_network(compared, tmp_path):
    page = without_programs(written(compared(), tmp_path))
    assert not re.findall(r"(?:src|href|action|data|poster)\s*=\s*[\"']?(?:https?:)?//", page)
    assert "@import" not in page
    assert "url(" not in page
    assert re.findall(r"<link[^>]*>", page) == ['<link rel="icon" href="data:,">']
    assert "default-src 'none'" in page


def test_a_hostile_label_is_text_wherever_it_stands(compared, tmp_path):
    one = compared({HOSTILE: ("a", HOSTILE, "c"), "b": ("x", "y", "z")}, notes=(HOSTILE,), params={HOSTILE: HOSTILE})
    page = written(one, tmp_path)
    assert "<img" not in without_programs(page)
    assert page.count("<script>") == 2
    assert html.escape(HOSTILE) in page
    assert riding(page)[0]["rows"][1]["layer"] == HOSTILE


def test_every_figure_has_a_text_alternative(compared, tmp_path):
    page = written(compared(), tmp_path)
    figures = re.findall(r"<figure>.*?</figure>", page, flags=re.DOTALL)
    assert len(figures) == 17
    for figure in figures:
        label = re.search(r'role="img" aria-label="([^"]+)"', figure)[1]
        assert any(character.isdigit() for character in label)
        assert "<details><summary>Numbers</summary>" in figure
        assert figure.count("<tr>") >= 5


def test_headings_do_not_skip_a_level(compared, scored, tmp_path):
    for results in (compared(), [compared(), scored()]):
        levels = [int(level) for level in re.findall(r"<h([1-6])", without_programs(written(results, tmp_path)))]
        assert levels.count(1) == 1
        assert all(after <= before + 2 for before, after in pairwise(levels))


def test_several_results_have_contents_whose_links_lead_somewhere(compared, scored, tmp_path):
    page = written([compared(), scored()], tmp_path)
    links = re.findall(r'href="#([^"]+)"', page)
    assert links
    assert page.count("</a> by likeness<ul>") == 2
    assert all(f'id="{link}"' in page for link in links)
    ids = re.findall(r'\sid="([^"]+)"', without_programs(page))
    assert len(ids) == len(set(ids))
    assert "contents" not in re.findall(r'<nav class="([^"]+)"', written(compared(), tmp_path))


def test_the_title_can_be_given(compared, tmp_path):
    path = report([compared()], tmp_path / "a.html", title="Digits & co")
    assert "<title>Digits &amp; co</title>" in path.read_text(encoding="utf-8")


def test_undefined_is_said_and_notes_appear(compared, tmp_path):
    value = compared().value.copy()
    value[3, :] = value[:, 3] = np.nan
    page = written(compared(value=value), tmp_path)
    assert "<li>untrained/conv3: 3 dead units were dropped</li>" in page
    assert '<td class="number">undefined</td>' in page
    assert "undefined</span></div>" in page


def test_twenty_four_layers_with_each_other_stay_small(compared, tmp_path):
    names = tuple(f"encoder.layers.{k}.output" for k in range(24))
    path = report(compared({"bert": names, "roberta": names}), tmp_path / "big.html")
    assert path.stat().st_size < 8e6


def test_folders_are_made_and_an_older_report_is_replaced(scored, tmp_path):
    path = tmp_path / "new" / "folder" / "report.html"
    assert report(scored(), path) == path
    path.write_text("old")
    report([scored()], str(path))
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


@pytest.mark.parametrize("results", [[], None, 3, "results.json", [{"kind": "comparison"}]])
def test_what_is_no_result_is_refused(results, tmp_path):
    as_in_production = inspect.unwrap(report)
    with pytest.raises(
        InputError, match=r"results: expected a Result, a Comparison, another answer of repscope or a list of them"
    ):
        as_in_production(results, tmp_path / "report.html")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(scored, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="to: expected a path that can be written"):
        report(scored(), tmp_path / "file" / "report.html")
    with pytest.raises(InputError, match="to: expected a path that can be written"):
        report(scored(), tmp_path)


def test_a_full_disk_leaves_the_older_report_and_no_rubbish(scored, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        report(scored(), path)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]

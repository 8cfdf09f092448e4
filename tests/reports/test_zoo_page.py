"""The chapter of a zoo says what its maps, trees and trends hold."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from repscope.figures import dendrogram, ellipses, fit
from repscope.figures.dendrogram import joins
from repscope.figures.ellipses import outline
from repscope.figures.style import Series
from repscope.reports import of_result, report
from repscope.reports.blocks import Figures, Findings
from repscope.studies.zoo import zoo

GROUPS = {"language": ["lm-0", "lm-1", "lm-2", "lm-3"], "vision": ["vit", "cnn"]}


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(0)
    latent = rng.standard_normal((80, 5))
    models = {
        name: {f"l{k}": latent + (2.5 - 0.4 * i) * rng.standard_normal((80, 5)) for k in range(2)}
        for i, name in enumerate([*GROUPS["language"], *GROUPS["vision"]])
    }
    scale = dict(zip(GROUPS["language"], (1e6, 1e7, 1e8, 1e9), strict=True))
    options = {"groups": GROUPS, "scale": scale, "permutations": 20, "resamples": 20}
    return zoo(models, measures=("cka", "procrustes"), **options)


def figures_of(chapter):
    groups = [block for section in chapter.sections for block in section.blocks if isinstance(block, Figures)]
    return [figure for group in groups for figure in group.figures]


def test_every_measure_has_its_map_tree_and_trend(found):
    chapter = of_result(found)
    assert chapter.title == "Which of 6 models are alike?"
    titles = [section.title for section in chapter.sections]
    assert titles[:4] == [
        "Main findings",
        "Models on one map by cka",
        "Models as a tree by cka",
        "Alignment against scale by cka",
    ]
    assert "Provenance by procrustes" in titles
    assert len(figures_of(chapter)) == 8
    (findings,) = chapter.sections[0].blocks
    assert isinstance(findings, Findings)
    assert len(findings.sentences) == 6


def test_every_figure_has_a_reading_a_table_and_a_caption(found):
    for section in of_result(found).sections:
        for block in section.blocks:
            if isinstance(block, Figures):
                assert block.caption or block.scale
                for figure in block.figures:
                    assert figure.reading.endswith(".")
                    assert len(figure.numbers.rows) >= 4


def test_places_and_joins_and_points_are_those_of_the_result(found):
    placed, _, tree, trend = figures_of(of_result(found))[:4]
    dots = [trace for trace in placed.plot.data if "markers" in trace.mode]
    assert [trace.name for trace in dots] == list(found.models)
    np.testing.assert_array_equal([[t.x[0], t.y[0]] for t in dots], found.maps["cka"].places)
    np.testing.assert_array_equal(tree.plot.data[1].x, found.trees["cka"].linkage[:, 2])
    points = trend.plot.data[-1]
    np.testing.assert_array_equal(points.y, found.trends["cka"].alignment)
    assert trend.plot.layout.xaxis.type == "log"
    nearest = np.where(np.eye(6, dtype=bool), np.inf, found.maps["cka"].distance).min()
    assert f"{nearest:.3f}" in placed.reading
    assert f"{found.trends['cka'].rho:.3f}" in trend.reading


def test_an_ellipse_has_its_axes_and_its_angle():
    x, y = outline(np.array([1.0, 2.0]), np.array([3.0, 1.0, np.pi / 2]))
    assert np.ptp(x) == pytest.approx(2.0, rel=1e-3)
    assert np.ptp(y) == pytest.approx(6.0, rel=1e-3)
    assert (np.mean(x[:-1]), np.mean(y[:-1])) == pytest.approx((1.0, 2.0))
    assert outline(np.zeros(2), np.full(3, np.nan)) == ([], [])


def test_models_are_told_apart_without_colour():
    names = [f"m{k}" for k in range(16)]
    plot = ellipses(names, np.random.default_rng(0).random((16, 2)), np.full((16, 3), 0.1), hover=names)
    dots = [trace for trace in plot.data if "markers" in trace.mode]
    assert len({(trace.marker.symbol, trace.marker.color) for trace in dots}) == 16
    assert [trace.text[0] for trace in dots] == names


def test_a_tree_joins_at_its_distances_and_labels_are_no_markup():
    linkage = np.array([[0, 2, 1.0, 2], [1, 3, 2.5, 3]])
    x, y, nodes = joins(linkage, [1, 0, 2])
    assert x == [0.0, 1.0, 1.0, 0.0, None, 0.0, 2.5, 2.5, 1.0, None]
    assert y == [1.0, 1.0, 2.0, 2.0, None, 0.0, 0.0, 1.5, 1.5, None]
    assert nodes.tolist() == [[1.0, 1.5], [2.5, 0.75]]
    plot = dendrogram(
        linkage, names=["<b>a", "b", "c"], order=[1, 0, 2], supports=np.array([0.87, 1.0]), hover=["x", "y"]
    )
    assert list(plot.layout.yaxis.ticktext) == ["b", "&lt;b&gt;a", "c"]
    assert list(plot.data[1].text) == ["87 %", ""]


def test_a_line_without_a_band_and_points_without_chance_are_drawn():
    points = Series("", [1.0, 2.0], [0.1, np.nan], ["a", "b"], labels=["a", "b"])
    chance = np.full((2, 2), np.nan)
    plot = fit(points, np.empty((0, 4)), chance=chance, logarithmic=False)
    assert list(plot.data[-1].y) == [0.1, None]
    assert plot.layout.xaxis.type == "linear"


def test_what_is_not_there_is_said(found):
    cka = found.trends["cka"]
    bare = replace(found, maps={}, trees={}, trends={"cka": replace(cka, rho=np.nan, draws=0, logarithmic=False)})
    chapter = of_result(bare)
    assert chapter.sections[0].blocks[0].sentences == (
        "By cka: how language models align with vision models against scale takes three models.",
    )
    no_draws = replace(found.trees["cka"], resamples=0, supports=np.full(5, np.nan))
    few = replace(found, trees={"cka": no_draws, "procrustes": no_draws}, trends={})
    assert "no halves of the items were drawn" in of_result(few).sections[0].blocks[0].sentences[1]


def test_a_report_holds_the_zoo(found, tmp_path):
    text = report(found, tmp_path / "zoo.html").read_text()
    begin = text.index('id="results">') + len('id="results">')
    (held,) = json.loads(text[begin : text.index("</script>", begin)])
    assert held["kind"] == "zoo"
    assert held["models"] == list(found.models)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium", path="/usr/bin:/usr/local/bin")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: sudo apt-get install chromium")
@pytest.mark.parametrize("width", [1280, 390])
def test_it_opens_without_a_complaint_and_nothing_scrolls_sideways(found, tmp_path, width):
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    path, said = report(found, tmp_path / "zoo.html"), []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_function("[...document.querySelectorAll('.plot')].every((one) => one.querySelector('.main-svg'))")
        assert said == []
        assert page.locator(".plot").count() == 8
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()

"""The pages build without a warning, hold every card and every public name, and link only to what there is."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

import repscope
from repscope import registry
from repscope.types import INVARIANCES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generate():
    return runpy.run_path(str(DOCS / "generate.py"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The pages as HTML, built from a copy so that tests that run at once do not meet."""
    root = tmp_path_factory.mktemp("docs")
    shutil.copytree(DOCS, root / "docs", ignore=shutil.ignore_patterns("_build", "catalogue"))
    for name in ("CONTRIBUTING.md", "CHANGELOG.md"):
        shutil.copy(DOCS.parent / name, root)
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", "html"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return root / "html"


class Page(HTMLParser):
    """The anchors of a page, where it links, and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loads = set(), [], []
        self.feed(path.read_text(encoding="utf8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif tag in ("script", "img", "iframe") and found.get("src"):
            self.loads.append(found["src"])
        elif tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.append(found["href"])


@pytest.fixture(scope="module")
def pages(built):
    return {path: Page(path) for path in built.rglob("*.html") if "_static" not in path.parts}


def test_every_card_has_a_page_and_every_page_a_card(generate, tmp_path):
    (tmp_path / "of_a_card_that_is_gone.md").write_text("# gone")
    written = generate["write"](tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == {*registry.cards(), "index"}
    assert {path.stem for path in written} == {*registry.cards(), "index"}


def test_pages_that_did_not_change_are_not_written_again(generate, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in generate["write"](tmp_path)}
    assert {path: path.stat().st_mtime_ns for path in generate["write"](tmp_path)} == before


@pytest.mark.parametrize("card", registry.cards().values(), ids=lambda card: card.name)
def test_a_page_says_what_its_card_says(generate, card):
    page = generate["page"](card)
    for said in (card.summary, card.source, card.family, card.cost, *card.backends):
        assert said in page, said
    for name in INVARIANCES:
        row = next(line for line in page.splitlines() if line.startswith(f"| {name} |"))
        first, second = name in card.invariant | card.invariant_first, name in card.invariant | card.invariant_second
        held = "yes" if first and second else "of X only" if first else "of Y only" if second else "no"
        assert row.endswith(f"| {held} |")
    for name in card.per_item:
        assert f"`{name}=`" in page
        assert f"{name}={name}" in page
    assert ("goes from X to Y" in page) == (not card.symmetric)
    function = registry.function_of(card)
    for name in {name for params in card.variants for name in params}:
        assert f"`{name}=" in page, name
        assert name in function.__doc__, name


def test_the_index_lists_every_card(generate):
    index = generate["index"](registry.cards().values())
    for card in registry.cards().values():
        assert f"({card.name}.md)" in index
        assert f"\n{card.name}\n" in index


def test_the_index_has_a_section_a_family_in_the_order_of_the_registry(generate):
    index = generate["index"](registry.cards().values())
    families = list(dict.fromkeys(card.family for card in registry.cards().values()))
    heads = [line[3:].lower() for line in index.splitlines() if line.startswith("## ")]
    assert heads == [name.lower() for name in families]
    for card in registry.cards().values():
        (row,) = [line for line in index.splitlines() if line.startswith(f"| [`{card.name}`]")]
        assert card.summary in row
        assert ("X\u00a0→\u00a0Y" in row) == (not card.symmetric)
        assert all(f"`{one}=`" in row for one in card.per_item)


def test_an_invariance_of_one_input_is_said_to_be_of_that_one(generate):
    changes = {
        "invariant": frozenset({"translation"}),
        "invariant_first": frozenset({"orthogonal"}),
        "invariant_second": frozenset({"permutation"}),
    }
    card = registry.Card(**fields(registry.get("cka")) | changes)
    held = {name: said for name, _, said in generate["invariances"](card)}
    assert held["translation"] == "yes"
    assert (held["orthogonal"], held["permutation"], held["item order"]) == ("of X only", "of Y only", "no")
    assert generate["signs"](card) == "T(P₂)(O₁)"


def test_the_calls_of_a_card_of_another_package(generate):
    lines = generate["calls"](registry.Card(**{**fields(registry.get("cka")), "name": "other", "at": "theirs.cka:it"}))
    for said in ("from theirs.cka import it", "\nit(X, Y)", 'measure="other"'):
        assert said in lines


def fields(card):
    return {name: getattr(card, name) for name in type(card).__dataclass_fields__}


def test_every_public_name_is_in_the_reference(pages, built):
    ids = set().union(*(page.ids for path, page in pages.items() if path.parent.name in ("html", "catalogue")))
    assert not [name for name in repscope.__all__ if f"repscope.{name}" not in ids]


def test_every_error_is_in_the_reference(pages, built):
    from repscope import errors

    ids = pages[built / "reference.html"].ids
    named = [name for name, x in vars(errors).items() if isinstance(x, type) and issubclass(x, errors.RepscopeError)]
    assert len(named) > 10
    assert not [name for name in named if f"repscope.errors.{name}" not in ids]


def test_docstrings_are_laid_out(built):
    """Norms are bars, not substitutions; arguments are lists, not running text."""
    page = (built / "catalogue" / "procrustes.html").read_text(encoding="utf8")
    assert "|X − YQ|" in re.sub(r"<[^>]+>", "", page)
    assert "problematic" not in page
    assert 'class="field-list' in page
    assert "repscope.Recording.items" not in page, "a word of a description is taken for a name"


def test_every_link_between_pages_leads_somewhere(pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = unquote(link).partition("#")
            to = (path.parent / target).resolve() if target else path
            known = pages[to].ids if to in pages else set()
            if not to.exists() or (anchor and to in pages and anchor not in known):
                broken.append((path.name, link))
    assert len(pages) > 8
    assert not broken


def test_pages_load_nothing_from_a_network(pages):
    assert not [
        (path.name, load) for path, page in pages.items() for load in page.loads if re.match(r"(https?:)?//", load)
    ]

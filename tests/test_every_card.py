"""Generated from the table of cards: whatever a card claims is tried, on every variant of it."""

from __future__ import annotations

import inspect

import pytest

import cards
import properties
from repscope import registry

EVERY = cards.variants()


@pytest.mark.parametrize(("card", "params"), EVERY)
@pytest.mark.parametrize(
    "check",
    [
        properties.invariances_hold,
        properties.undeclared_are_broken,
        properties.within_bounds,
        properties.identity_is_best,
        properties.symmetric_as_said,
        properties.backends_agree,
        properties.float32_agrees,
        properties.steps_agree,
        properties.null_is_right,
        properties.constant_is_undefined,
        properties.dead_units_do_not_matter,
    ],
    ids=lambda check: check.__name__,
)
def test_holds(check, card, params):
    check(card, params)


@pytest.mark.parametrize(("card", "params"), cards.variants([c for c in cards.pairwise_cards() if c.metric]))
def test_triangle_inequality(card, params):
    properties.triangle_holds(card, params)


@pytest.mark.parametrize(
    ("card", "params"),
    [pytest.param(c, dict(p), id=f"{c.name}-{p}") for c in cards.pairwise_cards() for p in c.streamable],
)
def test_shards_merge_to_the_whole(card, params):
    properties.shards_merge(card, params)


@pytest.mark.parametrize(("card", "params"), cards.variants([c for c in cards.pairwise_cards() if c.differentiable]))
def test_gradients(card, params):
    properties.gradients_are_right(card, params)


@pytest.mark.parametrize("card", registry.cards().values(), ids=lambda card: card.name)
def test_docstring_says_what_a_reader_needs(card):
    said = inspect.getdoc(registry.function_of(card)) or ""
    assert said.startswith("Return"), "the first line says what is returned"
    for word in ("(items, p)", "(items, q)", "Raises", "Cost:", "Source:", ">>>", "in ["):
        assert word in said, f"{card.name}: the docstring lacks {word!r}"
    year = card.source.split()[-3] if "eq." in card.source else ""
    assert card.source.split(" et al.")[0] in said, year

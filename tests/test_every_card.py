"""Generated from the table of cards: whatever a card claims is tried, on every variant of it."""

from __future__ import annotations

import inspect

import pytest

from repscope import registry
from repscope.testing import CHECKS, check_gradients_are_right, check_shards_merge, check_triangle_holds

PAIRWISE = registry.find(verb="compare")


def settings(cards, of="variants"):
    """One parameter for each variant of each card: (card, params)."""
    return pytest.mark.parametrize(
        ("card", "params"),
        [
            pytest.param(card, dict(params), id="-".join([card.name, *(f"{k}={v}" for k, v in params.items())]))
            for card in cards
            for params in getattr(card, of)
        ],
    )


@settings(PAIRWISE)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_holds(check, card, params):
    check(card, params)


@settings([card for card in PAIRWISE if card.metric])
def test_triangle_inequality(card, params):
    check_triangle_holds(card, params)


@settings(PAIRWISE, of="streamable")
def test_shards_merge_to_the_whole(card, params):
    check_shards_merge(card, params)


@settings([card for card in PAIRWISE if card.differentiable])
def test_gradients(card, params):
    check_gradients_are_right(card, params)


@pytest.mark.parametrize("card", registry.cards().values(), ids=lambda card: card.name)
def test_docstring_says_what_a_reader_needs(card):
    said = inspect.getdoc(registry.function_of(card)) or ""
    assert said.startswith("Return"), "the first line says what is returned"
    for word in ("(items, p)", "(items, q)", "Raises", "Cost:", "Source:", ">>>", "in ["):
        assert word in said, f"{card.name}: the docstring lacks {word!r}"
    assert card.source.split(" et al.")[0] in said, "the docstring cites the card's source"

"""The table of cards: every measure by name, its function by import path. Imports nothing heavy."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from repscope.errors import InputError, UnknownName, explain, near_misses
from repscope.types.card import Card

ENTRY_POINTS = "repscope.cards"
"""Other packages add cards by an entry point of this group that names a list of Card."""

CARDS = (
    Card(
        name="cka",
        at="repscope.similarity.cka:cka",
        verb="compare",
        family="kernel alignment",
        summary="how alike the two patterns of similarities between items are",
        source="Kornblith et al. 2019, eq. 3; debiased: Song et al. 2012, eq. 5",
        invariant=frozenset({"translation", "isotropic scale", "permutation", "orthogonal", "item order"}),
        bounds=(-1.0, 1.0),
        higher="similar",
        cost="n p q + n p² + n q² (linear); n² (p + q) (rbf)",
        least_items=4,
        stat="repscope.stats.cross:of",
        streamable=({}, {"debiased": False}),
        variants=({}, {"debiased": False}, {"kernel": "rbf"}, {"kernel": "rbf", "debiased": False}),
    ),
    Card(
        name="procrustes",
        at="repscope.similarity.procrustes:procrustes",
        verb="compare",
        family="shape metrics",
        summary="how far apart the two clouds of items stay after the best rotation",
        source="Williams et al. 2021, eq. 4 and 5",
        invariant=frozenset({"translation", "isotropic scale", "permutation", "orthogonal", "item order"}),
        bounds=(0.0, 1.5707963267948966),
        higher="different",
        metric=True,
        cost="n p q + p q min(p, q)",
        stat="repscope.stats.cross:of",
        streamable=({}, {"distance": "size_and_shape"}),
        variants=({}, {"distance": "size_and_shape"}),
    ),
    Card(
        name="mutual_knn",
        at="repscope.similarity.mutual_knn:mutual_knn",
        verb="compare",
        family="neighbourhood",
        summary="how many nearest neighbours of each item the two have in common",
        source="Huh et al. 2024, eq. 11",
        invariant=frozenset({"isotropic scale", "permutation", "orthogonal", "item order"}),
        bounds=(-1.0, 1.0),
        higher="similar",
        cost="n² (p + q)",
        least_items=3,
        differentiable=False,
        variants=({}, {"chance_corrected": False}, {"k": 3}),
    ),
)


@cache
def cards() -> dict[str, Card]:
    """Return every card by name: repscope's own, then those that other packages add.

    Raises
    ------
    InputError
        Two cards bear one name.
    """
    table: dict[str, Card] = {}
    added = [card for entry in entry_points(group=ENTRY_POINTS) for card in entry.load()]
    for card in (*CARDS, *added):
        if card.name in table:
            got, do = f"{card.name!r} at {table[card.name].at} and at {card.at}", "Rename one of them."
            raise InputError(explain(expected="one card a name", got=got, argument="registry", do=do))
        table[card.name] = card
    return table


def get(name: str) -> Card:
    """Return the card of that name.

    Raises
    ------
    UnknownName
        There is none; the message lists near misses.
    """
    table = cards()
    if name in table:
        return table[name]
    message = f"measure: expected a name that `repscope list` shows, got {name!r}. {near_misses(name, table)}"
    raise UnknownName(message)


def find(*, verb: str | None = None, family: str | None = None) -> list[Card]:
    """Return the cards of a verb and a family, in the order of the table."""
    return [c for c in cards().values() if verb in (None, c.verb) and family in (None, c.family)]


def module_of(card: Card) -> ModuleType:
    """Return the module in which a card's function and its steps live."""
    return import_module(card.at.partition(":")[0])


def function_of(card: Card) -> Any:
    """Return the function that a card names."""
    return getattr(module_of(card), card.at.partition(":")[2])

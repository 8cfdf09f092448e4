"""`repscope list` and `repscope show`: what the table of cards holds."""

from __future__ import annotations

import inspect

import repscope
from repscope import registry
from repscope.cli.output import print_json, print_table
from repscope.types.card import INVARIANCES


def list_(*, verb: str | None = None, family: str | None = None, json: bool = False) -> None:
    """List the measures.

    Parameters
    ----------
    verb
        Only those of one verb, such as compare.
    family
        Only those of one family, such as 'shape metrics'.
    json
        Print JSON and nothing else.
    """
    cards = registry.find(verb=verb, family=family)
    if json:
        print_json([card.to_dict() for card in cards])
        return
    rows = [(card.name, card.verb, card.family, card.summary, card.source) for card in cards]
    print_table("measures", ("name", "verb", "family", "what it says", "source"), rows)


def show(name: str, *, json: bool = False) -> None:
    """Show all that is known of a measure.

    Parameters
    ----------
    name
        A name that `repscope list` shows.
    json
        Print JSON and nothing else.
    """
    card = registry.get(name)
    if json:
        print_json(card.to_dict())
        return
    signature = inspect.signature(registry.function_of(card))
    options = [f"{p.name}={p.default!r}" for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
    function = f"rs.{name}(X, Y" if name in repscope.__all__ else f'rs.score("{name}", X, Y'
    rows = [
        ("says", card.summary),
        ("call", f"{', '.join([function, *options])})"),
        ("source", card.source),
        ("range", f"{card.bounds[0]:g} to {card.bounds[1]:.4g}; {direction(card.higher)}"),
        ("invariant to", ", ".join(i for i in INVARIANCES if i in card.invariant)),
        ("not to", ", ".join(i for i in INVARIANCES if i not in card.invariant)),
        ("symmetric", yes(card.symmetric)),
        ("metric", yes(card.metric)),
        ("cost", f"{card.cost} multiplications"),
        ("streams", yes(card.stat is not None)),
        ("gradient", yes(card.differentiable)),
        ("arrays", ", ".join(card.backends)),
    ]
    print_table(f"{name} ({card.family})", ("", ""), rows)


def direction(higher: str) -> str:
    """Return in words what a higher value means."""
    return {"similar": "higher is more similar", "different": "0 is the same"}.get(higher, "neither end is better")


def yes(value: bool) -> str:  # noqa: FBT001
    """Return a boolean in words."""
    return "yes" if value else "no"

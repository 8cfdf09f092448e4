"""Writes the catalogue: one page a card and an index, from the table of cards and from nothing else.

Sphinx's configuration calls `write`; it runs alone too: `python docs/generate.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import repscope
from repscope import registry
from repscope.types import INVARIANCES, Card

HERE = Path(__file__).parent / "catalogue"

MEANING = {
    "translation": "a constant is added to each unit of one input",
    "isotropic scale": "all units of one input are multiplied by one number",
    "permutation": "the units of one input are put in another order",
    "orthogonal": "one input is rotated or reflected",
    "invertible linear": "one input is multiplied by any invertible matrix",
    "item order": "the items of both inputs are put in the same other order",
}
DIRECTION = {
    "similar": "higher is more similar",
    "different": "higher is more different",
    "neither": "neither end is better",
}


def write(to: Path) -> list[Path]:
    """Write every page below `to`, remove pages whose card is gone, and return the pages."""
    to.mkdir(parents=True, exist_ok=True)
    pages = {to / f"{card.name}.md": page(card) for card in registry.cards().values()}
    pages[to / "index.md"] = index(registry.cards().values())
    for path, text in pages.items():
        if not path.exists() or path.read_text(encoding="utf8") != text:
            path.write_text(text, encoding="utf8")
    for path in set(to.glob("*.md")) - pages.keys():
        path.unlink()
    return sorted(pages)


def index(cards: Iterable[Card]) -> str:
    """Return the page that lists all cards."""
    cards = list(cards)
    columns = ("measure", "family", "says", "range", "direction", "metric", "gradient", "streams")
    rows = [
        (
            f"[`{card.name}`]({card.name}.md)",
            card.family,
            card.summary,
            interval(card.bounds),
            DIRECTION[card.higher],
            yes(card.metric),
            yes(card.differentiable),
            yes(card.stat is not None),
        )
        for card in cards
    ]
    invariances = [
        (f"[`{card.name}`]({card.name}.md)", *(yes(name in card.invariant) for name in INVARIANCES)) for card in cards
    ]
    contents = "\n".join(card.name for card in cards)
    return f"""# The catalogue

Every measure that repscope knows, from the same table that `repscope list` prints. The tests try each property
that is stated here on every variant of the measure: what is claimed holds, and what is denied fails.

{table(columns, rows)}

## Which changes leave the value as it is?

{table(("measure", *INVARIANCES), invariances)}

{table(("change", "what is done"), MEANING.items())}

```{{toctree}}
:hidden:

{contents}
```
"""


def page(card: Card) -> str:
    """Return the page of one card."""
    module, function = card.at.split(":")
    return f"""# {card.name}

It says {card.summary}.

{table(("", ""), properties(card))}

## How to call

```python
{calls(card)}
```

```sh
repscope show {card.name}
{shell(card)}
```

## Variants

All that is said here is tested with each of these parameters.

{variants(card)}

## What it does not see

{table(("change", "what is done", "same value?"), invariances(card))}

## Reference

```{{eval-rst}}
.. autofunction:: {module}.{function}
   :no-index:
```
"""


def properties(card: Card) -> list[tuple[str, str]]:
    """Return what the card says, one property a row."""
    null, how = doubt(card)
    return [
        ("family", card.family),
        ("source", card.source),
        ("range", interval(card.bounds)),
        ("direction", f"{DIRECTION[card.higher]}; identity scores {number(card.best)}"),
        ("symmetric", yes(card.symmetric)),
        ("metric", f"{yes(card.metric)}{': the triangle inequality holds' if card.metric else ''}"),
        ("fewest items", str(card.least_items)),
        ("cost", f"{card.cost} multiplications, for n items of p and q units"),
        ("gradient", yes(card.differentiable)),
        ("streams from", streams(card)),
        ("arrays", ", ".join(card.backends)),
        ("null", null),
        ("interval", how),
    ]


def calls(card: Card) -> str:
    """Return the lines of Python that call a measure."""
    module, function = card.at.split(":")
    public = card.name == function and card.name in repscope.__all__
    first = "import repscope as rs" if public else f"import repscope as rs\nfrom {module} import {function}"
    bare = f"{'rs.' if public else ''}{function}"
    if card.verb != "compare":
        return f"{first}\n\n{bare}(X)"
    return f"""{first}

{bare}(X, Y)
rs.score("{card.name}", X, Y)
rs.compare("runs/a", "runs/b", measure="{card.name}")"""


def shell(card: Card) -> str:
    """Return the shell command that runs a measure, where there is one."""
    return f"repscope compare runs/a runs/b --measure {card.name}" if card.verb == "compare" else ""


def variants(card: Card) -> str:
    """Return the settings under which the properties are tested, one a line."""
    return "\n".join(f"- {settings(params)}" for params in card.variants)


def doubt(card: Card) -> tuple[str, str]:
    """Return how a measure finds its null and its interval, by asking its module."""
    module = registry.module_of(card)
    null = getattr(module, "NULL", "none")
    if not hasattr(module, "prepare"):
        return null, "none"
    return null, "each item left out" if hasattr(module, "leave_one_out") else "random halves"


def invariances(card: Card) -> list[tuple[str, str, str]]:
    """Return for every change whether the value stays the same."""
    return [(name, MEANING[name], yes(name in card.invariant)) for name in INVARIANCES]


def streams(card: Card) -> str:
    """Return the statistic that a measure can be computed from, shard by shard, and for which variants."""
    if card.stat is None:
        return "no: it needs all items at once"
    which = "; ".join(settings(params) for params in card.streamable)
    return f"`{card.stat.replace(':', '.')}` ({which})"


def settings(params: Mapping[str, Any]) -> str:
    """Return keyword arguments as they are written in a call."""
    return ", ".join(f"`{name}={value!r}`" for name, value in params.items()) or "default"


def interval(bounds: tuple[float, float]) -> str:
    """Return a range in brackets."""
    return f"[{number(bounds[0])}, {number(bounds[1])}]"


def number(value: float) -> str:
    """Return a number as a reader would write it."""
    names = {math.inf: "∞", -math.inf: "−∞", math.pi / 2: "π/2", math.pi: "π"}
    return names.get(value, f"{value:g}".replace("-", "−"))


def yes(value: bool) -> str:  # noqa: FBT001
    """Return a boolean in words."""
    return "yes" if value else "no"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    for written in write(HERE):
        print(written)

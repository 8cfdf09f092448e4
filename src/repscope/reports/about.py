"""What was compared and how, and what is needed to do it again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from repscope.reports.blocks import Notes, Provenance, Section, Table, Text
from repscope.reports.groups import groups
from repscope.reports.words import count, direction, listed, percent, settings, stopped
from repscope.types import Comparison, Result, Source


def title(comparison: Comparison) -> str:
    """Return the question that a comparison answers."""
    models = list(dict.fromkeys(g.name for g in groups(comparison.rows) + groups(comparison.columns)))
    if not all(models):
        labels = [source.label for source in comparison.rows]
        if not comparison.within:
            return f"How alike are {count(len(labels), 'layer')} and {count(len(comparison.columns), 'layer')}?"
        return f"How alike are {listed(labels)}?" if len(labels) <= 4 else f"How alike are {len(labels)} layers?"
    if len(models) == 1:
        return f"How alike are the layers of {models[0]}?"
    return f"How alike are {listed(models)}?" if len(models) <= 4 else f"How alike are {len(models)} models?"


def lead(comparison: Comparison) -> Text:
    """Return in plain words what was compared, by what measure, and how its doubt was found."""
    rows, columns = (count(len(side), "layer") for side in (comparison.rows, comparison.columns))
    what = f"All {rows} with each other" if comparison.within else f"{rows} with {columns}"
    card = comparison.card
    items = count(comparison.n, "item")
    first = f"{what}, over the same {items}, measured by {card.name}: {stopped(card.summary)} {direction(card)}"
    doubt = [f"Settings: {settings(comparison.params)}."]
    if comparison.level is not None:
        doubt.append(
            f"Each value has a {percent(comparison.level)} interval: where it may lie for other items of the same kind."
        )
    else:
        doubt.append("No intervals were asked for.")
    if np.isnan(comparison.null).all():
        doubt.append("Chance was not asked for.")
    else:
        doubt.append(chance(comparison.null_method, comparison.draws))
    return Text((first, " ".join(doubt)), role="lead")


def chance(method: str, draws: int) -> str:
    """Return what chance means here, and how it was found."""
    how = f" ({method}{f', {draws:,} draws' if draws else ''})" if method else ""
    return f"Chance is what unrelated layers would score, the items of one being shuffled{how}."


def noted(notes: Sequence[str]) -> tuple[Section, ...]:
    """Return what the operations said, or nothing."""
    return (Section("Notes", (Notes(tuple(notes)),)),) if notes else ()


def provenance(result: Comparison | Result, sources: Sequence[Source]) -> Section:
    """Return the facts and the sources from which the numbers can be made again."""
    run, card = result.run, result.card
    invariant = sorted(card.invariant)
    facts = [
        ("measure", f"{card.name} ({card.at})"),
        ("source", card.source),
        ("settings", settings(result.params)),
        ("unchanged by", listed(invariant) if invariant else "nothing but identity"),
        ("range", f"{card.bounds[0]:g} to {card.bounds[1]:g}".replace("-", "−").replace("inf", "∞")),
        ("items", f"{result.n:,}"),
        ("repscope", run.version),
        ("library", run.library),
        ("device", run.device),
        ("computed in", run.dtype),
        ("seed", "" if run.seed is None else str(run.seed)),
        ("seconds", f"{run.seconds:.3g}" if run.seconds else ""),
    ]
    rows = tuple((s.model, s.layer, s.revision, s.pooling, s.dtype, s.digest) for s in dict.fromkeys(sources))
    table = Table(("model", "layer", "revision", "pooling", "dtype", "digest"), rows, "Sources")
    return Section("Provenance", (Provenance(tuple((k, v) for k, v in facts if v), full(table)),))


def full(table: Table) -> Table:
    """Return a table without the columns in which nothing stands."""
    kept = [k for k in range(len(table.columns)) if any(row[k] for row in table.rows)] or [0]
    rows = tuple(tuple(row[k] for k in kept) for row in table.rows)
    return Table(tuple(table.columns[k] for k in kept), rows, table.caption)

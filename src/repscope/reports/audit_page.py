"""Which measure should be believed: an audit as a table of measures by tests, and what it advises."""

from __future__ import annotations

import math

import numpy as np

from repscope.figures import forest
from repscope.reports.blocks import Cell, Chapter, Estimate, Figure, Figures, Findings, Section, Table, Text
from repscope.reports.notes import noted
from repscope.reports.words import bounds, count, listed, number, percent
from repscope.types import Audit, Trial

BEST, REACHES, GUESSES = "★", "☆", "≈"
KEY = (
    f"{BEST} nearest to the best possible value of the test; {REACHES} its interval reaches that value; "
    f"{GUESSES} its interval holds chance."
)


def of_audit(audit: Audit) -> Chapter:
    """Return the chapter of an Audit: the advice, the table, its intervals drawn, and what each test asks."""
    what = f"{count(len(audit.measures), 'measure')} tried on {audit.networks}, over the same {count(audit.n, 'item')}"
    how = (
        "A measure is right or wrong only where the truth is known: each test below has an answer that does not come "
        f"from any measure. The {percent(audit.level)} intervals are over networks: other seeds would score within "
        "them. A measure that fails one test may still answer another question."
    )
    return Chapter(
        title="Which measure should be believed?",
        measure=count(len(audit.tests), "test"),
        lead=Text((f"{what}, in {count(len(audit.tests), 'test')} whose answers are known.", how), role="lead"),
        sections=(
            Section("What the tests advise", (Findings(audit.advice),)),
            Section("Measures by tests", (table(audit), Text((KEY,), role="caption"))),
            Section("Test by test", (drawn(audit),)),
            Section("What each test asks", (asked(audit),)),
            *noted(audit.notes),
        ),
    )


def marks(audit: Audit, k: int) -> list[str]:
    """Return for each measure the signs that it bears in one test."""
    far = np.abs(audit.value[:, k] - audit.tests[k].best)
    if np.isnan(far).all():
        return [""] * len(far)
    first, chance = float(audit.value[int(np.nanargmin(far)), k]), audit.tests[k].chance
    signs = []
    for i, distance in enumerate(far):
        low, high = audit.low[i, k], audit.high[i, k]
        sign = BEST if distance == np.nanmin(far) else REACHES if low <= first <= high else ""
        signs.append(f"{sign}{GUESSES if low <= chance <= high else ''}")
    return signs


def table(audit: Audit) -> Table:
    """Return the table of measures by tests, each cell a value on its interval."""
    heads = tuple("\n".join((trial.name, standards(trial, "\n"))) for trial in audit.tests)
    signs = [marks(audit, k) for k in range(len(audit.tests))]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (measure, *(cell(audit, i, k, signs[k][i]) for k in range(len(audit.tests))))
        for i, measure in enumerate(audit.measures)
    )
    caption = f"Mean and {percent(audit.level)} interval"
    return Table(("measure", *heads), rows, caption, numeric=tuple(range(1, len(heads) + 1)), headed=True)


def cell(audit: Audit, i: int, k: int, sign: str) -> Estimate:
    """Return one value with its interval and its signs."""
    value, low, high = (float(matrix[i, k]) for matrix in (audit.value, audit.low, audit.high))
    known = math.isfinite(value)
    return Estimate(number(value), bounds(low, high) if known and math.isfinite(low) else "", sign, BEST in sign)


def standards(trial: Trial, between: str = ", ") -> str:
    """Return what chance scores in a test, where that is known, and what the best does."""
    chance = [f"chance {trial.chance:.3g}"] if math.isfinite(trial.chance) else []
    return between.join([*chance, f"best {trial.best:.3g}"]).replace("-", "−")


def drawn(audit: Audit) -> Figures:
    """Return one panel a test: the measures down the side on their intervals."""
    caption = (
        "Each dot is the mean over networks on its interval; filled where the interval reaches the best measure. "
        "The solid line is the best possible value, the dashed line chance."
    )
    panels = tuple(panel(audit, k) for k in range(len(audit.tests)))
    return Figures(panels, caption=caption, wide=len(panels) == 1)


def panel(audit: Audit, k: int) -> Figure:
    """Return the intervals of all measures in one test."""
    trial, signs = audit.tests[k], marks(audit, k)
    value, low, high = (matrix[:, k].tolist() for matrix in (audit.value, audit.low, audit.high))
    lowest = -1.0 if min([v for v in low if math.isfinite(v)], default=0.0) < 0 else 0.0
    plot = forest(
        value,
        low=low,
        high=high,
        labels=audit.measures,
        hover=[
            f"{name}\n{trial.name} {number(v)}\n{percent(audit.level)} interval {bounds(a, b)}"
            for name, v, a, b in zip(audit.measures, value, low, high, strict=True)
        ],
        filled=[BEST in sign or REACHES in sign for sign in signs],
        null=trial.chance,
        best=trial.best,
        limits=(lowest, 1.0),
        x_title=trial.unit,
    )
    rows = tuple(
        (name, number(v), bounds(a, b), sign)
        for name, v, a, b, sign in zip(audit.measures, value, low, high, signs, strict=True)
    )
    numbers = Table(("measure", "value", "interval", ""), rows, trial.name, numeric=(1, 2), headed=True)
    return Figure(trial.name, plot, reading(audit, k), numbers)


def reading(audit: Audit, k: int) -> str:
    """Return one sentence: which measures come nearest to the best, and where chance is."""
    trial, signs = audit.tests[k], marks(audit, k)
    first = [i for i, sign in enumerate(signs) if BEST in sign]
    if not first:
        return f"No measure has a value in this test ({standards(trial)})."
    names = listed(audit.measures[i] for i in first)
    verb = "comes" if len(first) == 1 else "come"
    return f"{names} {verb} nearest with {number(float(audit.value[first[0], k]))} ({standards(trial)})."


def asked(audit: Audit) -> Table:
    """Return what each test asks, in what unit, and who proposed it."""
    rows = tuple((trial.name, trial.question, trial.unit, standards(trial), trial.source) for trial in audit.tests)
    return Table(("test", "question", "unit", "scale", "source"), rows)

"""From results to what is to be read about them; no measure is known by name here."""

from __future__ import annotations

from repscope.reports.about import lead, provenance, title
from repscope.reports.blocks import Chapter, Findings, Section
from repscope.reports.depth import depth
from repscope.reports.extremes import by_model, extremes
from repscope.reports.findings import findings
from repscope.reports.maps import maps
from repscope.reports.notes import noted
from repscope.reports.single import of_single
from repscope.reports.space import space
from repscope.types import Comparison, Result


def of_result(result: Result | Comparison) -> Chapter:
    """Return the chapter that a report shows for one Result or one Comparison.

    A Comparison becomes its findings, a map a pair of models, the profile along depth, the map of all layers,
    its strongest and weakest correspondences, its notes and its provenance; a part for which there is nothing
    to show is left out. A Result becomes its number, drawn with its interval beside chance.
    """
    if isinstance(result, Result):
        return of_single(result)
    return Chapter(
        title=title(result),
        measure=result.card.name,
        lead=lead(result),
        sections=(
            Section("Main findings", (Findings(findings(result)), *by_model(result))),
            maps(result),
            *depth(result),
            *space(result),
            *extremes(result),
            *noted(result.notes),
            provenance(result, (*result.rows, *result.columns)),
        ),
    )

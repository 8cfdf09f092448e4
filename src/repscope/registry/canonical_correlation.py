"""Canonical correlation: what invertible linear maps leave of two representations."""

from __future__ import annotations

from repscope.types.card import Card

ROTATIONS = frozenset({"translation", "isotropic scale", "permutation", "orthogonal", "item order"})
"""What a choice of principal components ignores."""

SUMMARIES: tuple[dict[str, str], ...] = (
    {},
    {"summary": "mean square"},
    {"dialect": "geometric mean"},
    {"summary": "mean square", "dialect": "max"},
)
"""The mean and the mean square, divided as published code does."""

CARDS: tuple[Card, ...] = (
    Card(
        name="cca",
        at="repscope.similarity.cca:cca",
        verb="compare",
        family="canonical correlation",
        summary="the mean correlation that linear maps of both sides can bring about",
        source="Kornblith et al. 2019, Table 1",
        invariant=ROTATIONS | {"invertible linear"},
        bounds=(0.0, 1.0),
        higher="similar",
        cost="n p q + 2 n p² + 2 n q²",
        stat="repscope.stats.cross:of",
        streamable=SUMMARIES,
        variants=SUMMARIES,
    ),
    Card(
        name="svcca",
        at="repscope.similarity.svcca:svcca",
        verb="compare",
        family="canonical correlation",
        summary="the mean canonical correlation of the leading principal components",
        source="Raghu et al. 2017",
        invariant=ROTATIONS,
        bounds=(0.0, 1.0),
        higher="similar",
        cost="n p q + n p² + n q² + p³ + q³",
        stat="repscope.stats.cross:of",
        streamable=SUMMARIES,
        variants=SUMMARIES,
    ),
    Card(
        name="pwcca",
        at="repscope.similarity.pwcca:pwcca",
        verb="compare",
        family="canonical correlation",
        summary="canonical correlations weighted by how much of X's units they account for",
        source="Morcos et al. 2018",
        invariant=frozenset({"translation", "isotropic scale", "permutation", "item order"}),
        invariant_second=frozenset({"orthogonal", "invertible linear"}),
        bounds=(0.0, 1.0),
        higher="similar",
        symmetric=False,
        cost="n p q + 3 n p² + 3 n q²",
        stat="repscope.stats.cross:of",
        streamable=({},),
        differentiable=False,
    ),
)

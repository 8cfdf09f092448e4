"""Kernel alignment: patterns of similarities between items."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = (
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
)

"""Neighbourhood: who is near whom."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = (
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

"""Shape metrics: how far apart two clouds of items stay after the best alignment."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = (
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
)

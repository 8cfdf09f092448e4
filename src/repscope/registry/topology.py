"""Topology: what is connected to what, whatever the exact distances."""

from __future__ import annotations

import math

from repscope.types.card import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="representation_topology_divergence",
        at="repscope.similarity.representation_topology_divergence:representation_topology_divergence",
        verb="compare",
        family="topology",
        summary="at which scales items are connected in one and not yet in the other",
        source="Barannikov et al. 2022",
        invariant=frozenset({"translation", "isotropic scale", "permutation", "orthogonal", "item order"}),
        bounds=(0.0, math.inf),
        higher="different",
        cost="items³ a draw, about",
        least_items=4,
        differentiable=False,
    ),
    Card(
        name="geo_topological_rsa",
        at="repscope.similarity.geo_topological_rsa:geo_topological_rsa",
        verb="compare",
        family="topology",
        summary="how alike dissimilarities are once the smallest and the largest count as equal",
        source="Lin and Kriegeskorte 2024",
        invariant=frozenset({"translation", "isotropic scale", "permutation", "orthogonal", "item order"}),
        bounds=(-1.0, 1.0),
        higher="similar",
        cost="n² (p + q) / 2",
        least_items=4,
        differentiable=False,
        variants=({}, {"lower": 0.0, "upper": 0.5}, {"dialect": "ranks"}, {"comparison": "spearman"}),
    ),
)

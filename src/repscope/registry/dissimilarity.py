"""Representational similarity analysis: patterns of dissimilarities between items."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="rsa",
        at="repscope.similarity.rsa:rsa",
        verb="compare",
        family="dissimilarity",
        summary="how alike the dissimilarities between items are",
        source="Kriegeskorte et al. 2008; whitened: Diedrichsen et al. 2021",
        invariant=frozenset({"isotropic scale", "permutation", "item order"}),
        bounds=(-1.0, 1.0),
        higher="similar",
        cost="n² (p + q) / 2",
        least_items=3,
        differentiable=False,
        variants=(
            {},
            {"comparison": "pearson"},
            {"comparison": "kendall"},
            {"comparison": "cosine"},
            {"comparison": "whitened correlation"},
            {"comparison": "whitened cosine"},
        ),
    ),
    Card(
        name="crossvalidated_rsa",
        at="repscope.similarity.crossvalidated_rsa:crossvalidated_rsa",
        verb="compare",
        family="dissimilarity",
        summary="how alike the dissimilarities between items are, without what noise adds to them",
        source="Walther et al. 2016; Diedrichsen et al. 2021",
        invariant=frozenset({"translation", "isotropic scale", "permutation", "orthogonal", "item order"}),
        bounds=(-1.0, 1.0),
        higher="similar",
        cost="n² (p r + q s), r and s trials",
        takes="trials",
        least_items=3,
        variants=({}, {"comparison": "whitened correlation"}, {"comparison": "cosine"}, {"comparison": "pearson"}),
    ),
    Card(
        name="deconfounded_rsa",
        at="repscope.similarity.deconfounded_rsa:deconfounded_rsa",
        verb="compare",
        family="dissimilarity",
        summary="how alike the dissimilarities between items are beyond what the inputs explain",
        source="Cui et al. 2022",
        invariant=frozenset({"translation", "isotropic scale", "permutation", "orthogonal", "item order"}),
        bounds=(-1.0, 1.0),
        higher="similar",
        cost="n² (p + q + f) / 2 for f features of the confound",
        least_items=4,
        per_item=("confound",),
        variants=({}, {"dissimilarity": "euclidean"}),
    ),
)

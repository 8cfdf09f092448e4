"""Unit matching: which unit of one representation answers to which of the other."""

from __future__ import annotations

import math

from repscope.types.card import Card

KEPT = frozenset({"translation", "isotropic scale", "permutation"})
"""What every matching of units ignores; a rotation makes other units."""

CARDS: tuple[Card, ...] = (
    Card(
        name="one_to_one_matching",
        at="repscope.similarity.one_to_one_matching:one_to_one_matching",
        verb="compare",
        family="unit matching",
        summary="how well units correlate when each has a partner of its own",
        source="Li et al. 2016, bipartite matching",
        invariant=KEPT | {"item order"},
        bounds=(-1.0, 1.0),
        higher="similar",
        cost="n p q + min(p, q)² max(p, q)",
        stat="repscope.stats.cross:of",
        streamable=({}, {"absolute": True}),
        variants=({}, {"absolute": True}),
    ),
    Card(
        name="semi_matching",
        at="repscope.similarity.semi_matching:semi_matching",
        verb="compare",
        family="unit matching",
        summary="how well each unit of X correlates with its best partner in Y",
        source="Li et al. 2016, bipartite semi-matching",
        invariant=KEPT | {"item order"},
        bounds=(-1.0, 1.0),
        higher="similar",
        cost="n p q",
        symmetric=False,
        stat="repscope.stats.cross:of",
        streamable=({}, {"absolute": True}),
        variants=({}, {"absolute": True}),
    ),
    Card(
        name="one_to_many_matching",
        at="repscope.similarity.one_to_many_matching:one_to_many_matching",
        verb="compare",
        family="unit matching",
        summary="how well a few units of Y predict each unit of X on held-out items",
        source="Li et al. 2016, sparse prediction",
        invariant=KEPT,
        bounds=(-math.inf, 1.0),
        higher="similar",
        cost="n p q + n q² + folds partners² p q",
        symmetric=False,
        least_items=5,
        differentiable=False,
        variants=({}, {"partners": 2}, {"folds": 2}),
    ),
    Card(
        name="many_to_many_matching",
        at="repscope.similarity.many_to_many_matching:many_to_many_matching",
        verb="compare",
        family="unit matching",
        summary="how far the units of both fall into blocks that go together",
        source="Li et al. 2016, spectral clustering of the correlations",
        invariant=KEPT | {"item order"},
        bounds=(-math.inf, 1.0),
        higher="similar",
        cost="n p q + p q min(p, q) + (p + q)²",
        identity=False,
        differentiable=False,
        variants=({}, {"chance_corrected": False}, {"blocks": 3}),
    ),
)

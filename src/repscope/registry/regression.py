"""Regression: how well one representation predicts the other."""

from __future__ import annotations

import math

from repscope.types.card import Card

KEPT = frozenset({"translation", "isotropic scale", "permutation"})
"""What a ridge regression of every unit ignores; items fall into folds by their order."""

CARDS: tuple[Card, ...] = (
    Card(
        name="linear_predictivity",
        at="repscope.similarity.linear_predictivity:linear_predictivity",
        verb="compare",
        family="regression",
        summary="how well a linear map of X predicts Y, on items held out",
        source="Yamins et al. 2014; penalty: Golub et al. 1979",
        invariant=KEPT,
        invariant_first=frozenset({"orthogonal"}),
        bounds=(-math.inf, 1.0),
        higher="similar",
        symmetric=False,
        identity=False,
        least_items=10,
        cost="n p² + 3 n p q + k p³ + 2 k p² q for k folds",
        stat="repscope.stats.cross:of",
        streamable=({"folds": None}, {"folds": None, "penalty": 0}),
        differentiable=False,
        variants=({}, {"score": "correlation"}),
    ),
    Card(
        name="mutual_predictivity",
        at="repscope.similarity.mutual_predictivity:mutual_predictivity",
        verb="compare",
        family="regression",
        summary="how well the two predict each other, on items held out",
        source="Kornblith et al. 2019",
        invariant=KEPT,
        bounds=(-math.inf, 1.0),
        higher="similar",
        identity=False,
        least_items=10,
        cost="n p² + n q² + 6 n p q + k p³ + k q³ + 4 k p² q for k folds",
        stat="repscope.stats.cross:of",
        streamable=({"folds": None}, {"folds": None, "penalty": 0}),
        differentiable=False,
        variants=({}, {"score": "correlation"}),
    ),
    Card(
        name="ceilinged_predictivity",
        at="repscope.similarity.ceilinged_predictivity:ceilinged_predictivity",
        verb="compare",
        family="regression",
        summary="how well X predicts Y, as a share of what the noise of Y's trials allows",
        source="Schoppe et al. 2016",
        invariant=KEPT,
        invariant_first=frozenset({"orthogonal"}),
        bounds=(-math.inf, math.inf),
        higher="similar",
        symmetric=False,
        identity=False,
        takes="trials",
        least_items=10,
        cost="n p² + 3 n p q + k p³ + 2 k p² q for k folds",
        differentiable=False,
    ),
    Card(
        name="gulp",
        at="repscope.similarity.gulp:gulp",
        verb="compare",
        family="regression",
        summary="how differently ridge regressions on the two can predict",
        source="Boix-Adsera et al. 2022",
        invariant=frozenset({"translation", "isotropic scale", "permutation", "orthogonal", "item order"}),
        bounds=(0.0, math.inf),
        higher="different",
        metric=True,
        cost="n p q + 3 n p² + 3 n q²",
        stat="repscope.stats.cross:of",
        streamable=({}, {"penalty": 1.0}),
        variants=({}, {"penalty": 1.0}),
    ),
)

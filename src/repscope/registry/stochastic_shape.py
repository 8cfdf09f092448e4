"""Stochastic shapes and small samples: distances between responses that vary over trials."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="stochastic_shape_distance",
        at="repscope.similarity.stochastic_shape_distance:stochastic_shape_distance",
        verb="compare",
        family="stochastic shape",
        summary="how far apart means and covariances over trials stay after the best rotation",
        source="Duong et al. 2023",
        invariant=frozenset({"translation", "permutation", "orthogonal", "item order"}),
        bounds=(0.0, float("inf")),
        higher="different",
        metric=True,
        takes="trials",
        cost="steps × items × trials² × (p + q)",
        variants=({}, {"alpha": 0.5}, {"alpha": 2.0}),
    ),
    Card(
        name="energy_shape_distance",
        at="repscope.similarity.energy_shape_distance:energy_shape_distance",
        verb="compare",
        family="stochastic shape",
        summary="how far apart whole clouds of trials stay after the best rotation",
        source="Duong et al. 2023",
        invariant=frozenset({"translation", "permutation", "orthogonal", "item order"}),
        bounds=(0.0, float("inf")),
        higher="different",
        metric=True,
        takes="trials",
        cost="steps × items × trials × (trials + p) × q",
        variants=({}, {"exponent": 0.5}, {"exponent": 2.0}),
    ),
    Card(
        name="procrustes_moments",
        at="repscope.similarity.procrustes_moments:procrustes_moments",
        verb="compare",
        family="stochastic shape",
        summary="the cosine of the Procrustes angle in the population, estimated from few items",
        source="Pospisil et al. 2023",
        invariant=frozenset({"translation", "isotropic scale", "permutation", "orthogonal"}),
        bounds=(float("-inf"), float("inf")),
        higher="similar",
        identity=False,
        least_items=6,
        differentiable=False,
        cost="n³",
        variants=({}, {"bias_weight": 0.1}, {"moments": 2}),
    ),
)

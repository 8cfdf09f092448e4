"""The nouns: frozen data that every layer above speaks of."""

from repscope.types.answers import BestLayer, Difference, SampleCurve
from repscope.types.audit import Audit, Trial
from repscope.types.card import INVARIANCES, TAKES, Card
from repscope.types.comparison import Comparison
from repscope.types.measure import Null, Pairwise
from repscope.types.representation import Ids, Representation, Source, as_ids, check_ids, running_ids
from repscope.types.result import Result, Run, chance_adjusted
from repscope.types.shapes import Array, Bool, Float, Int, Shaped
from repscope.types.zoo import ModelMap, ModelTree, Trend, Zoo

__all__ = [
    "INVARIANCES",
    "TAKES",
    "Array",
    "Audit",
    "BestLayer",
    "Bool",
    "Card",
    "Comparison",
    "Difference",
    "Float",
    "Ids",
    "Int",
    "ModelMap",
    "ModelTree",
    "Null",
    "Pairwise",
    "Representation",
    "Result",
    "Run",
    "SampleCurve",
    "Shaped",
    "Source",
    "Trend",
    "Trial",
    "Zoo",
    "as_ids",
    "chance_adjusted",
    "check_ids",
    "running_ids",
]

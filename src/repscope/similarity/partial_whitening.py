"""Partial whitening: what lies between a representation as it is and one whose directions all have variance 1."""

from __future__ import annotations

from repscope.array.linalg import eigh
from repscope.array.namespace import namespace
from repscope.errors import InputError, explain
from repscope.types import Array, Float


def check_alpha(alpha: float | int) -> None:
    """Raise `InputError` unless alpha lies between 0 and 1."""
    if not 0 <= alpha <= 1:
        do = "0 whitens fully, 1 leaves the representation as it is."
        raise InputError(explain(expected="0 ≤ alpha ≤ 1", got=repr(alpha), argument="alpha", do=do))


def whitening(
    scatter: Float[Array, "p p"], alpha: float | int, tolerance: float, scale: float = 1.0, factor: float = 1.0
) -> Float[Array, "p p"]:
    """Return the map αI + (1 − α)(XᵀX)^(−½) for the `scatter` XᵀX of a centred representation (Williams et al. 2021).

    Directions with less than the share `tolerance` of the largest variance hold rounding only: they are mapped to 0
    and not blown up. `scale` is what X was multiplied by before, which the map is to know nothing of; `factor` what
    the map is multiplied by, so that it does not overflow for small X.
    """
    xp = namespace(scatter)
    values, vectors = eigh(scatter)
    (kept,) = xp.nonzero(values > values[-1] * tolerance)
    roots, vectors = xp.sqrt(xp.take(values, kept)), xp.take(vectors, kept, axis=1)
    return (vectors * (alpha * factor + (1 - alpha) * (scale * factor) / roots)) @ vectors.mT

"""How many directions a representation fills, by three definitions, from its mergeable moments."""

from __future__ import annotations

from typing import NamedTuple

from repscope.array.linalg import eigh
from repscope.array.namespace import namespace
from repscope.stats.cross import PairSums, about_means, moved
from repscope.types import Array, Float


class EffectiveRanks(NamedTuple):
    """Numbers of directions, between 1 and the number of units; equal where all directions carry the same."""

    rankme: Float[Array, ""]
    entropy_of_variances: Float[Array, ""]
    participation_ratio: Float[Array, ""]


def effective_ranks(alone: PairSums, *, centred: bool = True) -> EffectiveRanks:
    """Return the effective ranks of one representation from its moments with itself, each in [1, units].

    `rankme` is the exponential of the entropy of the singular values (Roy and Vetterli 2007; published as RankMe by
    Garrido et al. 2023, who do not centre), `entropy_of_variances` that of their squares, and `participation_ratio`
    the squared sum of variances by the sum of their squares. NaN where nothing varies.

    Parameters
    ----------
    alone : PairSums
        As `repscope.stats.joint.Joint.alone` gives them.
    centred : bool
        True (default) takes each unit's mean away first; False is RankMe as published.
    """
    xp = namespace(alone.xy)
    about = about_means(alone) if centred else moved(alone, xp.zeros_like(alone.at_x), xp.zeros_like(alone.at_y))
    variances, _ = eigh(about.xy)
    variances = xp.where(variances > 0, variances, xp.zeros_like(variances))
    total = xp.sum(variances)
    return EffectiveRanks(
        exponential_entropy(xp.sqrt(variances)),
        exponential_entropy(variances),
        total**2 / xp.sum(variances**2),
    )


def exponential_entropy(weights: Float[Array, " units"]) -> Float[Array, ""]:
    """Return exp(−Σ p log p) with p the share of each weight; a share of 0 adds nothing."""
    xp = namespace(weights)
    share = weights / xp.sum(weights)
    some = xp.where(share > 0, share, xp.ones_like(share))
    return xp.exp(-xp.sum(share * xp.log(some)))

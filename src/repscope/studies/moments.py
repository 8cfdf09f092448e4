"""From mergeable moments, in groups of items, to values with their doubt: how every pass over a stream ends."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from repscope import registry
from repscope.array.namespace import from_numpy, namespace, number, to_numpy
from repscope.inference.doubt import Cell
from repscope.inference.interval import LEAST, grouped_jackknife
from repscope.inference.null import least, tail
from repscope.stats.cross import CrossMoments, PairSums, about_means, moved
from repscope.stats.joint import Joint, merge
from repscope.types import Array, Card, Null

TRIED = 64
"""Random rows of which a measure prepares a state, to check its parameters and to tell its range."""

REST = 1e-12
"""Share of its squares about the mean below which a unit is constant once a group is left out, but for rounding."""

Kept = Sequence[np.ndarray | None]
"""The positions of each layer's units that count, None for all of them; none where the layer is constant."""


def streams(card: Card, params: Mapping[str, Any]) -> bool:
    """Return whether a measure under these parameters can be computed from mergeable moments, in one pass."""
    module = registry.module_of(card)
    if card.stat is None or card.takes != "items" or not hasattr(module, "from_moments"):
        return False
    known = inspect.signature(registry.function_of(card)).parameters
    changed = {name: value for name, value in params.items() if value is not None and value != known[name].default}
    if not set(changed) <= set(taken_by(module)):
        return False
    words = {name: value for name, value in changed.items() if isinstance(value, str | bool)}
    return all(any(listed.get(name) == value for listed in card.streamable) for name, value in words.items())


def taken_by(module: ModuleType) -> list[str]:
    """Return the parameters that a measure's `from_moments` takes."""
    return list(inspect.signature(module.from_moments).parameters)[1:]


def bounds_of(card: Card, params: Mapping[str, Any]) -> tuple[float, float]:
    """Return the range of a measure under these parameters, which it checks as it prepares a few rows of anything."""
    module = registry.module_of(card)
    state = module.prepare(np.random.default_rng(0).standard_normal((TRIED, 4)), **params)
    found: tuple[float, float] = module.bounds(state) if hasattr(module, "bounds") else card.bounds
    return found


@dataclass(slots=True)
class Finish:
    """What is made of moments: a measure with its parameters, the doubt that is wanted, and what was said so far."""

    card: Card
    params: Mapping[str, Any]
    bounds: tuple[float, float]
    level: float | None = None
    null: str | None = None
    notes: dict[str, None] = field(default_factory=dict)

    @property
    def module(self) -> ModuleType:
        """The measure's module."""
        return registry.module_of(self.card)

    @property
    def exact(self) -> bool:
        """Whether products must be made in float64: of measures that invert a scatter matrix, by which even the
        rounding of float32 products becomes a direction like any other where units depend on each other.
        """
        card = self.card
        ignored = card.invariant | card.invariant_first | card.invariant_second
        return "invertible linear" in ignored or bool(getattr(self.module, "INVERTS", False))

    @property
    def options(self) -> dict[str, Any]:
        """The parameters that matter to moments."""
        return {name: self.params[name] for name in taken_by(self.module) if name in self.params}

    def cells(
        self, groups: Sequence[Joint], pairs: Sequence[tuple[int, int]], labels: Sequence[str]
    ) -> Iterator[tuple[int, int, Cell]]:
        """Yield each pair with its value and doubt, from the moments of groups of items about common points.

        A pair are two positions among the layers of the moments, whose names are `labels`.
        """
        total = merge(*groups)
        kept = [self.varying(total, i, label) for i, label in enumerate(labels)]
        values, left = self.values(total, None, pairs, kept), self.left_out(total, groups, pairs, kept)
        sizes = np.array([group.n for group in groups])
        for at, (i, j) in enumerate(pairs):
            same = i == j and self.card.identity and math.isfinite(values[at])
            cell = Cell(self.card.best if same else float(values[at]))
            if left is not None:
                low, high = self.interval(cell.value, left[:, at], sizes, same=same)
                cell = cell._replace(low=low, high=high)
            yield i, j, self.with_null(cell, total, (i, j), kept)

    def left_out(
        self, total: Joint, groups: Sequence[Joint], pairs: Sequence[tuple[int, int]], kept: Kept
    ) -> np.ndarray | None:
        """Return the values of all pairs with each group left out, None where there is to be no interval."""
        if self.level is None or total.n < LEAST or getattr(self.module, "INTERVAL", "") == "none":
            return None
        undefined = np.full(len(pairs), math.nan)
        enough = [total.n - group.n >= self.card.least_items for group in groups]
        return np.array(
            [
                self.values(total, group, pairs, kept) if well else undefined
                for group, well in zip(groups, enough, strict=True)
            ]
        )

    def varying(self, total: Joint, i: int, label: str) -> np.ndarray | None:
        """Return the positions of a layer's units that count, None for all; a note counts the others.

        Constant ones do not, or only those at 0 where the measure is not invariant to translation.
        """
        constant = to_numpy(total.constant(i))
        if constant.all():
            self.notes[f"{label}: constant representation: the value is undefined (NaN)"] = None
            return np.flatnonzero(~constant)
        if "translation" not in self.card.invariant:
            constant &= to_numpy(total.points[i]) == 0
        if not constant.any():
            return None
        many = "" if constant.sum() == 1 else "s"
        self.notes[f"{label}: {constant.sum()} constant unit{many} dropped"] = None
        return np.flatnonzero(~constant)

    def values(self, total: Joint, out: Joint | None, pairs: Sequence[tuple[int, int]], kept: Kept) -> np.ndarray:
        """Return the values of all pairs over all items, less those of one group if it is given."""
        defined = [units is None or len(units) > 0 for units in kept]
        layers = sorted({i for pair in pairs for i in pair if defined[i]})
        still = {i: None if out is None else settled_units(total, out, i, kept[i]) for i in layers}
        alone = {i: about_means(settled(together(total, out, (i, i), kept), still[i], still[i])) for i in layers}
        from_moments, options = self.module.from_moments, self.options

        def value(i: int, j: int) -> float:
            if not (defined[i] and defined[j]):
                return math.nan
            both = settled(together(total, out, (i, j), kept), still[i], still[j])
            return number(from_moments(CrossMoments(both, alone[i], alone[j]), **options))

        return np.array([value(i, j) for i, j in pairs])

    def interval(self, value: float, left: np.ndarray, sizes: np.ndarray, *, same: bool) -> tuple[float, float]:
        """Return the interval from the values with each group left out; a representation is sure to be itself."""
        if same or not math.isfinite(value):
            return value, value
        return grouped_jackknife(value, left, sizes, bounds=self.bounds, level=self.level or 0.0)

    def with_null(self, cell: Cell, total: Joint, pair: tuple[int, int], kept: Kept) -> Cell:
        """Return the cell with the null of its pair and p, where moments give the null."""
        if self.null is None or not math.isfinite(cell.value) or self.module.NULL == "none":
            return cell
        null = self.null_of(total, pair, kept)
        if null is None:
            self.notes["null: not computed: items cannot be shuffled in one pass"] = None
            return cell
        p = max(tail(cell.value, null, self.card.higher), least(total.n, None))
        return cell._replace(null=null.mean, null_sd=null.sd, null_skewness=null.skewness, p=p)

    def null_of(self, total: Joint, pair: tuple[int, int], kept: Kept) -> Null | None:
        """Return the null of one pair, None where the measure or its estimator has none in closed form."""
        if not hasattr(self.module, "null_from_moments"):
            return None
        alone = [together(total, None, (i, i), kept) for i in pair]
        moments = CrossMoments(together(total, None, pair, kept), *alone)
        found: Null | None = self.module.null_from_moments(moments, **self.options)
        return found


def settled_units(total: Joint, out: Joint, i: int, units: np.ndarray | None) -> np.ndarray | None:
    """Return how much of the value of each unit that is constant once a group is left out is rounding at most.

    Below 0 for units that vary; None where all do.
    """
    whole, left = (squares_about_mean(total.alone(i), less) for less in (None, out.alone(i)))
    found = np.where(left <= REST * whole, REST * (np.abs(to_numpy(total.points[i])) + np.sqrt(np.abs(whole))), -1.0)
    found = found if units is None else found[units]
    return found if (found >= 0).any() else None


def settled(sums: PairSums, rounding_x: np.ndarray | None, rounding_y: np.ndarray | None) -> PairSums:
    """Return the sums with exact zeros, about their values, for units that are constant but for rounding.

    What a difference of large sums leaves of them has a correlation like any other.
    """
    xp = namespace(sums.lifted)
    for axis, rounding in enumerate((rounding_x, rounding_y)):
        if rounding is None:
            continue
        points, mean = [sums.at_x, sums.at_y], (sums.x, sums.y)[axis] / sums.n
        most = from_numpy(rounding, sums.lifted)
        value = points[axis] + xp.where(most >= 0, mean, xp.zeros_like(mean))
        points[axis] = xp.where(xp.abs(value) <= most, xp.zeros_like(value), value)
        units = from_numpy(np.append(rounding >= 0, [False, False]), sums.lifted)
        found = moved(sums, *points)
        cut = units[:, None] if axis == 0 else units[None, :]
        sums = found._replace(lifted=xp.where(cut, xp.zeros_like(found.lifted), found.lifted))
    return sums


def squares_about_mean(sums: PairSums, less: PairSums | None) -> np.ndarray:
    """Return the squares of each unit about its mean, of the items that are not in `less`."""
    products, x, n = (to_numpy(part) for part in parts_alone(sums))
    if less is not None:
        products, x, n = (have - to_numpy(part) for have, part in zip((products, x, n), parts_alone(less), strict=True))
    found: np.ndarray = products - x * x / n
    return found


def parts_alone(sums: PairSums) -> tuple[Array, Array, Array]:
    """Return the squares of each unit of one layer about its point, its sum about it, and the number of items."""
    return namespace(sums.lifted).linalg.diagonal(sums.xy), sums.x, sums.lifted[-2, -2]


def together(total: Joint, out: Joint | None, pair: tuple[int, int], kept: Kept) -> PairSums:
    """Return the sums of a pair over all items, or those not of one group, for the units that are kept."""
    found = total.pair(*pair).together
    if out is not None:
        found = found._replace(lifted=found.lifted - out.pair(*pair).together.lifted)
    xp = namespace(found.lifted)
    points, at = [found.at_x, found.at_y], found.lifted
    for axis, units in enumerate(kept[i] for i in pair):
        if units is not None:
            last = np.arange(at.shape[axis] - 2, at.shape[axis])
            at = xp.take(at, from_numpy(np.append(units, last), at), axis=axis)
            points[axis] = xp.take(points[axis], from_numpy(units, at))
    return PairSums(points[0], points[1], at)

"""Which unit answers to which: the matches behind the measures, each with p and with control of false discoveries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtr
from scipy.stats import false_discovery_control

from repscope.array.inputs import Join, constant_units, pair
from repscope.array.random import generator
from repscope.errors import InputError, explain
from repscope.similarity import many_to_many_matching, one_to_many_matching, one_to_one_matching, semi_matching
from repscope.types import Array, Float, Int, Representation

if TYPE_CHECKING:
    import pandas as pd

KINDS: dict[str, ModuleType] = {
    "one-to-one": one_to_one_matching,
    "semi": semi_matching,
    "one-to-many": one_to_many_matching,
    "many-to-many": many_to_many_matching,
}
"""How units may be matched, and the measure that sums each up in one number."""

ROUNDING = 1e-12
"""Difference below which two scores count as equal."""

CLOSED = ("one-to-one", "semi")
"""Kinds whose null has a bound in closed form."""


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Matched units of two representations, one pair a row, best first.

    `unit` and `partner` are positions among the units of X and of Y as they were given; `correlation` is that of the
    pair. What is tested is a `group` of rows, by its `score`: the pair and its correlation (one-to-one, semi), the
    unit and its held-out R² (one-to-many), the block and its squared correlation beyond an even spread
    (many-to-many). `p` is the probability that unrelated representations give so high a score, and `q` the share of
    false discoveries to be expected among all groups that score at least as high; both are NaN without a null.
    """

    kind: str
    unit: Int[np.ndarray, " m"]
    partner: Int[np.ndarray, " m"]
    correlation: Float[np.ndarray, " m"]
    group: Int[np.ndarray, " m"]
    score: Float[np.ndarray, " m"]
    p: Float[np.ndarray, " m"]
    q: Float[np.ndarray, " m"]
    n: int
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """The number of pairs."""
        return len(self.unit)

    def __repr__(self) -> str:
        """Say the kind of matching, how many pairs there are and how many of them hold."""
        return f"Matches({self.kind}: {len(self)} pairs, {int((self.q <= 0.05).sum())} at q ≤ 0.05, n = {self.n})"

    def discovered(self, level: float = 0.05) -> Matches:
        """Return the pairs with q of at most `level`: of these, about that share is expected to be false."""
        kept = self.q <= level
        columns = {name: getattr(self, name)[kept] for name in COLUMNS}
        return replace(self, **columns)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row a pair."""
        import pandas as pd

        return pd.DataFrame({name: getattr(self, name) for name in COLUMNS})


COLUMNS = ("unit", "partner", "correlation", "group", "score", "p", "q")
"""What is known of each pair."""


def match_units(
    X: Array | Representation,
    Y: Array | Representation,
    *,
    kind: str = "one-to-one",
    null: str | None = "permutation",
    permutations: int = 1000,
    rng: int | np.random.Generator | None = None,
    join: Join = "exact",
    **params: Any,
) -> Matches:
    """Return which units of two representations match, each match with p and with q, its false discovery rate.

    Parameters
    ----------
    X : array or Representation, (items, p)
        One representation, whose units look for partners.
    Y : array or Representation, (items, q)
        The other one: the same items in the same order, with any number of units.
    kind : {"one-to-one", "semi", "one-to-many", "many-to-many"}
        Each unit has a partner of its own (default); its best partner, which others may share; a few partners that
        predict it together; or a block of units goes with a block of units.
    null : {"permutation", "closed form", None}
        `permutation` (default) shuffles the items of Y and searches anew, so that p allows for the search.
        `closed form` (one-to-one and semi) costs nothing, takes units as normal and partners as independent tests,
        and is wrong for sparse units, as after a rectifier: most of its discoveries are then false. None leaves p
        and q out.
    permutations : int
        How many; p is never below 1 / (permutations + 1), and where few of many units match that must lie well
        below 0.05 times their share.
    rng : int, Generator or None
        The seed of the permutations.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.
    **params
        Of the measure of that kind: `absolute`; `partners` and `folds`; `blocks`.

    Returns
    -------
    Matches: arrays with one entry a pair, `discovered(level)` and `to_frame()`.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; an unknown kind or null; a null that the kind does not have; no permutations.

    Notes
    -----
    The same permutations serve all units. In one-to-one matching p belongs to the units of the narrower
    representation, all of which have a partner; a block is tested against the best block of each permutation.
    q is that of Benjamini and Hochberg 1995 over all groups that were tested, those without partners too;
    it is proven for p that are independent or positively dependent. Items must be independent draws: of frames
    of one video, or of several crops of one image, everything matches.

    Cost: that of the measure, once for the matches and once for each permutation.

    Source: Li et al. 2016 for the matchings; Benjamini and Hochberg 1995 for q.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> from repscope.similarity.match_units import match_units
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(100, 3))
    >>> Y = np.stack([rng.normal(size=100), X[:, 0] + rng.normal(size=100)], axis=1)
    >>> match_units(X, Y, permutations=200).discovered().to_frame()[["unit", "partner"]].values.tolist()
    [[0, 1]]
    """
    check_options(kind, null, permutations)
    module = KINDS[kind]
    x, y = pair(X, Y, join=join, least_items=3)
    a, b = module.prepare(x, **params), module.prepare(y, argument="Y", **params)
    notes = (*a.notes, *b.notes)
    of_x, of_y = varying(x), varying(y)
    n = int(x.shape[0])
    if not (len(of_x) and len(of_y)):
        empty = np.zeros(0)
        positions = empty.astype(np.int64)
        return Matches(kind, positions, positions, empty, positions, empty, empty, empty, n, notes)
    found = module.found(a, b)
    if null == "permutation":
        p = permuted(module, a, b, found.score, orders(n, permutations, generator(rng)))
    elif null == "closed form":
        rivals = b.units if kind == "semi" else max(a.units, b.units)
        p = bounded(found.score, n, rivals, two_sided=a.absolute)
    else:
        p = np.full(len(found.score), np.nan)
    q = p if null is None else false_discovery_control(p)
    group = found.group
    order = np.lexsort((-abs(found.correlation), group, -found.score[group]))
    columns = (of_x[found.unit], of_y[found.partner], found.correlation, group, found.score[group], p[group], q[group])
    named = {name: column[order] for name, column in zip(COLUMNS, columns, strict=True)}
    return Matches(kind, **named, n=n, notes=notes)


def check_options(kind: str, null: str | None, permutations: int) -> None:
    """Raise `InputError` unless there is such a kind, such a null, and that kind has it."""
    if kind not in KINDS:
        expected, do = f"one of {tuple(KINDS)}", "Choose one of the four."
        raise InputError(explain(expected=expected, got=repr(kind), argument="kind", do=do))
    if null not in ("permutation", "closed form", None):
        expected, do = "'permutation', 'closed form' or None", "Choose one of the three."
        raise InputError(explain(expected=expected, got=repr(null), argument="null", do=do))
    if null == "closed form" and kind not in CLOSED:
        expected, do = f"'permutation' or None for {kind} matches", "Only pairs have a null in closed form."
        raise InputError(explain(expected=expected, got=repr(null), argument="null", do=do))
    if permutations < 1:
        do = "1000 is the default; null=None leaves p out."
        raise InputError(explain(expected="at least 1", got=repr(permutations), argument="permutations", do=do))


def varying(x: Float[Array, "items units"]) -> Int[np.ndarray, " kept"]:
    """Return the positions of the units that are not constant: those that a prepared state holds."""
    return np.setdiff1d(np.arange(x.shape[1]), constant_units(x))


def permuted(
    module: ModuleType,
    a: Any,
    b: Any,
    score: Float[np.ndarray, " groups"],
    orders: Iterator[np.ndarray],
) -> Float[np.ndarray, " groups"]:
    """Return the share of permutations in which each group, or where groups are not kept the best, scores as high."""
    reached, draws = np.ones(len(score)), 1
    for order in orders:
        chance = module.scores(a, module.reordered(b, order))
        reached += (chance.max() if module is many_to_many_matching else chance) >= score - ROUNDING
        draws += 1
    return reached / draws


def orders(items: int, permutations: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield random orders of the items."""
    return (rng.permutation(items) for _ in range(permutations))


def bounded(score: Float[np.ndarray, " m"], n: int, rivals: int, *, two_sided: bool) -> Float[np.ndarray, " m"]:
    """Return an upper bound of the probability that the best of so many chance correlations is as high (Šidák)."""
    r = np.clip(score, -1.0, 1.0)
    with np.errstate(divide="ignore"):
        t = r * np.sqrt((n - 2) / (1 - r * r))
    single = stdtr(n - 2, -t) * (2 if two_sided else 1)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(rivals * np.log1p(-np.minimum(single, 1.0))))

"""Compare many representations under one measure: every pair with its interval, its null and its p."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from repscope import registry
from repscope.array.inputs import Join
from repscope.array.namespace import device_of, library_of, to_numpy
from repscope.array.random import SEED, generator
from repscope.errors import InputError, explain, near_misses
from repscope.inference.interval import LEAST, interval_of
from repscope.inference.null import null_of
from repscope.studies.gather import Layer, gather, joined
from repscope.studies.plan import tiles
from repscope.types import Card, Comparison, Null, Result, Run

MEMORY = 2**30
"""Bytes of prepared representations that are held at once by default."""

Progress = Callable[[int, int], None]


def compare(
    first: Any,
    second: Any = None,
    /,
    *,
    measure: str = "cka",
    interval: float | None = 0.95,
    null: str | None = "auto",
    permutations: int = 100,
    join: Join = "exact",
    memory: int = MEMORY,
    rng: int | np.random.Generator | None = None,
    progress: Progress | None = None,
    **params: Any,
) -> Comparison:
    """Return the labelled matrix of Results of all pairs of representations, values in the unit of the measure.

    Parameters
    ----------
    first : path, Recording, Representation or array, or a dict or list of them
        The rows; with no `second`, the columns too.
    second : the same kinds, optional
        The columns: every layer of `first` is then compared with every layer of `second`.
    measure : str
        The name of a card; `repscope list` shows them.
    interval : float or None
        The confidence level; None for no intervals.
    null : {"auto", None}
        `auto` (default) takes the closed form where one is derived and permutations elsewhere.
    permutations : int
        How many, where the null needs them.
    join : {"exact", "inner"}
        `inner` uses the items that all share; `exact` (default) refuses to leave any out.
    memory : int
        Bytes of prepared representations held at once; beyond it layers are read from disk again.
    rng : int, Generator or None
        Results repeat with the same seed; None is seed 0.
    progress : callable, optional
        Called with the pairs done and their total.
    **params : the measure's own keyword arguments
        Such as `kernel` or `k`.

    Raises
    ------
    UnknownName, InputError, ShapeError, IdMismatch, NotFiniteError, StoreError
        As their names say.

    Notes
    -----
    p is of one pair: among many pairs some fall below 0.05 by chance.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> rs.compare({"a": X, "b": 2 * X}, interval=None, null=None).value.round(3).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    started = time.process_time()
    card = registry.get(measure)
    check(card, params, interval, null, permutations)
    rows = gather(first)
    columns = gather(second) if second is not None else []
    if not rows or (second is not None and not columns):
        do = "Give at least one representation."
        raise InputError(explain(expected="representations", got="none", argument="compare", do=do))
    layers, items = joined([*rows, *columns], join)
    job = Job(card, params, layers, len(rows), second is None, items, interval, null, permutations, generator(rng))
    matrices, notes, made_of = job.run(memory, progress)
    seed = SEED if rng is None else rng if isinstance(rng, int) else None
    run = Run(version("repscope"), *made_of, seed=seed, seconds=round(time.process_time() - started, 3))
    return Comparison(
        card=card,
        params=parameters(card, params),
        rows=tuple(layer.source for layer in layers[: len(rows)]),
        columns=tuple(layer.source for layer in layers[0 if second is None else len(rows) :]),
        n=items,
        level=interval,
        within=second is None,
        notes=notes,
        run=run,
        **matrices,
    )


def score(name: str, X: Any, Y: Any, /, **options: Any) -> Result:
    """Return one Result: a measure's value of two representations with interval, null, p, n and notes.

    Parameters
    ----------
    name : str
        The name of a card; `repscope list` shows them.
    X : array or Representation, (items, p)
        One representation.
    Y : array or Representation, (items, q)
        The other one, of the same items.
    **options : as in `compare`
        `interval`, `null`, `permutations`, `join`, `rng`, and the measure's own.

    Raises
    ------
    UnknownName, InputError, ShapeError, IdMismatch, NotFiniteError
        As their names say.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> rs.score("cka", X, X @ X.T).n
    50
    """
    return compare({"X": X}, {"Y": Y}, measure=name, **options)[0, 0]


@dataclass(frozen=True, slots=True)
class Job:
    """One comparison: what is compared, how, and how much doubt is wanted."""

    card: Card
    params: dict[str, Any]
    layers: list[Layer]
    rows: int
    within: bool
    items: int
    level: float | None
    null: str | None
    permutations: int
    rng: np.random.Generator

    def run(self, memory: int, progress: Progress | None) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]:
        """Return the matrices of a Comparison with the null's method, all notes, and library, device and dtype."""
        module = registry.module_of(self.card)
        columns = self.rows if self.within else len(self.layers) - self.rows
        names = ("value", "low", "high", "null", "null_sd", "null_skewness", "p")
        out: dict[str, Any] = {name: np.full((self.rows, columns), np.nan) for name in names}
        notes: dict[str, None] = {}
        made_of: list[tuple[str, ...]] = []

        def prepare(position: int) -> Any:
            layer = self.layers[position]
            x = layer.read(self.card.least_items)
            made_of.append((library_of(x), str(device_of(x)), str(x.dtype).removeprefix("torch.")))
            doubt = self.level is not None or self.null is not None
            state = module.prepare(x, doubt=doubt, argument=layer.source.label, **self.params)
            notes.update(dict.fromkeys(state.notes))
            return state

        every = range(self.rows)
        others = None if self.within else range(self.rows, len(self.layers))
        offset, done, total = 0 if self.within else self.rows, 0, self.rows * columns
        method = Null(0, 0, 0, "")
        for left, right in tiles(every, others, prepare, memory):
            values = to_numpy(module.grid(*sides(left, right)))
            for i, a, j, b, value in pairs(left, right, values):
                cell, method = self.doubt(module, a, b, float(value), same=self.within and i == j)
                notes.update(dict.fromkeys(module.caveats(a, b)))
                for name, number in zip(names, cell, strict=True):
                    out[name][i, j - offset] = number
                    if self.within:
                        out[name][j, i] = number
                done += 1 + (self.within and i != j)
                if progress is not None:
                    progress(done, total)
        if self.level is not None and self.items < LEAST:
            notes[f"n = {self.items}: too few items for an interval ({LEAST} are needed)"] = None
        return out | {"null_method": method.method, "draws": method.draws}, tuple(notes), made_of[0]

    def doubt(self, module: Any, a: Any, b: Any, value: float, *, same: bool) -> tuple[tuple[float, ...], Null]:
        """Return value, interval, null moments and p of one pair, in the order of the matrices, and its null."""
        low = high = p = np.nan
        null = Null(np.nan, np.nan, np.nan, "")
        if self.level is not None:
            options = {"bounds": self.card.bounds, "level": self.level, "items": self.items, "rng": self.rng}
            low, high = (value, value) if same else interval_of(module, a, b, value, **options)
        if self.null is not None and np.isfinite(value):
            how = {"higher": self.card.higher, "items": self.items, "permutations": self.permutations}
            null, p = null_of(module, a, b, value, rng=self.rng, **how)
        return (value, low, high, null.mean, null.sd, null.skewness, p), null


def sides(left: dict[int, Any], right: dict[int, Any]) -> tuple[list[Any], list[Any]]:
    """Return both groups of states as lists; one and the same list where the groups are the same."""
    rows = list(left.values())
    return rows, rows if left is right else list(right.values())


def pairs(left: dict[int, Any], right: dict[int, Any], values: Any) -> Iterator[tuple[int, Any, int, Any, Any]]:
    """Yield every pair of a tile once: its two positions and states, and its value."""
    for row, (i, a) in enumerate(left.items()):
        for column, (j, b) in enumerate(right.items()):
            if left is not right or j >= i:
                yield i, a, j, b, values[row, column]


def parameters(card: Card, given: dict[str, Any]) -> dict[str, Any]:
    """Return the measure's parameters as they were used: its defaults, and what was given."""
    signature = inspect.signature(registry.function_of(card)).parameters
    named = {p.name: p.default for p in signature.values() if p.kind is p.KEYWORD_ONLY and p.name != "join"}
    return named | given


def check(card: Card, params: dict[str, Any], interval: float | None, null: str | None, permutations: int) -> None:
    """Raise `InputError` for an option that is not what it should be, before anything is read."""
    known = parameters(card, {})
    for name in params:
        if name not in known:
            message = f"{name}: {card.name} has no such parameter. {near_misses(name, known)}"
            raise InputError(message)
    if interval is not None and not 0 < interval < 1:
        do = "Say 0.95 for a 95 % interval, or None for none."
        raise InputError(explain(expected="a level between 0 and 1", got=repr(interval), argument="interval", do=do))
    if null not in ("auto", None):
        raise InputError(
            explain(expected="'auto' or None", got=repr(null), argument="null", do="Choose one of the two.")
        )
    if permutations < 1:
        do = "Say null=None for no null."
        raise InputError(explain(expected="at least 1", got=str(permutations), argument="permutations", do=do))

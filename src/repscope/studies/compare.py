"""Compare many representations under one measure: every pair with its interval, its null and its p."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

from repscope import registry
from repscope.array.inputs import Join, check_join
from repscope.array.namespace import detached, device_of, library_of, to_numpy
from repscope.array.random import SEED, generator
from repscope.errors import InputError, MixedArrays, explain, near_misses
from repscope.inference.doubt import Cell, Doubt
from repscope.inference.interval import LEAST
from repscope.studies.gather import Layer, gather, joined
from repscope.studies.plan import tiles
from repscope.types import Card, Comparison, Result, Run

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
    check_join(join)
    check(card, params, interval, null, permutations)
    rows = gather(first)
    columns = gather(second) if second is not None else []
    if not rows or (second is not None and not columns):
        do = "Give at least one representation."
        raise InputError(explain(expected="representations", got="none", argument="compare", do=do))
    layers, items = joined([*rows, *columns], join)
    within = second is None
    doubt = Doubt(interval, null, permutations, generator(rng))
    work = Work(card, params, layers, items, doubt, dict.fromkeys(note for layer in layers for note in layer.notes))
    every, others = range(len(rows)), None if within else range(len(rows), len(layers))
    sources = tuple(layer.source for layer in layers)
    found = work.matrices(every, others, memory, progress)
    library, device, dtype = work.made_of[0]
    seed = SEED if rng is None else rng if isinstance(rng, int) else None
    seconds = round(time.process_time() - started, 3)
    closed = registry.module_of(card).NULL == "closed form"
    return Comparison(
        card=card,
        params=parameters(card, params),
        rows=sources[: len(rows)],
        columns=sources if within else sources[len(rows) :],
        n=items,
        level=interval,
        null_method="" if null is None else registry.module_of(card).NULL,
        draws=0 if null is None or closed else permutations,
        within=within,
        notes=tuple(work.notes),
        run=Run(version("repscope"), library=library, device=device, dtype=dtype, seed=seed, seconds=seconds),
        **found,
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
    for argument, given in (("X", X), ("Y", Y)):
        layers = gather(given)
        if len(layers) != 1:
            do = "Choose one, e.g. recording['layer'], or use rs.compare for all of them."
            raise InputError(explain(expected="one representation", got=f"{len(layers)}", argument=argument, do=do))
    return compare({"X": X}, {"Y": Y}, measure=name, **options)[0, 0]


@dataclass(slots=True)
class Work:
    """One comparison under way: what is compared and how, and what the operations said so far."""

    card: Card
    params: dict[str, Any]
    layers: list[Layer]
    items: int
    doubt: Doubt
    notes: dict[str, None] = field(default_factory=dict)
    made_of: list[tuple[str, str, str]] = field(default_factory=list)

    def prepare(self, position: int) -> Any:
        """Return the state of one layer, keeping its notes and what it is made of: library, device, dtype."""
        layer = self.layers[position]
        x = detached(layer.read(self.card.least_items))
        self.made_of.append((library_of(x), str(device_of(x)), str(x.dtype).removeprefix("torch.")))
        if self.made_of[-1][:2] != self.made_of[0][:2]:
            got = " and ".join(" on ".join(made[:2]) for made in (self.made_of[0], self.made_of[-1]))
            do = "Move them to one library and device first."
            raise MixedArrays(explain(expected="arrays of one kind", got=got, argument=layer.source.label, do=do))
        module, argument = registry.module_of(self.card), layer.source.label
        state = module.prepare(x, doubt=self.doubt.wanted, argument=argument, **self.params)
        self.notes.update(dict.fromkeys(state.notes))
        return state

    def matrices(
        self, rows: Sequence[int], columns: Sequence[int] | None, memory: int, progress: Progress | None
    ) -> dict[str, np.ndarray]:
        """Return the matrices of a Comparison, (rows, columns) each; symmetric where `columns` is None."""
        offset, width = (0, len(rows)) if columns is None else (columns[0], len(columns))
        out = {name: np.full((len(rows), width), np.nan) for name in Cell._fields}
        done = 0
        for i, j, cell in self.cells(rows, columns, memory):
            for name, number in zip(Cell._fields, cell, strict=True):
                out[name][i, j - offset] = number
                if columns is None:
                    out[name][j, i] = number
            done += 1 if columns is not None or i == j else 2
            if progress is not None:
                progress(done, len(rows) * width)
        if self.doubt.level is not None and self.items < LEAST:
            self.notes[f"n = {self.items}: too few items for an interval, which needs {LEAST}"] = None
        return out

    def cells(self, rows: Sequence[int], columns: Sequence[int] | None, memory: int) -> Iterator[tuple[int, int, Cell]]:
        """Yield each pair of positions once, with its value and doubt; values come a tile at a time."""
        module = registry.module_of(self.card)
        for left, right in tiles(rows, columns, self.prepare, memory):
            values = to_numpy(module.grid(*sides(left, right)))
            for i, a, j, b, value in pairs(left, right, values):
                self.notes.update(dict.fromkeys(module.caveats(a, b)))
                same = columns is None and i == j
                yield i, j, self.doubt.beside(float(value), self.card, module, a, b, items=self.items, same=same)


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
    if permutations < 2:
        do = "Say null=None for no null."
        raise InputError(explain(expected="at least 2", got=str(permutations), argument="permutations", do=do))

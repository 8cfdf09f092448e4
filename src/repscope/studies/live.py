"""A network under way: what its layers give for a batch, as rows, with nothing written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from repscope.errors import InputError, RecordingError, ShapeError, explain
from repscope.recording.batches import Batch
from repscope.recording.checks import check_rows
from repscope.recording.hooks import Hooks, StopForward
from repscope.recording.intake import Intake
from repscope.recording.options import ITEMSIZE, Options
from repscope.recording.record import is_module
from repscope.recording.run import Adapter, learn
from repscope.recording.sites import select_modules
from repscope.recording.torch import arguments, mask_of, on_device
from repscope.stats.joint import Joint
from repscope.studies.moments import Finish
from repscope.studies.passes import FEWEST_GROUPS, MOST_GROUPS, SPARE, Pass, groups_in_one_pass, rows_of_block
from repscope.studies.streaming import gathered, groups_between
from repscope.types import Array


@dataclass(slots=True)
class Live:
    """A torch module whose chosen layers are heard while it runs on a batch, and at no other time.

    Two of them may share modules: neither hears the other's forward.
    """

    model: Any
    options: Options
    device: Any
    intake: Intake = field(init=False)
    modules: dict[str, Any] = field(init=False)
    shapes: dict[str, tuple[int, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.intake = Intake(self.options)
        self.modules = select_modules(self.model, self.options.layers)

    def learn(self, first: Batch) -> dict[str, int]:
        """Choose the layers by a first batch, and return how many units each has.

        Raises
        ------
        UnknownName, RecordingError
            A pattern matches no array, or none that can be recorded; or rows depend on their batch.
        """
        block = learn(Adapter("torch", self.intake, self.forward, self.settle, "", {}), first, self.options)
        self.shapes = {layer: x.shape[1:] for layer, x in block.arrays.items()}
        return {layer: int(np.prod(shape)) for layer, shape in self.shapes.items()}

    def forward(self, batch: Batch) -> None:
        """Run the model on a batch, as far as the last layer that is wanted."""
        args, kwargs = arguments(on_device(batch.payload, self.device))
        self.intake.begin(len(batch), mask_of(kwargs))
        with Hooks(self.modules, self.options.of, self.intake.receive) as hooks, suppress(StopForward):
            if self.intake.settled:
                hooks.narrow({name: self.intake.calls[name] for name in self.modules})
            self.model(*args, **kwargs)

    def settle(self) -> None:
        """End the learning: only modules that are wanted are heard from now on."""
        self.intake.settle(tuple(self.modules))
        wanted = {site.module for site in self.intake.plan}
        self.modules = {name: module for name, module in self.modules.items() if name in wanted}

    def rows(self, batch: Batch) -> list[Array]:
        """Return the rows of each layer for a batch, (items, units), copied.

        Raises
        ------
        RecordingError
            A layer was not reached, or its rows have another shape than in the first batch.
        """
        self.forward(batch)
        block = self.intake.block(batch)
        check_rows(self.shapes, block.arrays)
        return [np.array(x).reshape(x.shape[0], -1) for x in block.arrays.values()]


def module_of(model: Any, argument: str) -> Any:
    """Return the module itself, uncompiled.

    Raises
    ------
    InputError
        It is no torch module.
    """
    if not is_module(model):
        do = "Record other models with rs.record, then rs.compare the recordings."
        raise InputError(explain(expected="a torch module", got=type(model).__name__, argument=argument, do=do))
    return getattr(model, "_orig_mod", model)


def in_step(networks: list[Live], batches: Iterable[Batch]) -> Iterator[list[Array]]:
    """Yield the rows of all layers of all networks for each batch: one batch goes through all of them.

    Raises
    ------
    RecordingError
        The networks give another number of rows for the same batch.
    """
    for batch in batches:
        found = [rows for network in networks for rows in network.rows(batch)]
        counts = sorted({len(rows) for rows in found})
        if len(counts) > 1:
            got, do = " and ".join(map(str, counts)), "Choose layers with equally many positions, or pooling='mean'."
            expected = f"equally many rows of {len(batch)} items in every layer"
            raise RecordingError(explain(expected=expected, got=got, argument="pooling", do=do))
        yield found


def rebatched(batches: Iterable[list[Array]], rows: int) -> Iterator[tuple[int, list[Array]]]:
    """Yield the same rows in blocks of one size, each with the position of its first: how they came does not matter."""
    begin, held = 0, []
    for batch in batches:
        held.append(batch)
        if sum(len(parts[0]) for parts in held) < rows:
            continue
        whole = [np.concatenate(parts) for parts in zip(*held, strict=True)]
        full = len(whole[0]) // rows * rows
        for at in range(0, full, rows):
            yield begin + at, [x[at : at + rows] for x in whole]
        begin, held = begin + full, [[x[full:] for x in whole]]
    if held and len(held[0][0]) + sum(len(parts[0]) for parts in held[1:]):
        yield begin, [np.concatenate(parts) for parts in zip(*held, strict=True)]


class Heard(NamedTuple):
    """What is left of a run: the moments of each group of items, whose layers they are, and what was said."""

    moments: list[Joint]
    one: Pass
    labels: list[str]
    notes: tuple[str, ...]

    @property
    def items(self) -> int:
        """The number of items, or of positions where each is one."""
        return sum(group.n for group in self.moments)


def hear(
    networks: list[Live],
    names: Sequence[str],
    batches: Iterator[Batch],
    finish: Finish,
    memory: int,
    seed: int,
    progress: Callable[[int], Any] | None,
) -> Heard:
    """Return the moments of all layers over all batches, in groups of items.

    Raises
    ------
    InputError
        There is no batch, or memory cannot hold the moments.
    ShapeError
        There are too few items.
    """
    first = next(batches, None)
    if first is None:
        do = "Give at least one batch; an iterator that was read before is empty."
        raise InputError(explain(expected="items", got="no batch", argument="batches", do=do))
    units = [network.learn(first) for network in networks]
    labels = [f"{name}/{layer}" for name, found in zip(names, units, strict=False) for layer in found]
    widths = [width for found in units for width in found.values()]
    cut, every = len(units[0]), tuple(range(len(widths)))
    one = Pass(every[:cut], every[cut:])
    groups = groups_within(one, widths, finish.level, memory)
    size = ITEMSIZE[networks[0].options.dtype] * sum(widths)
    data = told(in_step(networks, chain((first,), batches)), progress)
    blocks = rebatched(data, rows_of_block(size, groups, memory // 8))
    home = partial(groups_between, groups=groups, seed=seed)
    moments = gathered(blocks, one.split, labels, home, exact=finish.exact)
    heard = Heard(moments, one, labels, tuple(note for network in networks for note in network.intake.notes))
    if heard.items < finish.card.least_items:
        do = f"{finish.card.name} needs more; give more batches."
        expected = f"at least {finish.card.least_items} items"
        raise ShapeError(explain(expected=expected, got=str(heard.items), argument="batches", do=do))
    return heard


def told(found: Iterator[list[Array]], progress: Callable[[int], Any] | None) -> Iterator[list[Array]]:
    """Yield the same, telling after each batch how many items there were."""
    done = 0
    for rows in found:
        yield rows
        done += len(rows[0])
        if progress is not None:
            progress(done)


def groups_within(one: Pass, widths: Sequence[int], level: float | None, memory: int) -> int:
    """Return the groups of items whose moments memory can hold.

    Raises
    ------
    InputError
        They are too few for an interval.
    """
    wanted = 1 if level is None else MOST_GROUPS
    groups = groups_in_one_pass(one, widths, groups=wanted, memory=memory * 3 // 4)
    if groups < min(wanted, FEWEST_GROUPS):
        needed = 8 * one.entries(widths) * (min(wanted, FEWEST_GROUPS) + SPARE) * 4 / 3
        expected = f"moments of {sum(widths):,} units within memory={memory:,} bytes"
        do = "Choose fewer layers, pooling='mean', interval=None, or more memory; or rs.record and rs.compare."
        raise InputError(explain(expected=expected, got=f"{needed:,.0f} bytes", argument="layers", do=do))
    return groups

"""What a card claims, as checks that raise AssertionError where it is not so.

    for check in repscope.testing.CHECKS:
        check(card, params)

tries a card of yours as repscope's own are tried. Each check takes a card and one of its variants.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from repscope import registry
from repscope.similarity.pairs import grid_of
from repscope.stats import cross
from repscope.testing import data
from repscope.types import INVARIANCES, Card

SEEDS = range(4)


def require(condition: Any, *shown: Any) -> None:
    """Raise AssertionError, showing what was found, unless the condition holds."""
    if not condition:
        raise AssertionError(*shown)


def check_invariances_hold(card: Card, params: dict[str, Any]) -> None:
    """Every declared invariance holds under a random transformation of each input in turn."""
    for seed in SEEDS:
        rng = np.random.default_rng(100 + seed)
        x, y = data.inputs(card, seed)
        before = data.value(card, x, y, **params)
        for side, names in enumerate(invariances(card)):
            for name in sorted(names - {"item order"}):
                moved = [x, y]
                moved[side] = data.TRANSFORMATIONS[name](rng, moved[side])
                after = data.value(card, *moved, **params)
                require(math.isclose(before, after, abs_tol=1e-7), (name, side, before, after))
        if "item order" in card.invariant:
            items: dict[str, Any] = data.per_item(card, x.shape[card.item_axis])
            order = rng.permutation(x.shape[card.item_axis])
            a, b = (np.take(v, order, axis=card.item_axis) for v in (x, y))
            after = data.value(card, a, b, **{name: v[order] for name, v in items.items()} | params)
            require(math.isclose(before, after, abs_tol=1e-9), ("item order", before, after))


def invariances(card: Card) -> tuple[frozenset[str], frozenset[str]]:
    """Return the invariances that hold for the first and for the second input."""
    return card.invariant | card.invariant_first, card.invariant | card.invariant_second


def check_undeclared_are_broken(card: Card, params: dict[str, Any]) -> None:
    """Every invariance that is not declared is broken by some input, for each input in turn."""
    for side, names in enumerate(invariances(card)):
        for name in sorted(set(INVARIANCES) - names - {"item order"}):
            moved = 0.0
            for seed in SEEDS:
                rng = np.random.default_rng(200 + seed)
                inputs = list(data.inputs(card, seed))
                before = data.value(card, *inputs, **params)
                inputs[side] = data.TRANSFORMATIONS[name](rng, inputs[side])
                moved = max(moved, abs(before - data.value(card, *inputs, **params)))
            require(moved > 1e-3, (name, side, moved))


def check_within_bounds(card: Card, params: dict[str, Any]) -> None:
    """Values stay in the bounds, with more units than items, unrelated and identical inputs too."""
    low, high = card.bounds
    for seed in SEEDS:
        rng = np.random.default_rng(300 + seed)
        x, y = data.inputs(card, seed, items=20, p=30, q=25)
        for a, b in ((x, y), (x, x), (x, data.unrelated(card, rng, x)), (x, -x)):
            got = data.value(card, a, b, **params)
            require(low - 1e-9 <= got <= high + 1e-9, got)


def check_identity_is_best(card: Card, params: dict[str, Any]) -> None:
    """A representation against itself scores the card's best value, and against another one less."""
    if not card.identity:
        return
    x, y = data.inputs(card, 5)
    require(math.isfinite(card.best), "a card with `identity` has a finite best value")
    require(math.isclose(data.value(card, x, x, **params), card.best, abs_tol=1e-7))
    require(abs(data.value(card, x, y, **params) - card.best) > 1e-3)


def check_symmetric_as_said(card: Card, params: dict[str, Any]) -> None:
    """f(X, Y) = f(Y, X) where declared, and not everywhere where it is not."""
    gaps = []
    for seed in SEEDS:
        x, y = data.inputs(card, seed)
        gaps.append(abs(data.value(card, x, y, **params) - data.value(card, y, x, **params)))
    require(max(gaps) < 1e-10 if card.symmetric else max(gaps) > 1e-6, gaps)


def check_triangle_holds(card: Card, params: dict[str, Any]) -> None:
    """d(x, z) ≤ d(x, y) + d(y, z), tried on near-degenerate triples as well."""
    rng = np.random.default_rng(9)
    for _ in range(40):
        items, units = int(rng.integers(4, 15)), int(rng.integers(1, 8))
        shape = {"items": (items, units), "predictions": (items, units), "trials": (data.TRIALS, items, units)}
        x, y, z = (rng.standard_normal(shape.get(card.takes, (items, 3, 3, units))) for _ in range(3))
        y = (x + z) / 2 if rng.random() < 0.5 else y
        xy, yz, xz = (data.value(card, a, b, **params) for a, b in ((x, y), (y, z), (x, z)))
        require(xz <= xy + yz + 1e-9, (xz, xy, yz))


def check_backends_agree(card: Card, params: dict[str, Any]) -> None:
    """Every backend that the card names equals NumPy to 1e-9 in float64."""
    for seed in SEEDS:
        x, y = data.inputs(card, seed)
        want = data.value(card, x, y, **params)
        for name, convert in data.backends().items():
            if name.split(":")[0] in card.backends:
                items = data.per_item(card, x.shape[card.item_axis])
                got = data.function(card)(convert(x), convert(y), **items | params)
                require(type(got).__module__.split(".")[0] == type(convert(x)).__module__.split(".")[0], name)
                require(math.isclose(float(got), want, abs_tol=1e-9), (name, float(got), want))


def check_float32_agrees(card: Card, params: dict[str, Any]) -> None:
    """float32 with feature means 1, 30 and 1,000 times their SD agrees with float64 of the same numbers to 1e-4."""
    for offset in (1, 30, 1000):
        x, y = data.inputs(card, 3, items=200, p=24, q=20)
        if card.takes != "predictions":
            over = tuple(range(x.ndim - 1))
            x, y = ((v - v.mean(over)) / v.std(over) + offset for v in (x, y))
        for convert in (data.BACKENDS["numpy"], data.BACKENDS["torch"]):
            half = [convert(v.astype(np.float32)) for v in (x, y)]
            whole = [v.astype(np.float32).astype(np.float64) for v in (x, y)]
            got, want = data.value(card, *half, **params), data.value(card, *whole, **params)
            require(abs(got - want) < 1e-4, (offset, got, want))


def check_shards_merge(card: Card, params: dict[str, Any]) -> None:
    """Statistics of shards, merged in any order, give the value of the whole."""
    finish = registry.module_of(card).from_moments
    require(card.stat, "the card names no mergeable statistic")
    of = getattr(cross, str(card.stat).partition(":")[2])
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, y = data.inputs(card, seed, items=60)
        x, y = x + 20, y - 50
        want = data.value(card, x, y, **params)
        cuts = np.sort(rng.choice(np.arange(2, 58), 4, replace=False))
        shards = [of(a, b) for a, b in zip(np.split(x, cuts), np.split(y, cuts), strict=True)]
        for order in (range(5), rng.permutation(5)):
            got = float(finish(cross.merge(*(shards[i] for i in order)), **params))
            require(math.isclose(got, want, abs_tol=1e-10), (got, want))


def check_gradients_are_right(card: Card, params: dict[str, Any]) -> None:
    """Gradients are finite and equal finite differences, also with more units than items."""

    import torch

    for items, p in ((30, 6), (12, 20)):
        x, y = data.inputs(card, 7, items=items, p=p)
        t = torch.from_numpy(x).requires_grad_()
        extra = data.per_item(card, items) | params
        (gradient,) = torch.autograd.grad(data.function(card)(t, torch.from_numpy(y), **extra), t)
        direction = np.random.default_rng(0).standard_normal(x.shape)
        step = 1e-5
        want = (
            data.value(card, x + step * direction, y, **params) - data.value(card, x - step * direction, y, **params)
        ) / (2 * step)
        got = float((gradient * torch.from_numpy(direction)).sum())
        require(bool(torch.isfinite(gradient).all()))
        require(math.isclose(got, want, rel_tol=1e-4, abs_tol=1e-7), (got, want))


def check_steps_agree(card: Card, params: dict[str, Any]) -> None:
    """`grid` of many pairs, `shuffled` and `restricted` give what the function gives pair by pair."""
    module, rng, axis = registry.module_of(card), np.random.default_rng(2), card.item_axis
    for p, q in ((6, 5), (6, 60)):
        classes = card.takes == "predictions"
        arrays = [data.inputs(card, seed, p=p, q=p if classes else q)[seed % 2] for seed in range(4)]
        extra = data.per_item(card, arrays[0].shape[axis])
        states = [module.prepare(x, **extra, **params) for x in arrays]
        grid = np.asarray(grid_of(module, states, states, symmetric=card.symmetric))
        cross_grid = np.asarray(grid_of(module, states[:2], states[2:], symmetric=card.symmetric))
        for i, x in enumerate(arrays):
            for j, y in enumerate(arrays):
                want = data.value(card, x, y, **params)
                require(math.isclose(grid[i, j], want, abs_tol=1e-7), (i, j, grid[i, j], want))
                if i < 2 <= j:
                    require(math.isclose(cross_grid[i, j - 2], want, abs_tol=1e-7))
        order = rng.permutation(arrays[0].shape[axis])
        moved = [np.take(x, order, axis=axis) for x in arrays[:2]]
        # Labels that go with the items of the second are out of reach here: the closed form is tried on those draws.
        if hasattr(module, "shuffled") and not (card.per_item and module.NULL == "closed form"):
            want = data.value(card, arrays[0], moved[1], **params)
            require(math.isclose(module.shuffled(states[0], states[1], order), want, abs_tol=1e-9))
        if hasattr(module, "restricted"):
            some = order[: 2 * len(order) // 3]
            few = [np.take(x, some, axis=axis) for x in arrays[:2]]
            chosen: dict[str, Any] = {name: v[some] for name, v in extra.items()}
            want = data.value(card, few[0], few[1], **chosen | params)
            got = float(module.between(*(module.restricted(state, some) for state in states[:2])))
            require(math.isclose(got, want, abs_tol=1e-7), ("restricted", got, want))


def check_null_is_right(card: Card, params: dict[str, Any]) -> None:
    """The closed-form null has the mean and SD of 3,000 permutations, within their own error."""
    module, rng = registry.module_of(card), np.random.default_rng(4)
    if module.NULL != "closed form":
        return
    for items, p, q in ((30, 4, 3), (40, 60, 50)):
        x, y = data.inputs(card, 11, items=items, p=p, q=q)
        extra = data.per_item(card, items) | params
        a, b = (module.prepare(v, doubt=True, **extra) for v in (x, y))
        null = module.null(a, b)
        draws = np.array([module.shuffled(a, b, rng.permutation(items)) for _ in range(3000)])
        require(abs(null.mean - draws.mean()) < 4 * draws.std() / math.sqrt(3000), (null.mean, draws.mean()))
        require(math.isclose(null.sd, draws.std(), rel_tol=0.12), (null.sd, draws.std()))


def check_constant_is_undefined(card: Card, params: dict[str, Any]) -> None:
    """A constant representation gives NaN, never a number, and its state says why; constant answers are answers."""
    if card.takes == "predictions":
        return
    x, _ = data.inputs(card, 0)
    flat = np.full((*x.shape[:-1], 3), 0.1)
    require(math.isnan(data.value(card, x, flat, **params)))
    require(math.isnan(data.value(card, flat, flat, **params)))
    extra = data.per_item(card, x.shape[card.item_axis]) | params
    notes = registry.module_of(card).prepare(flat, **extra).notes
    require(any("undefined" in note for note in notes), notes)


def check_dead_units_do_not_matter(card: Card, params: dict[str, Any]) -> None:
    """Units that are constant at zero change nothing, and are counted in a note; a class has no dead units."""
    if card.takes == "predictions":
        return
    x, y = data.inputs(card, 1)
    dead = np.concatenate([x, np.zeros((*x.shape[:-1], 3))], axis=-1)
    require(math.isclose(data.value(card, dead, y, **params), data.value(card, x, y, **params), abs_tol=1e-10))
    extra = data.per_item(card, x.shape[card.item_axis]) | params
    notes = registry.module_of(card).prepare(dead, **extra).notes
    require(any("3 constant units dropped" in note for note in notes), notes)


CHECKS = (
    check_invariances_hold,
    check_undeclared_are_broken,
    check_within_bounds,
    check_identity_is_best,
    check_symmetric_as_said,
    check_backends_agree,
    check_float32_agrees,
    check_steps_agree,
    check_null_is_right,
    check_constant_is_undefined,
    check_dead_units_do_not_matter,
)
"""The checks that every pairwise measure must pass; the others depend on what its card declares."""

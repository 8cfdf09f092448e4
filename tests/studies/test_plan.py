from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repscope.studies import plan


def state(size):
    return (np.zeros(size, dtype=np.uint8), ("a note", None))


@given(st.lists(st.integers(1, 50), min_size=1, max_size=12), st.integers(0, 12), st.integers(2, 300))
def test_every_pair_falls_in_one_tile_and_tiles_stay_near_the_budget(sizes, columns, budget):
    rows = range(len(sizes))
    others = range(len(sizes), len(sizes) + columns) if columns else None
    sizes = sizes + [7] * columns
    seen = []
    for left, right in plan.tiles(rows, others, lambda i: state(sizes[i]), budget):
        alone = left is right and len(left) == len(rows)
        for side in (left, right):
            total = sum(plan.bytes_of(s) for s in list(side.values())[:-1])
            assert len(side) == 1 or total <= (budget if alone else budget // 2)
        seen += [(i, j) for i in left for j in right if left is not right or j >= i]
    want = [(i, j) for i in rows for j in (others or rows) if others or j >= i]
    assert sorted(seen) == sorted(want)


def test_a_large_budget_prepares_each_representation_once():
    prepared = []
    list(plan.tiles(range(20), None, lambda i: prepared.append(i) or state(10), 10_000))
    assert prepared == list(range(20))


def test_what_was_prepared_to_see_whether_all_fit_is_used_and_not_prepared_again():
    prepared = []
    tiles = plan.tiles(range(6), None, lambda i: prepared.append(i) or state(10), 45)
    seen = [(tuple(left), tuple(right)) for left, right in tiles]
    assert seen[:3] == [((0, 1), (0, 1)), ((0, 1), (2, 3)), ((0, 1), (4, 5))]
    assert prepared[:6] == list(range(6))


def test_bytes_are_those_of_all_arrays_inside():
    assert plan.bytes_of((np.zeros((3, 4)), (np.zeros(2, np.float32), "x"), 5)) == 96 + 8


@pytest.mark.parametrize("within", [True, False])
def test_groups_are_one_and_the_same_only_against_themselves(within):
    others = None if within else range(4)
    same = [left is right for left, right in plan.tiles(range(4), others, lambda i: state(10), 40)]
    assert any(same) == within

"""Which layers belong together, and which layer corresponds to which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from repscope.reports.groups import ModelPair, corresponding, groups, layer_pairs, model_pairs, partners, scope
from repscope.types import Source
from repscope.types.models import Model


def pair(rows: int, columns: int, *, same: bool = False) -> ModelPair:
    return named([f"a{k}" for k in range(rows)], [f"b{k}" for k in range(columns)], same=same)


def named(rows: list[str], columns: list[str], *, same: bool = False) -> ModelPair:
    left, right = (Model("ab"[k], tuple(range(len(side))), tuple(side)) for k, side in enumerate((rows, columns)))
    return ModelPair(left, right, same)


def test_every_pair_of_models_is_there_once(compared):
    labels = [one.label for one in model_pairs(compared())]
    assert len(labels) == len(set(labels)) == 10
    assert labels[0] == "cnn-a and cnn-b"
    assert labels[-1] == "untrained with itself"


def test_arrays_without_layers_are_one_group():
    assert groups((Source("a"), Source("b"))) == (Model("", (0, 1), ("", "")),)
    assert groups((Source(layer="a"), Source(layer="b"))) == (Model("", (0, 1), ("a", "b")),)


def test_a_layer_that_stands_alone_keeps_its_model():
    assert groups((Source("bert", "pooled"),)) == (Model("bert", (0,), ("pooled",)),)
    assert groups((Source(layer="a"),)) == (Model("a", (0,), ("a",)),)


def test_runs_of_one_model_are_told_apart_by_revision():
    sources = tuple(Source("net", layer, revision) for revision in ("r1", "r2") for layer in "xy")
    assert [group.name for group in groups(sources)] == ["net (r1)", "net (r2)"]


def test_rows_against_columns_are_all_compared(compared):
    whole = compared({"a": ("x", "y"), "b": ("x", "y", "z")})
    matrices = ("value", "low", "high", "null", "null_sd", "null_skewness", "p")
    part = {name: getattr(whole, name)[:2, 2:] for name in matrices}
    cross = replace(whole, rows=whole.rows[:2], columns=whole.columns[2:], within=False, **part)
    assert [one.label for one in model_pairs(cross)] == ["a and b"]
    assert len(list(layer_pairs(cross, crossing=True))) == 6


def test_pairs_across_models_leave_out_those_within(compared):
    one = compared({"a": ("x", "y"), "b": ("x", "y", "z")})
    assert len(list(layer_pairs(one, crossing=True))) == 6
    assert len(list(layer_pairs(one, crossing=False))) == 10


@pytest.mark.parametrize(
    ("shape", "partners"),
    [
        ((3, 3), [(0, 0), (1, 1), (2, 2)]),
        ((3, 5), [(0, 0), (0, 1), (1, 2), (2, 3), (2, 4)]),
        ((1, 2), [(0, 0), (0, 1)]),
    ],
)
def test_layers_correspond_by_relative_depth(shape, partners):
    found = corresponding(pair(*shape))
    assert [(i, j) for _, i, j in found] == partners
    assert (found[0][0], found[-1][0]) == (0.0, 1.0)


def test_a_model_alone_is_followed_from_layer_to_layer():
    assert corresponding(pair(4, 4, same=True)) == [(0.0, 0, 1), (0.5, 1, 2), (1.0, 2, 3)]


def test_namesakes_are_partners_where_every_layer_of_one_model_has_one():
    deep, shallow = ["stem", "x", "extra", "y", "z"], ["z", "x", "y"]
    assert corresponding(named(deep, shallow)) == [(0.25, 1, 1), (0.75, 3, 2), (1.0, 4, 0)]
    assert corresponding(named(shallow, deep)) == [(0.25, 1, 1), (0.75, 2, 3), (1.0, 0, 4)]


@pytest.mark.parametrize(
    ("rows", "columns"), [(["x", "y", "z"], ["x", "y", "w"]), (["x", "x"], ["x", "x"]), (["x"], ["x", "y"])]
)
def test_otherwise_the_position_decides(rows, columns):
    assert not named(rows, columns).namesakes
    assert corresponding(named(rows, columns))[-1][1:] == (len(rows) - 1, len(columns) - 1)


def test_the_words_say_which_layers_are_partners():
    by_name, by_place = named(["x", "y"], ["x", "y"]), pair(2, 3)
    assert partners([by_name]) == "of the same name"
    assert partners([by_place]) == "at the same relative position among the recorded layers"
    assert partners([by_name, by_place]).startswith("of the same name, or else at the same relative position")


def test_the_scope_is_named_only_where_pairs_are_left_out(compared):
    assert scope(compared()) == " of different models"
    assert scope(compared({"a": ("x", "y")})) == scope(compared({"a": ("x", "y"), "b": ("x",)}, within=False)) == ""

"""The grammar of layer names, and which names a pattern asks for."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
from torch import nn

from repscope.errors import RecordingError, UnknownName
from repscope.recording.sites import (
    ROOT,
    Site,
    choose,
    inputs_of,
    left_out,
    matches,
    name_of,
    parts,
    select_modules,
)

X = np.zeros((2, 3))
Pair = namedtuple("Pair", "first second")


@dataclass
class Named:
    hidden: np.ndarray
    loss: float = 0.0


@pytest.mark.parametrize(
    ("site", "calls", "name"),
    [
        (Site("layer3.1"), 1, "layer3.1"),
        (Site("cell", 2), 3, "cell#2"),
        (Site("lstm", 0, "1.0"), 1, "lstm:1.0"),
        (Site("cell", 1, "hidden"), 2, "cell#1:hidden"),
    ],
)
def test_names_say_call_and_path_only_where_there_are_several(site, calls, name):
    assert name_of(site, calls) == name


@pytest.mark.parametrize(
    ("name", "pattern", "hit"),
    [
        ("layer3.1.conv", "layer?.*", True),
        ("layer10.1", "layer?.*", False),
        ("lstm:1.0", "lstm", True),
        ("lstm:1.0", "lstm:0", False),
        ("lstm:1.0", "*:1.*", True),
        ("cell#2", "cell#[01]", False),
        ("cell#1:hidden", "cell#1", True),
        ("Cell", "cell", False),
    ],
)
def test_a_pattern_matches_part_by_part(name, pattern, hit):
    assert matches(name, pattern) is hit


@pytest.mark.parametrize(
    ("output", "paths"),
    [
        (X, [""]),
        ((X, (X, X)), ["0", "1.0", "1.1"]),
        ({"hidden": X, "none": None, "states": [X]}, ["hidden", "states.0"]),
        (Pair(X, 3), ["first"]),
        (Named(X), ["hidden"]),
        ("text", []),
    ],
)
def test_every_array_in_a_nested_output_has_its_path(output, paths):
    assert [path for path, _ in parts(output)] == paths


def test_one_argument_is_itself_and_several_are_named():
    assert inputs_of((X,), {"mask": None}) is X
    assert list(inputs_of((X,), {"mask": X})) == ["0", "mask"]


def net() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Dropout2d(), nn.Flatten(), nn.Linear(8, 2), nn.Identity())


def test_without_patterns_leaves_that_hand_their_input_on_are_left_out():
    assert list(select_modules(net(), None)) == ["0", "1", "4"]
    assert list(select_modules(nn.Linear(2, 2), None)) == [ROOT]
    assert list(select_modules(nn.Dropout(), None)) == [ROOT]


def test_patterns_choose_modules_and_the_model_itself_only_by_its_name():
    model = nn.ModuleDict({"layer1": net(), "layer2": net(), "fc": nn.Linear(2, 2)})
    assert list(select_modules(model, ["layer?.4", "fc"])) == ["layer1.4", "layer2.4", "fc"]
    assert ROOT not in select_modules(model, ["*"])
    assert list(select_modules(model, [ROOT])) == [ROOT]


def test_a_pattern_without_a_module_lists_near_misses():
    model = nn.ModuleDict({"layer1": nn.Linear(2, 2), "fc": nn.Linear(2, 2)})
    with pytest.raises(UnknownName, match=r"'layr1'.*Did you mean 'layer1'"):
        select_modules(model, ["layr1"])


def test_choose_leaves_out_what_cannot_be_recorded_and_says_so():
    names = {"lstm:0": "", "lstm:1.0": "first axis is 1", "fc": ""}
    assert choose(names, ["lstm", "fc"]) == ("lstm:0", "fc")
    assert choose(names, None) == ("lstm:0", "fc")
    assert left_out(names, ["lstm"]) == ("lstm:1.0: not recorded: first axis is 1",)
    assert left_out(names, ["fc"]) == ()
    many = {f"h.{i}": "why" for i in range(9)}
    assert left_out(many, None) == ("h.0, h.1, h.2, h.3, h.4, h.5 and 3 more: not recorded: why",)


def test_choose_refuses_a_pattern_that_yields_nothing():
    names = {"lstm:0": "", "lstm:1.0": "first axis is 1"}
    with pytest.raises(RecordingError, match="first axis is 1"):
        choose(names, ["lstm:0", "lstm:1.0"])
    with pytest.raises(UnknownName, match="Did you mean 'lstm:0'"):
        choose(names, ["lstm:2"])

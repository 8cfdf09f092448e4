"""Hooks see every call, end a forward early, and are gone afterwards."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from repscope.recording.hooks import Hooks, StopForward


def run_twice_and_fail(hooks: Hooks, cell: nn.Module) -> None:
    for _ in range(2):
        hooks.begin()
        cell(cell(torch.zeros(1, 2)))
    raise KeyError


def test_every_call_is_passed_on_with_its_number_and_hooks_are_removed_on_an_exception():
    seen = []
    cell = nn.Linear(2, 2)
    with pytest.raises(KeyError), Hooks({"cell": cell}, "output", lambda site, x: seen.append(site)) as hooks:
        run_twice_and_fail(hooks, cell)
    assert [(site.module, site.call) for site in seen] == [("cell", 0), ("cell", 1)] * 2
    assert not cell._forward_hooks


def test_a_forward_stops_once_every_wanted_module_has_run():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2))
    seen = []
    with Hooks(dict(model.named_children()), "output", lambda site, x: seen.append(site.module)) as hooks:
        hooks.narrow({"0": 1, "1": 1})
        hooks.begin()
        with pytest.raises(StopForward):
            model(torch.zeros(1, 2))
        assert not model[2]._forward_hooks
    assert seen == ["0", "1"]


def test_inputs_stop_before_the_module_runs():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(9, 9))
    with Hooks({"1": model[1]}, "input", lambda site, x: None) as hooks:
        hooks.narrow({"1": 1})
        with pytest.raises(StopForward):
            model(torch.zeros(1, 2))
    assert not model[1]._forward_pre_hooks


def test_a_model_with_a_repeated_module_runs_to_its_end():
    cell = nn.Linear(2, 2)
    with Hooks({"cell": cell}, "output", lambda site, x: None) as hooks:
        hooks.narrow({"cell": 2})
        cell(cell(torch.zeros(1, 2)))
    assert hooks.calls["cell"] == 2


def test_the_signal_passes_a_models_own_except_clause():
    assert not issubclass(StopForward, Exception)

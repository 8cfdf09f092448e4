"""What a recording touches is afterwards as it was."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn

from repscope.errors import InputError
from repscope.recording.guards import as_it_was, device_of_model, same_random_numbers


def draw() -> tuple[float, float, float]:
    legacy = float(np.random.rand())  # noqa: NPY002  (the generator that models draw from)
    return random.random(), legacy, float(torch.rand(()))


def test_random_generators_go_on_where_they_were():
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(3)
    expected = draw(), draw()
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(3)
    first = draw()
    with pytest.raises(ZeroDivisionError), same_random_numbers():
        draw()[0] / 0
    assert (first, draw()) == expected


def test_eval_mode_ends_and_each_module_gets_its_own_mode_back():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).train()
    model[0].eval()
    with as_it_was(model, "eval"):
        assert not any(module.training for module in model.modules())
        assert not torch.is_grad_enabled()
    assert [module.training for module in model.modules()] == [True, False, True]
    assert torch.is_grad_enabled()


def test_kept_mode_trains_buffers_and_gives_them_back():
    model = nn.BatchNorm1d(2).train()
    with as_it_was(model, "keep"):
        model(torch.randn(9, 2) + 5)
        assert model.running_mean.abs().sum() > 0
    assert model.running_mean.abs().sum() == 0
    assert model.num_batches_tracked == 0


def test_a_model_without_parameters_runs_where_its_data_are():
    with as_it_was(nn.ReLU(), "eval") as device:
        assert device is None
    assert device_of_model(nn.BatchNorm1d(2, affine=False)) == torch.device("cpu")


@pytest.mark.parametrize("device", ["gpu0", "cuda:99", "meta", ["cpu"]])
def test_a_device_that_is_not_there_is_refused_and_the_model_stays_where_it_is(device):
    model = nn.Linear(2, 2)
    with pytest.raises(InputError, match=r"device: expected .*, got .*(gpu0|cuda:99|meta|cpu).*leave device out"):
        as_it_was(model, "eval", device).__enter__()
    assert model.weight.device == torch.device("cpu")


def test_a_device_by_name_is_one_of_torch():
    with as_it_was(nn.Linear(2, 2), "eval", "cpu") as device:
        assert device == torch.device("cpu")

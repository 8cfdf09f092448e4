"""Digests change with every bit that matters, and with nothing else."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from torch import nn

from repscope.recording.digest import item_digest, model_digest


def linear() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


def test_the_digest_is_sha256_over_names_dtypes_shapes_and_bytes():
    digest = hashlib.sha256()
    for name, value in linear().state_dict().items():
        digest.update(f"{name}{str(value.dtype)[6:]}{tuple(value.shape)}".encode() + value.numpy().tobytes())
    assert model_digest(linear()) == digest.hexdigest()


def flip_one_bit(model: nn.Module) -> None:
    model[0].weight.data.view(torch.int32)[0, 0] ^= 1


def touch_a_buffer(model: nn.Module) -> None:
    model[1].num_batches_tracked += 1


def halve(model: nn.Module) -> None:
    model.bfloat16()


@pytest.mark.parametrize("change", [flip_one_bit, touch_a_buffer, halve])
def test_any_change_of_state_changes_it(change):
    model = linear()
    change(model)
    assert model_digest(model) != model_digest(linear())


def test_layout_does_not_change_it():
    model = linear()
    model[0].weight.data = model[0].weight.data.T.contiguous().T
    assert not model[0].weight.is_contiguous()
    assert model_digest(model) == model_digest(linear())


class Stateful(nn.Module):
    def get_extra_state(self):
        return {"steps": 3, "sparse": torch.eye(2).to_sparse(), "object": object()}

    def set_extra_state(self, state):
        raise NotImplementedError


def test_extra_state_counts():
    assert model_digest(Stateful()) == model_digest(Stateful())
    assert model_digest(Stateful()) != model_digest(nn.Module())


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_quantized_tensors_have_a_digest():
    x = torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)
    assert item_digest(x) != item_digest(torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, torch.qint8))


def test_items_differ_by_values_keys_shapes_and_texts():
    x = np.arange(6.0)
    items = [x, x + 1, x.reshape(2, 3), x.astype("f4"), {"a": x}, {"b": x}, "text", ["text", 3], None]
    assert len({item_digest(item) for item in items}) == len(items)
    assert item_digest({"a": 1, "b": x}) == item_digest({"b": x.copy(), "a": 1})
    assert item_digest(torch.from_numpy(x)) == item_digest(x)
    assert item_digest(x[::2]) == item_digest(x[::2].copy())
    assert item_digest(np.array(["a", None], object)) == item_digest(np.array(["a", None], object))

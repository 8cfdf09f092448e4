from __future__ import annotations

import numpy as np
import pytest

import repscope as rs
from repscope.errors import MissingExtra
from repscope.studies import digits

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return digits.record_digit_networks(tmp_path_factory.mktemp("digits") / "store")


def test_trained_networks_read_digits_and_the_untrained_one_does_not(demo):
    _, accuracies = demo
    assert min(accuracies[name] for name in ("cnn-a", "cnn-b", "mlp")) > 0.9
    assert accuracies["untrained"] < 0.3


def test_all_layers_of_all_networks_hold_the_same_held_out_digits(demo):
    recordings, _ = demo
    assert list(recordings) == ["cnn-a", "cnn-b", "mlp", "untrained"]
    assert {len(recording.ids) for recording in recordings.values()} == {597}
    assert len({recording.ids for recording in recordings.values()}) == 1
    assert recordings["mlp"].layers == ("fc1", "fc2", "fc3", "logits")
    counts = np.bincount(np.asarray(recordings["mlp"].labels["label"]).astype(int))
    assert counts.min() > 30


def test_seeds_are_alike_and_above_the_untrained_baseline(demo):
    recordings, _ = demo
    trained = rs.compare(recordings["cnn-a"], recordings["cnn-b"])
    baseline = rs.compare(recordings["cnn-a"], recordings["untrained"])
    for layer in ("fc", "logits"):
        assert trained[layer, layer].interval[0] > baseline[layer, layer].interval[1]


def test_networks_are_the_same_on_every_run():
    first, second = (digits.build("cnn", 1)[0][0].weight for _ in range(2))
    assert bool((first == second).all())
    assert not bool((first == digits.build("cnn", 2)[0][0].weight).all())


def test_missing_libraries_are_named(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(MissingExtra, match=r"repscope\[torch,learn\]"):
        digits.record_digit_networks(tmp_path)

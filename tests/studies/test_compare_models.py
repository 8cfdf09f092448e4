from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn

import repscope as rs
from repscope.errors import InputError, NotFiniteError, RecordingError, ShapeError, UnknownName
from repscope.studies.compare_models import compare_models
from repscope.studies.live import rebatched

UNITS = 24


def mlp(seed: int, depth: int = 16, units: int = UNITS) -> nn.Sequential:
    """Return an MLP of `depth` layers whose signal neither dies nor explodes."""
    torch.manual_seed(seed)
    sizes = [10] + [units] * depth
    layers = [nn.Sequential(nn.Linear(p, q), nn.Tanh()) for p, q in itertools.pairwise(sizes)]
    for layer in layers:
        nn.init.orthogonal_(layer[0].weight, gain=1.3)
    return nn.Sequential(*layers)


def items(number: int = 700, seed: int = 5) -> torch.Tensor:
    return torch.randn(number, 10, generator=torch.Generator().manual_seed(seed))


def hooks_of(model: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())


@pytest.mark.parametrize("measure", ["cka", "procrustes"])
def test_it_equals_recording_both_and_comparing(tmp_path, measure):
    a, b, x = mlp(0), mlp(1), items()
    live = compare_models(a, b, x.split(64), measure=measure, layers="*.1", interval=None)
    runs = [rs.record(m, x.split(64), to=tmp_path / n, name=n, layers="*.1") for n, m in (("a", a), ("b", b))]
    kept = rs.compare(*runs, measure=measure, interval=None, null=None)
    assert live.value.shape == (16, 16)
    assert [s.label for s in live.rows] == [s.label for s in kept.rows]
    assert [s.label for s in live.columns] == [s.label for s in kept.columns]
    assert [s.revision for s in live.rows] == [s.revision for s in kept.rows]
    assert live.n == kept.n == 700
    assert np.abs(live.value - kept.value).max() < 1e-6
    within = compare_models(a, None, x.split(64), measure=measure, layers="*.1", interval=None)
    alone = rs.compare(runs[0], measure=measure, interval=None, null=None)
    assert within.within
    assert np.abs(within.value - alone.value).max() < (1e-6 if measure == "cka" else 1e-3)


@pytest.mark.parametrize("size", [37, 64, 700])
def test_how_items_are_batched_does_not_matter(size):
    a, b = mlp(0, 3), mlp(1, 3)
    want = compare_models(a, b, items().split(50), dtype="float64")
    got = compare_models(a, b, items().split(size), dtype="float64")
    for name in ("value", "low", "high", "p"):
        assert np.allclose(getattr(got, name), getattr(want, name), atol=1e-5), name


def test_a_loader_that_shuffles_pairs_every_item_with_itself():
    x = items(400)
    data = torch.utils.data.TensorDataset(x, torch.arange(400))
    a = mlp(0, 3)
    shuffled = torch.utils.data.DataLoader(data, batch_size=32, shuffle=True)
    got = compare_models(a, a, shuffled, interval=None)
    assert np.allclose(got.value.diagonal(), 1, atol=1e-6)
    want = compare_models(a, a, x, interval=None)
    assert np.abs(got.value - want.value).max() < 1e-5


def test_intervals_and_null_stand_beside_the_values():
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(1000, 10, generator=rng)
    found = compare_models(mlp(0, 4), mlp(1, 4), x.split(100), layers=["2.1", "3.1"])
    assert ((found.low < found.value) & (found.value < found.high)).all()
    assert np.allclose(found.null, 0)
    assert np.allclose(found.null_sd, (2 / (1000 * 997)) ** 0.5)
    assert found.null_method == "closed form"
    again = rs.Comparison.from_dict(found.to_dict())
    assert np.array_equal(again.value, found.value)
    assert found[0, 1].interval[0] == found.low[0, 1]


class Fails(nn.Module):
    def forward(self, x):
        if x.shape[0] == 13:
            message = "this batch is not for me"
            raise ValueError(message)
        return x


def test_hooks_modes_and_random_numbers_are_as_they_were():
    a, b = mlp(0, 2).train(), nn.Sequential(mlp(1, 2), nn.Dropout(), Fails()).train()
    b[0].eval()
    torch.manual_seed(3)
    before = torch.get_rng_state()
    compare_models(a, b, items(100).split(20))
    with pytest.raises(ValueError, match="not for me"):
        compare_models(a, b, [items(20), items(13)], layers_b=["1", "2"])
    for model in (a, b):
        assert hooks_of(model) == 0
        assert model.training
    assert not b[0].training
    assert torch.equal(before, torch.get_rng_state())


def test_a_model_stops_after_its_last_chosen_layer():
    class Counts(nn.Module):
        runs = 0

        def forward(self, x):
            Counts.runs += 1
            return x

    model = nn.Sequential(nn.Linear(10, 4), Counts())
    compare_models(model, None, items(100).split(10), layers="0")
    assert Counts.runs == 2  # while the first batch is learned


def test_networks_that_share_modules_do_not_hear_each_other():
    trunk = mlp(0, 2)
    a, b = nn.Sequential(trunk, nn.Linear(UNITS, 3)), nn.Sequential(trunk, nn.Linear(UNITS, 5))
    found = compare_models(a, b, items(200).split(50), layers=["0.*", "1"])
    assert found[("a/0.0.1", "b/0.0.1")].value > 1 - 1e-6
    assert found[("a/1", "b/1")].value < 0.99


def test_layers_pooling_and_inputs():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 6, 3))
    x = torch.randn(60, 1, 8, 8)
    pooled = compare_models(model, None, x.split(20), pooling="mean", interval=None)
    kept = compare_models(model, None, x.split(20), interval=None)
    rows = [y.detach().numpy() for y in (model[:1](x), model[:2](x), model(x))]
    for found, flat in ((pooled, [y.mean((2, 3)) for y in rows]), (kept, [y.reshape(60, -1) for y in rows])):
        want = rs.cka(flat[0].astype(np.float64), flat[2].astype(np.float64))
        assert abs(found["a/0", "a/2"].value - want) < 1e-5
    given = compare_models(model, None, x.split(20), of="input", pooling="mean", interval=None)
    assert abs(given["a/1", "a/2"].value - pooled["a/0", "a/1"].value) < 1e-6
    two = compare_models(model, model, x.split(20), layers="0", layers_b="2", names=("left", "right"), pooling="mean")
    assert [s.label for s in (*two.rows, *two.columns)] == ["left/0", "right/2"]


def test_a_constant_unit_is_dropped_and_said():
    model = nn.Sequential(nn.Linear(10, 6), nn.Linear(6, 3))
    with torch.no_grad():
        model[0].weight[2] = 0
    found = compare_models(model, None, items(100).split(10))
    assert "a/0: 1 constant unit dropped" in found.notes


def test_progress_and_limit():
    told = []
    found = compare_models(mlp(0, 2), None, items(100).split(30), limit=70, progress=told.append)
    assert told == [30, 60, 70]
    assert found.n == 70


def test_bad_input_is_refused_with_what_to_do():
    a, x = mlp(0, 2), items(50)
    with pytest.raises(InputError, match="model_a: expected a torch module"):
        compare_models("resnet50", None, x)
    with pytest.raises(InputError, match="model_b: expected a torch module"):
        compare_models(a, len, x)
    with pytest.raises(InputError, match="computed in one pass"):
        compare_models(a, None, x, measure="mutual_knn")
    with pytest.raises(InputError, match="computed in one pass"):
        compare_models(a, None, x, kernel="rbf")
    with pytest.raises(InputError, match="no such parameter"):
        compare_models(a, None, x, debised=True)
    with pytest.raises(InputError, match="dtype"):
        compare_models(a, None, x, dtype="float16")
    with pytest.raises(InputError, match="items, got no batch"):
        compare_models(a, None, iter(()))
    with pytest.raises(InputError, match="more memory"):
        compare_models(a, None, x, memory=100_000)
    with pytest.raises(ShapeError, match="at least 4 items"):
        compare_models(a, None, x[:3], interval=None)
    with pytest.raises(UnknownName, match="layers"):
        compare_models(a, None, x, layers="encoder.*")
    bad = x.clone()
    bad[41, 3] = float("nan")
    with pytest.raises(NotFiniteError, match=r"a/0.0: .*item 41"):
        compare_models(a, None, bad.split(10))


def test_networks_with_other_numbers_of_positions_cannot_be_paired():
    class Pieces(nn.Module):
        def __init__(self, number):
            super().__init__()
            self.number, self.layer = number, nn.Identity()

        def forward(self, x):
            return self.layer(x[:, None, :].repeat(1, self.number, 1))

    with pytest.raises(RecordingError, match="80 and 120"):
        compare_models(Pieces(2), Pieces(3), items(40), layers="layer", pooling="tokens")


def test_a_batch_that_changes_the_answer_is_found():
    class Centres(nn.Module):
        def forward(self, x):
            return x - x.mean(0)

    with pytest.raises(RecordingError, match="do not depend on the batch"):
        compare_models(Centres(), None, items(40))


def test_blocks_are_cut_anew():
    x = np.arange(103)[:, None]
    for size in (1, 7, 40, 200):
        batches = [[x[at : at + size], x[at : at + size] * 2] for at in range(0, 103, size)]
        blocks = list(rebatched(batches, 20))
        assert [begin for begin, _ in blocks] == [0, 20, 40, 60, 80, 100]
        assert [len(rows[0]) for _, rows in blocks] == [20, 20, 20, 20, 20, 3]
        assert np.array_equal(np.concatenate([rows[1] for _, rows in blocks]), x * 2)
    assert list(rebatched([], 20)) == []
    assert [len(rows[0]) for _, rows in rebatched([[x[:40]]], 20)] == [20, 20]

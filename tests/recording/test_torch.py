"""Recording torch modules: the right numbers under the right names, whatever the model does."""

from __future__ import annotations

import weakref

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from repscope.errors import RecordingError, UnknownName
from repscope.recording import record

X = torch.randn(23, 6, generator=torch.Generator().manual_seed(0))


def batches(size: int, x: torch.Tensor = X) -> list[torch.Tensor]:
    return list(x.split(size))


def mlp() -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 5), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(5, 3))


def hooks_on(model: nn.Module) -> int:
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())


def test_an_inplace_operation_does_not_change_what_was_recorded(tmp_path):
    model = mlp()
    run = record(model, batches(7), to=tmp_path / "run")
    expected = (X @ model[0].weight.T + model[0].bias).detach().numpy()
    assert run.layers == ("0", "1", "3")
    np.testing.assert_allclose(np.asarray(run["0"].x), expected, rtol=1e-5, atol=1e-6)
    assert (np.asarray(run["0"].x) < 0).any()
    np.testing.assert_allclose(np.asarray(run["1"].x), expected.clip(0), rtol=1e-5, atol=1e-6)


def test_inputs_are_recorded_before_the_module_changes_them(tmp_path):
    model = mlp()
    run = record(model, batches(7), to=tmp_path / "run", of="input", layers=["1", "0"])
    np.testing.assert_array_equal(np.asarray(run["0"].x), X.numpy())
    assert (np.asarray(run["1"].x) < 0).any()


class Repeated(nn.Module):
    def __init__(self, steps: int = 3) -> None:
        super().__init__()
        self.cell = nn.Linear(6, 6)
        self.head = nn.Linear(6, 2)
        self.steps = steps

    def forward(self, x):
        for _ in range(self.steps if len(x) > 3 else self.steps - 1):
            x = self.cell(x)
        return self.head(x)


def test_each_call_of_a_module_has_its_own_name(tmp_path):
    model = Repeated()
    run = record(model, batches(12), to=tmp_path / "run", layers=["cell", "head"])
    assert run.layers == ("cell#0", "cell#1", "cell#2", "head")
    x = X
    for call in range(3):
        x = model.cell(x)
        np.testing.assert_allclose(np.asarray(run[f"cell#{call}"].x), x.detach().numpy(), rtol=1e-4, atol=1e-6)
    assert record(model, batches(12), to=tmp_path / "two", layers="cell#2").layers == ("cell#2",)


def test_a_module_that_runs_more_or_less_often_later_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="'cell#2' in every batch"):
        record(Repeated(), [X[:8], X[:3]], to=tmp_path / "run", layers="cell")

    class Growing(Repeated):
        def forward(self, x):
            self.steps = 3 if x.sum() > 1e6 else 2
            return super().forward(x)

    with pytest.raises(RecordingError, match="call number 3 of 'cell'"):
        record(Growing(), [X[:8], X[:8] + 1e6], to=tmp_path / "two", layers="cell")


def test_tuple_outputs_are_recorded_by_path(tmp_path):
    torch.manual_seed(2)
    model = nn.ModuleDict({"lstm": nn.LSTM(6, 4, batch_first=True)})
    model.forward = lambda x: model["lstm"](x)
    x = torch.randn(20, 3, 6)
    run = record(model, batches(8, x), to=tmp_path / "run", layers="lstm", pooling="last")
    assert run.layers == ("lstm:0",)
    with torch.no_grad():
        expected = model["lstm"](x)[0][:, -1]
    np.testing.assert_allclose(np.asarray(run["lstm:0"].x), expected.numpy(), rtol=1e-4, atol=1e-6)
    assert any(note.startswith("lstm:1.0, lstm:1.1: not recorded") for note in run.notes)
    with pytest.raises(RecordingError, match="items on the first axis"):
        record(model, batches(8, x), to=tmp_path / "two", layers="lstm:1.*")


class Dictionary(nn.Module):
    def forward(self, x):
        return {"hidden": x * 2, "state": (x + 1, x.long())}


def test_dict_outputs_are_recorded_by_path_and_the_model_by_its_own_name(tmp_path):
    model = nn.Sequential(Dictionary())
    run = record(model, batches(9), to=tmp_path / "run", layers=["0:hidden", "(model)"])
    assert run.layers == ("0:hidden", "(model):hidden", "(model):state.0")
    np.testing.assert_array_equal(np.asarray(run["(model):state.0"].x), (X + 1).numpy())
    with pytest.raises(RecordingError, match="real floating numbers"):
        record(model, batches(9), to=tmp_path / "two", layers=["0:state.1"])
    with pytest.raises(UnknownName, match="Did you mean '0:hidden'"):
        record(model, batches(9), to=tmp_path / "three", layers=["0:hiden"])


def test_maps_keep_their_positions_or_are_pooled(tmp_path):
    model = nn.Sequential(nn.Conv2d(1, 3, 2))
    x = torch.randn(10, 1, 5, 4)
    kept = record(model, batches(4, x), to=tmp_path / "kept")["0"]
    assert kept.axes == ("item", "position", "unit")
    assert kept.x.shape == (10, 12, 3)
    mean = record(model, batches(4, x), to=tmp_path / "mean", pooling="mean")["0"]
    expected = model(x).mean((2, 3)).detach().numpy()
    np.testing.assert_allclose(np.asarray(mean.x), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.asarray(kept.x).mean(1), expected, rtol=1e-5, atol=1e-6)


def test_tokens_become_items(tmp_path):
    model = nn.Sequential(nn.Linear(6, 4))
    x = torch.randn(5, 3, 6)
    data = [(x[:3], torch.tensor([7, 8, 9])), (x[3:], torch.tensor([1, 2]))]
    run = record(model, data, to=tmp_path / "run", pooling="tokens", ids=list("abcde"))
    assert run.ids[:4] == ("a:0", "a:1", "a:2", "b:0")
    np.testing.assert_allclose(np.asarray(run["0"].x), model(x).detach().numpy().reshape(15, 4), rtol=1e-5, atol=1e-6)
    assert list(run.labels["item"][:4]) == ["a", "a", "a", "b"]
    assert list(run.labels["position"][:4]) == [0, 1, 2, 0]
    assert list(run.labels["label"][:4]) == [7, 7, 7, 8]


def test_layers_with_other_positions_cannot_share_tokens(tmp_path):
    model = nn.Sequential(nn.Conv2d(1, 3, 2), nn.Conv2d(3, 2, 2))
    with pytest.raises(RecordingError, match="6 positions in '1'"):
        record(model, [torch.randn(1, 1, 5, 4)], to=tmp_path / "run", pooling="tokens")


def test_the_forward_stops_after_the_last_wanted_layer_whatever_order_modules_run_in(tmp_path):
    class Counting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.late, self.early = nn.Linear(6, 6), nn.Linear(6, 6)
            self.ends = 0

        def forward(self, x):
            x = self.late(self.early(x))
            self.ends += 1
            return x

    model = Counting()
    run = record(model, batches(5), to=tmp_path / "run", layers=["late", "early"])
    assert run.layers == ("early", "late")
    assert model.ends == 2  # the few items run alone, and the first batch: they teach where to stop
    expected = model.late(model.early(X)).detach().numpy()
    np.testing.assert_allclose(np.asarray(run["late"].x), expected, rtol=1e-4, atol=1e-6)


def test_hooks_modes_and_random_states_are_as_they_were(tmp_path):
    model = mlp()
    model.train()
    model[3].eval()
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    loader = DataLoader(TensorDataset(X), batch_size=5, shuffle=True)
    expected = torch.rand(1), np.random.rand()  # noqa: NPY002
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    record(model, loader, to=tmp_path / "run")
    assert (torch.rand(1), np.random.rand()) == expected  # noqa: NPY002
    assert [module.training for module in model] == [True, True, True, False]
    assert model.training
    assert hooks_on(model) == 0
    assert torch.is_grad_enabled()


def test_an_exception_in_the_model_or_the_data_leaves_nothing_behind(tmp_path):
    class Failing(nn.Module):
        def forward(self, x):
            if len(x) == 3:
                raise ValueError("three")
            return x

    model = nn.Sequential(nn.Linear(6, 2), Failing()).train()
    with pytest.raises(ValueError, match="three"):
        record(model, batches(5, X[:13]), to=tmp_path / "run", layers=["0", "1"])
    assert hooks_on(model) == 0
    assert model.training
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(6), nn.Dropout(0.2)])
def test_a_model_whose_answer_depends_on_its_batch_is_refused_and_unchanged(tmp_path, layer):
    model = nn.Sequential(nn.Linear(6, 6), layer, nn.Linear(6, 2)).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(RecordingError, match=r"rows of '1' that do not depend on the batch.*got 0?\.?\d"):
        record(model, [X], to=tmp_path / "run", mode="keep", layers=["0", "1", "2"])
    assert not (tmp_path / "run").exists()
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])
    assert record(model, [X], to=tmp_path / "run", layers=["1"]).items == 23
    told = record(model, [X], to=tmp_path / "told", mode="keep", layers=["1"], tolerance=float("inf"))
    assert told.items == 23


def test_a_layer_whose_first_axis_only_looks_like_the_items_is_left_out(tmp_path):
    class SequenceFirst(nn.Module):
        def forward(self, x):
            return x.transpose(0, 1)

    model = nn.Sequential(nn.Linear(6, 4), SequenceFirst())
    x = torch.randn(8, 8, 6)
    run = record(model, [x], to=tmp_path / "run", pooling="mean")
    assert run.layers == ("0",)
    with pytest.raises(RecordingError, match="first axis"):
        record(model, [x], to=tmp_path / "two", layers="1", pooling="mean")
    swapped = record(model, [x], to=tmp_path / "three", layers="1", pooling=lambda t: t.transpose(0, 1).mean(1))
    np.testing.assert_allclose(np.asarray(swapped["1"].x), np.asarray(run["0"].x), rtol=1e-5, atol=1e-6)


def test_layers_that_are_never_called_are_refused_by_name_and_noted_by_glob(tmp_path):
    model = nn.ModuleDict({"used": nn.Linear(6, 2), "unused": nn.Linear(6, 2)})
    model.forward = lambda x: model["used"](x)
    run = record(model, [X], to=tmp_path / "run", layers="*used")
    assert run.layers == ("used",)
    assert run.notes == ("unused: not recorded: the model never calls it, or it gives no array",)
    with pytest.raises(RecordingError, match="never calls it"):
        record(model, [X], to=tmp_path / "two", layers=["used", "unused"])


def test_rows_that_are_not_finite_are_counted_by_layer(tmp_path):
    x = X.clone()
    x[3, 2] = float("nan")
    x[11] = float("inf")
    run = record(mlp(), batches(6, x), to=tmp_path / "run", layers=["0", "3"])
    assert run.notes[0] == "0: 2 of 23 rows hold NaN or infinity"
    half = record(nn.Sequential(nn.Identity()), [X * 1e5], to=tmp_path / "half", dtype="float16", layers="0")
    over = int((np.abs((X * 1e5).numpy()) > 65519).any(axis=1).sum())
    assert half.notes == (f"0: {over} of 23 rows hold NaN or infinity",)


def test_rows_of_another_shape_later_are_refused(tmp_path):
    model = nn.Sequential(nn.Linear(6, 2))
    with pytest.raises(RecordingError, match=r"\(3, 2\) in '0'.*\(4, 2\) in a later batch"):
        record(model, [torch.randn(4, 3, 6), torch.randn(4, 4, 6)], to=tmp_path / "run")


def test_a_view_never_keeps_the_whole_tensor_alive(tmp_path):
    class Large(nn.Module):
        def forward(self, x):
            whole = torch.zeros(len(x), 1000, 6) + x[:, None]
            self.reference = weakref.ref(whole.untyped_storage())
            return whole[:, -1]

    model = nn.Sequential(Large())
    run = record(model, batches(10), to=tmp_path / "run")
    assert model[0].reference() is None
    np.testing.assert_array_equal(np.asarray(run["0"].x), X.numpy())


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "bfloat16"])
def test_the_dtype_on_disk_is_the_one_asked_for(tmp_path, dtype):
    run = record(nn.Sequential(nn.Identity()), batches(9), to=tmp_path / "run", dtype=dtype, layers="0")
    expected = X.to(getattr(torch, dtype)).double().numpy()
    np.testing.assert_array_equal(np.asarray(run["0"].x).astype(np.float64), expected)
    assert run["0"].source.dtype == dtype


def test_half_precision_models_are_recorded(tmp_path):
    model = mlp().bfloat16()
    run = record(model, batches(8, X.bfloat16()), to=tmp_path / "run", layers="0")
    np.testing.assert_allclose(np.asarray(run["0"].x), model[0](X.bfloat16()).float().detach().numpy(), atol=0.02)


def test_the_batch_size_does_not_change_the_rows(tmp_path):
    a = record(mlp(), batches(7), to=tmp_path / "a", name="m")
    b = record(mlp(), batches(32), to=tmp_path / "b", name="m")
    assert a.ids == b.ids
    assert dict(a.settings) == dict(b.settings)
    for layer in a.layers:
        np.testing.assert_allclose(np.asarray(a[layer].x), np.asarray(b[layer].x), rtol=1e-6, atol=1e-6)


def test_numpy_batches_keywords_and_datasets_reach_the_model(tmp_path):
    class Keyword(nn.Module):
        def forward(self, x, *, scale):
            return x * scale

    model = nn.Sequential()
    model.add_module("k", Keyword())
    model.forward = lambda x, scale: model.k(x, scale=scale)
    x = X.numpy()
    x.flags.writeable = False
    run = record(model, [{"x": x, "scale": 3.0}], to=tmp_path / "run")
    np.testing.assert_allclose(np.asarray(run["k"].x), 3 * X.numpy())
    dataset = record(mlp(), TensorDataset(X, torch.arange(23)), to=tmp_path / "two", batch_size=10, layers="3")
    assert dataset.labels["label"].tolist() == list(range(23))
    array = record(mlp(), X.numpy().copy(), to=tmp_path / "three", layers="3")
    np.testing.assert_allclose(np.asarray(array["3"].x), np.asarray(dataset["3"].x), rtol=1e-5, atol=1e-6)


def test_an_attention_mask_among_the_arguments_is_respected(tmp_path):
    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Identity()

        def forward(self, x, attention_mask):
            return self.body(x)

    x = torch.randn(4, 3, 2)
    mask = torch.tensor([[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0]])
    data = [{"x": x, "attention_mask": mask}]
    mean = record(Masked(), data, to=tmp_path / "mean", layers="body", pooling="mean")
    np.testing.assert_allclose(np.asarray(mean["body"].x)[1], x[1, 0].numpy(), rtol=1e-6)
    tokens = record(Masked(), data, to=tmp_path / "tokens", layers="body", pooling="tokens")
    assert tokens.ids == ("0:0", "0:1", "0:2", "1:0", "2:0", "2:1", "3:0")


def test_a_mask_of_tokens_is_not_one_of_maps(tmp_path):
    class Mixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.image, self.text = nn.Conv2d(1, 2, 2), nn.Linear(6, 2)

        def forward(self, x, image, attention_mask):
            return self.image(image), self.text(x)

    image, x = torch.randn(4, 1, 3, 3), torch.randn(4, 3, 6)
    mask = torch.tensor([[1, 1, 0]] * 4)
    model = Mixed()
    data = [{"x": x, "image": image, "attention_mask": mask}]
    run = record(model, data, to=tmp_path / "run", pooling="mean")
    expected = model.image(image).mean((2, 3)).detach().numpy()
    np.testing.assert_allclose(np.asarray(run["image"].x), expected, rtol=1e-5, atol=1e-6)
    expected = model.text(x)[:, :2].mean(1).detach().numpy()
    np.testing.assert_allclose(np.asarray(run["text"].x), expected, rtol=1e-5, atol=1e-6)


def test_the_device_is_the_one_asked_for_and_given_back(tmp_path):
    class Moving(nn.Linear):
        def to(self, device):
            moves.append(str(device))
            return super().to(device)

    moves: list[str] = []
    model = Moving(6, 2)
    run = record(model, [X], to=tmp_path / "run", device="cpu:0")
    assert moves == ["cpu:0", "cpu"]
    assert run.layers == ("(model)",)
    record(model, [X], to=tmp_path / "two", device="cpu")
    assert moves == ["cpu:0", "cpu"]


def test_a_compiled_model_is_recorded_under_its_own_names(tmp_path):
    model = mlp()
    run = record(torch.compile(model, backend="eager"), [X], to=tmp_path / "run")
    assert run.layers == ("0", "1", "3")

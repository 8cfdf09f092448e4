from __future__ import annotations

import html
import json
import math
import sys

import numpy as np
import pytest
import torch

import repscope as rs
from repscope import errors
from repscope.store import Writer
from repscope.types import running_ids

RNG = np.random.default_rng(0)
LATENT = RNG.standard_normal((60, 3))
LAYERS = {
    name: LATENT @ RNG.standard_normal((3, d)) + RNG.standard_normal((60, d))
    for name, d in zip("abcd", (4, 9, 80, 6), strict=True)
}
MEASURES = [
    ("cka", {}),
    ("cka", {"kernel": "rbf"}),
    ("cka", {"debiased": False}),
    ("procrustes", {}),
    ("mutual_knn", {"k": 5}),
]
NONE = {"interval": None, "null": None}


def store_at(path, arrays, ids=None):
    ids = running_ids(60) if ids is None else ids
    with Writer.open(path, path.name, settings={}) as writer:
        writer.append(ids, {name: x.astype(np.float32) for name, x in arrays.items()})
        writer.finish()
    return path


@pytest.mark.parametrize(("measure", "params"), MEASURES)
def test_every_cell_is_what_score_and_the_function_say(measure, params):
    whole = rs.compare(LAYERS, measure=measure, permutations=20, **params)
    function = getattr(rs, measure)
    for i, x in enumerate(LAYERS.values()):
        for j, y in enumerate(LAYERS.values()):
            assert math.isclose(whole.value[i, j], function(x, y, **params), abs_tol=1e-7)
    one = rs.score(measure, LAYERS["a"], LAYERS["c"], permutations=20, **params)
    assert math.isclose(one.value, whole["a", "c"].value, abs_tol=1e-9)
    assert one.interval == pytest.approx(whole["a", "c"].interval, abs=0.05)
    assert one.interval[0] < one.value < one.interval[1]
    assert one.null.mean == pytest.approx(whole["a", "c"].null.mean, abs=0.05)
    assert one.n == 60


@pytest.mark.parametrize(("measure", "params"), MEASURES)
@pytest.mark.parametrize("memory", [1, 30_000])
def test_a_small_budget_changes_nothing(measure, params, memory):
    want = rs.compare(LAYERS, measure=measure, **NONE, **params).value
    assert np.allclose(rs.compare(LAYERS, measure=measure, memory=memory, **NONE, **params).value, want, atol=1e-12)
    some = {name: LAYERS[name] for name in "ab"}
    crossed = rs.compare(LAYERS, some, measure=measure, memory=memory, **NONE, **params)
    assert crossed.shape == (4, 2)
    assert np.allclose(crossed.value, want[:, :2], atol=1e-12)


def test_torch_gives_the_same_numbers_as_numpy():
    tensors = {name: torch.from_numpy(x) for name, x in LAYERS.items()}
    ours, theirs = rs.compare(LAYERS), rs.compare(tensors)
    for name in ("value", "low", "high", "null", "null_sd", "p"):
        assert np.allclose(getattr(ours, name), getattr(theirs, name), atol=1e-9), name
    assert (ours.run.library, theirs.run.library) == ("numpy", "torch")


def test_stores_are_read_lazily_and_joined_by_id(tmp_path):
    order = RNG.permutation(60)
    ids = np.array(running_ids(60))
    a = store_at(tmp_path / "net-a", {"one": LAYERS["a"], "two": LAYERS["b"]})
    b = store_at(tmp_path / "net-b", {"one": LAYERS["d"][order]}, ids=tuple(ids[order].tolist()))
    result = rs.compare(a, str(b))
    assert [s.label for s in result.rows] == ["net-a/one", "net-a/two"]
    assert [s.label for s in result.columns] == ["net-b/one"]
    assert result["net-a/one", "net-b/one"].value == pytest.approx(rs.cka(LAYERS["a"], LAYERS["d"]), abs=1e-6)
    assert result["two", 0].value == result.value[1, 0]
    everything = rs.compare([a, b], **NONE)
    assert everything.shape == (3, 3)
    assert everything.within
    named = rs.compare({"first": a, "other": rs.open_store(b)["net-b"]}, **NONE)
    assert [s.label for s in named.rows] == ["first/one", "first/two", "other/one"]


def test_other_items_are_refused_or_joined(tmp_path):
    a = store_at(tmp_path / "a", {"x": LAYERS["a"]})
    b = store_at(tmp_path / "b", {"x": LAYERS["b"]}, ids=running_ids(60, start=20))
    with pytest.raises(errors.IdMismatch, match="40 shared"):
        rs.compare(a, b)
    inner = rs.compare(a, b, join="inner", **NONE)
    assert inner.n == 40
    want = rs.cka(LAYERS["a"][20:].astype(np.float32), LAYERS["b"][:40].astype(np.float32))
    assert inner.value[0, 0] == pytest.approx(want, abs=1e-9)
    with pytest.raises(errors.IdMismatch, match="no ids"):
        rs.compare(a, {"bare": LAYERS["b"][:50]})
    mixed = rs.compare(a, {"bare": LAYERS["b"]}, **NONE)
    assert mixed.value[0, 0] == pytest.approx(rs.cka(LAYERS["a"], LAYERS["b"]), abs=1e-6)


def test_an_unfinished_recording_says_so(tmp_path):
    with Writer.open(tmp_path / "part", "part", settings={}) as writer:
        writer.append(running_ids(30), {"x": LAYERS["a"][:30].astype(np.float32)})
        writer.commit()
    whole = store_at(tmp_path / "whole", {"x": LAYERS["a"]})
    assert any("unfinished recording of 30 items" in note for note in rs.compare(tmp_path / "part").notes)
    with pytest.raises(errors.IdMismatch, match="unfinished"):
        rs.compare(whole, tmp_path / "part")


def test_what_is_shown_at_the_prompt_is_short():
    result = rs.compare(LAYERS)
    assert repr(result) == "Comparison(cka, 4 × 4 representations, n = 60)"
    assert repr(result["a", "b"]).startswith("Result(cka of a and b: 0.")
    assert len(repr(result["a", "b"])) < 150
    named = rs.Representation(LAYERS["a"], running_ids(60), source=rs.Source(model="net", layer="fc"))
    assert repr(named) == "Representation(net/fc, (60, 4), ids '0', '1', '2', …)"


def test_notes_tell_of_constants_dead_units_and_sample_size():
    flat = {"flat": np.ones((60, 3)), "dead": np.concatenate([LAYERS["a"], np.zeros((60, 2))], axis=1)}
    result = rs.compare(LAYERS | flat, debiased=False)
    said = " | ".join(result.notes)
    for words in (
        "flat: constant representation",
        "dead: 2 constant units dropped",
        "n = 60 < 80 units",
        "biased estimator",
    ):
        assert words in said
    assert math.isnan(result["flat", "a"].value)
    assert result["flat", "a"].p is None
    assert math.isnan(result["flat", "flat"].value)


def test_statistics_can_be_switched_off_and_p_is_of_one_pair():
    off = rs.compare(LAYERS, **NONE)
    assert off["a", "b"].interval is None
    assert off["a", "b"].null is None
    assert off["a", "b"].p is None
    assert off["a", "b"].adjusted is None
    on = rs.compare(LAYERS)
    assert on["a", "b"].p < 1e-4
    assert on["a", "b"].adjusted == pytest.approx(on["a", "b"].value)


def test_a_comparison_survives_json_and_turns_into_a_frame():
    whole = rs.compare(LAYERS, interval=0.9)
    back = rs.Comparison.from_dict(json.loads(json.dumps(whole.to_dict())))
    assert back.to_dict() == whole.to_dict()
    assert back.card == whole.card
    frame = whole.to_frame()
    assert len(frame) == 16
    row = frame[(frame.row == "a") & (frame.column == "c")].iloc[0]
    one = whole["a", "c"]
    assert (row.value, row.low, row.p) == (one.value, one.interval[0], one.p)
    assert list(one.to_frame().columns) == list(frame.columns)
    assert one.to_dict()["interval"] == list(one.interval)
    assert len(list(whole)) == 16
    assert "90% interval" in one.describe()
    table = whole.to_arrow()
    assert table.column("value").to_pylist() == frame.value.tolist()
    assert one.to_arrow().column("p").to_pylist() == [one.p]
    assert html.escape(one.describe()) == one.plot().data[-1].hovertext[0]
    figure = whole.plot()
    assert np.allclose(np.array(figure.data[0].z, dtype=float), whole.value)


def test_arrow_tables_need_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(errors.MissingExtra, match=r"repscope\[table\]"):
        rs.compare(LAYERS, **NONE).to_arrow()


def test_progress_counts_every_pair():
    seen: list[tuple[int, int]] = []
    rs.compare(LAYERS, progress=lambda *now: seen.append(now), **NONE)
    assert seen[-1] == (16, 16)
    rs.compare(LAYERS, {"z": LAYERS["a"]}, progress=lambda *now: seen.append(now), **NONE)
    assert seen[-1] == (4, 4)


def test_the_same_seed_gives_the_same_numbers():
    runs = [rs.compare(LAYERS, measure="mutual_knn", k=5, rng=seed) for seed in (1, 1, 2)]
    assert np.array_equal(runs[0].low, runs[1].low)
    assert not np.array_equal(runs[0].low, runs[2].low)
    assert (runs[0].run.seed, runs[2].run.seed) == (1, 2)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: rs.compare({}), errors.InputError, "got none"),
        (lambda: rs.compare([]), errors.InputError, "got none"),
        (lambda: rs.compare(3), errors.InputError, "int"),
        (lambda: rs.compare([[1, 2], [3, 4]]), errors.InputError, "numpy.asarray"),
        (lambda: rs.compare(LAYERS, measure="ckaa"), errors.UnknownName, "Did you mean 'cka'"),
        (lambda: rs.compare(LAYERS, kernal="rbf"), errors.InputError, "Did you mean 'kernel'"),
        (lambda: rs.compare(LAYERS, interval=95.0), errors.InputError, "between 0 and 1"),
        (lambda: rs.compare(LAYERS, null="none"), errors.InputError, "'auto' or None"),
        (lambda: rs.compare(LAYERS, join="outer"), errors.InputError, "'exact' or 'inner'"),
        (
            lambda: rs.compare({"a": LAYERS["a"], "b": torch.from_numpy(LAYERS["b"])}),
            errors.MixedArrays,
            "torch on cpu",
        ),
        (lambda: rs.compare(LAYERS)["a"], errors.InputError, "a row and a column"),
        (lambda: rs.score("cka", LAYERS, LAYERS["a"]), errors.InputError, "expected one representation, got 4"),
        (lambda: rs.compare(LAYERS, permutations=0), errors.InputError, "at least 2"),
        (lambda: rs.compare({"a": LAYERS["a"], "b": LAYERS["b"][:9]}), errors.ShapeError, "a: 60, b: 9"),
        (lambda: rs.compare({"a": np.full((9, 2), np.nan)}), errors.NotFiniteError, "a: expected finite"),
        (lambda: rs.compare(LAYERS)["a", "zz"], errors.UnknownName, "zz"),
        (lambda: rs.compare("no/such/store"), errors.StoreMissing, "no/such/store"),
    ],
)
def test_bad_calls_get_an_answer(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_the_fewest_items_give_a_value_without_doubt():
    result = rs.score("cka", LAYERS["a"][:4], LAYERS["b"][:4])
    assert math.isfinite(result.value)
    assert all(map(math.isnan, result.interval))
    assert "nan" not in result.describe()

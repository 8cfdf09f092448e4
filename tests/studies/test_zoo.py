"""The cube of a zoo: the numbers of `compare`, and only those that are not kept are computed."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import repscope as rs
from repscope import errors, registry
from repscope.store import Writer, open_store
from repscope.studies.zoo import zoo
from repscope.studies.zoo.cube import blocks_of
from repscope.studies.zoo.kept import Kept
from repscope.studies.zoo.keys import BYTES, known
from repscope.types import running_ids
from repscope.types.comparison import MATRICES
from repscope.types.zoo import Zoo

N = 60
PLAIN = {"interval": None, "null": None, "resamples": 0}


def network(seed, layers=("conv", "fc"), items=N):
    rng = np.random.default_rng(seed)
    latent = np.random.default_rng(99).standard_normal((items, 4))
    return {
        name: latent @ rng.standard_normal((4, 5 + k)) + rng.standard_normal((items, 5 + k))
        for k, name in enumerate(layers)
    }


MODELS = {name: network(seed) for seed, name in enumerate("abc")}
FLAT = {f"{model}/{layer}": x for model, layers in MODELS.items() for layer, x in layers.items()}


def store_at(path, models, ids=None):
    for model, layers in models.items():
        with Writer.open(path, model, settings={}) as writer:
            writer.append(running_ids(N) if ids is None else ids, {k: x.astype(np.float32) for k, x in layers.items()})
            writer.finish()
    return path


@pytest.fixture
def counted(monkeypatch):
    """Count the values that CKA gives, and the layers that it prepares."""
    module = registry.module_of(registry.get("cka"))
    grid, prepare, seen = module.grid, module.prepare, {"values": 0, "prepared": 0}

    def counting_grid(rows, columns, /):
        seen["values"] += len(rows) * len(columns)
        return grid(rows, columns)

    def counting_prepare(x, /, **options):
        seen["prepared"] += 1
        return prepare(x, **options)

    monkeypatch.setattr(module, "grid", counting_grid)
    monkeypatch.setattr(module, "prepare", counting_prepare)
    return seen


def of(counts, make):
    """Return what was counted while something was made."""
    before = dict(counts)
    make()
    return {name: counts[name] - before[name] for name in counts}


@pytest.mark.parametrize("measure", ["cka", "procrustes", "information_imbalance"])
def test_the_cube_is_what_compare_says(measure, tmp_path):
    want = rs.compare(FLAT, measure=measure, null=None)
    for _ in range(2):
        found = zoo(MODELS, measures=(measure,), null=None, resamples=0, cache=tmp_path)[measure]
        for name in MATRICES:
            np.testing.assert_allclose(getattr(found, name), getattr(want, name), atol=1e-9, err_msg=name)
        assert [source.label for source in found.rows] == list(FLAT)
        assert (found.n, found.within, found.level, found.params) == (N, True, 0.95, want.params)
        assert found.null_method == ""


def test_nulls_and_p_are_kept_too(tmp_path):
    want = rs.compare(FLAT)
    for _ in range(2):
        found = zoo(MODELS, resamples=0, cache=tmp_path)["cka"]
        for name in ("null", "null_sd", "null_skewness", "p"):
            np.testing.assert_allclose(getattr(found, name), getattr(want, name), atol=1e-9)
        assert found.null_method == want.null_method


def test_a_new_model_adds_only_its_own_pairs(counted, tmp_path):
    two = {name: MODELS[name] for name in "ab"}
    first = of(counted, lambda: zoo(two, cache=tmp_path, **PLAIN))
    assert first["values"] == 16
    found = []
    second = of(counted, lambda: found.append(zoo(MODELS, cache=tmp_path, **PLAIN)))
    assert second["values"] == 2 * 2 + 2 * 4
    assert (found[0].computed, found[0].cached) == (3 + 8, 10)
    third = of(counted, lambda: found.append(zoo(MODELS, cache=tmp_path, **PLAIN)))
    assert third == {"values": 0, "prepared": 0}
    np.testing.assert_array_equal(found[0].cube, found[1].cube)


def test_the_halves_of_old_pairs_are_kept_as_well(counted, tmp_path):
    options = {"interval": None, "null": None, "resamples": 10, "cache": tmp_path}
    two = of(counted, lambda: zoo({name: MODELS[name] for name in "abc"}, **options))
    more = of(counted, lambda: zoo(MODELS | {"d": network(7)}, **options))
    again = of(counted, lambda: zoo(MODELS | {"d": network(7)}, **options))
    grids_of_three, new_pairs = 2 * 3**2, 3 * 2
    assert two["values"] == 36 + 10 * grids_of_three
    assert more["values"] == 4 + 2 * 6 + 10 * new_pairs
    assert again == {"values": 0, "prepared": 0}


def test_a_layer_that_changed_is_compared_anew(counted, tmp_path):
    zoo(MODELS, cache=tmp_path, **PLAIN)
    changed = {name: dict(layers) for name, layers in MODELS.items()}
    changed["b"]["fc"] = changed["b"]["fc"].copy()
    changed["b"]["fc"][0, 0] += 1e-3
    found = []
    seen = of(counted, lambda: found.append(zoo(changed, cache=tmp_path, **PLAIN)))
    assert seen["values"] == 1 + 5
    flat = {f"{model}/{layer}": x for model, layers in changed.items() for layer, x in layers.items()}
    np.testing.assert_allclose(found[0]["cka"].value, rs.compare(flat, interval=None, null=None).value, atol=1e-12)


@pytest.mark.parametrize(
    "other",
    [
        {"interval": 0.9},
        {"null": "auto"},
        {"measures": {"cka": {"debiased": False}}},
        {"items": 40},
        {"clusters": np.arange(N) // 2},
        {"rng": 1},
    ],
)
def test_other_settings_are_other_numbers(other, tmp_path):
    zoo(MODELS, cache=tmp_path, **PLAIN)
    assert zoo(MODELS, cache=tmp_path, **(PLAIN | other)).cached == 0


def test_what_stays_the_same_under_another_name_or_order_is_found(tmp_path):
    zoo(MODELS, cache=tmp_path, **PLAIN)
    turned = {"z": MODELS["c"], "a": dict(reversed(MODELS["a"].items())), "b": MODELS["b"]}
    assert zoo(turned, cache=tmp_path, **PLAIN).computed == 0


def test_an_entry_an_item_belongs_to_the_key(tmp_path):
    labels = np.arange(N) % 3
    name = "class_conditional_cka"
    for labels_of_items, kept in ((labels, 0), (labels, 21), ((labels + np.arange(N) // 30) % 3, 0)):
        found = zoo(MODELS, measures={name: {"labels": labels_of_items}}, cache=tmp_path, **PLAIN)
        assert found.cached == kept


def test_a_kernel_of_ones_own_is_never_kept(tmp_path):
    for scale in (1.0, 2.0):
        kernel = lambda x, s=scale: np.tanh(s * x @ x.T / 50)  # noqa: E731
        found = zoo(MODELS, measures={"cka": {"kernel": kernel}}, cache=tmp_path, **PLAIN)
        assert (found.computed, found.cached) == (21, 0)
    assert not list(tmp_path.glob("*.npz"))


@pytest.mark.parametrize(
    ("first", "second"),
    [(1, 1.0), (1, True), (np.int64(5), np.int64(6)), ("none", None), ([1, [2]], [1, 2]), (b"a", "a")],
)
def test_settings_are_told_apart_by_type_and_value(first, second):
    assert repr(known({"k": first})) != repr(known({"k": second}))
    assert known({"k": object()}) is None
    assert known([np.array([object()])]) is None


def test_notes_follow_their_layer(tmp_path):
    dead = network(5)
    dead["fc"] = np.column_stack([dead["fc"], np.ones(N)])
    said = lambda models: zoo(models, cache=tmp_path, **PLAIN)["cka"].notes  # noqa: E731
    assert any(note.startswith("d/fc: 1 constant unit") for note in said(MODELS | {"d": dead}))
    assert any(note.startswith("e/fc: 1 constant unit") for note in said(MODELS | {"e": dead}))
    assert not any("constant" in note for note in said(MODELS))


@pytest.mark.parametrize("symmetric", [True, False])
def test_blocks_hold_every_missing_pair_once_and_no_other(symmetric):
    rng = np.random.default_rng(0)
    for trial in range(60):
        missing = rng.random((7, 7)) < (0.1, 0.5, 1.0)[trial % 3]
        missing = missing | missing.T if symmetric else missing
        seen = np.zeros((7, 7), int)
        for rows, columns in blocks_of(missing, symmetric=symmetric):
            both = np.ix_(rows, rows if columns is None else columns)
            seen[both] += 1
            if symmetric and columns is not None:
                off = np.zeros_like(seen)
                off[both] = 1
                seen += np.where(np.eye(7, dtype=bool), 0, off.T)
        np.testing.assert_array_equal(seen, missing.astype(int))


def test_a_model_that_is_added_is_one_block_and_one_rectangle():
    missing = np.zeros((6, 6), bool)
    missing[4:] = missing[:, 4:] = True
    assert list(blocks_of(missing, symmetric=True)) == [([4, 5], None), ([4, 5], [0, 1, 2, 3])]


def test_two_processes_keep_what_both_found(tmp_path):
    path, keys = tmp_path / "some.npz", [bytes([k]) * BYTES for k in range(3)]
    one, two = Kept.at(path, 2), Kept.at(path, 2)
    one.add({keys[0]: np.array([1.0, np.nan])}, [("", "first")])
    two.add({keys[1]: np.array([3.0, 4.0]), keys[2]: np.array([5.0, 6.0])}, [("d", ": second")])
    one.save()
    two.save()
    back = Kept.at(path, 2)
    assert [back.rows[key][0].tolist()[0] for key in keys] == [1.0, 3.0, 5.0]
    assert list(back.said(keys)) == [("", "first"), ("d", ": second")] or set(back.said(keys)) == {
        ("", "first"),
        ("d", ": second"),
    }
    assert list(back.said(keys[1:])) == [("d", ": second")]


def test_a_file_that_is_not_one_is_refused_by_name(tmp_path):
    zoo(MODELS, cache=tmp_path, **PLAIN)
    (path,) = tmp_path.glob("*.npz")
    whole = path.read_bytes()
    for broken in (b"", b"no numbers", whole[: len(whole) // 2]):
        path.write_bytes(broken)
        with pytest.raises(errors.StoreCorrupt, match="Delete the file"):
            zoo(MODELS, cache=tmp_path, **PLAIN)
    with path.open("wb") as file:
        np.savez(
            file,
            keys=np.zeros((2, BYTES), np.uint8),
            rows=np.zeros((1, 9)),
            blocks=np.zeros(1),
            notes=np.array([91, 93], np.uint8),
        )
    with pytest.raises(errors.StoreCorrupt, match="shapes"):
        zoo(MODELS, cache=tmp_path, **PLAIN)


def test_models_of_one_store_are_kept_in_it(counted, tmp_path):
    root = store_at(tmp_path / "runs", MODELS)
    zoo(root, **PLAIN)
    assert (root / "results" / "zoo" / "cka.pairs-9.npz").exists()
    for given in (open_store(root), list(open_store(root).recordings.values()), {"a": open_store(root)["a"]}):
        models = 1 if isinstance(given, dict) else 3
        found = zoo(given, **PLAIN)
        assert (len(found.models), found.computed) == (models, 0)
    store_at(root, {"d": network(8)})
    assert of(counted, lambda: zoo(root, **PLAIN))["values"] == 4 + 2 * 6
    other = store_at(tmp_path / "other", {"e": network(9)})
    assert zoo([root, other], **PLAIN).cached == 0


def test_a_store_that_cannot_be_written_to_is_left_alone(monkeypatch, tmp_path):
    root = store_at(tmp_path / "runs", MODELS)
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    assert zoo(root, **PLAIN).computed == 21
    assert not (root / "results").exists()


@pytest.mark.parametrize("pairing", ["partners", "best"])
def test_halves_of_a_whole_grid_are_those_of_its_pairs(monkeypatch, pairing):
    options = {"interval": None, "null": None, "resamples": 12, "pairing": pairing}
    options |= {"measures": ("cka", "information_imbalance")}
    grid = zoo(MODELS, **options)
    monkeypatch.setattr("repscope.studies.zoo.draws.DENSE", 0)
    pairs = zoo(MODELS, **options)
    for name in grid.maps:
        np.testing.assert_allclose(grid.maps[name].covariance, pairs.maps[name].covariance, atol=1e-10)


def test_a_stored_layer_is_known_by_its_digest_without_being_read(monkeypatch, tmp_path):
    root = store_at(tmp_path / "runs", MODELS)
    zoo(root, **PLAIN)
    from repscope.store.rows import Rows

    def unread(*_, **__):
        raise AssertionError

    monkeypatch.setattr(Rows, "__array__", unread)
    monkeypatch.setattr(Rows, "__getitem__", unread)
    assert zoo(root, **PLAIN).computed == 0


def test_a_digest_that_an_array_carries_along_is_not_believed(tmp_path):
    source = rs.Source(model="a", layer="fc", digest="0" * 64)
    first = [rs.Representation(x, running_ids(N), source=source) for x in (MODELS["a"]["fc"], MODELS["b"]["fc"])]
    second = [rs.Representation(x + 1e-6 * x**2, running_ids(N), source=source) for x in (first[0].x, first[1].x)]
    assert zoo(first, cache=tmp_path, **PLAIN).cached == 0
    assert zoo(second, cache=tmp_path, **PLAIN).cached == 0


def test_items_are_joined_by_id_and_can_be_chosen():
    order = np.random.default_rng(3).permutation(N)
    ids = running_ids(N)
    shuffled = tuple(ids[i] for i in order)
    given = [
        rs.Representation(MODELS["a"]["conv"], ids, source=rs.Source("a", "conv")),
        rs.Representation(MODELS["b"]["conv"][order], shuffled, source=rs.Source("b", "conv")),
        rs.Representation(MODELS["c"]["conv"][:50], ids[:50], source=rs.Source("c", "conv")),
    ]
    arrays = [MODELS[name]["conv"] for name in "abc"]
    found = zoo(given, join="inner", **PLAIN)["cka"]
    want = rs.compare([x[:50] for x in arrays], interval=None, null=None).value
    assert found.n == 50
    np.testing.assert_allclose(found.value, want, atol=1e-12)
    chosen = zoo(given, join="inner", items=("3", "17", "4", "40", "8"), **PLAIN)["cka"]
    at = [3, 4, 8, 17, 40]
    np.testing.assert_allclose(
        chosen.value, rs.compare([x[at] for x in arrays], interval=None, null=None).value, atol=1e-12
    )
    some = zoo(given[:2], items=20, **PLAIN)["cka"]
    assert some.n == 20
    assert zoo(given[:2], items=20, **PLAIN)["cka"].value[0, 1] == some.value[0, 1]
    with pytest.raises(errors.IdMismatch):
        zoo(given, **PLAIN)


def test_clusters_and_torch_and_trials_go_through(tmp_path):
    ids = running_ids(N)
    labels = {"film": np.arange(N) // 4}
    trials = np.random.default_rng(5).standard_normal((4, N, 3)) + MODELS["a"]["conv"][None, :, :3]
    given = [
        rs.Representation(MODELS["a"]["conv"], ids, source=rs.Source("a"), labels=labels),
        rs.Representation(MODELS["b"]["conv"], ids, source=rs.Source("b")),
        rs.Representation(trials, ids, ("trial", "item", "unit"), rs.Source("brain")),
    ]
    found = zoo(given, clusters="film", permutations=20, resamples=10, cache=tmp_path)
    want = rs.compare(given, clusters="film", permutations=20)
    np.testing.assert_allclose(found["cka"].value, want.value, atol=1e-12)
    np.testing.assert_allclose(found["cka"].low, want.low, atol=1e-9)
    np.testing.assert_allclose(found["cka"].ceiling_high, want.ceiling_high, atol=1e-9)
    assert found["cka"].null_method == "permutation"
    tensors = {name: {k: torch.from_numpy(x) for k, x in layers.items()} for name, layers in MODELS.items()}
    assert zoo(tensors, cache=tmp_path, **PLAIN)["cka"].run.library.startswith("torch")
    assert zoo(tensors, cache=tmp_path, **PLAIN).computed == 0


@pytest.mark.parametrize("memory", [1, 20_000])
def test_a_small_budget_changes_nothing(memory):
    options = {"measures": ("cka", "information_imbalance"), "interval": None, "null": None, "resamples": 10}
    want, found = zoo(MODELS, **options), zoo(MODELS, memory=memory, **options)
    np.testing.assert_allclose(found.cube, want.cube, atol=1e-12)
    for name in want.maps:
        np.testing.assert_allclose(found.maps[name].covariance, want.maps[name].covariance, atol=1e-10)


def test_a_zoo_survives_json_and_turns_into_frames():
    options = {"groups": {"small": ["a", "b"], "large": ["c"]}, "scale": {"a": 10, "b": 100}, "permutations": 20}
    whole = zoo(MODELS, measures=("cka", "procrustes"), resamples=10, **options)
    back = Zoo.from_dict(json.loads(json.dumps(whole.to_dict())))
    assert json.dumps(back.to_dict()) == json.dumps(whole.to_dict())
    assert whole.cube.shape == (6, 6, 2)
    assert len(whole.to_frame()) == 72
    assert set(whole.to_frame().measure) == {"cka", "procrustes"}
    assert len(whole.maps["cka"].to_frame()) == 3
    assert whole.trees["cka"].to_frame().support.tolist()[-1] == 1.0
    assert whole.trends["cka"].to_frame().model.tolist() == ["a", "b"]
    assert [repr(x).partition("(")[0] for x in (whole, whole.maps["cka"], whole.trees["cka"], whole.trends["cka"])] == [
        "Zoo",
        "ModelMap",
        "ModelTree",
        "Trend",
    ]
    with pytest.raises(errors.UnknownName, match="procrustes"):
        whole["procruste"]


def test_progress_is_told():
    told = []
    zoo(MODELS, progress=lambda done, total: told.append((done, total)), **PLAIN)
    assert told[-1] == (36, 36)


BAD = [
    ({"measures": ()}, errors.InputError, "at least one measure"),
    ({"measures": "kca"}, errors.UnknownName, "cka"),
    ({"measures": {"cka": {"kernell": 1}}}, errors.InputError, "kernel"),
    ({"pairing": "all"}, errors.InputError, "partners or best"),
    ({"partner": "first"}, errors.InputError, "best or mean"),
    ({"resamples": 5}, errors.InputError, "0 or at least 10"),
    ({"rng": np.random.default_rng(0)}, errors.InputError, "an integer"),
    ({"items": 1}, errors.InputError, "from 2 to 60"),
    ({"items": ["3", "nobody"]}, errors.InputError, "'nobody'"),
    ({"items": ["3"]}, errors.InputError, "1 of them"),
    ({"join": "outer"}, errors.InputError, "join"),
    ({"groups": {"a": ["a"], "b": ["b"]}}, errors.InputError, "scale: expected"),
    ({"scale": {"a": 1}}, errors.InputError, "groups: expected"),
    ({"groups": {"a": ["a"]}, "scale": {"a": 1}}, errors.InputError, "two groups"),
    ({"groups": {"a": ["a"], "b": ["x"]}, "scale": {"a": 1}}, errors.UnknownName, "'x'"),
    ({"groups": {"a": ["a"], "b": ["a"]}, "scale": {"a": 1}}, errors.InputError, "in both"),
    ({"groups": {"a": ["a"], "b": []}, "scale": {"a": 1}}, errors.InputError, "empty"),
    ({"groups": {"a": ["a"], "b": ["b"]}, "scale": {"b": 1}}, errors.InputError, "number for 'a'"),
    ({"groups": {"a": ["a"], "b": ["b"]}, "scale": {"a": 0}}, errors.InputError, "positive number"),
]


@pytest.mark.parametrize(("options", "error", "message"), BAD)
def test_bad_options_are_named(options, error, message):
    with pytest.raises(error, match=message):
        zoo(MODELS, **(PLAIN | options))


@pytest.mark.parametrize(
    ("given", "message"),
    [({"a": MODELS["a"]["conv"]}, "at least two layers"), ({"a": np.zeros((4, 5, 6)), "b": np.zeros((5, 6))}, "shape")],
)
def test_bad_recordings_are_named(given, message):
    with pytest.raises(errors.InputError, match=message):
        zoo(given, **PLAIN)

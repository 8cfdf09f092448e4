"""Rosetta units: what is shared by construction is found over a zoo, and little else."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from repscope import errors, open_store
from repscope.similarity import unit_sums
from repscope.similarity.match_units import match_units
from repscope.similarity.rosetta_units import cliques, rosetta_units
from repscope.types import Representation

MODELS = "abcd"


def planted(seed, items=120, units=40, shared=10, *, rectified=False):
    """Four models with `shared` units in common at random positions; returns them and which unit is which."""
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((items, shared))
    models, truth = {}, {}
    for name in MODELS:
        x = rng.standard_normal((items, units))
        x = np.maximum(x - 1.5, 0) if rectified else x
        truth[name] = rng.permutation(units)[:shared]
        x[:, truth[name]] = latent + 0.7 * rng.standard_normal((items, shared))
        models[name] = x
    return models, truth


def maps(seed, sizes, items=60, units=6, shared=2):
    """Models with maps of different sizes that show the same moving spots in their first units."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0.2, 0.8, (items, shared, 2))
    models = {}
    for name, (rows, columns) in sizes.items():
        at = np.stack(
            np.meshgrid((np.arange(rows) + 0.5) / rows, (np.arange(columns) + 0.5) / columns, indexing="ij"), -1
        )
        x = rng.standard_normal((items, rows, columns, units))
        for unit in range(shared):
            distance = ((at - centres[:, unit, None, None]) ** 2).sum(-1)
            x[..., unit] = 5 * np.exp(-distance / 0.03) + 0.3 * x[..., unit]
        models[name] = x
    return models


@pytest.mark.parametrize("rectified", [False, True])
def test_planted_units_are_found_and_no_others_beyond_the_false_discovery_rate(rectified):
    false, right, wrong = [], 0, 0
    for seed in range(15):
        models, truth = planted(seed, rectified=rectified)
        found = rosetta_units(models, permutations=20, rng=seed)
        which = {(m, int(u)): c for m, name in enumerate(MODELS) for c, u in enumerate(truth[name])}
        b = found.buddies
        kept = np.flatnonzero(b.q <= 0.05)
        pairs = [((b.first[i], b.unit[i]), (b.second[i], b.partner[i])) for i in kept]
        good = [which.get((m, int(u)), -1) == which.get((n, int(v)), -2) for (m, u), (n, v) in pairs]
        false.append(1 - np.mean(good))
        for row in found.unit:
            same = len({which.get((m, int(u)), -1 - m) for m, u in enumerate(row)}) == 1
            right, wrong = right + same, wrong + (not same)
    assert right == 15 * 10
    assert wrong <= 2
    assert np.mean(false) < 0.05 + 3 * np.std(false) / math.sqrt(15)


def test_unrelated_models_share_nothing():
    hits = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        hits += (
            len(rosetta_units({name: rng.standard_normal((60, 25)) for name in "ab"}, permutations=20, rng=seed)) > 0
        )
    assert hits / 40 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 40)


def test_a_concept_may_be_missing_in_some_models():
    models, truth = planted(1)
    models["d"] = np.random.default_rng(9).standard_normal((120, 40))
    assert len(rosetta_units(models, permutations=20)) == 0
    found = rosetta_units(models, permutations=20, least_models=3)
    assert len(found) == 10
    assert (found.unit[:, 3] == -1).all()
    assert set(map(tuple, found.unit[:, :3])) == set(zip(*(truth[name] for name in "abc"), strict=True))


def test_without_a_null_buddies_are_mutual_nearest_neighbours():
    models, _ = planted(2)
    b = rosetta_units(models, null=None, k=3).buddies
    c = np.corrcoef(models["a"].T, models["b"].T)[:40, 40:]
    near = np.argsort(np.argsort(-c, axis=1), axis=1) < 3
    near &= np.argsort(np.argsort(-c, axis=0), axis=0) < 3
    ours = (b.first == 0) & (b.second == 1)
    assert set(zip(b.unit[ours], b.partner[ours], strict=True)) == set(zip(*np.nonzero(near), strict=True))
    np.testing.assert_allclose(b.correlation[ours], c[b.unit[ours], b.partner[ours]])
    assert np.isnan(b.q).all()


def test_mutual_best_partners_of_two_models_agree_with_the_best_semi_matches():
    models, _ = planted(3)
    two = {name: models[name] for name in "ab"}
    b = rosetta_units(two, null=None, k=1, least_models=2)
    there, back = (match_units(*pair, kind="semi", null=None) for pair in (two.values(), reversed(two.values())))
    best = set(zip(there.unit, there.partner, strict=True)) & set(zip(back.partner, back.unit, strict=True))
    assert set(map(tuple, b.unit)) == best


def test_defect_the_size_of_batches_does_not_matter(monkeypatch):
    """The published code averages the correlations of batches, which are another number for every batch size."""
    models = maps(0, {"a": (6, 6), "b": (4, 5)})
    whole = rosetta_units(models, null=None)
    monkeypatch.setattr(unit_sums, "CHUNK", 8 * 36 * 6 * 7)
    assert len(list(unit_sums.chunks(unit_sums.models_of(models, None)))) == 9
    monkeypatch.setattr(unit_sums, "ACCUMULATORS", 1)
    np.testing.assert_allclose(
        rosetta_units(models, null=None).buddies.correlation, whole.buddies.correlation, atol=1e-12
    )


def test_more_pairs_of_models_than_fit_take_more_passes(monkeypatch):
    models, _ = planted(4)
    whole = rosetta_units(models, permutations=10)
    monkeypatch.setattr(unit_sums, "ACCUMULATORS", 8 * 1600 * 2)
    assert [len(group) for group in unit_sums.groups(unit_sums.models_of(models, None))] == [2, 2, 2]
    again = rosetta_units(models, permutations=10)
    np.testing.assert_array_equal(whole.unit, again.unit)
    np.testing.assert_allclose(whole.buddies.q, again.buddies.q)


@pytest.mark.parametrize("convert", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])
def test_maps_of_different_sizes_meet_on_a_common_grid(convert):
    models = {name: convert(x) for name, x in maps(1, {"a": (8, 8), "b": (5, 6), "c": (4, 4)}).items()}
    for grid in (None, (5, 5)):
        found = rosetta_units(models, permutations=20, grid=grid)
        assert found.unit.tolist() in ([[0, 0, 0], [1, 1, 1]], [[1, 1, 1], [0, 0, 0]])
        assert (found.weakest > 0.5).all()


def test_what_is_alike_only_in_its_place_is_chance():
    """Units that prefer the left of the map, whatever the item, are buddies by correlation and not by the null."""
    rng = np.random.default_rng(0)
    models = {name: rng.standard_normal((80, 6, 6, 8)) for name in "ab"}
    for x in models.values():
        x[..., 0] += np.linspace(3, -3, 6)
    placed = rosetta_units(models, null=None, k=1)
    assert placed.unit[0].tolist() == [0, 0]
    assert placed.correlation[0] > 0.7
    assert [0, 0] not in rosetta_units(models, k=1).unit.tolist()


def test_items_are_joined_by_id(tmp_path):
    models, _ = planted(5)
    ids = tuple(f"i{at}" for at in range(120))
    order = np.random.default_rng(0).permutation(120)
    moved = Representation(models["b"][order], tuple(ids[at] for at in order))
    given = {"a": Representation(models["a"], ids), "b": moved}
    plain = {name: models[name] for name in "ab"}
    np.testing.assert_array_equal(
        rosetta_units(given, permutations=10).unit, rosetta_units(plain, permutations=10).unit
    )
    with pytest.raises(errors.IdMismatch, match="the same ids"):
        rosetta_units({"a": given["a"], "b": Representation(models["b"], ("x", *ids[1:]))})


def test_rows_are_read_from_a_store_when_they_are_asked_for(tmp_path):
    from repscope.store.exchange import import_array

    models, _ = planted(6)
    for name in "ab":
        np.save(tmp_path / f"{name}.npy", models[name])
        import_array(tmp_path / f"{name}.npy", to=tmp_path / "store", model=name, layer="last")
    store = open_store(tmp_path / "store")
    lazy = {name: store[name]["last"] for name in "ab"}
    found = rosetta_units(lazy, permutations=10)
    want = rosetta_units({name: models[name].astype(np.float32) for name in "ab"}, permutations=10)
    np.testing.assert_array_equal(found.unit, want.unit)


def test_constant_units_and_whole_numbers_are_fine():
    models, _ = planted(7)
    whole = {name: np.round(10 * models[name]).astype(np.int16) for name in "ab"}
    whole["a"][:, 3] = 5
    found = rosetta_units(whole, permutations=10)
    assert not ((found.buddies.first == 0) & (found.buddies.unit == 3)).any()
    half = {name: models[name].astype(np.float16) for name in "ab"}
    assert len(rosetta_units(half, permutations=20)) == 10


def test_cliques_are_all_largest_complete_sets():
    """Against trying every subset of a random graph."""
    rng = np.random.default_rng(0)
    nodes = [(i % 4, i) for i in range(12)]
    edges = {frozenset((a, b)) for a in nodes for b in nodes if a[0] < b[0] and rng.random() < 0.6}
    around = {a: {b for b in nodes if frozenset((a, b)) in edges} for a in nodes}
    subsets = [{nodes[i] for i in range(12) if bits >> i & 1} for bits in range(1, 2**12)]
    complete = [s for s in subsets if all(b in around[a] for a in s for b in s if a < b)]
    largest = [s for s in complete if len(s) >= 3 and not any(s < other for other in complete)]
    found = list(cliques(around, 3))
    assert sorted(map(sorted, found)) == sorted(map(sorted, largest))


def test_what_is_found_can_be_read():
    models, _ = planted(8)
    found = rosetta_units(models, permutations=20)
    frame = found.to_frame()
    assert list(frame.columns) == ["a", "b", "c", "d", "correlation", "weakest", "q"]
    assert (frame.weakest <= frame.correlation).all()
    assert (frame.q <= 0.05).all()
    assert repr(found) == "Rosetta(10 concepts in 4 models, n = 120)"


GOOD = np.random.default_rng(0).standard_normal((20, 4))


@pytest.mark.parametrize(
    ("models", "error", "words"),
    [
        ({"a": GOOD}, errors.InputError, "at least two models"),
        ({"a": GOOD, "b": GOOD[:, 0]}, errors.ShapeError, r"\['b'\]: expected \(items, units\)"),
        ({"a": GOOD, "b": GOOD[:, None, None, :]}, errors.ShapeError, "every model's maps"),
        ({"a": GOOD, "b": GOOD[:10]}, errors.ShapeError, "20 items as in the first"),
        ({"a": GOOD, "b": GOOD.tolist()}, errors.ShapeError, "an array, got list"),
        ({"a": GOOD, "b": torch.from_numpy(GOOD)}, errors.MixedArrays, "numpy and torch"),
        ({"a": torch.from_numpy(GOOD), "b": torch.empty(20, 4, device="meta")}, errors.MixedArrays, "cpu and meta"),
        ({"a": GOOD, "b": GOOD + 1j}, errors.DtypeError, "real numbers"),
        ({"a": GOOD, "b": np.where(GOOD > 2, np.nan, GOOD)}, errors.NotFiniteError, r"\['b'\]: expected finite"),
    ],
)
def test_bad_input_is_refused(models, error, words):
    with pytest.raises(error, match=words):
        rosetta_units(models)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"k": 0}, "k: expected at least 1"),
        ({"least_models": 5}, "2 to 4, the number of models"),
        ({"level": 0.0}, "above 0 and at most 1"),
        ({"null": "closed form"}, "'permutation' or None"),
        ({"permutations": 5}, "at least 10"),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(errors.InputError, match=words):
        rosetta_units(planted(0)[0], **options)

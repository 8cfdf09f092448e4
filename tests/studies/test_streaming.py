from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import repscope as rs
from repscope import registry
from repscope.errors import DtypeError, InputError, MixedArrays, NotFiniteError, ShapeError
from repscope.inference.interval import grouped_jackknife
from repscope.stats import joint
from repscope.store import Writer
from repscope.studies import reading
from repscope.studies.gather import gather, joined
from repscope.studies.moments import streams
from repscope.studies.passes import FEWEST_GROUPS, FEWEST_ROWS, SPARE, Pass, plan, rows_of_block
from repscope.studies.streaming import Streamed, groups_between, needed, stream

MEMORY = 2**28
CASES = [
    pytest.param(card, dict(variant), id=f"{card.name} {dict(variant)}")
    for card in registry.CARDS
    if card.stat == "repscope.stats.cross:of"
    for variant in card.streamable
]


def network(items: int = 400, seed: int = 0, units: tuple[int, ...] = (6, 5, 9)) -> dict[str, np.ndarray]:
    """Return related layers with means of 20 and −50 times their standard deviation."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((items, 4))
    found = [z @ rng.standard_normal((4, p)) + rng.standard_normal((items, p)) for p in units]
    return {name: x / x.std(0) + offset for name, x, offset in zip("abc", found, (20, -50, 0), strict=True)}


def streamed(given, rows=None, columns=None, measure="cka", params=None, join="exact", **options) -> Streamed:
    layers, _, _ = joined(gather(given), join)
    rows = range(len(layers)) if rows is None else rows
    return stream(layers, rows, columns, registry.get(measure), params or {}, **{"memory": MEMORY} | options)


def write(folder, layers, *, dtype="float32", shard_bytes=4096):
    """Write layers into a store of many shards and return the recording."""
    with Writer.open(folder, "model", settings={}, dtype=dtype, shard_bytes=shard_bytes) as writer:
        items = len(next(iter(layers.values())))
        for at in range(0, items, 50):
            ids = [str(i) for i in range(at, min(at + 50, items))]
            writer.append(ids, {name: x[at : at + 50] for name, x in layers.items()})
        writer.finish()
    return rs.open_store(folder)["model"]


@pytest.mark.parametrize("memory", [MEMORY, 1])
@pytest.mark.parametrize(("card", "params"), CASES)
def test_every_streaming_card_gives_the_value_of_memory(card, params, memory):
    given = network(units=(6, 6, 6))
    want = rs.compare(given, measure=card.name, interval=None, null=None, **params)
    got = streamed(given, measure=card.name, params=params, level=None, null=None, memory=memory)
    assert np.allclose(got.matrices["value"], want.value, rtol=1e-10, atol=1e-9, equal_nan=True)
    assert any("in one pass" in note for note in got.notes) == (memory == MEMORY)


def test_rows_with_columns_are_those_of_the_square():
    square = streamed(network()).matrices
    some = streamed(network(), rows=[0], columns=[1, 2]).matrices
    for name in ("value", "low", "high", "null_sd", "p"):
        assert np.allclose(some[name], square[name][:1, 1:], atol=1e-12), name


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_shards_on_disk_in_every_dtype(tmp_path, dtype):
    layers = network(730)
    layers["b"] = layers["b"].reshape(730, 5, 1)  # positions, kept
    recording = write(tmp_path / "run", layers, dtype=dtype)
    read = {name: np.asarray(recording[name].x).reshape(730, -1).astype(np.float64) for name in layers}
    want = rs.compare(read, interval=None, null=None).value
    got = streamed(recording, level=None)
    assert len(recording["a"].x.paths) > 3
    assert np.abs(got.matrices["value"] - want).max() < (1e-10 if dtype == "float64" else 1e-6)


def test_items_are_joined_by_id(tmp_path):
    layers, rng = network(300), np.random.default_rng(1)
    whole = write(tmp_path / "run", {"a": layers["a"]}, dtype="float64")
    order = rng.permutation(300)[:200]
    other = rs.Representation(layers["c"][order], tuple(str(i) for i in order), ("item", "unit"), rs.Source(layer="c"))
    got = streamed([whole["a"], other], rows=[0], columns=[1], join="inner", level=None)
    assert abs(got.matrices["value"][0, 0] - rs.cka(layers["a"][order], layers["c"][order])) < 1e-10


def test_the_interval_is_the_jackknife_over_groups_of_items():
    given = network(403)
    got = streamed(given).matrices
    x, y = given["a"], given["c"]
    group = groups_between(0, 403, 20, int(np.random.default_rng(0).integers(2**63)))
    without = np.array([rs.cka(x[group != g], y[group != g]) for g in range(20)])
    low, high = grouped_jackknife(float(rs.cka(x, y)), without, np.bincount(group), bounds=(-1.0, 1.0), level=0.95)
    assert abs(got["low"][0, 2] - low) < 1e-9
    assert abs(got["high"][0, 2] - high) < 1e-9
    assert got["low"][1, 1] == got["high"][1, 1] == 1.0
    assert streamed(given, memory=200_000).matrices["low"][0, 2] == got["low"][0, 2]
    assert streamed(given, rng=1).matrices["low"][0, 2] != got["low"][0, 2]


@given(st.lists(st.integers(0, 500), min_size=2, max_size=6))
def test_groups_do_not_depend_on_how_items_are_cut(cuts):
    ends = sorted({0, 501, *cuts})
    parts = [groups_between(begin, end, 20, 7) for begin, end in itertools.pairwise(ends)]
    assert np.array_equal(np.concatenate(parts), groups_between(0, 501, 20, 7))
    assert set(np.concatenate(parts)) == set(range(20))


def test_sorted_items_do_not_change_the_interval():
    rng = np.random.default_rng(2)
    kind = np.sort(rng.integers(10, size=4000))
    x = rng.standard_normal((10, 8))[kind] * 2 + rng.standard_normal((4000, 8))
    y = x @ rng.standard_normal((8, 8)) + 3 * rng.standard_normal((4000, 8))
    mixed = rng.permutation(4000)
    widths = []
    for order in (slice(None), mixed):
        got = streamed({"x": x[order], "y": y[order]}, rows=[0], columns=[1]).matrices
        widths.append((got["high"] - got["low"])[0, 0])
    memory = rs.score("cka", x, y, null=None).interval
    assert 0.6 < widths[0] / widths[1] < 1.6
    assert 0.6 < widths[0] / (memory[1] - memory[0]) < 1.6


def test_clusters_are_left_out_whole():
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(40), 50)
    x = rng.standard_normal((40, 6))[clusters] + 0.1 * rng.standard_normal((2000, 6))
    y = x @ rng.standard_normal((6, 6)) + rng.standard_normal((40, 6))[clusters]
    single = streamed({"x": x, "y": y}, rows=[0], columns=[1])
    whole = streamed({"x": x, "y": y}, rows=[0], columns=[1], clusters=clusters)
    assert abs(single.matrices["value"] - whole.matrices["value"])[0, 0] < 1e-12
    width = [(found.matrices["high"] - found.matrices["low"])[0, 0] for found in (single, whole)]
    assert width[1] > 2 * width[0]
    assert math.isnan(whole.matrices["p"][0, 0])
    assert any("clusters cannot be exchanged" in note for note in whole.notes)


def test_the_null_is_that_of_memory():
    rng = np.random.default_rng(4)
    given = {"x": rng.standard_normal((300, 6)), "y": rng.standard_normal((300, 12))}
    want, got = rs.compare(given), streamed(given).matrices
    assert np.allclose(got["null"], want.null)
    assert np.allclose(got["null_sd"], want.null_sd)
    assert np.allclose(got["null_skewness"], want.null_skewness, atol=0.03)
    assert abs(got["p"][0, 1] - want.p[0, 1]) < 0.01
    assert streamed(given, null=None).notes == streamed(given).notes


@pytest.mark.parametrize(("measure", "params"), [("cka", {"debiased": False}), ("procrustes", {})])
def test_a_null_that_needs_rows_is_left_out_aloud(measure, params):
    got = streamed(network(), measure=measure, params=params)
    assert np.isnan(got.matrices["p"]).all()
    assert any(note.startswith("null: not computed") for note in got.notes)


def test_a_range_that_depends_on_parameters_holds_for_the_interval():
    rng = np.random.default_rng(5)
    given = {"x": rng.standard_normal((40, 30)), "y": rng.standard_normal((40, 30))}
    assert (streamed(given, params={"debiased": False}).matrices["low"] >= 0).all()


def test_constant_units_and_layers():
    given = network(200) | {"flat": np.full((200, 3), 0.1)}
    given["b"][:, [0, 3]] = -50.3
    got = streamed(given)
    want = rs.compare(given, interval=None, null=None)
    assert np.allclose(got.matrices["value"], want.value, atol=1e-10, equal_nan=True)
    assert np.isnan(got.matrices["value"][3]).all()
    assert "b: 2 constant units dropped" in got.notes
    assert any(note.startswith("flat: constant representation: the value is undefined") for note in got.notes)


@pytest.mark.parametrize(("card", "params"), CASES)
def test_constant_units_count_in_a_stream_as_they_do_in_memory(card, params):
    """One unit at a value other than 0, one at 0, a layer that is constant: the same value, NaN where undefined."""
    given = network(300, units=(5, 5, 5)) | {"flat": np.full((300, 5), 0.1)}
    given["a"] = np.c_[given["a"][:, :3], np.full(300, 0.1), np.zeros(300)]
    want = rs.compare(given, measure=card.name, interval=None, null=None, **params).value
    got = streamed(given, measure=card.name, params=params, level=None, null=None).matrices["value"]
    assert np.allclose(got, want, rtol=1e-9, atol=1e-9, equal_nan=True)
    assert np.isnan(got[3]).all()


@pytest.mark.parametrize("offset", [0.0, 5.0])
def test_a_unit_that_moves_in_one_group_only_is_constant_without_it(offset):
    """What subtracting that group leaves of it is rounding, and has no correlation."""
    given = network(2000)
    for name, item in (("a", 17), ("b", 17)):
        rare = np.full((2000, 1), offset)
        rare[item] += 3.3
        given[name] = np.c_[given[name], rare]
    got = streamed(given, rows=[0], columns=[1], measure="semi_matching").matrices
    home = groups_between(0, 2000, 20, int(np.random.default_rng(0).integers(2**63)))
    sizes, without = np.bincount(home, minlength=20), []
    for group in range(20):
        x, y = (given[name][home != group] for name in "ab")
        without.append(float(rs.semi_matching(x, y)))
    want = grouped_jackknife(got["value"][0, 0], np.array(without), sizes, bounds=(-1.0, 1.0), level=0.95)
    assert np.allclose([got["low"][0, 0], got["high"][0, 0]], want, atol=1e-9)


@pytest.mark.parametrize(
    ("measure", "params"),
    [("cca", {}), ("pwcca", {}), ("eigenspace_overlap", {"centred": True}), ("shape_distance", {"alpha": 0}),
     ("gulp", {"penalty": 0}), ("linear_predictivity", {"penalty": 0, "folds": None})],
)  # fmt: skip
def test_float32_units_that_depend_on_each_other_are_no_more_directions(measure, params):
    """A layer wider than the one before it: rounding of float32 products must not count as variance."""
    rng = np.random.default_rng(0)
    z = rng.standard_normal((1500, 6))
    w = rng.standard_normal((1500, 5)) + 0.4 * z[:, :5]
    wide = {"x": z @ rng.standard_normal((6, 16)) + 1, "y": w @ rng.standard_normal((5, 12)) - 1}
    narrow = {name: x.astype(np.float32) for name, x in wide.items()}
    got = streamed(narrow, measure=measure, params=params, level=None, null=None).matrices["value"]
    want = rs.compare(narrow, measure=measure, interval=None, null=None, **params).value
    assert np.allclose(got, want, rtol=1e-4, atol=1e-4)


def test_few_items_have_no_interval():
    got = streamed(network(7))
    assert np.isnan(got.matrices["low"][0, 1])
    assert np.isfinite(got.matrices["value"]).all()
    assert any("too few items for an interval" in note for note in got.notes)
    with pytest.raises(ShapeError, match="at least 4 items"):
        streamed(network(3))


def test_a_number_that_is_not_finite_is_found_where_it_stands(tmp_path):
    layers = network(500)
    layers["c"][432, 7] = np.nan
    recording = write(tmp_path / "run", layers)
    with pytest.raises(NotFiniteError, match=r"model/c: .*item 432, unit 7"):
        streamed(recording, memory=400_000)
    layers["c"][432, 7] = 1e200
    with pytest.raises(NotFiniteError, match="Divide all values"):
        streamed(layers)


def test_only_what_can_be_streamed_is():
    cka, knn = registry.get("cka"), registry.get("mutual_knn")
    assert streams(cka, {"debiased": True, "kernel": "linear", "bandwidth": 0.4})
    assert streams(cka, {"debiased": False})
    assert not streams(cka, {"kernel": "rbf"})
    assert not streams(knn, {})
    with pytest.raises(InputError, match="computed in one pass"):
        streamed(network(), measure="mutual_knn")


def test_it_is_needed_where_rows_overstep_memory_and_moments_do_not():
    layers = gather(network(4000))
    cka = registry.get("cka")
    assert needed(layers, cka, {}, 200_000)
    assert not needed(layers, cka, {}, 2_000_000)
    assert not needed(layers, cka, {"kernel": "rbf"}, 200_000)
    assert not needed(gather({"wide": np.zeros((10, 5000))}), cka, {}, 100_000)
    trials = rs.Representation(np.zeros((3, 4000, 9)), tuple(map(str, range(4000))), ("trial", "item", "unit"))
    assert not needed(gather({"t": trials}), cka, {}, 200_000)


def test_bad_layers_are_refused_by_name():
    import torch

    x = np.random.default_rng(6).standard_normal((50, 3))
    trials = rs.Representation(np.zeros((3, 50, 9)), tuple(map(str, range(50))), ("trial", "item", "unit"))
    with pytest.raises(ShapeError, match="axes that begin with 'item'"):
        streamed({"t": trials})
    with pytest.raises(MixedArrays, match="numpy on cpu and torch on cpu"):
        streamed({"x": x, "y": torch.from_numpy(x)})
    with pytest.raises(DtypeError, match="y: expected real numbers"):
        streamed({"x": x, "y": x * 1j})


def test_torch_layers_are_streamed_in_torch():
    import torch

    given = {name: torch.from_numpy(x).requires_grad_() for name, x in network().items()}
    got = streamed(given)
    assert got.made_of == ("torch", "cpu", "float64")
    assert np.allclose(got.matrices["value"], streamed(network()).matrices["value"], atol=1e-12)


def test_progress_ends_at_all_pairs():
    told = []
    streamed(network(), memory=1, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (9, 9)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=9),
    st.integers(1, 10**6),
    st.booleans(),
    st.booleans(),
    st.integers(1, 20),
)
def test_passes_hold_every_pair_once_and_stay_within_memory(units, memory, within, symmetric, groups):
    half = len(units) // 2
    rows, columns = (range(len(units)), None) if within or not half else (range(half), range(half, len(units)))
    planned = plan(units, rows, columns, groups=groups, memory=memory)
    pairs = [
        (one.layers[i], one.layers[j])
        for one in planned.passes
        for i, j in one.pairs(symmetric=symmetric or columns is not None)
    ]
    if columns is not None:
        want = sorted(itertools.product(rows, columns))
    else:
        want = sorted((i, j) for i in rows for j in rows if not symmetric or i <= j)
    assert sorted((min(p), max(p)) if symmetric else p for p in pairs) == want
    least = max(Pass((i,), (j,)).entries(units) for i in rows for j in (rows if columns is None else columns))
    assert planned.bytes <= memory or (
        planned.groups <= FEWEST_GROUPS and 8 * least * (planned.groups + SPARE) > memory
    )


def test_moments_of_a_pass_have_as_many_numbers_as_planned():
    layers = list(network().values())
    units = [x.shape[1] for x in layers]
    for one in (Pass((0, 1, 2)), Pass((0, 1), (2,))):
        sums = joint.of(layers, first=one.split).sums
        assert sums.products.size + sum(part.size for part in sums.alone) == one.entries(units)


def test_memory_bounds_groups_and_blocks_and_says_so():
    given = network(2000, units=(60, 60, 60))
    got = streamed(given, memory=900_000)
    assert any("interval from" in note and "groups" in note for note in got.notes)
    assert any("more than `memory`" in note for note in streamed(given, memory=1).notes)
    assert rows_of_block(4000, 20, 10**6) == 250
    assert rows_of_block(4000, 20, 1) == FEWEST_ROWS


def test_blocks_come_in_order_and_an_error_comes_through():
    layers = gather({"x": np.arange(103.0)[:, None]})
    found = list(reading.blocks(layers, 103, 10))
    assert [begin for begin, _ in found] == list(range(0, 103, 10))
    assert np.concatenate([rows[0] for _, rows in found])[:, 0].tolist() == list(range(103))
    with pytest.raises(DtypeError, match="x: expected real numbers"):
        list(reading.blocks(gather({"x": np.zeros((9, 2), complex)}), 9, 4))


def test_a_sample_is_spread_over_all_items():
    rows = reading.sample(gather({"x": np.arange(100_000.0)[:, None]})[0], 2)
    assert len(rows) == reading.SAMPLE
    assert rows[0, 0] == 0
    assert rows[-1, 0] == 99_999
    assert abs(rows.mean() - 50_000) < 1000


def test_a_comparison_streams_by_itself_where_a_layer_does_not_fit():
    rng = np.random.default_rng(12)
    layers = {"a": rng.standard_normal((4000, 6)), "b": rng.standard_normal((4000, 5))}
    whole = rs.compare(layers, interval=None)
    passed = rs.compare(layers, interval=None, memory=100_000)
    assert np.allclose(passed.value, whole.value, rtol=1e-10)
    assert passed.null_method == "closed form"
    assert rs.compare(layers, measure="mutual_knn", interval=None, null=None, memory=100_000).value.shape == (2, 2)

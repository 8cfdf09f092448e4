"""One-to-one and semi-matching, and the matches with p and q."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

import reference
import repscope as rs
from repscope import errors
from repscope.inference.interval import jackknife
from repscope.similarity import one_to_one_matching, semi_matching
from repscope.similarity.match_units import KINDS, match_units

HARD = {"A": 0.5497420776, "C": 0.5587746199}
SEMI_BOTH_WAYS = {"A": 0.6280564118, "C": 0.5901106678}
SOFT = {"A": 0.4141436089, "C": 0.5587746199}
RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((30, 5)), RNG.standard_normal((30, 4))


def planted(seed, items=100, units=40, shared=8, *, rectified=False):
    """Two representations whose first `shared` units correspond; their other units are unrelated."""
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((items, shared))
    x, y = rng.standard_normal((items, units)), rng.standard_normal((items, units + 10))
    if rectified:
        x, y = np.maximum(x - 1.5, 0), np.maximum(y - 1.5, 0)
    for v in (x, y):
        v[:, :shared] = latent + 0.7 * rng.standard_normal((items, shared))
    return x, y


def false_share_and_power(shared=8, seeds=40, *, rectified=False, **options):
    """The share of false discoveries and of found pairs over many planted data sets, with the first one's error."""
    false, power = [], []
    for seed in range(seeds):
        found = match_units(*planted(seed, rectified=rectified), rng=seed, **options).discovered()
        right = (found.unit == found.partner) & (found.unit < shared)
        false.append(1 - right.mean() if len(right) else 0.0)
        power.append(right.sum() / shared)
    return np.mean(false), np.std(false) / math.sqrt(seeds), np.mean(power)


@pytest.mark.parametrize("name", HARD)
def test_golden_hard_match(name):
    assert math.isclose(rs.one_to_one_matching(*reference.INPUTS[name]), HARD[name], abs_tol=1e-9)


@pytest.mark.parametrize("name", SEMI_BOTH_WAYS)
def test_golden_semi_match_is_the_mean_of_both_directions(name):
    x, y = reference.INPUTS[name]
    assert math.isclose((rs.semi_matching(x, y) + rs.semi_matching(y, x)) / 2, SEMI_BOTH_WAYS[name], abs_tol=1e-9)


def test_defect_semi_matching_is_not_soft_matching():
    """A published collection takes the one for the other: .414 where the best partners correlate by .628."""
    x, y = reference.INPUTS["A"]
    assert min(rs.semi_matching(x, y), rs.semi_matching(y, x)) > SOFT["A"] + 0.1


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize(("p", "q"), [(4, 6), (6, 4), (5, 5)])
def test_one_to_one_is_the_best_of_all_assignments(p, q, absolute):
    rng = np.random.default_rng(p * 10 + q)
    x, y = rng.standard_normal((25, p)), rng.standard_normal((25, q))
    c = np.corrcoef(x.T, y.T)[:p, p:]
    c = abs(c) if absolute else c
    c = c if p <= q else c.T
    best = max(
        np.mean([c[i, j] for i, j in enumerate(order)]) for order in itertools.permutations(range(c.shape[1]), len(c))
    )
    assert math.isclose(rs.one_to_one_matching(x, y, absolute=absolute), best, abs_tol=1e-12)
    rows = np.corrcoef(x.T, y.T)[:p, p:]
    rows = abs(rows) if absolute else rows
    assert math.isclose(rs.semi_matching(x, y, absolute=absolute), rows.max(1).mean(), abs_tol=1e-12)


def test_a_negative_copy_counts_only_where_signs_do_not():
    signs = np.array([1, -1, 1, -1, 1])
    assert rs.one_to_one_matching(X, X * signs) < 0.9
    assert math.isclose(rs.one_to_one_matching(X, X * signs, absolute=True), 1, abs_tol=1e-12)


def test_semi_matching_is_at_least_one_to_one_and_forgives_copies():
    assert rs.semi_matching(Y, X) >= rs.one_to_one_matching(Y, X)
    assert math.isclose(rs.semi_matching(X[:, [0, 0, 0, 1]], X), 1, abs_tol=1e-12)
    assert rs.one_to_one_matching(X[:, [0, 0, 0, 1]], X) < 0.9


@pytest.mark.parametrize("measure", [rs.one_to_one_matching, rs.semi_matching])
@pytest.mark.parametrize("convert", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])
def test_units_of_any_scale_count_alike(measure, convert):
    """Correlations ignore the scale of each unit, in float32 too, where squares of small numbers vanish."""
    x, y = (v.astype(np.float32) for v in (X, Y))
    scales = np.array([1e-24, 1e-12, 1, 1e6, 1e15], dtype=np.float32)
    assert math.isclose(measure(convert(x * scales), convert(y)), measure(x, y), abs_tol=1e-5)
    assert math.isclose(measure(X * np.array([1e-160, 1, 1e140, 1, 1]), Y), measure(X, Y), abs_tol=1e-9)


@pytest.mark.parametrize("module", [one_to_one_matching, semi_matching])
def test_leaving_an_item_out_is_exact_for_the_pairs(module):
    x, y = planted(3, items=40, units=5, shared=4)
    a, b = module.prepare(x), module.prepare(y)
    without = module.leave_one_out(a, b)
    pairs = module.found(a, b)
    for item in (0, 17, 39):
        c = np.corrcoef(np.delete(x, item, 0).T, np.delete(y, item, 0).T)[:5, 5:]
        assert math.isclose(without[item], c[pairs.unit, pairs.partner].mean(), abs_tol=1e-12)


def test_a_unit_that_one_item_alone_moves_leaves_with_it():
    x, y = X.copy(), Y.copy()
    x[:, 0], y[:, 0] = 0, 0
    x[4, 0] = y[4, 0] = 1
    a, b = one_to_one_matching.prepare(x), one_to_one_matching.prepare(y)
    pairs = one_to_one_matching.found(a, b)
    rest = (pairs.unit > 0) & (pairs.partner > 0)
    c = np.corrcoef(np.delete(x, 4, 0).T[1:], np.delete(y, 4, 0).T[1:])[:4, 4:]
    want = c[pairs.unit[rest] - 1, pairs.partner[rest] - 1].mean()
    assert math.isclose(one_to_one_matching.leave_one_out(a, b)[4], want, abs_tol=1e-12)


@pytest.mark.parametrize("module", [one_to_one_matching, semi_matching])
def test_intervals_cover_the_expected_value(module):
    """Nominally 95 %; between 90 and 100 % of 150 data sets."""
    values, intervals = [], []
    shape = np.random.default_rng(1).standard_normal((2, 4, 12))
    for seed in range(150):
        rng = np.random.default_rng(seed)
        latent = rng.standard_normal((80, 4))
        x, y = (latent @ s + rng.standard_normal((80, 12)) for s in shape)
        a, b = module.prepare(x), module.prepare(y[:, :9])
        values.append(float(module.between(a, b)))
        intervals.append(jackknife(values[-1], module.leave_one_out(a, b), bounds=(-1.0, 1.0), level=0.95))
    low, high = np.array(intervals).T
    covered = ((low <= np.mean(values)) & (np.mean(values) <= high)).mean()
    assert covered > 0.9
    assert np.mean(high - low) < 8 * np.std(values)


def test_moments_leave_constant_units_out():
    from repscope.stats import cross

    x = np.concatenate([X, np.full((30, 1), 0.1)], axis=1)
    parts = [cross.of(x[rows], Y[rows]) for rows in (slice(0, 11), slice(11, 30))]
    for module in (one_to_one_matching, semi_matching):
        want = getattr(rs, module.__name__.rpartition(".")[2])(X, Y)
        assert math.isclose(module.from_moments(cross.merge(*parts)), want, abs_tol=1e-12)
    flat = cross.of(np.full((30, 2), 0.1), Y)
    assert math.isnan(one_to_one_matching.from_moments(flat))
    assert math.isnan(semi_matching.from_moments(flat))


@pytest.mark.parametrize("kind", ["one-to-one", "semi"])
@pytest.mark.parametrize("rectified", [False, True])
def test_five_percent_of_discoveries_are_false(kind, rectified):
    """Planted pairs among unrelated units: all are found, and about 5 % × 32 / 40 of what is found is false."""
    false, error, power = false_share_and_power(kind=kind, permutations=199, rectified=rectified)
    assert power > 0.97
    assert 0.005 < false < 0.05 + 3 * error


def test_unrelated_representations_give_a_discovery_in_one_of_twenty():
    none = [
        len(match_units(*planted(seed, shared=0, units=15), permutations=99, rng=seed).discovered())
        for seed in range(120)
    ]
    assert np.mean(np.array(none) > 0) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 120)


def test_the_closed_form_holds_for_normal_units_and_fails_for_sparse_ones():
    false, error, power = false_share_and_power(kind="semi", null="closed form")
    assert power > 0.97
    assert false < 0.05 + 3 * error
    assert false_share_and_power(kind="semi", null="closed form", rectified=True, seeds=5)[0] > 0.5


@pytest.mark.parametrize("absolute", [False, True])
def test_closed_form_equals_the_permutation_null_for_independent_normal_units(absolute):
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((60, 12)), rng.standard_normal((60, 9))
    both = [
        match_units(x, y, kind="semi", null=null, permutations=2000, absolute=absolute)
        for null in ("permutation", "closed form")
    ]
    assert np.abs(both[0].p - both[1].p).max() < 0.06


def test_matches_name_units_as_they_were_given():
    x = np.insert(X, [0, 2], 0.0, axis=1)
    y = np.insert(X[:, ::-1], 3, 1.0, axis=1)
    found = match_units(x, y, permutations=50)
    assert dict(zip(found.unit.tolist(), found.partner.tolist(), strict=True)) == {1: 5, 2: 4, 4: 2, 5: 1, 6: 0}
    np.testing.assert_allclose(found.correlation, 1)
    assert any("2 constant units dropped" in note for note in found.notes)


def test_the_wider_representation_keeps_units_without_partner():
    for x, y in ((X, Y), (Y, X)):
        found = match_units(x, y, permutations=20)
        assert len(found) == 4
        assert len(set(found.unit.tolist())) == len(set(found.partner.tolist())) == 4
    swapped = match_units(Y, X, permutations=200, rng=1).to_frame().sort_values("unit")
    straight = match_units(X, Y, permutations=200, rng=1).to_frame().sort_values("partner")
    np.testing.assert_allclose(swapped.correlation, straight.correlation)


def test_absolute_matches_keep_their_sign():
    found = match_units(X, -X, absolute=True, permutations=50)
    np.testing.assert_allclose(found.correlation, -1)
    np.testing.assert_allclose(found.score, 1)


def test_best_come_first_and_the_mean_score_is_the_measure():
    for kind, measure in (("one-to-one", rs.one_to_one_matching), ("semi", rs.semi_matching)):
        found = match_units(X, Y, kind=kind, null=None)
        assert (np.diff(found.score) <= 0).all()
        assert math.isclose(found.score.mean(), measure(X, Y), abs_tol=1e-12)
        assert np.isnan(found.p).all()
        assert len(found.discovered()) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_constant_representation_has_no_matches(kind):
    found = match_units(X, np.full((30, 3), 0.1), kind=kind)
    assert len(found) == len(found.to_frame()) == 0
    assert any("undefined" in note for note in found.notes)


def test_the_same_seed_gives_the_same_p_in_every_library():
    one = match_units(X, Y, permutations=100, rng=3)
    other = match_units(torch.from_numpy(X), torch.from_numpy(Y), permutations=100, rng=3)
    np.testing.assert_array_equal(one.p, other.p)
    assert (match_units(X, Y, permutations=100, rng=4).p != one.p).any()


def test_a_description_says_how_many_hold():
    found = match_units(*planted(0), permutations=199)
    assert repr(found) == f"Matches(one-to-one: 40 pairs, {len(found.discovered())} at q ≤ 0.05, n = 100)"
    assert list(found.to_frame().columns) == ["unit", "partner", "correlation", "group", "score", "p", "q"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "two-to-two"}, "'one-to-one', 'semi'"),
        ({"null": "exact"}, "'closed form' or None"),
        ({"null": "closed form", "kind": "many-to-many"}, "for many-to-many matches"),
        ({"permutations": 0}, "permutations: expected at least 1"),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(errors.InputError, match=words):
        match_units(X, Y, **options)

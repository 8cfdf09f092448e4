"""Many-to-many matching: planted blocks, and the modularity by its definition."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from sklearn.cluster import SpectralCoclustering
from sklearn.metrics import adjusted_rand_score

import repscope as rs
from repscope import errors
from repscope.similarity.many_to_many_matching import blocks_of, cut_into
from repscope.similarity.match_units import match_units


def in_blocks(seed, items=200, of_x=(6, 4, 5), of_y=(3, 5, 4), noise=0.8):
    """Units of each block share one latent variable; returns both sides and their blocks, in random order."""
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((items, len(of_x)))
    sides = []
    for sizes in (of_x, of_y):
        labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        sides.append((latent[:, labels] + noise * rng.standard_normal((items, len(labels))), labels))
    return *sides[0], *sides[1]


def modularity(weights, of_x, of_y):
    """Barber's modularity, entry by entry."""
    total = weights.sum()
    return sum(
        (weights[i, j] - weights[i].sum() * weights[:, j].sum() / total) / total
        for i in range(len(of_x))
        for j in range(len(of_y))
        if of_x[i] == of_y[j]
    )


@pytest.mark.parametrize("seed", range(5))
def test_planted_blocks_are_found_and_counted(seed):
    x, of_x, y, of_y = in_blocks(seed)
    c = np.corrcoef(x.T, y.T)[: len(of_x), len(of_x) :]
    cut = blocks_of(c**2, 0)
    assert len(cut.excess) == 3
    assert adjusted_rand_score(np.r_[of_x, of_y], np.r_[cut.of_x, cut.of_y]) == 1
    assert math.isclose(
        rs.many_to_many_matching(x, y, chance_corrected=False), modularity(c**2, of_x, of_y), abs_tol=1e-12
    )


def test_the_cut_is_that_of_scikit_learn_where_blocks_are_clear():
    x, _, y, _ = in_blocks(7)
    c = np.corrcoef(x.T, y.T)[:15, 15:] ** 2
    theirs = SpectralCoclustering(3, random_state=0).fit(c)
    ours = blocks_of(c, 3)
    labels = np.r_[theirs.row_labels_, theirs.column_labels_]
    assert adjusted_rand_score(labels, np.r_[ours.of_x, ours.of_y]) == 1


def test_modularity_by_definition_for_any_labels():
    rng = np.random.default_rng(2)
    weights, labels = rng.random((7, 5)), rng.integers(0, 3, 12)
    assert math.isclose(
        cut_into(weights, labels).excess.sum() / weights.sum(),
        modularity(weights, labels[:7], labels[7:]),
        abs_tol=1e-12,
    )


def test_k_clean_blocks_of_equal_weight_reach_one_less_one_over_k():
    latent = np.linalg.qr(np.random.default_rng(0).standard_normal((100, 5)))[0]
    latent = np.linalg.qr(latent - latent.mean(0))[0]
    for k in (2, 4):
        x, y = np.repeat(latent[:, :k], 3, axis=1), np.repeat(latent[:, :k], 2, axis=1)
        assert math.isclose(rs.many_to_many_matching(x, y, chance_corrected=False), 1 - 1 / k, abs_tol=1e-12)


def test_one_block_scores_zero():
    shared = np.random.default_rng(0).standard_normal((50, 1))
    assert rs.many_to_many_matching(shared, np.random.default_rng(1).standard_normal((50, 4))) == 0
    assert abs(rs.many_to_many_matching(np.tile(shared, 4), np.tile(shared, 3))) < 1e-12
    x, _, y, _ = in_blocks(0)
    assert abs(rs.many_to_many_matching(x, y, blocks=1)) < 1e-12
    crossed = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    assert rs.many_to_many_matching(crossed[:, :1], crossed[:, 1:]) == 0


@pytest.mark.parametrize("shape", [(30, 8, 9), (60, 20, 5)])
def test_unrelated_units_score_about_zero(shape):
    """Their modularity is far above 0; the share of squared correlation beyond chance is not."""
    items, p, q = shape
    rng = np.random.default_rng(0)
    pairs = [(rng.standard_normal((items, p)), rng.standard_normal((items, q)) ** 3) for _ in range(60)]
    values = [rs.many_to_many_matching(x, y) for x, y in pairs]
    assert abs(np.mean(values)) < 3 * np.std(values) / math.sqrt(60) + 0.005
    assert np.mean([rs.many_to_many_matching(x, y, chance_corrected=False) for x, y in pairs]) > 0.15


def test_the_correction_is_the_mean_over_all_orders_of_the_items():
    """The mean square of a correlation over every order of the items is 1 / (n − 1), whatever the values."""
    x, y = np.array([0.0, 0, 1, 5, 2]), np.array([3.0, 1, 4, 1, 50])
    squares = [np.corrcoef(x, y[list(order)])[0, 1] ** 2 for order in itertools.permutations(range(5))]
    assert math.isclose(np.mean(squares), 1 / 4, abs_tol=1e-12)
    assert math.isclose(np.mean([r - (1 - r) / 3 for r in squares]), 0, abs_tol=1e-12)


def test_the_number_of_blocks_can_be_asked_for():
    x, _, y, _ = in_blocks(1)
    scores = {k: rs.many_to_many_matching(x, y, blocks=k) for k in (2, 3, 27, 99)}
    assert scores[3] == rs.many_to_many_matching(x, y) > scores[2]
    assert scores[27] == scores[99]
    result = rs.score("many_to_many_matching", x, y, blocks=3)
    assert result.interval[0] <= result.value <= result.interval[1]


def test_blocks_that_are_there_are_discovered_and_others_are_not():
    x, of_x, y, of_y = in_blocks(3)
    found = match_units(x, y, kind="many-to-many", permutations=99).discovered()
    assert (of_x[found.unit] == of_y[found.partner]).all()
    assert len(found) == 6 * 3 + 4 * 5 + 5 * 4
    rng = np.random.default_rng(0)
    hits = [
        len(
            match_units(
                rng.standard_normal((60, 8)), rng.standard_normal((60, 9)), kind="many-to-many", permutations=39
            ).discovered()
        )
        for _ in range(30)
    ]
    assert np.mean(np.array(hits) > 0) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 30)


def test_blocks_are_checked():
    x, _, y, _ = in_blocks(0)
    with pytest.raises(errors.InputError, match="at least 1, or None"):
        rs.many_to_many_matching(x, y, blocks=0)

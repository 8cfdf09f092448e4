"""Values on which independent published implementations agree, to the digits in which they are known."""

from __future__ import annotations

import math

import pytest

import reference
import repscope as rs

MEDIAN = {"kernel": "rbf", "bandwidth": 1.0}
KORNBLITH = {"kernel": "rbf", "bandwidth": 0.5, "width": "kornblith", "debiased": False}
FIXED = {"kernel": "rbf", "bandwidth": 1.0, "width": "fixed", "debiased": False}

CKA = [
    # parameters, A, B, C, D
    ({"debiased": False}, 0.7450158331, 0.8828979869, 0.6075482157, 0.7976640315),
    ({}, 0.7180239434, 0.8209268263, 0.5558982956, -0.0003845335),
    (MEDIAN | {"debiased": False}, 0.7660940336, 0.8954825819, 0.6544337035, 0.8701232047),
    (MEDIAN, 0.6892479467, 0.7921757408, 0.5708732481, 0.0010064635),
    (KORNBLITH, 0.7660480853, 0.9284866649, 0.7366865028, 0.9757823920),
    (FIXED, 0.9102666941, 0.9999988404, 0.8534246750, 1.0),
]
NUCLEAR = {"A": 0.8304726568, "B": 0.9457780904, "C": 0.7422333891, "D": 0.9366852626}
ANGLE = {"A": 0.5908406928, "B": 0.3308145194, "C": 0.7343993779, "D": 0.3577551646}
NEIGHBOURS = {"inner product": 0.4270, "cosine": 0.3615, "centred cosine": 0.3810, "euclidean": 0.3680}


@pytest.mark.parametrize("name", reference.INPUTS)
def test_the_inputs_are_those_of_the_reference(name):
    assert math.isclose(reference.INPUTS[name][0][0, 0], reference.FIRST[name], abs_tol=1e-12)


@pytest.mark.parametrize(("params", "a", "b", "c", "d"), CKA)
def test_cka(params, a, b, c, d):
    for name, want in zip("ABCD", (a, b, c, d), strict=True):
        assert math.isclose(rs.cka(*reference.INPUTS[name], **params), want, abs_tol=1e-9), name


@pytest.mark.parametrize("name", reference.INPUTS)
def test_procrustes(name):
    x, y = reference.INPUTS[name]
    assert math.isclose(rs.procrustes(x, y), ANGLE[name], abs_tol=1e-9)
    assert math.isclose(1 - rs.procrustes(x, y, distance="size_and_shape") ** 2 / 2, NUCLEAR[name], abs_tol=1e-9)


@pytest.mark.parametrize("metric", NEIGHBOURS)
def test_mutual_neighbours(metric):
    x, y = reference.neighbours_input()
    share = rs.mutual_knn(x, y, metric=metric, chance_corrected=False)
    assert math.isclose(share, NEIGHBOURS[metric], abs_tol=1e-9)
    chance = 10 / 199
    assert math.isclose(rs.mutual_knn(x, y, metric=metric), (share - chance) / (1 - chance), abs_tol=1e-12)


def test_null_moments_of_biased_cka():
    """Means and SDs over permutations as computed independently: D .800740 and .005694, A .106560 and .064837."""
    for name, mean, sd in (("D", 0.800740, 0.005694), ("A", 0.106560, 0.064837)):
        null = rs.score("cka", *reference.INPUTS[name], debiased=False).null
        assert math.isclose(null.mean, mean, abs_tol=1e-6)
        assert math.isclose(null.sd, sd, abs_tol=1e-6)


def test_chance_adjusted_value_of_biased_cka():
    """On A the biased value, adjusted for chance, comes to .714604, close to the debiased .718024."""
    assert math.isclose(rs.score("cka", *reference.INPUTS["A"], debiased=False).adjusted, 0.714604, abs_tol=1e-6)

"""Every bad input gets a named error that says what was expected, what came, which argument, what to do."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import repscope as rs
from repscope import errors
from repscope.types import running_ids

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((30, 5)), RNG.standard_normal((30, 4))
MEASURES = [rs.cka, rs.procrustes, rs.mutual_knn]


def broken(x: np.ndarray, value: float) -> np.ndarray:
    x = x.copy()
    x[3, 2] = value
    return x


CASES = {
    "other item counts": (X, Y[:20], errors.ShapeError, "30 and 20"),
    "one axis": (X[:, 0], Y, errors.ShapeError, "X: expected"),
    "three axes": (X, Y[:, :, None], errors.ShapeError, "Y: expected"),
    "no items": (X[:0], Y[:0], errors.ShapeError, "at least"),
    "no units": (X, Y[:, :0], errors.ShapeError, "at least"),
    "NaN": (broken(X, np.nan), Y, errors.NotFiniteError, "item 3, unit 2"),
    "infinity": (X, broken(Y, np.inf), errors.NotFiniteError, "Y: expected finite"),
    "complex": (X + 1j, Y, errors.DtypeError, "complex"),
    "text": (np.full((30, 2), "a"), Y, errors.DtypeError, "X: expected numbers"),
    "NumPy and torch": (X, torch.from_numpy(Y), errors.MixedArrays, "numpy and torch"),
    "two devices": (torch.empty(30, 5, device="meta"), torch.from_numpy(Y), errors.MixedArrays, "meta and cpu"),
    "a list": (X.tolist(), Y, errors.MixedArrays, "expected arrays"),
}


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.__name__)
@pytest.mark.parametrize("name", CASES)
def test_is_refused(measure, name):
    x, y, error, words = CASES[name]
    with pytest.raises(error, match=words) as caught:
        measure(x, y)
    assert "expected" in str(caught.value)
    assert "got" in str(caught.value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rs.cka(X[:3], Y[:3]), "at least 4 items"),
        (lambda: rs.cka(X, Y, kernel="cubic"), "'linear' or 'rbf'"),
        (lambda: rs.cka(X, Y, kernel="rbf", width="mean"), "'kornblith'"),
        (lambda: rs.procrustes(X, Y, distance="euclidean"), "'angular'"),
        (lambda: rs.mutual_knn(X, Y, metric="manhattan"), "'cosine'"),
        (lambda: rs.mutual_knn(X, Y, k=29), "k ≤ items − 2 = 28"),
        (lambda: rs.mutual_knn(X, Y, k=0), "1 ≤ k"),
    ],
)
def test_parameters_are_checked(call, words):
    with pytest.raises(errors.InputError, match=words):
        call()


def test_half_and_integers_go_up():
    half, whole = X.astype(np.float16), np.round(X * 10)
    assert math.isclose(rs.cka(half, Y), rs.cka(half.astype(np.float64), Y), abs_tol=1e-6)
    assert rs.cka(whole.astype(np.int8), Y) == rs.cka(whole, Y)
    assert math.isclose(
        float(rs.cka(torch.from_numpy(X).bfloat16(), torch.from_numpy(Y))),
        float(rs.cka(torch.from_numpy(X).bfloat16().double(), torch.from_numpy(Y))),
        abs_tol=1e-6,
    )


def named(x: np.ndarray, ids: tuple[str, ...]) -> rs.Representation:
    return rs.Representation(x, ids)


def test_representations_are_joined_by_id_and_not_by_position():
    order = RNG.permutation(30)
    ids = np.array(running_ids(30))
    shuffled = named(Y[order], tuple(ids[order].tolist()))
    for measure in MEASURES:
        assert math.isclose(measure(named(X, running_ids(30)), shuffled), measure(X, Y), abs_tol=1e-12)


def test_other_ids_are_refused_unless_inner_is_said():
    fewer = named(Y[:25], running_ids(25))
    with pytest.raises(errors.IdMismatch, match=r"25 shared.*join='inner'"):
        rs.cka(named(X, running_ids(30)), fewer)
    assert rs.cka(named(X, running_ids(30)), fewer, join="inner") == rs.cka(X[:25], Y[:25])
    with pytest.raises(errors.IdMismatch, match="none shared"):
        rs.cka(named(X, running_ids(30)), named(Y, running_ids(30, start=100)), join="inner")


def test_positions_become_units_and_trials_are_refused():
    ids = running_ids(30)
    maps = rs.Representation(RNG.standard_normal((30, 3, 4)), ids, axes=("item", "position", "unit"))
    assert rs.cka(maps, named(Y, ids)) == rs.cka(maps.x.reshape(30, 12), Y)
    trials = rs.Representation(RNG.standard_normal((2, 30, 4)), ids, axes=("trial", "item", "unit"))
    with pytest.raises(errors.ShapeError, match="Average over trials"):
        rs.cka(trials, named(Y, ids))


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: rs.Representation(X, ("a",)), errors.IdMismatch),
        (lambda: rs.Representation(X, ("a",) * 30), errors.IdMismatch),
        (lambda: rs.Representation(X, running_ids(30), axes=("unit", "item")), errors.ShapeError),
        (lambda: rs.Representation(X, running_ids(30), labels={"class": [1, 2]}), errors.ShapeError),
    ],
)
def test_a_representation_checks_itself(make, error):
    with pytest.raises(error):
        make()

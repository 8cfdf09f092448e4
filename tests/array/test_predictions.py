"""Predictions: what is refused, how scores become probabilities and classes, and how items are joined."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import softmax

from repscope.array.predictions import (
    classes_of,
    decisions,
    pair_of_answers,
    pair_of_predictions,
    probabilities,
)
from repscope.errors import IdMismatch, InputError, MixedArrays, NotFiniteError, ShapeError
from repscope.types import Representation

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((2, 10, 4))
IDS = tuple("abcdefghij")


def test_logits_become_probabilities_whatever_their_size():
    for shift in (0, 1e4, -1e4):
        assert np.allclose(probabilities(X + shift, "logits"), softmax(X, axis=1), atol=1e-12)
    half = probabilities(torch.from_numpy(X.astype(np.float32)), "logits")
    assert half.dtype == torch.float64


def test_probabilities_stay_as_they_are():
    p = softmax(X, axis=1)
    assert np.array_equal(probabilities(p, "probabilities"), p)


@pytest.mark.parametrize(
    ("x", "scale", "error", "said"),
    [
        (X, "probabilities", InputError, "scale='logits'"),
        (softmax(X, axis=1), "logits", InputError, "scale='probabilities'"),
        (2 * softmax(X, axis=1), "probabilities", InputError, "sum to 1"),
        (X, "odds", InputError, "'logits' or 'probabilities'"),
        (np.where(X[3, 2] == X, np.nan, X), "logits", NotFiniteError, "first: item 3, class 2"),
        (np.full((3, 2), 1e308), "logits", NotFiniteError, "finite"),
    ],
)
def test_bad_scores(x, scale, error, said):
    with pytest.raises(error, match=said), np.errstate(over="ignore"):
        probabilities(x, scale)


def test_the_first_of_equal_scores_counts_and_is_said():
    chosen, notes = decisions(np.array([[1.0, 3, 3], [2, 1, 0]]), "net")
    assert chosen.tolist() == [1, 0]
    assert "net: 1 items have more than one highest score" in notes[0]
    assert decisions(np.array([2, 0, 1]))[0].tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("x", "items", "error", "said"),
    [
        (np.array([0.5, 1.0]), None, InputError, "expected integers"),
        (["cat", "dog"], None, InputError, "np.unique"),
        (np.zeros((2, 2), int), None, ShapeError, r"\(items,\)"),
        (np.zeros(3, int), 4, ShapeError, "each of 4 items"),
    ],
)
def test_bad_classes(x, items, error, said):
    with pytest.raises(error, match=said):
        classes_of(x, "labels", items)


def test_classes_may_be_tensors_or_lists():
    assert classes_of(torch.tensor([1, 2]), "labels").tolist() == classes_of([1, 2], "labels").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("x", "y", "error", "said"),
    [
        (X, Y[:, :3], ShapeError, "equally many classes, got 4 and 3"),
        (X, Y[:9], ShapeError, "equally many items"),
        (X, torch.from_numpy(Y), MixedArrays, "numpy and torch"),
        (X[:, None], Y[:, None], ShapeError, r"\(items, classes\)"),
    ],
)
def test_bad_pairs(x, y, error, said):
    with pytest.raises(error, match=said):
        pair_of_predictions(x, y)


def test_answers_may_be_scores_on_one_side_and_classes_on_the_other():
    x, y = pair_of_answers(X, Y.argmax(1))
    assert x.shape == (10, 4)
    assert y.shape == (10,)
    with pytest.raises(ShapeError, match="equally many items, got 10 and 9"):
        pair_of_answers(X, Y.argmax(1)[:9])
    with pytest.raises(ShapeError, match="equally many items, got 10 and 9"):
        pair_of_answers(X.argmax(1), Y.argmax(1)[:9])
    with pytest.raises(InputError, match="join"):
        pair_of_answers(X.argmax(1), Y.argmax(1), join="outer")


def test_items_are_joined_by_id():
    first, second = Representation(X, IDS), Representation(Y[:4], tuple("dxba"))
    x, y = pair_of_predictions(first, second, join="inner")
    assert np.array_equal(x, X[[0, 1, 3]])
    assert np.array_equal(y, Y[[3, 2, 0]])
    with pytest.raises(IdMismatch):
        pair_of_predictions(first, second)

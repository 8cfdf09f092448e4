"""Agreement between few items and their batch, and rows that keep their shape."""

from __future__ import annotations

import numpy as np
import pytest

from repscope.errors import RecordingError
from repscope.recording.checks import check_agreement, check_rows, difference

X = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)


def test_agreement_names_the_first_layer_that_differs_and_by_how_much():
    check_agreement({"a": X[:3], "b": X[:3] * (1 + 1e-5)}, {"a": X, "b": X}, 1e-3)
    with pytest.raises(RecordingError, match=r"rows of 'b'.*to 0.001, got 0.1 \(relative\) between 3 items alone"):
        check_agreement({"a": X[:3], "b": X[:3] * 1.1, "c": X[:3] * 2}, {"a": X, "b": X, "c": X}, 1e-3)


def test_agreement_refuses_rows_of_another_shape():
    with pytest.raises(RecordingError, match=r"got \(3,\) for 3 items alone and \(4,\)"):
        check_agreement({"a": X[:3, :3]}, {"a": X}, 1e-3)
    with pytest.raises(RecordingError, match="of one shape"):
        check_agreement({"a": X}, {"a": X[:3]}, 1e-3)


def test_difference_is_relative_and_treats_not_finite_values_as_values():
    assert difference(X, X) == 0
    assert difference(2 * X, X) == pytest.approx(1)
    assert difference(0 * X, 0 * X) == 0
    assert difference(X, 0 * X) == np.inf
    x, y = X.copy(), X.copy()
    x[0, 0] = y[0, 0] = np.nan
    assert difference(x, y) == 0
    y[0, 0] = np.inf
    assert difference(x, y) == np.inf


def test_rows_keep_their_shape():
    check_rows({"a": (4,)}, {"a": X})
    with pytest.raises(RecordingError, match=r"\(3,\) in 'a'.*\(4,\) in a later batch"):
        check_rows({"a": (3,)}, {"a": X})

"""Any function from a batch to arrays is recorded."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from repscope.errors import RecordingError, UnknownName
from repscope.recording import record

X = np.random.default_rng(0).normal(size=(20, 4))
DATA = [X[:8], X[8:16], X[16:]]


def test_a_dict_of_arrays_is_recorded_by_name(tmp_path):
    run = record(lambda x: {"square": x**2, "sum": x.sum(1), "n": len(x)}, DATA, to=tmp_path / "run")
    assert run.layers == ("square", "sum")
    np.testing.assert_allclose(np.asarray(run["square"].x), X**2, rtol=1e-6)
    np.testing.assert_allclose(np.asarray(run["sum"].x), X.sum(1)[:, None], rtol=1e-5)


def test_one_array_is_named_output_and_nested_results_by_path(tmp_path):
    assert record(lambda x: x, DATA, to=tmp_path / "one").layers == ("output",)
    nested = record(lambda x: {"h": [x, 2 * x]}, DATA, to=tmp_path / "two", layers="h.1")
    assert nested.layers == ("h.1",)
    np.testing.assert_allclose(np.asarray(nested["h.1"].x), 2 * X, rtol=1e-6)


def test_a_buffer_that_the_function_uses_again_is_copied(tmp_path):
    shared = np.zeros((8, 4))

    def reuse(x):
        shared[: len(x)] = x
        return {"a": shared[: len(x)]}

    np.testing.assert_allclose(np.asarray(record(reuse, DATA, to=tmp_path / "run")["a"].x), X, rtol=1e-6)


def test_tensors_with_gradients_and_texts_and_dicts_come_through(tmp_path):
    weight = torch.ones(4, 2, dtype=torch.float64, requires_grad=True)
    run = record(lambda x: torch.from_numpy(x) @ weight, DATA, to=tmp_path / "run")
    np.testing.assert_allclose(np.asarray(run["output"].x)[:, 0], X.sum(1), rtol=1e-5, atol=1e-6)
    texts = record(lambda t: np.array([[float(len(s))] for s in t]), ["a", "bb", "ccc"], to=tmp_path / "t")
    assert np.asarray(texts["output"].x).ravel().tolist() == [1, 2, 3]
    keyed = record(
        lambda batch: batch["x"] + batch["shift"], [{"x": X, "shift": 1.0, "ids": range(20)}], to=tmp_path / "k"
    )
    np.testing.assert_allclose(np.asarray(keyed["output"].x), X + 1, rtol=1e-6)


def test_scikit_learn_transformers_are_functions(tmp_path):
    decomposition = pytest.importorskip("sklearn.decomposition")
    pca = decomposition.PCA(2).fit(X)
    run = record(pca.transform, X, to=tmp_path / "run", batch_size=6)
    np.testing.assert_allclose(np.asarray(run["output"].x), pca.transform(X), rtol=1e-5, atol=1e-6)


def test_a_function_whose_answer_depends_on_the_batch_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="do not depend on the batch"):
        record(lambda x: x - x.mean(0), DATA, to=tmp_path / "run")


def test_results_and_patterns_without_an_array_are_refused(tmp_path):
    with pytest.raises(RecordingError, match="a dict of arrays, got a str"):
        record(lambda x: "nothing", DATA, to=tmp_path / "run")
    with pytest.raises(UnknownName, match="Did you mean 'hidden'"):
        record(lambda x: {"hidden": x}, DATA, to=tmp_path / "run", layers="hiden")
    with pytest.raises(RecordingError, match="'hidden' in every batch"):
        record(lambda x: {"hidden": x} if len(x) > 4 or x is DATA[0] else {"other": x}, [X, X[:3]], to=tmp_path / "run")

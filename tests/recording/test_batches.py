"""What counts as a batch, and which ids and labels it gets."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, SubsetRandomSampler, TensorDataset

from repscope.errors import IdMismatch, InputError
from repscope.recording.batches import as_batches, count_items, head

X = torch.arange(10.0).reshape(5, 2)
Y = torch.tensor([3, 1, 4, 1, 5])


def test_a_loader_of_pairs_gives_running_ids_and_labels():
    loader = DataLoader(TensorDataset(X, Y), batch_size=2)
    batches = list(as_batches(loader))
    assert [batch.ids for batch in batches] == [("0", "1"), ("2", "3"), ("4",)]
    assert torch.equal(torch.cat([batch.payload for batch in batches]), X)
    assert np.concatenate([batch.labels["label"] for batch in batches]).tolist() == Y.tolist()
    assert count_items(loader) == 5


@pytest.mark.parametrize(
    ("raw", "ids", "labels", "keys"),
    [
        ({"x": X, "ids": Y * 10 + torch.arange(5)}, ("30", "11", "42", "13", "54"), None, ["x"]),
        ({"x": X, "label": Y, "mask": X}, None, [3, 1, 4, 1, 5], ["x", "mask"]),
        ({"x": X, "labels": list("abcde")}, None, list("abcde"), ["x"]),
        ({"x": X, "labels": X}, None, None, ["x", "labels"]),
        (({"x": X, "ids": list("abcde")}, Y), tuple("abcde"), [3, 1, 4, 1, 5], ["x"]),
    ],
)
def test_dicts(raw, ids, labels, keys):
    (batch,) = as_batches([raw])
    assert batch.ids == (ids or tuple("01234"))
    assert list(batch.payload) == keys
    assert (batch.labels["label"].tolist() if labels else dict(batch.labels)) == (labels or {})


def test_what_is_not_a_label_column_is_not_used():
    (batch,) = as_batches([(X, X)])
    assert batch.payload is X
    assert not batch.labels
    (batch,) = as_batches([[(X, X), Y]])
    assert isinstance(batch.payload, tuple)
    assert batch.labels["label"].tolist() == Y.tolist()


def test_strings_and_arrays_are_cut_into_batches():
    texts = list(as_batches(iter(["a", "b", "c"]), batch_size=2))
    assert [batch.payload for batch in texts] == [["a", "b"], ["c"]]
    column = list(as_batches(np.array(["a", "b", "c"]), batch_size=2))
    assert [batch.payload for batch in column] == [["a", "b"], ["c"]]
    arrays = list(as_batches(X.numpy(), batch_size=3))
    assert [len(batch) for batch in arrays] == [3, 2]
    (batch,) = as_batches([[("a", "b"), torch.tensor([1, 2])]])
    assert batch.payload == ["a", "b"]
    assert batch.labels["label"].tolist() == [1, 2]


def test_a_limit_cuts_the_last_batch_in_all_its_parts():
    batches = list(as_batches([{"x": X, "flag": True, "label": Y, "ids": list("abcde")}] * 1, limit=3))
    (batch,) = batches
    assert batch.ids == ("a", "b", "c")
    assert batch.payload["x"].shape == (3, 2)
    assert batch.payload["flag"] is True
    assert batch.labels["label"].tolist() == [3, 1, 4]
    assert [len(batch) for batch in as_batches([X, X, X], limit=5)] == [5]


def test_ids_given_apart_win():
    batches = list(as_batches([{"x": X, "ids": list("abcde")}, {"x": X[:1], "ids": ["f"]}], ids=torch.arange(6) + 7))
    assert [batch.ids for batch in batches] == [("7", "8", "9", "10", "11"), ("12",)]


@pytest.mark.parametrize("ids", [["a"], list("abcdefg")])
def test_too_few_or_too_many_ids_are_refused(ids):
    with pytest.raises(IdMismatch, match="one id an item"):
        list(as_batches([X], ids=ids))


def test_ids_that_are_not_one_an_item_in_a_dict_are_refused():
    with pytest.raises(IdMismatch, match="5 ids"):
        list(as_batches([{"x": X, "ids": ["a", "b"]}]))


@pytest.mark.parametrize("data", ["text", {"x": X}, 3])
def test_what_is_no_iterable_of_batches_is_refused(data):
    with pytest.raises(InputError, match="iterable of batches"):
        list(as_batches(data))


@pytest.mark.parametrize("raw", [3, object(), torch.tensor(1.0), {"flag": True}])
def test_what_holds_no_items_is_refused(raw):
    with pytest.raises(InputError, match="a batch of items"):
        list(as_batches([raw]))


def test_empty_batches_are_passed_over():
    assert [len(batch) for batch in as_batches([X[:0], X])] == [5]


def test_head_cuts_only_what_has_one_entry_an_item():
    payload = {"x": X, "positions": torch.arange(2), "nested": (X, [1, 2, 3, 4, 5])}
    got = head(payload, 2, 5)
    assert got["x"].shape == (2, 2)
    assert got["positions"].shape == (2,)
    assert got["nested"][1] == [1, 2]


def test_count_items_knows_samplers_lists_and_limits_and_does_not_guess():
    dataset = TensorDataset(X)
    assert count_items(DataLoader(dataset, batch_size=2, drop_last=True)) == 4
    assert count_items(DataLoader(dataset, sampler=SubsetRandomSampler([0, 1, 2]))) == 3
    assert count_items([X, X[:2]]) == 7
    assert count_items(["a", "b"]) == 2
    assert count_items(X) == 5
    assert count_items(iter([X])) is None
    assert count_items(iter([X]), ids=["a"] * 9) == 9
    assert count_items([X, X], limit=3) == 3

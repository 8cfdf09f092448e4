"""How much data there is, without reading it."""

from __future__ import annotations

import numpy as np
import pytest

from repscope.recording import record
from repscope.recording.batches import as_batches
from repscope.recording.extent import Extent, extent_of

X = np.arange(40.0, dtype=np.float32).reshape(20, 2)


class Loader:
    """A loader of one's own: it can be counted and read, and knows nothing else."""

    def __init__(self, elements: list) -> None:
        self.elements, self.reads = elements, 0

    def __len__(self) -> int:
        return len(self.elements)

    def __iter__(self):
        self.reads += 1
        return iter(self.elements)


@pytest.mark.parametrize(
    ("data", "given", "extent"),
    [
        (Loader([X[:8], X[8:]]), {}, Extent(None, 2)),
        (Loader([X[:8], X[8:]]), {"limit": 9}, Extent(9, 2)),
        ([X[:8], X[8:]], {}, Extent(20, None)),
        (X, {}, Extent(20, None)),
        (iter([X]), {}, Extent(None, None)),
        ([], {}, Extent(None, None)),
    ],
)
def test_what_knows_its_items_is_not_estimated(data, given, extent):
    assert extent_of(data, **given) == extent


def test_a_loader_that_only_counts_its_batches_is_estimated_better_and_better(tmp_path):
    told = []
    loader = Loader([X[:8], X[8:16], X[16:]])
    record(lambda x: {"x": x}, loader, to=tmp_path / "run", progress=told.append)
    assert [progress.total for progress in told] == [24, 24, 24, 20]
    assert told[0].bytes_total == 24 * 2 * 4
    assert told[-1].seconds_left == 0
    assert loader.reads == 1
    record(lambda x: {"x": x}, loader, to=tmp_path / "few", limit=10, progress=told.append)
    assert told[-1].total == 10


def test_strings_that_are_put_together_into_batches_count_one_by_one(tmp_path):
    told = []
    texts = Loader(["a", "bb", "ccc", "dd", "e"])
    run = record(
        lambda batch: np.array([[float(len(text))] for text in batch]),
        texts,
        to=tmp_path / "run",
        batch_size=2,
        progress=told.append,
    )
    assert [progress.total for progress in told] == [5, 5, 5, 5]
    assert np.asarray(run["output"].x).ravel().tolist() == [1, 2, 3, 2, 1]
    assert [batch.elements for batch in as_batches(texts, batch_size=2)] == [2, 2, 1]


def test_a_guess_refuses_no_recording(tmp_path, monkeypatch):
    import shutil
    from types import SimpleNamespace

    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=170))
    run = record(lambda x: {"x": x}, Loader([X[:8], X[8:10], X[10:12]]), to=tmp_path / "run")
    assert run.items == 12

"""Lazy rows are indexed as NumPy indexes, whichever way they are read."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repscope.errors import StoreCorrupt, StoreTruncated
from repscope.store import Rows, Writer, gather

N = 300
SHAPES = {"narrow": (3,), "deep": (4, 5), "wide": (8192,)}
"""Rows of `wide` take 32 KiB, so that reading some of them is not reading the file through."""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Rows, np.ndarray]]:
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=(N, *shape)).astype(np.float32) for name, shape in SHAPES.items()}
    path = tmp_path_factory.mktemp("rows")
    with Writer.open(path, "m", settings={}, shard_bytes=110 * 4 * 8192) as writer:
        writer.append([str(i) for i in range(N)], arrays)
        recording = writer.finish()
    assert len(recording["wide"].x.paths) == 3
    return {name: (recording[name].x, x) for name, x in arrays.items()}


rows = st.integers(-N, N - 1)
bounds = st.one_of(st.none(), st.integers(-N - 5, N + 5))
slices = st.builds(slice, bounds, bounds, st.sampled_from([None, 1, 1, 1, 2, 7, -1, -3]))
indices = st.lists(rows, max_size=40)
masks = st.lists(st.booleans(), min_size=N, max_size=N).map(np.array)
keys = st.one_of(
    rows,
    slices,
    indices,
    indices.map(lambda i: np.array(i, dtype=np.int32)),
    masks,
    st.just(Ellipsis),
    st.just(()),
    st.lists(rows, min_size=6, max_size=6).map(lambda i: np.array(i).reshape(2, 3)),
    st.tuples(slices, st.integers(0, 2)),
    st.tuples(rows, slices),
    st.tuples(masks, st.integers(0, 2)),
    st.tuples(st.lists(rows, min_size=2, max_size=2), st.just([0, 2])),
    st.tuples(st.lists(rows, min_size=2, max_size=2), slices),
    st.tuples(st.lists(rows, min_size=6, max_size=6).map(lambda i: np.array(i).reshape(3, 2)), st.just([0, 2])),
    st.tuples(st.just(Ellipsis), st.integers(0, 2)),
)


@settings(max_examples=250, deadline=None)
@given(key=keys, name=st.sampled_from(list(SHAPES)))
def test_rows_are_indexed_as_numpy_indexes(stored: dict[str, tuple[Rows, np.ndarray]], key: Any, name: str) -> None:
    lazy, x = stored[name]
    expected = x[np.array(key, dtype=np.int64) if isinstance(key, list) else key]
    got = lazy[key]
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("way", ["warm", "cold", "in parts", "no advice"])
def test_a_gather_is_the_same_whatever_the_page_cache_holds(
    way: str, stored: dict[str, tuple[Rows, np.ndarray]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lazy, x = stored["wide"]
    picked = np.random.default_rng(1).integers(0, N, 90)
    asked = []
    advise = os.posix_fadvise
    monkeypatch.setattr(os, "posix_fadvise", lambda *given: (asked.append(given[1:3]), advise(*given)))
    if way == "cold":
        for path in lazy.paths:
            with path.open("rb") as file:
                advise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if way == "in parts":
        monkeypatch.setattr(gather, "AHEAD_BYTES", 7 * 4 * 8192)
    if way == "no advice":
        monkeypatch.delattr(os, "posix_fadvise")
    np.testing.assert_array_equal(lazy[picked], x[picked])
    runs = 1 + np.count_nonzero(np.diff(np.unique(picked)) > 1)
    assert len(asked) == 0 if way == "no advice" else runs <= len(asked) <= 90


@given(st.lists(st.integers(0, 500), min_size=1), st.sampled_from([1, 100, 20000]))
def test_the_parts_of_the_file_that_are_asked_for_hold_every_row_and_little_else(rows: list[int], width: int) -> None:
    ascending = np.sort(np.array(rows))
    begins, lengths = gather.ranges_of(ascending, width)
    covered = {byte for begin, n in zip(begins, lengths, strict=True) for byte in range(begin, begin + n, width)}
    wanted = {4096 + row * width for row in rows}
    assert wanted <= covered
    assert covered == wanted or width < gather.NEAR_BYTES
    assert sum(lengths) <= len(wanted) * (width + gather.NEAR_BYTES)


def test_a_slice_inside_a_shard_shares_memory_with_the_file_and_cannot_be_written(
    stored: dict[str, tuple[Rows, np.ndarray]],
) -> None:
    lazy, x = stored["wide"]
    view = lazy[5:20]
    assert not view.flags.owndata
    assert not view.flags.writeable
    assert lazy[100:120].flags.owndata
    np.testing.assert_array_equal(lazy[100:120], x[100:120])
    with pytest.raises(ValueError, match="read-only"):
        view[0, 0] = 1


@pytest.mark.parametrize("max_bytes", [1, 200, 4096, 10**9])
def test_blocks_are_all_rows_in_order_within_the_budget(
    max_bytes: int, stored: dict[str, tuple[Rows, np.ndarray]]
) -> None:
    lazy, x = stored["deep"]
    blocks = list(lazy.blocks(max_bytes))
    np.testing.assert_array_equal(np.concatenate(blocks), x)
    assert all(block.nbytes <= max_bytes or len(block) == 1 for block in blocks)
    np.testing.assert_array_equal(np.stack(list(lazy)), x)


def test_rows_are_array_like(stored: dict[str, tuple[Rows, np.ndarray]]) -> None:
    lazy, x = stored["deep"]
    assert (lazy.shape, lazy.ndim, lazy.size, lazy.nbytes, len(lazy)) == (x.shape, 3, x.size, x.nbytes, N)
    assert lazy.dtype == np.float32
    assert repr(lazy) == "Rows(shape=(300, 4, 5), dtype=float32, shards=3)"
    np.testing.assert_array_equal(np.asarray(lazy, dtype=np.float64), x.astype(np.float64))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(lazy))[7:9], x[7:9])
    copied = np.array(lazy, copy=True)
    copied += 1
    np.testing.assert_array_equal(np.asarray(lazy), x)
    with pytest.raises(ValueError, match="copy=False"):
        np.asarray(lazy, copy=False)
    single = Rows(lazy.paths[:1], lazy.counts[:1], lazy.row_shape, lazy.stored)
    assert not np.asarray(single, copy=False).flags.owndata


@pytest.mark.parametrize("key", [N, -N - 1, [0, N], np.ones(N - 1, bool), 1.5, "a", None])
def test_an_index_that_is_none_says_what_rows_there_are(key: Any, stored: dict[str, tuple[Rows, np.ndarray]]) -> None:
    with pytest.raises(IndexError, match=f"rows.*{N}"):
        stored["deep"][0][key]


def test_rows_of_a_file_that_was_cut_or_deleted_since(tmp_path: Path) -> None:
    with Writer.open(tmp_path, "m", settings={}) as writer:
        writer.append([str(i) for i in range(50)], {"x": np.ones((50, 8192), np.float32)})
        lazy = writer.finish()["x"].x
    os.truncate(lazy.paths[0], 4096 + 20 * 32768)
    for key in (slice(0, 30), [0, 10, 29]):
        with pytest.raises(StoreTruncated, match="00000"):
            lazy[key]
    assert lazy[[0, 19]].shape == (2, 8192)
    lazy.paths[0].unlink()
    for key in (slice(0, 3), [0, 10, 29]):
        with pytest.raises(StoreCorrupt, match="no such file"):
            lazy[key]

"""Committed ids against the data as it comes again."""

from __future__ import annotations

import pytest

from repscope.errors import StoreDiffers
from repscope.recording.resume import Committed


def test_a_batch_is_whole_in_part_or_not_committed():
    committed = Committed(tuple("abcde"), tokens=False)
    assert committed.take(("a", "b")) == (2, True)
    assert committed.take(("c", "d", "e", "f")) == (3, False)
    assert committed.take(("g",)) == (0, False)
    committed.end()


def test_other_ids_or_too_few_are_refused():
    with pytest.raises(StoreDiffers, match="expected id 'b' as row 1, got id 'x'"):
        Committed(("a", "b"), tokens=False).take(("a", "x"))
    committed = Committed(tuple("abc"), tokens=False)
    committed.take(("a", "b"))
    with pytest.raises(StoreDiffers, match="3 rows, as committed, got data that ends at row 2"):
        committed.end()


def test_tokens_count_as_whole_only_if_rows_follow():
    committed = Committed(("a:0", "a:1", "b:0", "c:0", "c:1"), tokens=True)
    assert committed.take(("a", "b")) == (3, True)
    assert committed.take(("c",)) == (2, False)
    assert committed.take(("d",)) == (0, False)
    with pytest.raises(StoreDiffers, match="id 'a:0' as row 0, got id 'b'"):
        Committed(("a:0",), tokens=True).take(("b",))

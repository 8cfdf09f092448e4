"""The rows that an earlier run committed, matched against the data as it comes again."""

from __future__ import annotations

from repscope.errors import StoreDiffers, explain
from repscope.types import Ids


class Committed:
    """Walks along the committed ids, batch by batch.

    Where positions are items, ids are `item:position` with positions from 0, and how many an item has is not
    known before it is run: a batch then counts as whole only if committed rows follow it.
    """

    def __init__(self, ids: Ids, *, tokens: bool) -> None:
        self.ids = ids
        self.tokens = tokens
        self.at = 0

    def take(self, batch: Ids) -> tuple[int, bool]:
        """Return how many rows of a batch are committed, and whether these are all of them.

        Raises
        ------
        StoreDiffers
            The batch holds other ids than the committed ones at its place.
        """
        start = self.at
        if start == len(self.ids):
            return 0, False
        expected = self.tokens_of(batch) if self.tokens else batch[: len(self.ids) - start]
        got = self.ids[start : start + len(expected)]
        if got != expected or not expected:
            where = next((i for i, (a, b) in enumerate(zip(expected, got, strict=False)) if a != b), 0)
            recorded = self.ids[start + where]
            raise StoreDiffers(
                differs(f"id {recorded!r} as row {start + where}", f"id {batch[min(where, len(batch) - 1)]!r}")
            )
        self.at += len(expected)
        whole = self.at < len(self.ids) if self.tokens else len(expected) == len(batch)
        return len(expected), whole

    def tokens_of(self, batch: Ids) -> Ids:
        """Return the committed ids from here on that are positions of the items of a batch."""
        end = self.at
        for item in batch:
            position = 0
            while end < len(self.ids) and self.ids[end] == f"{item}:{position}":
                position, end = position + 1, end + 1
        return self.ids[self.at : end]

    def end(self) -> None:
        """Raise `StoreDiffers` if the data ended before the committed rows did."""
        if self.at < len(self.ids):
            raise StoreDiffers(differs(f"{len(self.ids)} rows, as committed", f"data that ends at row {self.at}"))


def differs(expected: str, got: str) -> str:
    """Return the message for data that is not what was recorded before."""
    do = "Give the same data in the same order (no shuffling), or record to another place."
    return explain(expected=expected, got=got, argument="data", do=do)

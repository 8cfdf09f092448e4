"""How much data there is, as far as that can be known without reading it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from repscope.recording.batches import count_items, is_array, length


@dataclass(frozen=True, slots=True)
class Extent:
    """Items in all, where the data or the caller say so, and elements of an iterable that only knows its length."""

    items: int | None = None
    elements: int | None = None

    def total(self, items: int, elements: int, items_an_element: float) -> int | None:
        """Return the items in all after so many items and elements, None where there is no telling."""
        if self.elements is None:
            return self.items
        estimate = items + round(max(0, self.elements - elements) * items_an_element)
        return estimate if self.items is None else min(estimate, self.items)


def extent_of(data: Any, *, ids: Any = None, limit: int | None = None) -> Extent:
    """Return how much data there is; nothing is read, so an iterable's elements may turn out to be of any size."""
    items = count_items(data, ids=ids, limit=limit)
    counts_itself = is_array(data) or isinstance(data, list | tuple) or count_items(data) is not None
    return Extent(items, None if counts_itself else length(data))

"""Function: how alike two networks answer."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = ()

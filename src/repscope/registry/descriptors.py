"""Descriptors: differences of one property of each representation."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = ()

"""Representational similarity analysis: patterns of dissimilarities between items."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = ()

"""Unit matching: which unit of one representation answers to which of the other."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = ()

"""Canonical correlation: what invertible linear maps leave of two representations."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = ()

"""Topology: what is connected to what, whatever the exact distances."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = ()

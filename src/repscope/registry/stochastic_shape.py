"""Stochastic shapes and small samples: distances between responses that vary over trials."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = ()

"""Regression: how well one representation predicts the other."""

from __future__ import annotations

from repscope.types.card import Card

CARDS: tuple[Card, ...] = ()

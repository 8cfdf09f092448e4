"""Numbers and cards in plain words."""

from __future__ import annotations

import math

import pytest

from repscope.reports.words import bounds, count, direction, equation, listed, number, probability, settings, stopped


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12345, "0.123"),
        (-0.0001, "0.000"),
        (-0.5, "−0.500"),
        (math.nan, "undefined"),
        (None, "undefined"),
        (12345.6, "1.235e+04"),
    ],
)
def test_numbers(value, text):
    assert number(value) == text


@pytest.mark.parametrize(("p", "text"), [(0.05, "p = 0.0500"), (1e-9, "p < 0.0001"), (None, "p undefined")])
def test_probabilities(p, text):
    assert equation(p) == text


def test_half_an_interval_is_undefined():
    assert bounds(0.1, math.nan) == "undefined"
    assert probability(math.nan) == "undefined"


def test_counting_and_listing():
    assert (count(1, "layer"), count(1797, "item")) == ("1 layer", "1,797 items")
    assert (listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])) == ("a", "a and b", "a, b and c")
    assert (stopped(" so "), stopped("so.")) == ("so.", "so.")
    assert (settings({}), settings({"k": 3})) == ("none", "k = 3")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {},
            "Higher is more alike; layers that are the same up to a shift, a change of scale or a rotation or "
            "reflection score 1.",
        ),
        (
            {
                "higher": "different",
                "bounds": (0.0, math.inf),
                "invariant": frozenset({"invertible linear", "orthogonal"}),
            },
            "Lower is more alike; layers that are the same up to any invertible linear map score 0.",
        ),
        ({"invariant": frozenset()}, "Higher is more alike; layers that are the same value by value score 1."),
        ({"bounds": (0.0, math.inf)}, "Higher is more alike."),
        ({"higher": "neither"}, "A higher value is neither more nor less alike."),
    ],
)
def test_how_to_read_a_measure_comes_from_its_card(carded, changes, text):
    assert direction(carded(**changes)) == text

"""Notes that many layers share become one line, and none is lost."""

from __future__ import annotations

from repscope.reports.notes import gathered, noted


def test_what_is_said_of_many_layers_becomes_one_line():
    notes = (
        "a/x: 37 constant units dropped",
        "n = 5: too few",
        "a/y: 1 constant unit dropped",
        "b/x: 2,096 constant units dropped",
    )
    assert gathered(notes) == ("constant units dropped: a/x 37, a/y 1, b/x 2,096", "n = 5: too few")


def test_a_note_without_a_number_is_gathered_by_its_words():
    notes = [f"{layer}: constant representation: the value is undefined (NaN)" for layer in "xyz"]
    assert gathered(notes) == ("constant representation: the value is undefined (NaN): x, y, z",)


def test_two_layers_and_other_notes_stay_as_they_are():
    notes = ("a: 3 units dropped", "b: 4 units dropped", "depends on the sample size", "c: 3 items tied")
    assert gathered(notes) == notes
    assert noted(()) == ()

"""The sentences say what was planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from repscope.reports import findings
from repscope.reports.findings import ranked


def test_the_planted_truth_is_found(compared):
    closest, chance, depth, outsider = findings(compared())
    assert closest.startswith("The closest pair is cnn-a/conv1 and cnn-b/conv1: 0.928 (95 % interval 0.913 to 0.944)")
    assert chance.startswith("156 of 253 pairs of layers are closer than chance")
    assert "cnn-a and cnn-b are the closest" in depth
    assert "6 of 6 layers" in depth
    assert outsider.startswith("untrained is least like the others")


def test_a_distance_gives_the_same_findings_as_the_similarity(compared, carded):
    alike = compared()
    unlike = replace(alike, value=1 - alike.value, card=carded(higher="different", bounds=(0.0, 1.0)))
    assert ranked(unlike) == ranked(alike)
    assert findings(unlike)[3].startswith("untrained is least like the others")
    assert "6 of 6 layers" in findings(unlike)[2]


def test_numbers_agree_with_the_matrix(compared):
    one = compared({"a": ("x", "y", "z"), "b": ("x", "y", "z")})
    mean = one.value[[0, 1, 2], [3, 4, 5]].mean()
    assert f"a and b score {mean:.3f} on average" in findings(one)[2]


def test_what_is_undefined_is_counted(compared):
    value = compared().value.copy()
    value[3, :] = value[:, 3] = np.nan
    assert findings(compared(value=value))[-1] == "45 values of 529 could not be computed: undefined."
    assert findings(compared(value=np.full(value.shape, np.nan)))[0] == "No pair of layers has a defined value."


def test_a_measure_of_neither_kind_is_not_read_as_likeness(compared, carded):
    said = findings(compared(card=carded(higher="neither")))
    assert said[0].startswith("The highest value is")
    assert not any("least like" in sentence or "corresponding depth" in sentence for sentence in said)


def test_without_statistics_none_is_claimed(compared):
    nothing = np.full(compared().shape, np.nan)
    said = findings(compared(level=None, low=nothing, high=nothing, null=nothing, null_sd=nothing, p=nothing))
    assert not any("chance" in sentence or "interval" in sentence for sentence in said)

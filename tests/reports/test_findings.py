"""The sentences say what was planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.stats import false_discovery_control

from repscope.reports import findings
from repscope.reports.findings import ranked


def test_the_planted_truth_is_found(compared):
    closest, chance, depth, outsider = findings(compared())
    assert closest.startswith(
        "The closest pair of layers of different models is cnn-a/conv1 and cnn-b/conv1: 0.928 (95 % interval 0.913 to"
    )
    crossing = [(i, j) for i in range(23) for j in range(i) if compared().rows[i].model != compared().rows[j].model]
    passed = false_discovery_control([compared().p[at] for at in crossing]) <= 0.05
    assert chance.startswith(f"{passed.sum()} of {len(crossing)} pairs of layers of different models are closer")
    assert chance.endswith("Above chance is a low bar: almost any two networks on the same items pass it.")
    assert "cnn-a and cnn-b are the closest: their layers of the same name score" in depth
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
    assert f"The layers of a and b of the same name score {mean:.3f} on average" in findings(one)[2]


def test_layers_of_other_names_are_paired_by_position_and_that_is_said(compared):
    one = compared({"a": ("x", "y", "z"), "b": ("u", "v", "w")})
    assert "a and b at the same relative position among the recorded layers score" in findings(one)[2]
    turned = replace(one, columns=one.columns, value=one.value[:, [0, 1, 2, 5, 4, 3]])
    assert "1 of 3 layers of a matches best the layer of b at the same position." in findings(turned)[2]


def test_a_layer_alone_and_a_pair_alone_are_called_so(compared):
    (said,) = findings(compared({"a": ("",)}))
    assert said == "There is one layer, compared with itself: 1.000 (95 % interval 0.988 to 1.000)."
    two = compared({"a": ("",), "b": ("",)}, value=np.full((2, 2), 0.25), p=np.full((2, 2), 0.3))
    score, chance = findings(two)
    assert score.startswith("a and b score 0.250 (95 % interval")
    assert chance == "They are not told apart from chance at 5 % (p = 0.3000)."
    assert findings(replace(two, p=np.full((2, 2), 0.02)))[1].startswith("They are closer than chance (p = 0.0200).")
    assert findings(replace(two, value=np.full((2, 2), np.nan))) == ("The value is undefined.",)


def test_many_pairs_are_counted_alike(compared):
    many = compared({"a": tuple(map(str, range(66))), "b": tuple(map(str, range(66)))}, p=np.full((132, 132), 1e-9))
    assert findings(many)[1].startswith("4,356 of 4,356 pairs of layers of different models are closer")
    assert "4,356 after Bonferroni" in findings(many)[1]


def test_what_is_undefined_is_counted(compared):
    value = compared().value.copy()
    value[3, :] = value[:, 3] = np.nan
    assert findings(compared(value=value))[-1] == "22 of 253 pairs of layers could not be computed: undefined."
    assert findings(compared(value=np.full(value.shape, np.nan)))[0].startswith("No pair of layers of different")


def test_a_measure_of_neither_kind_is_not_read_as_likeness(compared, carded):
    said = findings(compared(card=carded(higher="neither")))
    assert said[0].startswith("The highest value of layers of different models is")
    assert not any("least like" in sentence or "of the same name" in sentence for sentence in said)


def test_without_statistics_none_is_claimed(compared):
    nothing = np.full(compared().shape, np.nan)
    said = findings(compared(level=None, low=nothing, high=nothing, null=nothing, null_sd=nothing, p=nothing))
    assert not any("chance" in sentence or "interval" in sentence for sentence in said)

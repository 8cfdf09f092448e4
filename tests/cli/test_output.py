"""Tables in a pipe, in a wide and in a narrow terminal; the bar and what is said above it."""

from __future__ import annotations

from functools import partial

import pytest
from rich.console import Console

from repscope.cli import output

NAMES = ("resnet-a/layer3.1.conv2", "resnet-b/layer4.0.downsample")
COLUMNS = ("layer", "most similar", "value", "interval", "unrelated", "p")
ROWS = [(*NAMES, "0.912", "0.894 to 0.930", "0.001 ± 0.002", "< 0.0001")]
TITLE = "cka: the most similar layer to each, over 10000 items"


@pytest.fixture
def terminal(monkeypatch):
    def of_width(width: int) -> None:
        monkeypatch.setattr(output, "Console", partial(Console, force_terminal=True, color_system=None, width=width))

    return of_width


def lines(capsys) -> list[str]:
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_in_a_pipe_nothing_is_wrapped_however_long(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    output.print_table(TITLE, COLUMNS, [("m/" + "x" * 300, *ROWS[0][1:])], below=["a note " * 60])
    said = lines(capsys)
    assert len(said) == 4
    assert said[0] == TITLE
    assert said[2].split("  ") == ["m/" + "x" * 300, *ROWS[0][1:]]


@pytest.mark.parametrize(
    ("width", "missing"),
    [(120, ()), (101, ()), (100, ("unrelated",)), (86, ("unrelated",)), (85, ("unrelated", "p"))],
)
def test_a_narrow_terminal_leaves_columns_out_and_no_name_is_broken(capsys, terminal, width, missing):
    terminal(width)
    output.print_table(TITLE, COLUMNS, ROWS)
    said = lines(capsys)
    assert max(map(len, said)) <= width
    assert said[0] == TITLE
    assert said[2].split("  ")[0] == NAMES[0]
    assert all(cell in said[2] for cell in (*NAMES, "0.912", "0.894 to 0.930"))
    assert [name for name in COLUMNS if name not in said[1]] == list(missing)
    assert said[3:] == ([f"left out of this narrow table: {', '.join(missing)}"] if missing else [])


def test_where_nothing_is_left_to_leave_out_names_are_folded_and_numbers_are_whole(capsys, terminal):
    terminal(50)
    output.print_table("title", COLUMNS, ROWS)
    said = lines(capsys)
    assert max(map(len, said)) <= 50
    assert "0.894 to 0.930" in said[2]
    assert "p" not in said[1].split()


def test_words_may_be_broken_between_and_titles_are_as_wide_as_the_terminal(capsys, terminal):
    terminal(60)
    sentence = "how many neighbours they share in incomprehensible neighbourhoods"
    output.print_table(TITLE, ("name", "family", "what it says"), [("mutual_knn", "neighbourhood", sentence)])
    said = lines(capsys)
    assert said[0] == TITLE
    assert said[2].startswith("mutual_knn  neighbourhood  how many")
    assert max(map(len, said[1:])) <= 60
    assert " ".join(said[2:]).split() == ["mutual_knn", "neighbourhood", *sentence.split()]
    output.print_table("cka", COLUMNS, [("a/0", "a/1", *ROWS[0][2:])])
    assert any("< 0.0001" in line for line in lines(capsys))


def test_columns_without_names_are_all_shown(capsys):
    output.print_table("cka", ("", ""), [("range", "0 to 1"), ("metric", "no")])
    assert lines(capsys) == ["cka", "range   0 to 1", "metric  no"]


def test_what_is_said_stands_on_a_line_of_its_own_above_the_bar(capsys, terminal):
    terminal(100)
    with output.progress_bar("recording", "items") as bar:
        bar(1, 2)
        bar.say("1 layer, about 3 kB")
        bar(2, 2)
    assert any(line.rstrip().endswith("1 layer, about 3 kB") for line in capsys.readouterr().err.splitlines())


def test_bar_and_line_are_silent_where_there_is_no_terminal(capsys):
    with output.progress_bar("recording", "items") as bar:
        bar(1, 2)
        bar.say("1 layer")
    assert capsys.readouterr() == ("", "")


def test_one_is_singular():
    assert [output.counted(number, "layer") for number in (0, 1, 2)] == ["0 layers", "1 layer", "2 layers"]

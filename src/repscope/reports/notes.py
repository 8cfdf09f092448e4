"""What the operations said, what they said of many layers put into one line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from repscope.reports.blocks import Notes, Section

FEW = 3
"""From how many layers on the same note becomes one line."""


def noted(notes: Sequence[str]) -> tuple[Section, ...]:
    """Return the section of notes, or nothing."""
    return (Section("Notes", (Notes(gathered(notes)),)),) if notes else ()


def gathered(notes: Sequence[str]) -> tuple[str, ...]:
    """Return the notes, those of the form `layer: 3 units dropped` that many layers share as one line.

    It stands where the first of them stood: `units dropped: cnn-a/conv1 37, cnn-a/conv2 96`.
    """
    lines: dict[str, list[tuple[str, str]]] = {}
    for note in notes:
        layer, number, words = parted(note)
        lines.setdefault(words if layer else note, []).append((note, f"{layer} {number}".strip()))
    said: list[str] = []
    for words, found in lines.items():
        if len(found) < FEW:
            said += [note for note, _ in found]
        else:
            said.append(f"{words}: {', '.join(name for _, name in found)}")
    return tuple(said)


def parted(note: str) -> tuple[str, str, str]:
    """Return the layer that a note is about, the number that it states first, and its words without both."""
    found = re.fullmatch(r"(?P<layer>.*?\S): (?:(?P<number>\d[\d,]*) )?(?P<words>.+)", note, flags=re.DOTALL)
    if found is None:
        return "", "", note
    words = re.sub(r"\bunit\b", "units", found["words"]) if found["number"] else found["words"]
    return found["layer"], found["number"] or "", words

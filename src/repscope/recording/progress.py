"""How far a recording is, and what is still to come: told to the caller, never printed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from repscope.errors import RecordingError, explain


@dataclass(frozen=True, slots=True)
class Progress:
    """What the `progress` callback is given: after the first batch, before anything is written, and after each.

    Parameters
    ----------
    items, total : items done (among them those found on disk), and items in all; estimated from the first batch
        where the data only says how many batches there are, None where it says nothing
    bytes, bytes_total : on disk, estimated from the first batch
    seconds, seconds_left : since the recording began; estimated from the items recorded so far
    units : the shape of a row of each layer
    free : bytes free on the disk before the recording began
    """

    items: int
    total: int | None
    bytes: int
    bytes_total: int | None
    seconds: float
    seconds_left: float | None
    units: Mapping[str, tuple[int, ...]]
    free: int


def free_bytes(path: Path) -> int:
    """Return the bytes free on the disk that holds `path`, or will hold it."""
    here = path.absolute()
    while not here.exists():
        here = here.parent
    return shutil.disk_usage(here).free


def check_room(needed: int | None, free: int, to: Path) -> None:
    """Raise `RecordingError`, naming both numbers, if the recording will not fit on the disk."""
    if needed is None or needed <= free:
        return
    do = "Free some space, record fewer layers, pool them, or say dtype='float16'."
    expected, got = f"room for {size(needed)} (estimated from the first batch)", f"{size(free)} free at {to}"
    raise RecordingError(explain(expected=expected, got=got, argument="to", do=do))


def size(number: int) -> str:
    """Return a number of bytes as a person reads it: `1.5 GB (1,500,000,000 bytes)`."""
    value, unit = float(number), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{number} bytes" if unit == "bytes" else f"{value:.1f} {unit} ({number:,} bytes)"

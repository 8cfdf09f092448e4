"""Every error that repscope raises on purpose.

    RepscopeError
    ├── InputError (ValueError)          an argument is not what the operation needs
    │   ├── ShapeError                   wrong number of axes, of items, or of units
    │   ├── DtypeError                   complex, object or mixed dtypes
    │   ├── NotFiniteError               NaN or infinity among the values
    │   ├── IdMismatch                   two representations do not hold the same items
    │   └── MixedArrays                  two array libraries, or two devices, in one call
    ├── UnknownName (LookupError)        no such measure, layer or model; lists near misses
    ├── MissingExtra (ImportError)       an optional library is not installed; names the extra
    ├── RecordingError (RuntimeError)    a network cannot be recorded as asked
    └── StoreError (OSError)             a folder on disk is not a readable store
        ├── StoreMissing                 nothing is there
        ├── StoreVersion                 written by a newer repscope
        ├── StoreCorrupt                 bytes are not those that were committed
        ├── StoreTruncated               a shard is shorter than was committed
        ├── StoreFull                    a write failed; what was committed is safe
        ├── StoreBusy                    another process is writing
        └── StoreDiffers                 a resumed recording is not the one that was begun

Each message says four things: what was expected, what came, which argument, and what to do next.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class RepscopeError(Exception):
    """The base of every error that repscope raises on purpose."""


class InputError(RepscopeError, ValueError):
    """An argument is not what the operation needs."""


class ShapeError(InputError):
    """Wrong number of axes, of items, or of units."""


class DtypeError(InputError):
    """A dtype that has no place in the measure."""


class NotFiniteError(InputError):
    """NaN or infinity among the values."""


class IdMismatch(InputError):
    """Two representations do not hold the same items."""


class MixedArrays(InputError):
    """Two array libraries, or two devices, in one call."""


class UnknownName(RepscopeError, LookupError):
    """No such name; the message lists near misses."""


class MissingExtra(RepscopeError, ImportError):
    """An optional library is not installed."""


class RecordingError(RepscopeError, RuntimeError):
    """A network cannot be recorded as asked."""


class StoreError(RepscopeError, OSError):
    """A folder on disk is not a readable store."""


class StoreMissing(StoreError):
    """Nothing is there."""


class StoreVersion(StoreError):
    """The store was written by a newer repscope."""


class StoreCorrupt(StoreError):
    """Bytes on disk are not those that were committed."""


class StoreTruncated(StoreError):
    """A shard is shorter than was committed."""


class StoreFull(StoreError):
    """A write failed; what was committed is safe."""


class StoreBusy(StoreError):
    """Another process is writing to the store."""


class StoreDiffers(StoreError):
    """A resumed recording is not the one that was begun."""


def explain(*, expected: str, got: str, argument: str, do: str) -> str:
    """Return the one form of every message: expected, got, which argument, what to do next."""
    return f"{argument}: expected {expected}, got {got}. {do}"


def near_misses(name: str, known: Iterable[str]) -> str:
    """Return «Did you mean …?» with up to three close names, or the first names there are."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"Did you mean {', '.join(map(repr, close))}?"
    shown = ", ".join(map(repr, names[:8])) + (", …" if len(names) > 8 else "")
    return f"There are: {shown}." if names else "There are none."

"""Records what the layers of networks give for every item of some data."""

from __future__ import annotations

from repscope.recording.progress import Progress
from repscope.recording.record import record

__all__ = ["Progress", "record"]

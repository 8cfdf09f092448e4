"""Everything that `record` is asked for, and the way the host's memory and the disk see a dtype."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repscope.recording.pool import Channels, Pooling
from repscope.recording.progress import Progress

ITEMSIZE = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
"""Bytes a number on disk."""


@dataclass(frozen=True, slots=True)
class Options:
    """The arguments of `record`, checked; its docstring says what each means."""

    to: Path
    name: str
    layers: tuple[str, ...] | None = None
    of: str = "output"
    pooling: Pooling = "none"
    channels: Channels = None
    dtype: str = "float32"
    device: Any = None
    mode: str = "eval"
    ids: Iterable[Any] | None = None
    limit: int | None = None
    batch_size: int = 64
    tokenizer: Any = None
    max_length: int | None = None
    revision: str = ""
    tolerance: float | None = None
    shard_bytes: int | None = None
    progress: Callable[[Progress], Any] | None = None

    @property
    def in_memory(self) -> str:
        """The dtype of the rows before they are written; NumPy has no bfloat16, so that is float32."""
        return "float32" if self.dtype == "bfloat16" else self.dtype

    @property
    def patterns(self) -> Sequence[str]:
        """The patterns of layers; everything without any."""
        return ("*",) if self.layers is None else self.layers

"""Representations on disk: written once, row by row; read lazily, by anyone, at any time."""

from repscope.store.layout import FORMAT
from repscope.store.rows import Rows
from repscope.store.store import Recording, Store, open_store
from repscope.store.writer import Writer

__all__ = ["FORMAT", "Recording", "Rows", "Store", "Writer", "open_store"]

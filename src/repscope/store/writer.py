"""The only way to write a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from io import BufferedWriter
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from repscope.errors import InputError, StoreDiffers, StoreError, explain
from repscope.store.batch import Batch, Plan, checked, plan_of
from repscope.store.dtypes import check_dtype
from repscope.store.files import make_folder, writing
from repscope.store.growing import GrowingItems, GrowingRows, cut
from repscope.store.layout import Entry, Manifest, Space, folders
from repscope.store.lock import acquire, release
from repscope.store.manifest import read_manifest, write_manifest
from repscope.store.resume import check_folder, check_same, discard, plain, prepared, sweep
from repscope.store.store import Recording, open_store
from repscope.types import Ids, Source

SHARD_BYTES = 128 * 2**20
"""Bytes of the widest layer's shard: few enough files for a listing, few enough bytes for a copy."""


class Writer:
    """Appends the rows of one recording; a context manager, opened by `Writer.open`.

    Rows go to the disk as they are appended and count from the next commit on, which happens by itself when a
    shard is full. Left by an exception, the writer drops what is not committed, and the folder if it made one
    and nothing was; left otherwise, or by `KeyboardInterrupt`, it commits. One writer works on a store at a time;
    readers are never disturbed.
    """

    def __init__(
        self,
        root: Path,
        lock: BufferedWriter,
        manifest: Manifest,
        entry: Entry,
        sources: Mapping[str, Source],
        *,
        made: bool = False,
    ) -> None:
        self.root, self.manifest, self.entry, self.sources = root, manifest, entry, sources
        self.made, self.torn = made, False
        self.lock: BufferedWriter | None = lock
        self.plan: Plan | None = None
        self.layers: dict[str, GrowingRows] = {}
        model_folders = folders((*(old.model for old in manifest.recordings), entry.model))
        self.folder = model_folders[entry.model]
        self.items = GrowingItems(root, self.folder)
        self.uncommitted = 0
        self.committed_ids: Ids = ()
        if entry.items:
            self.continue_with(plan_of(entry))
        self.seen: set[str] = set(self.committed_ids)

    @classmethod
    def open(
        cls,
        path: str | Path,
        model: str,
        *,
        settings: Mapping[str, Any],
        sources: Mapping[str, Source] = {},
        dtype: str | None = None,
        shard_bytes: int = SHARD_BYTES,
        words: Mapping[str, str] = {},
    ) -> Writer:
        """Return a writer that begins the recording of `model`, or goes on with the one that was begun.

        Parameters
        ----------
        path : path
            The folder of the store, made if there is none; other models in it are left alone.
        model : str
            The name of the recording; any string.
        settings : mapping
            Plain JSON values; a recording is resumed only with equal ones.
        sources : mapping of layers
            Where each comes from; model, layer, dtype and digest are filled in.
        dtype : "float32", "float16", "bfloat16" or "float64"
            On disk; by default float16, float32 and bfloat16 stay what they are, all else becomes float32.
        shard_bytes : int
            Size of a shard of the widest layer; all layers are cut at the same items.
        words : mapping of settings
            What it means that a setting differs, such as "the model's weights differ" of a digest.

        Raises
        ------
        StoreBusy
            Somebody else is writing to the store.
        StoreDiffers
            The recording was begun with other settings; the message lists them.
        StoreFull
            The folder cannot be written to.
        StoreError
            There is a store that cannot be read.
        InputError
            Settings are not plain JSON values, an argument is outside its range, or the path is a file.
        """
        check_dtype(dtype)
        if shard_bytes < 1:
            do = "Leave it out to use 128 MiB."
            raise InputError(explain(expected="at least 1", got=str(shard_bytes), argument="shard_bytes", do=do))
        values, root = plain(settings), Path(path)
        check_folder(root)
        made = not root.exists()
        with writing(root):
            make_folder(root.absolute())
            lock = acquire(root)
        with ExitStack() as undo, writing(root):
            undo.callback(release, lock)
            if made:
                undo.callback(discard, root)
            manifest = prepared(root)
            entry = manifest.get(model)
            if entry is not None:
                check_same(root, entry, values, dtype, shard_bytes, words)
            fresh = Entry(model, values, dtype, shard_bytes, 0, (), (), ())
            writer = cls(root, lock, manifest, entry or fresh, sources, made=made)
            undo.pop_all()
        return writer

    @property
    def rows(self) -> int:
        """The number of committed rows; the next append continues after them and those appended since."""
        return self.entry.rows

    def append(
        self, ids: Sequence[str], arrays: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray] = {}
    ) -> None:
        """Write the rows of some items: the same layers and label columns each time.

        Parameters
        ----------
        ids : sequence of str
            One an item, each once in the whole recording.
        arrays : mapping of layers
            Each (items, units) or (items, positions, units); NaN is allowed.
        labels : mapping of columns
            Each one number, boolean or string an item.

        Raises
        ------
        IdMismatch, ShapeError, DtypeError, InputError
            The rows are not what an append takes or not what came before; nothing is written.
        StoreDiffers
            The recording is complete.
        StoreFull
            The disk refused; what was committed is safe and the writer is closed.
        """
        self.check_open()
        if self.entry.complete:
            do = "Choose another folder or name, or delete the recording."
            got = f"rows for {self.entry.model!r}, which is already complete with {self.rows:,}"
            raise StoreDiffers(explain(expected="an unfinished recording", got=got, argument=str(self.root), do=do))
        batch, plan = checked(ids, arrays, labels, self.plan, self.seen, self.entry.dtype, self.entry.shard_bytes)
        if not batch.items:
            return
        try:
            with writing(self.root):
                if self.plan is None:
                    self.continue_with(plan)
                self.write(batch, plan.rows_per_shard)
        except StoreError:
            self.abandon()
            raise

    def write(self, batch: Batch, capacity: int) -> None:
        """Write rows to the open shards, and commit whenever these are full."""
        begin, total = 0, len(batch.items)
        self.torn = True
        while begin < total:
            part = batch.part(slice(begin, begin + capacity - self.items.rows))
            for layer, rows in part.rows.items():
                self.layers[layer].append(rows)
            self.items.parts.append(part.items)
            self.seen.update(part.items.ids)
            self.uncommitted += len(part.items)
            begin += len(part.items)
            if self.items.rows == capacity:
                self.publish()
        self.torn = False

    def commit(self) -> None:
        """Make everything appended so far durable and visible to readers.

        Raises
        ------
        StoreFull
            The disk refused; what was committed before is safe and the writer is closed.
        """
        self.check_open()
        if self.uncommitted:
            self.guarded_publish()

    def finish(self, notes: Sequence[str] = ()) -> Recording:
        """Commit, mark the recording complete with `notes`, and return it; one that is complete stays as it is.

        Raises
        ------
        InputError
            Nothing was ever appended.
        StoreFull
            The disk refused; what was committed before is safe and the writer is closed.
        """
        self.check_open()
        if not self.entry.complete:
            if self.plan is None:
                do = "Append at least one item."
                raise InputError(explain(expected="rows", got="none", argument="finish", do=do))
            self.guarded_publish(notes=tuple(notes), complete=True)
        return open_store(self.root)[self.entry.model]

    def guarded_publish(self, **changes: Any) -> None:
        """Publish, or close the writer if the disk refuses."""
        try:
            with writing(self.root):
                self.publish(**changes)
        except StoreError:
            self.abandon()
            raise

    def publish(self, **changes: Any) -> None:
        """Make all shards durable, then replace the manifest once.

        Nothing here changes until the manifest is replaced: interrupted before that, it can be done again.
        """
        plan = self.plan
        if plan is None:
            return
        spaces = tuple(
            Space(layer, dtype, shape, self.sources.get(layer, Source()), self.layers[layer].commit())
            for layer, (dtype, shape) in plan.layers.items()
        )
        entry = replace(
            self.entry,
            rows_per_shard=plan.rows_per_shard,
            columns=plan.columns,
            items=self.items.commit(),
            spaces=tuple(filled(space, self.entry.model) for space in spaces),
            **changes,
        )
        self.manifest = write_manifest(self.root, Manifest(self.manifest.replace(entry)))
        self.entry, self.uncommitted = entry, 0
        if self.items.rows == plan.rows_per_shard:
            for space in spaces:
                self.layers[space.layer].begin_next(space.shards)
            self.items.begin_next(entry.items)

    def continue_with(self, plan: Plan) -> None:
        """Make ready for rows of this plan, after those that are committed."""
        self.plan = plan
        layer_folders = folders(plan.layers)
        committed = {space.layer: space for space in self.entry.spaces}
        for layer, (dtype, shape) in plan.layers.items():
            self.layers[layer] = GrowingRows(self.root, (self.folder, layer_folders[layer]), dtype, shape)
        if committed:
            self.sources = {layer: space.source for layer, space in committed.items()}
            self.committed_ids = Recording(self.root, self.entry).ids
        if committed and not self.entry.complete:
            for layer, space in committed.items():
                self.layers[layer].resume(space.shards, plan.rows_per_shard)
            self.items.resume(self.entry.items, plan.columns, plan.rows_per_shard)

    def check_open(self) -> None:
        """Raise `InputError` if the writer is closed."""
        if self.lock is None:
            do = "Open it again with Writer.open: it goes on after the last commit."
            raise InputError(explain(expected="an open writer", got="a closed one", argument=str(self.root), do=do))

    def rescue(self) -> None:
        """Commit the items that are whole in every layer, as far as the disk lets itself be written."""
        if self.lock is None or not self.uncommitted:
            return
        with suppress(OSError):
            if self.torn:
                for layer in self.layers.values():
                    layer.rewind(self.items.rows)
            self.publish()

    def abandon(self) -> None:
        """Drop what is not committed, as far as the disk lets itself be written, and close.

        The manifest is read anew: an interruption may have come after it was replaced.
        """
        if self.lock is None:
            return
        with suppress(OSError):
            manifest = read_manifest(self.root)
            sweep(self.root, manifest)
            entry = manifest.get(self.entry.model)
            for space in () if entry is None or entry.complete else entry.spaces:
                cut(self.root, space.shards[-1], space.dtype, space.shape)
            if self.made and not manifest.recordings:
                discard(self.root)
        self.close()

    def close(self) -> None:
        """Release the lock; what is not committed is dropped by the next writer."""
        if self.lock is not None:
            release(self.lock)
            self.lock = None

    def __enter__(self) -> Writer:
        """Return the writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit, or after an exception drop what is not committed; release the lock in either case."""
        try:
            if kind is not None:
                if issubclass(kind, KeyboardInterrupt):
                    self.rescue()
                self.abandon()
            elif self.lock is not None:
                self.commit()
        finally:
            self.close()


def filled(space: Space, model: str) -> Space:
    """Return a layer whose source says what the store knows of it."""
    known = replace(space.source, model=model, layer=space.layer, dtype=space.dtype, digest=space.digest)
    return replace(space, source=known)

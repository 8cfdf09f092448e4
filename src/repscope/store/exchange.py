"""Other people's formats in and out: npy, npz, safetensors, parquet, zarr and HDF5."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from repscope.errors import InputError, UnknownName, explain, near_misses
from repscope.store.exports import (
    Outgoing,
    write_hdf5,
    write_npy,
    write_npz,
    write_parquet,
    write_safetensors,
    write_zarr,
)
from repscope.store.imports import Foreign, read_hdf5, read_npy, read_npz, read_parquet, read_safetensors, read_zarr
from repscope.store.not_finite import NotFinite, counted
from repscope.store.resume import check_folder
from repscope.store.rows import Rows
from repscope.store.store import Recording, open_store
from repscope.store.writer import Writer
from repscope.types import Ids, Representation, check_ids, running_ids

BLOCK_BYTES = 64 * 2**20
"""Bytes of rows in memory at a time."""

WORDS = {"digest": "the file's bytes differ", "ids": "the ids differ"}
"""What it means that a digest among the settings of an import is another one."""

READERS: Mapping[str, Callable[[Path], AbstractContextManager[Foreign]]] = {
    ".npy": read_npy,
    ".npz": read_npz,
    ".safetensors": read_safetensors,
    ".parquet": read_parquet,
    ".zarr": read_zarr,
    ".h5": read_hdf5,
    ".hdf5": read_hdf5,
}
WRITERS: Mapping[str, Callable[[Outgoing, Path], None]] = {
    ".npy": write_npy,
    ".npz": write_npz,
    ".safetensors": write_safetensors,
    ".parquet": write_parquet,
    ".zarr": write_zarr,
    ".h5": write_hdf5,
    ".hdf5": write_hdf5,
}


def import_array(
    path: str | Path,
    to: str | Path,
    *,
    ids: str | Path | Sequence[str] | None = None,
    layer: str | None = None,
    model: str | None = None,
) -> Recording:
    """Return the finished recording, on disk at `to`, of the arrays in a file; float64 and integers as float32.

    Arrays of two or three axes become layers. An array `ids` gives the ids; other arrays of one axis become
    label columns. Rows that hold NaN or infinity are kept, and counted in its notes. Interrupted, it goes on where
    it stopped; finished, it is not done again.

    Parameters
    ----------
    path : path
        A file ending in .npy, .npz, .safetensors, .parquet (extra `table`), .zarr, .h5 or .hdf5 (extra
        `exchange`).
    to : path
        The folder of the store; it may hold other models already.
    ids : path or sequence of str
        A text file with one id a line, or the ids; by default those in the file, else running numbers.
    layer : str
        The one layer to import; where the file holds only one, its name. By default all, or the file's name.
    model : str
        The name of the recording; by default the last part of `to`.

    Raises
    ------
    InputError, ShapeError, DtypeError
        The file holds no such arrays or no rows, `ids` cannot be read, or `to` is a file.
    IdMismatch
        There are not as many ids as rows, or one stands twice.
    UnknownName
        The file holds several layers, and none is called `layer`.
    MissingExtra
        The format needs a library that is not installed.
    StoreDiffers
        Another file, or other ids, were imported at `to` under this name.

    Examples
    --------
    >>> import numpy as np, tempfile, repscope as rs
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(folder + "/embeddings.npy", np.eye(3))
    ...     rs.import_array(folder + "/embeddings.npy", folder + "/store").layers
    ('embeddings',)
    """
    path, to = Path(path), Path(to)
    read = by_suffix(path, READERS)
    if not path.exists():
        got, do = "no such file", "Check the path."
        raise InputError(explain(expected="a file to import", got=got, argument=str(path), do=do))
    check_folder(to)
    with read(path) as foreign:
        layers = chosen(foreign.layers, layer, path)
        rows = int(next(iter(layers.values())).shape[0])
        names = names_of(ids, foreign, rows)
        settings = {
            "adapter": "import",
            "file": path.name,
            "digest": digest_of(path),
            "layers": list(layers),
            "ids": hashlib.sha256("\n".join(names).encode("utf-8", "surrogatepass")).hexdigest(),
        }
        called = to.absolute().name if model is None else model
        with Writer.open(to, called, settings=settings, words=WORDS) as writer:
            counts = counted(open_store(to)[called]) if writer.rows and not writer.entry.complete else NotFinite()
            for part in parts_of(layers, writer.rows, rows):
                arrays = {name: np.asarray(x[part]) for name, x in layers.items()}
                writer.append(names[part], arrays, {name: x[part] for name, x in foreign.labels.items()})
                counts.add(arrays)
            return writer.finish(counts.notes())


def export(what: Recording | Representation | Rows, path: str | Path) -> Path:
    """Return `path` after writing there the values of a recording, of one layer, or of bare rows.

    bfloat16 is written as float32. Ids and label columns go along wherever the format has room for them; npy
    takes one layer and nothing else. A file that exists is replaced whole; a .zarr folder is not.

    Parameters
    ----------
    what : Recording, Representation or Rows
        What to write, block by block.
    path : path
        Its ending names the format: .npy, .npz, .safetensors, .parquet (extra `table`), .zarr, .h5 or .hdf5
        (extra `exchange`).

    Raises
    ------
    InputError
        The ending is not one of those, there are several layers for .npy, or a .zarr folder exists.
    MissingExtra
        The format needs a library that is not installed.

    Examples
    --------
    >>> import numpy as np, tempfile, repscope as rs
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     x = rs.Representation(np.eye(3), ("a", "b", "c"))
    ...     np.load(rs.export(x, folder + "/x.npy")).shape
    (3, 3)
    """
    path = Path(path)
    by_suffix(path, WRITERS)(outgoing(what), path)
    return path


def outgoing(what: Recording | Representation | Rows) -> Outgoing:
    """Return layers, ids and label columns of anything that can be exported."""
    if isinstance(what, Recording):
        return Outgoing({layer: what[layer].x for layer in what}, what.ids, what.labels)
    if isinstance(what, Representation):
        x = what.x if isinstance(what.x, Rows) else native(what.x)
        labels = {name: native(column) for name, column in what.labels.items()}
        return Outgoing({what.source.layer or "x": x}, what.ids, labels)
    return Outgoing({"x": what}, None, {})


def native(x: Any) -> np.ndarray:
    """Return an array as NumPy's, in this machine's byte order."""
    x = np.asarray(x)
    return x.astype(x.dtype.newbyteorder("="), copy=False)


def by_suffix(path: Path, known: Mapping[str, Any]) -> Any:
    """Return what is known for the ending of a path.

    Raises
    ------
    InputError
        Nothing is.
    """
    if path.suffix.lower() not in known:
        expected, do = f"a path that ends in {', '.join(known)}", "Rename or convert the file."
        raise InputError(explain(expected=expected, got=repr(path.name), argument="path", do=do))
    return known[path.suffix.lower()]


def chosen(layers: Mapping[str, Any], layer: str | None, path: Path) -> dict[str, Any]:
    """Return the layers to be imported, by the name each is to have.

    Raises
    ------
    InputError
        There is none.
    UnknownName
        There are several, and none is called `layer`.
    """
    if not layers:
        do = "Save an array of shape (items, units) under a name of its own."
        expected, got = "an array of two or three axes", "none"
        raise InputError(explain(expected=expected, got=got, argument=str(path), do=do))
    if layer is None:
        return dict(layers)
    if layer in layers:
        return {layer: layers[layer]}
    if len(layers) == 1:
        return {layer: next(iter(layers.values()))}
    message = f"layer: expected one of the arrays in {path.name}, got {layer!r}. {near_misses(layer, layers)}"
    raise UnknownName(message)


def names_of(ids: str | Path | Sequence[str] | None, foreign: Foreign, rows: int) -> Ids:
    """Return one id a row: those given, else those in the file, else running numbers."""
    if isinstance(ids, str | Path):
        names = read_ids(Path(ids))
    elif ids is not None:
        names = tuple(ids)
    else:
        names = running_ids(rows) if foreign.ids is None else foreign.ids
    check_ids(names, rows)
    return names


def read_ids(path: Path) -> Ids:
    """Return the lines of a UTF-8 text file.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        do = "Give a UTF-8 text file with one id a line."
        raise InputError(explain(expected="a file of ids", got=str(error), argument=f"ids={path}", do=do)) from error
    return tuple(text.removesuffix("\n").split("\n"))


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names and bytes of the files in a folder."""
    digest = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        if file != path:
            digest.update(file.relative_to(path).as_posix().encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def parts_of(layers: Mapping[str, Any], begin: int, rows: int) -> Iterator[slice]:
    """Yield the rows from `begin` on in parts of a bounded size."""
    width = sum(int(np.prod(x.shape[1:])) * x.dtype.itemsize for x in layers.values())
    step = max(1, BLOCK_BYTES // max(1, width))
    for at in range(begin, rows, step):
        yield slice(at, min(at + step, rows))

"""The names of what is recorded, and the patterns that choose among them.

The grammar of a layer's name::

    module[#call][:path]

`module` is the dotted name that `named_modules` gives, or `(model)` for the model itself. `#call` counts from 0
and stands only where a module runs several times in one forward. `:path` stands only where the output is a
tuple, a dict or a dataclass, and leads to one array in it: `lstm:0`, `lstm:1.0`, `block:hidden`.

A pattern has the same three parts, each a shell glob (`*` crosses dots); one that is left out matches anything.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from repscope.errors import RecordingError, UnknownName, explain, near_misses
from repscope.types import Array

ROOT = "(model)"
UNCHANGED = ("Dropout", "AlphaDropout", "FeatureAlphaDropout", "Identity", "Flatten", "Unflatten")
"""Modules whose output in eval mode holds the numbers of their input: not recorded unless named."""


class Site(NamedTuple):
    """One array that a model computes: which module, which of its calls, where in its output."""

    module: str
    call: int = 0
    path: str = ""


def name_of(site: Site, calls: int) -> str:
    """Return the name of a site whose module runs `calls` times in one forward."""
    call = f"#{site.call}" if calls > 1 else ""
    path = f":{site.path}" if site.path else ""
    return f"{site.module}{call}{path}"


def split(text: str) -> tuple[str, str, str]:
    """Return the module, call and path parts of a name or a pattern; those left out are empty."""
    head, _, path = text.partition(":")
    module, _, call = head.partition("#")
    return module, call, path


def matches(name: str, pattern: str) -> bool:
    """Return whether a full layer name is one that the pattern asks for."""
    return all(
        not wanted or fnmatchcase(have, wanted) for have, wanted in zip(split(name), split(pattern), strict=True)
    )


def parts(output: Any, path: str = "") -> Iterator[tuple[str, Array]]:
    """Yield every array in nested tuples, lists, mappings and dataclasses, with the path that leads to it."""
    if hasattr(output, "shape") and hasattr(output, "dtype"):
        yield path, output
        return
    for key, value in members(output):
        yield from parts(value, f"{path}.{key}" if path else str(key))


def members(output: Any) -> Iterable[tuple[Any, Any]]:
    """Return the named members of one container, none for anything else."""
    if isinstance(output, Mapping):
        return output.items()
    if isinstance(output, tuple) and hasattr(output, "_fields"):
        return zip(output._fields, output, strict=True)
    if isinstance(output, list | tuple):
        return enumerate(output)
    if dataclasses.is_dataclass(output) and not isinstance(output, type):
        return ((field.name, getattr(output, field.name)) for field in dataclasses.fields(output))
    return ()


def inputs_of(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Return what a module was given: its one argument itself, else a dict by position and keyword."""
    given = {str(position): value for position, value in enumerate(args)} | dict(kwargs)
    given = {key: value for key, value in given.items() if value is not None}
    return next(iter(given.values())) if len(given) == 1 else given


def select_modules(model: Any, patterns: Sequence[str] | None) -> dict[str, Any]:
    """Return the modules by name that the patterns ask for, in the order of `named_modules`.

    Without patterns these are all leaf modules except `UNCHANGED`, or the model itself if it has no children.

    Raises
    ------
    UnknownName
        A pattern matches no module; the message lists near misses.
    """
    modules = {name or ROOT: module for name, module in model.named_modules()}
    if patterns is None:
        return leaves(modules)
    wanted: set[str] = set()
    for pattern in patterns:
        glob = split(pattern)[0]
        hits = [name for name in modules if fnmatchcase(name, glob) and (name != ROOT or glob == ROOT)]
        if not hits:
            raise UnknownName(no_match(pattern, [name for name in modules if name != ROOT] or [ROOT]))
        wanted.update(hits)
    return {name: module for name, module in modules.items() if name in wanted}


def leaves(modules: Mapping[str, Any]) -> dict[str, Any]:
    """Return the modules without children, less those that hand their input on unchanged."""
    chosen = {
        name: module
        for name, module in modules.items()
        if not any(module.children()) and type(module).__name__.rstrip("123d") not in UNCHANGED
    }
    return chosen or {ROOT: modules[ROOT]}


def choose(names: Mapping[str, str], patterns: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names to record, in their order; `names` says of each why it cannot be, or `""`.

    A pattern needs one recordable name at least; the others that it matches are left out.

    Raises
    ------
    UnknownName
        A pattern matches no name.
    RecordingError
        Nothing that a pattern matches can be recorded; the message says why.
    """
    wanted: set[str] = set()
    for pattern in ("*",) if patterns is None else patterns:
        hits = [name for name in names if matches(name, pattern)]
        if not hits:
            raise UnknownName(no_match(pattern, list(names)))
        if all(names[name] for name in hits):
            got = "; ".join(f"{name}: {names[name]}" for name in hits[:4]).rstrip(".")
            do = "Choose another layer, another part of it (`name:path`) or another pooling."
            expected = f"an array of items by units at {pattern!r}"
            raise RecordingError(explain(expected=expected, got=got, argument="layers", do=do))
        wanted.update(hits)
    return tuple(name for name in names if name in wanted and not names[name])


def left_out(names: Mapping[str, str], patterns: Sequence[str] | None) -> tuple[str, ...]:
    """Return a note for each reason why names that were asked for cannot be recorded."""
    asked = ("*",) if patterns is None else patterns
    by_reason: dict[str, list[str]] = {}
    for name, why in names.items():
        if why and any(matches(name, pattern) for pattern in asked):
            by_reason.setdefault(why, []).append(name)
    return tuple(f"{listed(found)}: not recorded: {why}" for why, found in by_reason.items())


def listed(names: list[str], most: int = 6) -> str:
    """Return names in a row, the first few of them if they are many."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def no_match(pattern: str, known: list[str]) -> str:
    """Return the message for a pattern that matches nothing."""
    do = near_misses(pattern, known)
    return explain(expected="a pattern that matches a layer", got=repr(pattern), argument="layers", do=do)

"""Hooks on modules: told of every call, gone at the end, and able to end a forward early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any

from repscope.recording.sites import Site, inputs_of, parts
from repscope.types import Array


class StopForward(BaseException):
    """Raised out of the last wanted layer; no `except Exception` of a model catches it."""


class Hooks:
    """Hands every array that the modules give (or are given) to `receive`, for the time of a `with` block.

    The hooks stay on from batch to batch, and are removed whatever happens. After `narrow`, a forward ends as
    soon as every wanted module has run, by `StopForward`. A model in which a wanted module runs more than
    once is always run to its end, since only the end tells how often it runs.
    """

    def __init__(
        self,
        modules: Mapping[str, Any],
        of: str,
        receive: Callable[[Site, Array], None],
    ) -> None:
        self.modules = dict(modules)
        self.of = of
        self.receive = receive
        self.calls: Counter[str] = Counter()
        self.stop_after: int | None = None
        self.handles: dict[str, Any] = {}

    def __enter__(self) -> Hooks:
        for name, module in self.modules.items():
            self.handles[name] = self.hook(name, module)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.keep(())

    def hook(self, name: str, module: Any) -> Any:
        """Return the handle of a hook that passes on what one module gives or is given."""

        def before(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            self.called(name, inputs_of(args, kwargs))

        def after(module: Any, args: tuple[Any, ...], output: Any) -> None:
            self.called(name, output)

        if self.of == "input":
            return module.register_forward_pre_hook(before, with_kwargs=True)
        return module.register_forward_hook(after)

    def called(self, name: str, value: Any) -> None:
        """Pass on the arrays of one call; end the forward if it was the last one wanted."""
        call = self.calls[name]
        self.calls[name] += 1
        for path, array in parts(value):
            self.receive(Site(name, call, path), array)
        if self.stop_after is not None and len(self.calls) >= self.stop_after:
            raise StopForward

    def begin(self) -> None:
        """Make ready for a forward."""
        self.calls.clear()

    def narrow(self, calls: Mapping[str, int]) -> None:
        """Keep the hooks of the modules that are wanted, given how often each runs in one forward."""
        self.keep(calls)
        if all(number == 1 for number in calls.values()):
            self.stop_after = len(calls)

    def keep(self, names: Iterable[str]) -> None:
        """Remove every hook but those of `names`."""
        wanted = set(names)
        for name in [name for name in self.handles if name not in wanted]:
            self.handles.pop(name).remove()

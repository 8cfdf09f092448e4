"""How long a person waits for nothing: the import and the command's help, as whole processes."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measure import Figure, child_cpu_seconds, in_child

HEAVY = ("torch", "sklearn", "pandas", "plotly")
ROUNDS = 5


def figures() -> list[Figure]:
    """Return CPU seconds from process start to exit, and how many heavy libraries an import pulls in."""
    bare = child_cpu_seconds([sys.executable, "-c", "pass"], ROUNDS)
    imported = child_cpu_seconds([sys.executable, "-c", "import repscope"], ROUNDS)
    command = str(Path(sys.executable).with_name("repscope"))
    helped = child_cpu_seconds([command, "--help"], ROUNDS) if Path(command).exists() else float("nan")
    heavy = in_child("benchmarks.startup")
    return [
        Figure("import repscope, against python alone", imported, "s", high=0.3, seconds=imported, other=bare),
        Figure("repscope --help, against python alone", helped, "s", high=0.6, seconds=helped, other=bare),
        Figure(f"of {', '.join(HEAVY)}: imported", len(heavy), "", high=0),
    ]


if __name__ == "__main__":
    import json

    import repscope  # noqa: F401

    print(json.dumps([name for name in HEAVY if name in sys.modules]))

"""Where a command puts its result: JSON for `repscope report`, or the report itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from repscope.reports.html import report


def saved(result: Any, to: Path | None) -> list[str]:
    """Write a result to a file, as a report where that ends in .html, else as JSON; return what to say about it."""
    if to is None:
        return []
    if to.suffix.lower() in (".html", ".htm"):
        return [f"report: {report(result, to)}"]
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(json.dumps(result.to_dict()), encoding="utf8")
    return [f"written to {to}; next: repscope report {to} --to report.html"]

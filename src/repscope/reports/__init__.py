"""Results as reports: what is to be read about them, and one HTML file that says it."""

from repscope.reports.findings import findings
from repscope.reports.html import report
from repscope.reports.of_result import of_result

__all__ = ["findings", "of_result", "report"]

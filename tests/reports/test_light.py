"""Reports are light until one is written."""

from __future__ import annotations

import subprocess
import sys


def test_importing_reports_and_figures_imports_no_plotly():
    heavy = "{'plotly', 'pandas', 'torch', 'sklearn'}"
    program = f"import sys, repscope.reports, repscope.figures; print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"

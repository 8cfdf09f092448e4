"""What repscope must reach, measured beside the bare products and the peers: `make bench`.

One thread everywhere, so that CPU seconds compare; said here because it must be said before NumPy is imported.
"""

from __future__ import annotations

import os

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

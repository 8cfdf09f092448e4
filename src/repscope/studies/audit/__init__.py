"""Which measure should be believed: each tried on networks about which the truth is known."""

from repscope.studies.audit.run import audit

__all__ = ["audit"]

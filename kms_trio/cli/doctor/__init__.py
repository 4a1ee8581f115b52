"""`kms-trio doctor`: looks at what a server with these settings would find on this machine, and says how to cure it.

One file an area; each check returns findings and raises nothing. Nothing is changed: ports are bound and let go, a TURN
relay is allocated and freed, folders are looked at.
"""

from __future__ import annotations

from kms_trio.cli.doctor.examine import examine
from kms_trio.cli.doctor.findings import Finding, Level

__all__ = ["Finding", "Level", "examine"]

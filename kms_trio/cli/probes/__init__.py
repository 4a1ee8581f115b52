"""Questions to servers on the network, asked once: STUN, TURN, DNS. For `kms-trio doctor` and for `externalIPv4=auto`.

Each probe raises `ProbeError`, whose text is for the operator, and nothing else.
"""

from __future__ import annotations

from kms_trio.cli.probes.errors import ProbeError

__all__ = ["ProbeError"]

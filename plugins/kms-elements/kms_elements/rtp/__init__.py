"""RtpEndpoint, in parts: `endpoint` (what clients call), `negotiation` (what it offers, and addresses), `sdes` (keys in
the SDP), `connection` (the running transports and sessions).
"""

from __future__ import annotations

from kms_elements.rtp.endpoint import RtpEndpoint

__all__ = ["RtpEndpoint"]

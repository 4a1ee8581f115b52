"""WebRtcEndpoint, in parts: `endpoint` (what clients call), `negotiation` (SDP to plan), `connection` (the running
transport and session), `ice_report` (states and candidates as Kurento words them), `statistics`.
"""

from __future__ import annotations

from kms_elements.webrtc.endpoint import WebRtcEndpoint

__all__ = ["WebRtcEndpoint"]

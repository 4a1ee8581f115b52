"""The same server, client and clip as for WebRtcEndpoint."""

from __future__ import annotations

from tests.elements.webrtc.conftest import client, server, vp8_frames

__all__ = ["client", "server", "vp8_frames"]

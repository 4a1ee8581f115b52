"""The one error of RTCP parsing."""

from __future__ import annotations


class RtcpError(Exception):
    """These bytes are not RTCP."""

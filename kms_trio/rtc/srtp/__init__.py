"""Secure RTP (RFC 3711, RFC 7714): protection profiles and sessions over libsrtp."""

from __future__ import annotations

from kms_trio.rtc.srtp.errors import SrtpError, SrtpFailure
from kms_trio.rtc.srtp.profiles import SrtpProfile, profile_for_suite, profile_named
from kms_trio.rtc.srtp.session import SrtpSession

__all__ = ["SrtpError", "SrtpFailure", "SrtpProfile", "SrtpSession", "profile_for_suite", "profile_named"]

"""DTLS 1.2 with SRTP key export (RFC 6347, RFC 5763, RFC 5764) over OpenSSL's memory BIOs."""

from __future__ import annotations

from kms_trio.rtc.dtls.engine import DtlsRole, DtlsState, DtlsTransport, SrtpKeys
from kms_trio.rtc.dtls.errors import DtlsError
from kms_trio.rtc.dtls.fingerprint import SUPPORTED_HASHES, certificate_fingerprint, fingerprints_match
from kms_trio.rtc.dtls.identity import DtlsIdentity

__all__ = [
    "SUPPORTED_HASHES",
    "DtlsError",
    "DtlsIdentity",
    "DtlsRole",
    "DtlsState",
    "DtlsTransport",
    "SrtpKeys",
    "certificate_fingerprint",
    "fingerprints_match",
]

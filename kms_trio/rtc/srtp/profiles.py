"""SRTP protection profiles: RFC 5764 section 4.1.2 and RFC 7714 section 14.2 (DTLS), RFC 4568 section 6.2 and RFC 6188
section 6.1 (SDES).

A profile fixes ciphers, key sizes and by how much a packet grows.
"""

from __future__ import annotations

from types import MappingProxyType

import attrs

from kms_trio.rtc.srtp.errors import SrtpError, SrtpFailure


@attrs.frozen
class SrtpProfile:
    """One protection profile; `name` is that of the IANA registry of DTLS-SRTP profiles, or else its crypto-suite."""

    name: str
    openssl_name: str  #: empty: not negotiable by DTLS
    suite: str  #: the crypto-suite of an SDP `a=crypto` line; empty: none
    key_bytes: int
    salt_bytes: int
    rtp_overhead_bytes: int  #: growth of a protected RTP packet
    rtcp_overhead_bytes: int  #: growth of a protected RTCP packet: tag and the 32-bit E flag + index

    @property
    def master_bytes(self) -> int:
        """Length of master key and master salt together."""
        return self.key_bytes + self.salt_bytes


AEAD_AES_128_GCM = SrtpProfile("SRTP_AEAD_AES_128_GCM", "SRTP_AEAD_AES_128_GCM", "AEAD_AES_128_GCM", 16, 12, 16, 20)
AEAD_AES_256_GCM = SrtpProfile("SRTP_AEAD_AES_256_GCM", "SRTP_AEAD_AES_256_GCM", "AEAD_AES_256_GCM", 32, 12, 16, 20)
AES128_CM_SHA1_80 = SrtpProfile(
    "SRTP_AES128_CM_HMAC_SHA1_80", "SRTP_AES128_CM_SHA1_80", "AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 14
)
AES128_CM_SHA1_32 = SrtpProfile(
    "SRTP_AES128_CM_HMAC_SHA1_32", "SRTP_AES128_CM_SHA1_32", "AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 14
)
AES256_CM_SHA1_80 = SrtpProfile("AES_256_CM_HMAC_SHA1_80", "", "AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 14)
AES256_CM_SHA1_32 = SrtpProfile("AES_256_CM_HMAC_SHA1_32", "", "AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 14)

#: What a DTLS handshake negotiates, in order of preference: GCM costs half of what counter mode with SHA-1 does.
DTLS_PROFILES = (AEAD_AES_128_GCM, AEAD_AES_256_GCM, AES128_CM_SHA1_80)

ALL_PROFILES = (*DTLS_PROFILES, AES128_CM_SHA1_32, AES256_CM_SHA1_80, AES256_CM_SHA1_32)

_BY_NAME = MappingProxyType(
    {name: profile for profile in ALL_PROFILES for name in (profile.name, profile.openssl_name) if name}
)
_BY_SUITE = MappingProxyType({profile.suite: profile for profile in ALL_PROFILES})


def profile_named(name: str) -> SrtpProfile:
    """Look a profile up by its IANA or OpenSSL name; raises SrtpError for one that is not supported."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise SrtpError(SrtpFailure.OTHER, f"SRTP profile {name!r} is not supported") from None


def profile_for_suite(suite: str) -> SrtpProfile:
    """Look a profile up by its SDES crypto-suite (RFC 4568); raises SrtpError for one that is not supported."""
    try:
        return _BY_SUITE[suite]
    except KeyError:
        raise SrtpError(SrtpFailure.OTHER, f"SRTP crypto-suite {suite!r} is not supported") from None

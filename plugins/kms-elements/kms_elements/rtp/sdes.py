"""Keys of SRTP in the SDP (RFC 4568): from the API's SDES to a line `a=crypto`, and from two of those to SRTP."""

from __future__ import annotations

import base64
import binascii
import secrets
from types import MappingProxyType

from kms_elements.generated.types import SDES, CryptoSuite
from kms_trio.api import ErrorCode, KurentoError
from kms_trio.rtc.sdp import Crypto
from kms_trio.rtc.srtp import SrtpProfile, SrtpSession, profile_for_suite

__all__ = ["local_crypto", "srtp_sessions"]

#: The API's names of suites and those of the registry.
SUITES = MappingProxyType(
    {
        CryptoSuite.AES_128_CM_HMAC_SHA1_32: "AES_CM_128_HMAC_SHA1_32",
        CryptoSuite.AES_128_CM_HMAC_SHA1_80: "AES_CM_128_HMAC_SHA1_80",
        CryptoSuite.AES_256_CM_HMAC_SHA1_32: "AES_256_CM_HMAC_SHA1_32",
        CryptoSuite.AES_256_CM_HMAC_SHA1_80: "AES_256_CM_HMAC_SHA1_80",
    }
)
TAG = 1


def local_crypto(sdes: SDES | None) -> Crypto | None:
    """The line that says how we protect what we send; None without a suite: plain RTP, also when a key is given.

    Without a key it is random.  Raises KurentoError 40107 for a key that is no Base64 or of the wrong length.
    """
    if sdes is None or sdes.crypto is None:
        return None
    profile = profile_for_suite(SUITES[sdes.crypto])
    master = _master(sdes, profile)
    if len(master) != profile.master_bytes:
        raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "Master key size is wrong")
    return Crypto(TAG, profile.suite, f"inline:{base64.b64encode(master).decode('ascii')}")


def _master(sdes: SDES, profile: SrtpProfile) -> bytes:
    if sdes.key is not None:
        return sdes.key.encode()
    if sdes.key_base64 is not None:
        try:
            return base64.b64decode(sdes.key_base64, validate=True)
        except (binascii.Error, ValueError) as problem:  # ValueError: characters that are not ASCII
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "Master key is not valid Base64"
            ) from problem
    return secrets.token_bytes(profile.master_bytes)


def srtp_sessions(local: Crypto, remote: Crypto) -> tuple[SrtpSession, SrtpSession]:
    """Inbound and outbound SRTP of one media, from lines that the negotiation found usable."""
    profile = profile_for_suite(local.suite)
    assert remote.master is not None, "a line without a usable key is not accepted"
    assert local.master is not None, "we wrote it"
    return SrtpSession.inbound(profile, remote.master), SrtpSession.outbound(profile, local.master)

"""AES-256 in counter mode (RFC 6188), which the binding does not know, beside RFC 3711 spelt out."""

from __future__ import annotations

import hashlib
import hmac
import struct

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kms_trio.rtc.srtp import SrtpSession, profile_for_suite

MASTER = bytes(range(46))
HEADER = struct.pack("!BBHII", 0x80, 96, 7, 1234, 0xDECAFBAD)
PAYLOAD = b"thirty-one bytes of media, here" * 3


def _keystream(key: bytes, counter: int, size: int) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CTR((counter << 16).to_bytes(16, "big"))).encryptor()
    return encryptor.update(bytes(size))


def _protect(tag_bytes: int) -> bytes:
    """RFC 3711 section 4.3.1 (key derivation), 4.1.1 (counter mode) and 4.2 (authentication)."""
    key, salt = MASTER[:32], int.from_bytes(MASTER[32:], "big")
    session_key, session_auth = _keystream(key, salt, 32), _keystream(key, salt ^ 1 << 48, 20)
    session_salt = int.from_bytes(_keystream(key, salt ^ 2 << 48, 14), "big")
    counter = session_salt ^ 0xDECAFBAD << 48 ^ 7
    keystream = _keystream(session_key, counter, len(PAYLOAD))
    protected = HEADER + bytes(a ^ b for a, b in zip(PAYLOAD, keystream, strict=True))
    return protected + hmac.new(session_auth, protected + bytes(4), hashlib.sha1).digest()[:tag_bytes]


@pytest.mark.parametrize(("suite", "tag_bytes"), [("AES_256_CM_HMAC_SHA1_80", 10), ("AES_256_CM_HMAC_SHA1_32", 4)])
def test_packets_are_those_of_the_rfc(suite: str, tag_bytes: int) -> None:
    profile = profile_for_suite(suite)
    assert SrtpSession.outbound(profile, MASTER).protect(HEADER + PAYLOAD) == _protect(tag_bytes)
    assert SrtpSession.inbound(profile, MASTER).unprotect(_protect(tag_bytes)) == HEADER + PAYLOAD

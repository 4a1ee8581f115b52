"""Certificate fingerprints as SDP carries them (RFC 8122 section 5)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

#: Names of the hash functions of `a=fingerprint` that are accepted, best first.
SUPPORTED_HASHES: Final = ("sha-512", "sha-384", "sha-256", "sha-224", "sha-1")


def certificate_fingerprint(certificate_der: bytes, hash_name: str) -> str:
    """`AA:BB:..` of a certificate as it crosses the network; raises KeyError for a hash not in SUPPORTED_HASHES."""
    if hash_name not in SUPPORTED_HASHES:
        raise KeyError(hash_name)
    return hashlib.new(hash_name.replace("-", ""), certificate_der).digest().hex(":").upper()


def fingerprints_match(certificate_der: bytes, fingerprints: Iterable[tuple[str, str]]) -> bool:
    """Whether the certificate has one of the fingerprints, given as `(hash name, hex with colons)`.

    Of several hash functions only the best that is supported counts (RFC 8122 section 5.1), in any letter case.
    """
    by_hash: dict[str, list[str]] = {}
    for hash_name, value in fingerprints:
        by_hash.setdefault(hash_name.strip().lower(), []).append(value.strip().upper())
    for hash_name in SUPPORTED_HASHES:
        if hash_name in by_hash:
            actual = certificate_fingerprint(certificate_der, hash_name).encode()
            return any(hmac.compare_digest(actual, value.encode()) for value in by_hash[hash_name])
    return False

"""Certificate fingerprints as SDP carries them (RFC 8122 section 5)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives import hashes

#: Names of the hash functions of `a=fingerprint` that are accepted, best first.
SUPPORTED_HASHES = ("sha-512", "sha-384", "sha-256", "sha-224", "sha-1")


def certificate_fingerprint(certificate: x509.Certificate, hash_name: str) -> str:
    """`AA:BB:..`; raises KeyError for a hash that is not in SUPPORTED_HASHES."""
    algorithms: dict[str, hashes.HashAlgorithm] = {
        "sha-512": hashes.SHA512(),
        "sha-384": hashes.SHA384(),
        "sha-256": hashes.SHA256(),
        "sha-224": hashes.SHA224(),
        "sha-1": hashes.SHA1(),
    }
    return certificate.fingerprint(algorithms[hash_name]).hex(":").upper()


def fingerprints_match(certificate: x509.Certificate, fingerprints: Iterable[tuple[str, str]]) -> bool:
    """Whether the certificate has one of the fingerprints, given as `(hash name, hex with colons)`.

    Of several hash functions only the best that is supported counts (RFC 8122 section 5.1), in any letter case.
    """
    by_hash: dict[str, list[str]] = {}
    for hash_name, value in fingerprints:
        by_hash.setdefault(hash_name.strip().lower(), []).append(value.strip().upper())
    for hash_name in SUPPORTED_HASHES:
        if hash_name in by_hash:
            actual = certificate_fingerprint(certificate, hash_name).encode()
            return any(hmac.compare_digest(actual, value.encode()) for value in by_hash[hash_name])
    return False

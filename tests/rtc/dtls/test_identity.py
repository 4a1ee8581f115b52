"""Certificates, fingerprints, PEM files, records."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.dtls import SUPPORTED_HASHES, DtlsError, DtlsIdentity, fingerprints_match
from kms_trio.rtc.dtls.records import split_datagrams


@pytest.mark.parametrize("key_type", ["RSA", "ECDSA"])
def test_generated_certificate(identities: dict[str, DtlsIdentity], key_type: str) -> None:
    identity = identities[key_type]
    assert identity.key_type == key_type
    certificate = identity.certificate
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert certificate.not_valid_before_utc < now < certificate.not_valid_after_utc
    assert certificate.public_key().key_size == {"RSA": 2048, "ECDSA": 256}[key_type]  # type: ignore[union-attr]  # keys of both kinds have a size


@pytest.mark.parametrize("hash_name", SUPPORTED_HASHES)
def test_fingerprint(identities: dict[str, DtlsIdentity], hash_name: str) -> None:
    identity = identities["ECDSA"]
    der = identity.certificate.public_bytes(serialization.Encoding.DER)
    expected = hashlib.new(hash_name.replace("-", ""), der).hexdigest().upper()
    value = identity.fingerprint(hash_name)
    assert value.replace(":", "") == expected
    assert fingerprints_match(identity.certificate_der, [(hash_name.upper(), value.lower())])


def test_strongest_hash_decides(identities: dict[str, DtlsIdentity]) -> None:
    identity, other = identities["ECDSA"], identities["other"]
    weak = ("sha-1", identity.fingerprint("sha-1"))
    assert not fingerprints_match(identity.certificate_der, [weak, ("sha-256", other.fingerprint())])
    assert fingerprints_match(
        identity.certificate_der, [("sha-256", other.fingerprint()), ("sha-256", identity.fingerprint())]
    )
    assert not fingerprints_match(identity.certificate_der, [])
    assert not fingerprints_match(identity.certificate_der, [("md5", "AA:BB")])


@pytest.mark.parametrize("key_type", ["RSA", "ECDSA"])
def test_pem_round_trip(identities: dict[str, DtlsIdentity], key_type: str) -> None:
    identity = identities[key_type]
    pem = identity.to_pem()
    certificate_first = pem[pem.index(b"-----BEGIN CERT") :] + pem[: pem.index(b"-----BEGIN CERT")]
    for text in (pem, certificate_first):
        again = DtlsIdentity.from_pem(text)
        assert (again.fingerprint(), again.key_type) == (identity.fingerprint(), key_type)


def test_pem_that_cannot_be_used(identities: dict[str, DtlsIdentity]) -> None:
    pem = identities["ECDSA"].to_pem()
    key, certificate = pem[: pem.index(b"-----BEGIN CERT")], pem[pem.index(b"-----BEGIN CERT") :]
    other = identities["other"].to_pem()
    foreign_key = other[: other.index(b"-----BEGIN CERT")]
    for text in (b"", key, certificate, b"\0" * 100, foreign_key + certificate, key.replace(b"M", b"") + certificate):
        with pytest.raises(DtlsError):
            DtlsIdentity.from_pem(text)


@given(st.binary(max_size=300))
def test_any_pem_raises_nothing_else(data: bytes) -> None:
    with pytest.raises(DtlsError):
        DtlsIdentity.from_pem(b"-----BEGIN CERTIFICATE-----\n" + data)


@given(st.lists(st.integers(0, 1500), max_size=20), st.integers(100, 1500))
def test_records_are_never_divided(sizes: list[int], limit: int) -> None:
    records = [bytes(11) + size.to_bytes(2, "big") + bytes(size) for size in sizes]
    datagrams = split_datagrams(b"".join(records), limit)
    assert b"".join(datagrams) == b"".join(records)
    boundaries = set()
    at = 0
    for record in records:
        at += len(record)
        boundaries.add(at)
    at = 0
    for datagram in datagrams:
        at += len(datagram)
        assert at in boundaries
        assert len(datagram) <= max(limit, *(len(record) for record in records))

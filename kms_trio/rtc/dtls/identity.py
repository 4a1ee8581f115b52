"""A DTLS certificate with its key and its OpenSSL context, shared by all connections that use it.

Making a key (RSA: tens of milliseconds) and a context costs far more than a connection, so an identity is made once
for a server, or once for an operator's PEM file.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from OpenSSL import SSL

from kms_trio.rtc.dtls.errors import DtlsError
from kms_trio.rtc.dtls.fingerprint import certificate_fingerprint
from kms_trio.rtc.srtp.profiles import DTLS_PROFILES

KeyType = Literal["RSA", "ECDSA"]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_COMMON_NAME = "kms-trio"  # RFC 8827 section 6.5: nothing that tells one server from another
_VALID_FOR = dt.timedelta(days=3650)
_SSL_MODE_RELEASE_BUFFERS = 0x10
# Forward secrecy and AEAD only; every WebRTC implementation has these (RFC 8827 section 6.5).
_CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20"


class DtlsIdentity:
    """Certificate, private key and context, which never change."""

    def __init__(self, certificate: x509.Certificate, private_key: PrivateKey) -> None:
        """Raises DtlsError if they do not belong together."""
        self.certificate = certificate
        self.certificate_der = certificate.public_bytes(serialization.Encoding.DER)
        """The certificate as it crosses the network."""
        self._private_key = private_key
        self._fingerprints: dict[str, str] = {}
        self.context = _make_context(certificate, private_key)

    @classmethod
    def generate(cls, key_type: KeyType, now: dt.datetime) -> DtlsIdentity:
        """A new self-signed certificate: RSA of 2048 bits or ECDSA on P-256, valid from a day before `now` (UTC)."""
        key: PrivateKey
        if key_type == "RSA":
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        else:
            key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, _COMMON_NAME)])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + _VALID_FOR)
            .sign(key, hashes.SHA256())
        )
        return cls(certificate, key)

    @classmethod
    def from_pem(cls, pem: bytes) -> DtlsIdentity:
        """From a PEM text with one private key (RSA or elliptic curve, unencrypted) and its certificate, in any order.

        Raises DtlsError.
        """
        try:
            certificate = x509.load_pem_x509_certificate(pem)
            key = serialization.load_pem_private_key(_only_key(pem), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise DtlsError(f"PEM holds no usable certificate and private key: {error}") from error
        if not isinstance(key, PrivateKey):
            raise DtlsError(f"PEM holds a private key of an unsupported kind: {type(key).__name__}")
        return cls(certificate, key)

    @property
    def key_type(self) -> KeyType:
        """What kind of key the certificate has."""
        return "RSA" if isinstance(self._private_key, rsa.RSAPrivateKey) else "ECDSA"

    def fingerprint(self, hash_name: str = "sha-256") -> str:
        """The value for `a=fingerprint`: `AA:BB:..` (RFC 8122)."""
        known = self._fingerprints.get(hash_name)
        if known is None:
            known = self._fingerprints[hash_name] = certificate_fingerprint(self.certificate_der, hash_name)
        return known

    def to_pem(self) -> bytes:
        """Private key and certificate, as `from_pem` reads them."""
        key = self._private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + self.certificate.public_bytes(serialization.Encoding.PEM)


def _only_key(pem: bytes) -> bytes:
    """The private key block of a PEM text."""
    kinds = (b"PRIVATE KEY", b"RSA PRIVATE KEY", b"EC PRIVATE KEY")
    for kind in kinds:
        begin, end = b"-----BEGIN " + kind + b"-----", b"-----END " + kind + b"-----"
        start, stop = pem.find(begin), pem.find(end)
        if 0 <= start < stop:
            return pem[start : stop + len(end)] + b"\n"
    raise ValueError("no private key block")


def _make_context(certificate: x509.Certificate, private_key: PrivateKey) -> SSL.Context:
    context = SSL.Context(SSL.DTLS_METHOD)
    # DTLS 1.0 is forbidden by RFC 8827 section 6.5; above 1.2 OpenSSL has nothing to offer here.
    context.set_min_proto_version(SSL.DTLS1_2_VERSION if hasattr(SSL, "DTLS1_2_VERSION") else 0xFEFD)
    context.set_max_proto_version(0xFEFD)
    context.set_options(SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET)
    context.set_mode(_SSL_MODE_RELEASE_BUFFERS)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_cipher_list(_CIPHERS)
    # Certificates are self-signed: any will do for the handshake, the fingerprint is checked after it (RFC 5763).
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _accept_any)
    context.set_tlsext_use_srtp(":".join(profile.openssl_name for profile in DTLS_PROFILES).encode())
    try:
        context.use_certificate(certificate)
        context.use_privatekey(private_key)
        context.check_privatekey()
    except SSL.Error as error:
        raise DtlsError(f"certificate and private key do not fit: {error}") from error
    return context


def _accept_any(*_: object) -> bool:
    return True

"""The operator's certificate files: for wss, and for DTLS."""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography import x509

from kms_trio.cli.doctor.findings import Finding, broken, note, ok, warning
from kms_trio.rpc.listeners import tls_context
from kms_trio.rtc.dtls import DtlsError, DtlsIdentity
from kms_trio.settings import Settings, SettingsError

_AREA: Final = "certificates"
_SOON: Final = dt.timedelta(days=30)


async def check_certificates(settings: Settings, *, now: dt.datetime | None = None) -> list[Finding]:
    """`now` is UTC; the machine's clock unless given."""
    now = now or dt.datetime.now(dt.UTC)
    findings = list(_check_tls(settings, now))
    web_rtc = settings.web_rtc_endpoint
    for key, kind, file in (
        ("pemCertificateRSA", "RSA", web_rtc.pem_certificate_rsa),
        ("pemCertificateECDSA", "ECDSA", web_rtc.pem_certificate_ecdsa),
    ):
        if file is not None:
            findings.extend(_check_dtls(key, kind, file, now))
    return findings or [
        note(_AREA, "No certificate files are configured: wss is off, DTLS certificates are made at start.")
    ]


def _check_tls(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    secure = settings.media_server.net.websocket.secure
    if not secure.port or secure.certificate is None:
        return
    name = f"wss certificate {secure.certificate}"
    try:
        tls_context(secure)
        chain = x509.load_pem_x509_certificates(secure.certificate.read_bytes())
    except (SettingsError, OSError, ValueError) as error:
        cure = "One PEM file: the certificate chain, the server's own first, and its private key (see `password`)."
        yield broken(_AREA, f"{name}: {error}.", cure)
        return
    yield from _check_dates(name, chain[0], now)
    yield from _check_mode(name, secure.certificate)
    if chain[0].issuer == chain[0].subject:
        cure = "Have one issued by an authority, or have every client trust this one."
        yield warning(_AREA, f"{name} is signed by itself: clients refuse it unless they are told to trust it.", cure)


def _check_dtls(key: str, kind: str, file: Path, now: dt.datetime) -> Iterator[Finding]:
    name = f"{key} {file}"
    try:
        identity = DtlsIdentity.from_pem(file.read_bytes())
    except (DtlsError, OSError) as error:
        cure = "One PEM file with an unencrypted private key and its certificate, that the server's user may read."
        yield broken(_AREA, f"{name}: {error}.", cure)
        return
    if identity.key_type != kind:
        text = f"{name} holds a key of the kind {identity.key_type}."
        yield warning(_AREA, text, f"Put a key of the kind {kind} there, or the file under the other setting.")
    yield from _check_dates(name, identity.certificate, now)
    yield from _check_mode(name, file)


def _check_dates(name: str, certificate: x509.Certificate, now: dt.datetime) -> Iterator[Finding]:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < begins:
        yield broken(_AREA, f"{name} is valid only from {begins:%Y-%m-%d} on.", "Check the clock of this machine.")
    elif now > ends:
        yield broken(_AREA, f"{name} ended on {ends:%Y-%m-%d}.", "Renew it, then start the server again.")
    elif ends - now < _SOON:
        yield warning(_AREA, f"{name} ends on {ends:%Y-%m-%d}.", "Renew it, then start the server again.")
    else:
        yield ok(_AREA, f"{name} is valid until {ends:%Y-%m-%d}.")


def _check_mode(name: str, file: Path) -> Iterator[Finding]:
    if file.stat().st_mode & stat.S_IROTH:
        yield warning(_AREA, f"{name}: everybody on this machine may read its private key.", f"chmod o-r {file}")

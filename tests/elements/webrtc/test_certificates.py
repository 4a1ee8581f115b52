"""Which kind of certificate an endpoint shows to its peer in the DTLS handshake."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import Path

import attrs
import pytest
import trio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from kms_trio.app import serve
from kms_trio.rtc.dtls import DtlsIdentity
from kms_trio.settings import Settings
from kms_trio.testing.rpc import RpcClient, open_client
from tests.elements.webrtc.room import join, quiet_settings


async def shown(client: RpcClient, **constructor: str) -> str:
    """The kind of key in the certificate that the peer of a new endpoint has seen."""
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, constructor=constructor) as me:
        assert me.peer._dtls is not None
        key = x509.load_der_x509_certificate(me.peer._dtls.remote_certificate).public_key()
        return (
            "RSA"
            if isinstance(key, rsa.RSAPublicKey)
            else "ECDSA"
            if isinstance(key, ec.EllipticCurvePublicKey)
            else ""
        )


@pytest.mark.parametrize("kind", ["RSA", "ECDSA"])
async def test_what_is_asked_for_is_shown(client: RpcClient, kind: str) -> None:
    assert await shown(client, certificateKeyType=kind) == kind


async def test_ecdsa_unasked(client: RpcClient) -> None:
    assert await shown(client) == "ECDSA"


@pytest.mark.parametrize(("given", "expected"), [(("RSA",), "RSA"), (("ECDSA",), "ECDSA"), (("RSA", "ECDSA"), "ECDSA")])
async def test_unasked_it_is_of_the_kind_that_the_operator_has_given(
    tmp_path: Path, nursery: trio.Nursery, given: tuple[str, ...], expected: str
) -> None:
    files = {}
    for kind in given:
        files[kind] = tmp_path / f"{kind}.pem"
        identity = DtlsIdentity.generate(kind, datetime.datetime.now(datetime.UTC))  # type: ignore[arg-type]  # a text
        files[kind].write_bytes(identity.to_pem())
    settings: Settings = quiet_settings()
    endpoints = attrs.evolve(
        settings.web_rtc_endpoint, pem_certificate_rsa=files.get("RSA"), pem_certificate_ecdsa=files.get("ECDSA")
    )
    settings = attrs.evolve(settings, web_rtc_endpoint=endpoints)
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    server = await nursery.start(partial(serve, settings, listeners=listeners))
    async with open_client(server.control_url) as client:
        assert await shown(client) == expected
    nursery.cancel_scope.cancel()

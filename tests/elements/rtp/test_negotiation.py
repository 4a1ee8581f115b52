"""Which hosts in a description can be sent to."""

from __future__ import annotations

import logging
import socket

import pytest

from kms_elements.rtp.negotiation import resolve_hosts
from kms_trio.rtc.sdp import parse


@pytest.mark.parametrize(
    ("host", "family", "address"),
    [
        ("192.0.2.1", socket.AF_INET, "192.0.2.1"),
        ("239.1.2.3/127", socket.AF_INET, "239.1.2.3"),
        ("2001:db8::1", socket.AF_INET6, "2001:db8::1"),
        ("localhost", socket.AF_INET, "127.0.0.1"),
        ("0.0.0.0", socket.AF_INET, None),
        ("::", socket.AF_INET6, None),
        ("192.0.2.1", socket.AF_INET6, None),
        ("2001:db8::1", socket.AF_INET, None),
        ("fe80::1%lo", socket.AF_INET6, None),
        ("no such host", socket.AF_INET, None),
        ("a" * 300, socket.AF_INET, None),
        ("\u2603.invalid", socket.AF_INET, None),
    ],
)
async def test_hosts(
    host: str, family: socket.AddressFamily, address: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "rtpendpoint")
    kind = "IP6" if ":" in host else "IP4"
    description = parse(f"v=0\nm=video 5000 RTP/AVP 97\nc=IN {kind} {host.replace(' ', '_')}\n")
    addresses = await resolve_hosts(description, family)
    assert list(addresses.values()) == ([] if address is None else [address])
    assert len(caplog.messages) == (address is None), "an operator can find out why nothing is sent"


async def test_each_media_may_have_its_own() -> None:
    medias = "m=audio 1 RTP/AVP 0\nc=IN IP4 192.0.2.2\nm=video 1 RTP/AVP 97\nc=IN IP4 192.0.2.3\n"
    addresses = await resolve_hosts(parse(f"v=0\nc=IN IP4 192.0.2.1\n{medias}"), socket.AF_INET)
    assert addresses == {host: host for host in ("192.0.2.1", "192.0.2.2", "192.0.2.3")}

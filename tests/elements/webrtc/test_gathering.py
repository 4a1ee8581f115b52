"""What an endpoint finds with a STUN server that sees it behind a NAT, and what the log says of servers."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import attrs
import pytest
import trio

from kms_trio.app import Server
from kms_trio.rtc.ice import parse_candidate
from kms_trio.rtc.stun import MessageClass, build_message
from kms_trio.rtc.stun.attributes import encode_xor_address
from kms_trio.rtc.stun.constants import XOR_MAPPED_ADDRESS
from kms_trio.settings import Settings
from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import RpcClient, open_client
from tests.elements.webrtc.room import quiet_settings

Serve = Callable[..., Awaitable[Server]]
OUTSIDE = "203.0.113.77"


@asynccontextmanager
async def stun_server() -> AsyncIterator[int]:
    """Tells everybody that he is at OUTSIDE, ten ports higher; the port of the server."""

    async def answer_all(sock: trio.socket.SocketType) -> None:
        while True:
            data, (_, port) = await sock.recvfrom(2048)
            mapped = encode_xor_address((OUTSIDE, (port + 10) % 65536), data[8:20])
            answer = build_message(MessageClass.SUCCESS, data[8:20], [(XOR_MAPPED_ADDRESS, mapped)], key=None)
            await sock.sendto(answer, ("127.0.0.1", port))

    with trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM) as sock:
        await sock.bind(("127.0.0.1", 0))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer_all, sock)
            yield sock.getsockname()[1]
            nursery.cancel_scope.cancel()


def settings(**web_rtc: object) -> Settings:
    plain = quiet_settings()
    loopback = attrs.evolve(plain.web_rtc_endpoint, include_loopback="always", network_interfaces=("lo",), **web_rtc)
    return attrs.evolve(plain, web_rtc_endpoint=loopback)


async def an_endpoint(client: RpcClient) -> str:
    endpoint = await client.create("WebRtcEndpoint", mediaPipeline=await client.create("MediaPipeline"))
    await client.subscribe(endpoint, "IceCandidateFound", "IceGatheringDone")
    return endpoint


async def found(client: RpcClient, endpoint: str) -> list[str]:
    await client.expect("IceGatheringDone", endpoint)
    texts = [event.data["candidate"]["candidate"] for event in client.events if event.name == "IceCandidateFound"]
    return list(dict.fromkeys(texts))


@pytest.mark.parametrize("configured", [True, False], ids=["conf file", "setters"])
async def test_a_server_reflexive_candidate(serve: Serve, configured: bool) -> None:
    async with stun_server() as port:
        given = {"stun_server_address": "localhost", "stun_server_port": port} if configured else {}
        server = await serve(settings(**given))
        async with open_client(server.control_url) as client:
            endpoint = await an_endpoint(client)
            if not configured:
                await client.invoke(endpoint, "setStunServerAddress", stunServerAddress="127.0.0.1")
                await client.invoke(endpoint, "setStunServerPort", stunServerPort=port)
            await client.invoke(endpoint, "generateOffer")
            await client.invoke(endpoint, "gatherCandidates")
            texts = await found(client, endpoint)
            candidates = [parse_candidate(text) for text in texts]
            ours = server.context.network.sockets[0].port
            (reflexive,) = [each for each in candidates if each.type == "srflx"]
            assert reflexive.address == (OUTSIDE, ours + 10)
            assert (reflexive.related_address, reflexive.related_port) == ("127.0.0.1", ours)
            local = await client.invoke(endpoint, "getLocalSessionDescriptor")
            assert all(text.removeprefix("candidate:") in local for text in texts)


async def test_gathering_before_the_description_tells_the_rest_when_it_comes(serve: Serve) -> None:
    async with stun_server() as port:
        server = await serve(settings(stun_server_address="127.0.0.1", stun_server_port=port))
        async with open_client(server.control_url) as client:
            endpoint = await an_endpoint(client)
            await client.invoke(endpoint, "gatherCandidates")
            offer = await client.invoke(endpoint, "generateOffer")
            assert " typ host" in offer
            assert " typ srflx" not in offer
            assert any(" typ srflx" in text for text in await found(client, endpoint))


async def test_an_external_address_replaces_the_hosts_own(serve: Serve) -> None:
    server = await serve(settings(external_ipv4="198.51.100.7"))
    async with open_client(server.control_url) as client:
        endpoint = await an_endpoint(client)
        await client.invoke(endpoint, "generateOffer")
        await client.invoke(endpoint, "gatherCandidates")
        hosts = {parse_candidate(text).host for text in await found(client, endpoint)}
    assert "198.51.100.7" in hosts
    assert "127.0.0.1" not in hosts


async def test_a_name_that_nobody_knows_ends_gathering(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = await serve(settings(stun_server_address="no-such-host.invalid"))
    async with open_client(server.control_url) as client:
        endpoint = await an_endpoint(client)
        await client.invoke(endpoint, "generateOffer")
        await client.invoke(endpoint, "gatherCandidates")
        assert await found(client, endpoint)
    assert "no-such-host.invalid" in caplog.text


async def test_an_endpoint_that_goes_away_while_it_gathers(serve: Serve) -> None:
    with trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM) as silent:
        await silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        turn = f"alice:secret@127.0.0.1:{port}"
        server = await serve(settings(stun_server_address="127.0.0.1", stun_server_port=port, turn_url=turn))
        async with open_client(server.control_url) as client:
            endpoint = await an_endpoint(client)
            await client.invoke(endpoint, "generateOffer")
            await client.invoke(endpoint, "gatherCandidates")
            with trio.fail_after(PATIENCE_S):
                for _ in range(2):  # both ask
                    await silent.recvfrom(2048)
            await client.release(endpoint)
            network = server.context.network
            assert not network.transports_by_prefix
            assert len(network.timers) == 0


TEXTS = [
    ("KurentoWebRtcEndpointImpl", "Predefined STUN server: 192.0.2.9:3478"),
    ("KurentoWebRtcEndpointImpl", "Predefined TURN relay server: <user:password>@192.0.2.8:3479"),
    ("KurentoWebRtcEndpointImpl", "Predefined external IPv4 address: 198.51.100.7"),
    ("KurentoWebRtcEndpointImpl", "Predefined network interfaces: lo"),
    ("KurentoWebRtcEndpointImpl", "ICE-TCP candidate gathering is ENABLED"),
    ("kmswebrtcsession", "Using STUN server: 192.0.2.9:3478"),
    ("kmswebrtcsession", "Using TURN relay server: 192.0.2.8:3479"),
    ("kmswebrtcsession", "TURN server info set: <user:password>@192.0.2.8:3479"),
]

NOT_CONFIGURED = [
    ("KurentoWebRtcEndpointImpl", "STUN server not found in config"),
    ("KurentoWebRtcEndpointImpl", "TURN relay server not found in config"),
    ("kmswebrtcsession", "STUN server not configured! NAT traversal requires STUN or TURN"),
    ("kmswebrtcsession", "TURN relay server not configured! NAT traversal requires STUN or TURN"),
]


@pytest.mark.parametrize("configured", [True, False])
async def test_the_log_says_what_operators_search_for(
    serve: Serve, caplog: pytest.LogCaptureFixture, configured: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    given = {
        "stun_server_address": "192.0.2.9",
        "turn_url": "alice:hunter2@192.0.2.8:3479?transport=udp",
        "external_ipv4": "198.51.100.7",
    }
    server = await serve(settings(**(given if configured else {})))
    async with open_client(server.control_url) as client:
        for _ in range(2):  # what is the same for all endpoints is said once
            endpoint = await an_endpoint(client)
            await client.invoke(endpoint, "generateOffer")
            await client.invoke(endpoint, "gatherCandidates")
    said = [(record.name, record.getMessage()) for record in caplog.records]
    expected, absent = (TEXTS, NOT_CONFIGURED) if configured else (NOT_CONFIGURED, TEXTS[:3])
    assert {text: said.count(text) for text in expected} == dict.fromkeys(expected, 1)
    assert not set(absent) & set(said)
    assert not any("hunter2" in text for _, text in said)


async def test_a_turn_url_that_is_none_is_not_repeated(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = await serve(settings())
    async with open_client(server.control_url) as client:
        endpoint = await an_endpoint(client)
        await client.invoke(endpoint, "setTurnUrl", turnUrl="turn:alice:hunter2@192.0.2.8")
        await client.invoke(endpoint, "generateOffer")
        await client.invoke(endpoint, "gatherCandidates")
        assert await found(client, endpoint)
    said = [record.getMessage() for record in caplog.records if record.name == "kmswebrtcsession"]
    assert any("the TURN URL cannot be used" in text for text in said)
    assert not any("hunter2" in text for text in said)


async def test_a_server_that_an_application_sets_is_said(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server = await serve(settings())
    async with open_client(server.control_url) as client:
        for port in (3478, 3479, 3479):
            endpoint = await an_endpoint(client)
            await client.invoke(endpoint, "setStunServerAddress", stunServerAddress="127.0.0.1")
            await client.invoke(endpoint, "setStunServerPort", stunServerPort=port)
            await client.invoke(endpoint, "generateOffer")
            await client.invoke(endpoint, "gatherCandidates")
    said = [record.getMessage() for record in caplog.records if record.getMessage().startswith("Using STUN server: ")]
    assert said == ["Using STUN server: 127.0.0.1:3478", "Using STUN server: 127.0.0.1:3479"]

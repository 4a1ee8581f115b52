"""Strangers and liars: counted, and nothing else is disturbed."""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Sequence
from typing import Any

import pytest
import trio
import trio.lowlevel

from kms_trio.app import Server
from kms_trio.errors import KurentoError
from kms_trio.media.frames import EncodedFrame
from kms_trio.net.addresses import pack_sockaddr
from kms_trio.net.ice_bases import MAX_ROUTES
from kms_trio.net.ice_transport import STRANGERS_PER_S
from kms_trio.net.service import NetworkService
from kms_trio.rtc.srtp import SrtpError, SrtpSession
from kms_trio.rtc.srtp.profiles import AEAD_AES_128_GCM
from kms_trio.rtc.stun import build_check, build_success
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.webrtc.room import Publisher, join


async def test_floods_from_strangers_leave_no_trace(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    network: NetworkService = server.context.network
    chance = random.Random(1)
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, sources=["self"]) as me, trio.open_nursery() as nursery:
        nursery.start_soon(Publisher(me.peer, vp8_frames).run)
        await until(lambda: "video" in me.peer.tracks)
        ufrag = next(iter(network.transports_by_ufrag))
        routes = [len(sock.routes) for sock in network.sockets]
        timers = len(network.timers)
        target = next(sock.address for sock in network.sockets if sock.local.host == "127.0.0.1")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for _ in range(300):
                junk = chance.randbytes(chance.randrange(0, 1500))
                stun = build_check(
                    chance.randbytes(12),
                    username=f"{ufrag}:evil",
                    key=b"wrong password, wrong password",
                    priority=1,
                    controlling=True,
                    tie_breaker=1,
                )
                hello = bytes.fromhex("16fefd0000000000000000003c010000300000000000000030fefd") + chance.randbytes(40)
                rtp = b"\x80\x60" + chance.randbytes(200)
                report = b"\x80\xc9" + chance.randbytes(60)
                answer = build_success(chance.randbytes(11) + b"\xff", ("192.0.2.1", 5), key=b"wrong")
                for datagram in (junk, stun, hello, rtp, report, answer, b""):
                    stranger.sendto(datagram, target)
                await trio.lowlevel.checkpoint()
        statistics = network.statistics
        await until(lambda: statistics.strangers_dtls >= 250 and statistics.strangers_media >= 500)
        frames = len(me.peer.tracks["video"].frames)
        await until(lambda: len(me.peer.tracks["video"].frames) > frames + 30)
        assert me.peer.tracks["video"].statistics.packets_lost == 0
        assert [len(sock.routes) for sock in network.sockets] == routes
        assert abs(len(network.timers) - timers) <= 2
        assert len(network.transports_by_ufrag) == 1
        nursery.cancel_scope.cancel()


async def test_media_under_another_key_and_replays_are_dropped(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    network: NetworkService = server.context.network
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, sources=["self"]) as me, trio.open_nursery() as nursery:
        nursery.start_soon(Publisher(me.peer, vp8_frames).run)
        await until(lambda: "video" in me.peer.tracks)
        transport = next(iter(network.transports_by_ufrag.values()))
        other = SrtpSession.outbound(AEAD_AES_128_GCM, bytes(AEAD_AES_128_GCM.master_bytes))
        recorded = next(iter(me.peer.sources.sent.values()))
        before = transport.undecryptable
        for number in range(50):
            forged = other.protect(b"\x80\x61" + number.to_bytes(2, "big") + bytes(8) + b"forged")
            await me.peer.send_datagram(forged)
            await me.peer.send_datagram(recorded)
            await me.peer.send_datagram(b"\x80\xc8\0\1" + bytes(20))
        await until(lambda: transport.undecryptable >= before + 100 and transport.undecryptable_rtcp >= 50)
        frames = len(me.peer.tracks["video"].frames)
        await until(lambda: len(me.peer.tracks["video"].frames) > frames + 20)
        assert me.peer.tracks["video"].statistics.packets_lost == 0
        nursery.cancel_scope.cancel()


async def test_garbage_inside_srtp_and_dtls(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    """An authenticated peer that sends nonsense hurts only itself."""
    chance = random.Random(2)
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, sources=["self"]) as me,
        join(client, pipeline, sources=["self"]) as liar,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(Publisher(me.peer, vp8_frames).run)
        await until(lambda: "video" in me.peer.tracks)
        outbound = liar.peer._outbound
        assert outbound is not None
        for number in range(300):
            body = chance.randbytes(chance.randrange(0, 300))
            head = bytes((chance.choice((0x80, 0x90, 0xA0, 0xB0, 0x8F)), chance.randrange(128)))
            packet = (
                head + number.to_bytes(2, "big") + chance.randbytes(4) + bytes((0, 0, 0, chance.randrange(64))) + body
            )
            with contextlib.suppress(SrtpError):  # libsrtp will not protect some of them: those cannot reach the server
                await liar.peer.send_datagram(outbound.protect(packet))
            rtcp = bytes((0x80 | chance.randrange(32), chance.randrange(200, 210), 0, len(body) // 4 % 256)) + body
            if len(rtcp) >= 12:
                await liar.peer.send_datagram(outbound.protect_rtcp(rtcp))
            await liar.peer.send_datagram(b"\x16\xfe\xfd" + body)
        frames = len(me.peer.tracks["video"].frames)
        await until(lambda: len(me.peer.tracks["video"].frames) > frames + 20)
        assert me.peer.tracks["video"].statistics.packets_lost == 0
        assert await client.invoke(me.endpoint, "getConnectionState") == "CONNECTED"
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("offer", ["hello", "v=0\r\nm=video\r\n", "\0" * 100, "m=" * 5000])
async def test_a_malformed_offer_can_be_tried_again(client: RpcClient, offer: str) -> None:
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
    with pytest.raises(KurentoError) as refusal:
        await client.invoke(endpoint, "processOffer", offer=offer)
    assert (refusal.value.code, refusal.value.data_type) == (40201, "SDP_PARSE_ERROR")
    good = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\n"
    assert (await client.invoke(endpoint, "processOffer", offer=good)).startswith("v=0")


async def test_candidates_of_every_kind_are_survived(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
    early = {"candidate": "candidate:1 1 UDP 1 127.0.0.1 9 typ host", "sdpMid": "audio0", "sdpMLineIndex": 0}
    await client.invoke(endpoint, "addIceCandidate", candidate=early)
    await client.invoke(endpoint, "generateOffer")
    for text in (
        "",
        "foo bar",
        "candidate:1 1 UDP 2013266431 b7d2.local 50000 typ host",
        "candidate:1 1 TCP 2013266431 127.0.0.1 9 typ host tcptype active",
        "a=candidate:1 1 UDP 2013266431 127.0.0.1 50000 typ host",
        "candidate:" + "9" * 10_000,
        "candidate:1 1 UDP 1 999.1.1.1 5 typ host",
    ):
        candidate = {"candidate": text, "sdpMid": "video0", "sdpMLineIndex": 1}
        assert await client.invoke(endpoint, "addIceCandidate", candidate=candidate) is None


async def test_of_those_who_know_a_name_alone_few_are_looked_into(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    """A user name stands in clear in each check, so floods may have a right one; a signature takes longest to check."""
    network: NetworkService = server.context.network
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, sources=["self"]):
        [(ufrag, transport)] = network.transports_by_ufrag.items()
        [(sock, name)] = [
            (sock, name) for sock in network.sockets for name, owner in sock.routes.items() if owner is transport
        ]
        given: dict[str, Any] = {"username": f"{ufrag}:x", "priority": 1, "controlling": True, "tie_breaker": 1}
        forged = build_check(bytes(12), key=b"a guess", **given)
        statistics, counted = transport.agent.statistics, network.statistics
        before, strangers, now = statistics.unauthenticated, counted.strangers_stun, trio.current_time() + 10.0
        for port in range(1, 1001):
            stranger = pack_sockaddr("203.0.113.1", port)
            network._dispatcher._dispatch_slowly(sock, None, forged, stranger, now)
        assert statistics.unauthenticated - before == STRANGERS_PER_S
        assert counted.strangers_stun - strangers == 1000 - STRANGERS_PER_S
        received = statistics.requests_received
        real = build_check(bytes(12), key=transport.credentials.key, **given)
        network._dispatcher._dispatch_slowly(sock, transport, real, name, now)
        assert statistics.requests_received == received + 1, "who has proved its address is heard"


async def test_a_peer_proves_as_many_addresses_as_it_likes_and_few_are_kept(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    network: NetworkService = server.context.network
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, sources=["self"]) as me, trio.open_nursery() as nursery:
        nursery.start_soon(Publisher(me.peer, vp8_frames).run)
        await until(lambda: "video" in me.peer.tracks)
        [transport] = network.transports_by_ufrag.values()
        [sock] = [sock for sock in network.sockets if transport in sock.routes.values()]
        for port in range(1, 1001):
            transport.bases.remember(transport, sock, ("203.0.113.1", port))
        assert len(sock.routes) == MAX_ROUTES
        frames = len(me.peer.tracks["video"].frames)
        await until(lambda: len(me.peer.tracks["video"].frames) > frames + 30)  # its own address is proved anew
        await client.release(me.endpoint)
        await until(lambda: not sock.routes)
        nursery.cancel_scope.cancel()

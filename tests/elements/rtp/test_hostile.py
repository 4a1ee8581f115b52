"""Strangers, liars and garbage at the ports of plain RTP."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import cast

import pytest
import trio

from kms_elements.rtp import RtpEndpoint
from kms_trio.api import PlainTransport
from kms_trio.app import Server
from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.rtcp import Goodbye, ReceiverReport
from kms_trio.rtc.rtp.header import write_header
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient
from tests.elements.rtp.peer import RtpPeer, negotiate, offer_of, open_peer
from tests.elements.webrtc.room import numbers

SUITE = "AES_CM_128_HMAC_SHA1_80"


def transport_of(server: Server, endpoint: str) -> PlainTransport:
    """The endpoint's video transport."""
    connection = cast("RtpEndpoint", server.context.directory.get(endpoint))._connection
    assert connection is not None
    return connection.transports["video"]


async def test_a_stranger_does_not_disturb_a_sender(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    """Media, goodbyes and reports from another address than the sender's are counted and dropped."""
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    async with open_peer() as peer, open_peer(host="127.0.0.2") as stranger, trio.open_nursery() as nursery:
        await negotiate(client, endpoint, peer, "sendrecv")
        await client.invoke(endpoint, "connect", sink=endpoint)
        nursery.start_soon(peer.publish, vp8_frames)
        await until(lambda: len(peer.frames) > 5)
        stranger.host = peer.host
        stranger.remote_rtp_port, stranger.remote_rtcp_port = peer.remote_rtp_port, peer.remote_rtcp_port
        stranger.ssrc = peer.ssrc
        transport = transport_of(server, endpoint)
        for number in range(100):
            await stranger.send_frame(vp8_frames[0].data, number * 3000)
            await stranger.send_rtcp([ReceiverReport(1, ()), Goodbye((peer.ssrc,))])
        before = len(peer.frames)
        await until(lambda: transport.strangers >= 200 and len(peer.frames) > before + 30)
        assert None not in numbers(peer.frames)
        assert await client.invoke(endpoint, "getMediaState") == "CONNECTED"
        assert stranger.packets == []
        nursery.cancel_scope.cancel()


async def test_the_announced_host_takes_over_from_a_stranger_that_was_first(
    client: RpcClient, vp8_frames: Sequence[EncodedFrame]
) -> None:
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    async with open_peer() as peer, open_peer(host="127.0.0.2") as stranger, trio.open_nursery() as nursery:
        await negotiate(client, endpoint, peer, "sendrecv")
        await client.invoke(endpoint, "connect", sink=endpoint)
        stranger.host = peer.host
        stranger.remote_rtp_port, stranger.remote_rtcp_port = peer.remote_rtp_port, peer.remote_rtcp_port
        nursery.start_soon(stranger.publish, vp8_frames)
        await until(lambda: len(peer.frames) > 0)
        nursery.start_soon(peer.publish, vp8_frames)

        async def sources() -> set[str]:
            stats = await client.invoke(endpoint, "getStats")
            return {each["ssrc"] for each in stats.values() if each["type"] == "inboundrtp"}

        with trio.fail_after(PATIENCE_S):
            while str(peer.ssrc) not in await sources():
                pass  # asking again takes the time that it takes
        before = len(peer.frames)
        await until(lambda: len(peer.frames) > before + 30)
        nursery.cancel_scope.cancel()


async def test_a_sender_that_comes_back_from_another_port(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    """A restarted sender takes over when the former one has been silent for a while."""
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    async with open_peer() as peer, open_peer() as again:
        await negotiate(client, endpoint, peer, "sendonly")
        transport = transport_of(server, endpoint)
        await peer.send_frame(vp8_frames[0].data, 0)
        await until(lambda: transport.session is not None and peer.ssrc in transport.session.receivers)
        again.remote_rtp_port = peer.remote_rtp_port
        await again.send_frame(vp8_frames[0].data, 0)
        await until(lambda: transport.strangers > 0)
        transport._rtp_source._heard_at -= 6.0  # as if six seconds had passed
        await again.send_frame(vp8_frames[0].data, 3000)
        await until(lambda: transport.session is not None and again.ssrc in transport.session.receivers)


@pytest.mark.parametrize("suite", ["", SUITE], ids=["rtp", "srtp"])
async def test_garbage(client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame], suite: str) -> None:
    """Random and mutated datagrams from the peer's own address at both ports; then media flows as before."""
    chance = random.Random(5)
    pipeline = await client.create("MediaPipeline")
    crypto = {"crypto": "AES_128_CM_HMAC_SHA1_80"} if suite else {}
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto=crypto)
    async with open_peer(suite=suite) as peer, trio.open_nursery() as nursery:
        await negotiate(client, endpoint, peer, "sendrecv")
        await client.invoke(endpoint, "connect", sink=endpoint)
        transport = transport_of(server, endpoint)
        sent = 0
        for _ in range(40):
            for data in _mutations(peer, chance):
                for port in (peer.remote_rtp_port, peer.remote_rtcp_port):
                    await peer.rtp_socket.sendto(data, (peer.host, port))
                    sent += 1
            await client.invoke(endpoint, "getStats")  # the server keeps up, so no socket buffer overflows
        nursery.start_soon(peer.publish, vp8_frames)
        before = len(peer.frames)
        await until(lambda: len(peer.frames) > before + 30)
        assert transport.garbage > sent / 4
        assert (transport.undecryptable > 0) is bool(suite)
        nursery.cancel_scope.cancel()


def _mutations(peer: RtpPeer, chance: random.Random) -> list[bytes]:
    """Datagrams that look more or less like RTP and RTCP."""
    size = chance.choice([0, 1, 7, 8, 11, 12, 13, 40, 1400, 4000])
    body = chance.randbytes(size)
    rtp = write_header(True, 97, chance.randrange(65536), chance.randrange(1 << 32), chance.randrange(1 << 32)) + body
    rtcp = bytes((0x80 | chance.randrange(64), chance.choice([200, 201, 202, 203, 205, 206]))) + body
    flipped = bytearray(rtp)
    flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return [body, rtp, rtcp, bytes(flipped), rtp[: chance.randrange(len(rtp))]]


async def test_forged_and_replayed_srtp(client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]) -> None:
    """Without the key nobody is heard, from wherever; with it the source may even move."""
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto={"crypto": "AES_128_CM_HMAC_SHA1_80"})
    async with (
        open_peer(suite=SUITE) as peer,
        open_peer(suite=SUITE) as forger,
        open_peer() as plain,
        trio.open_nursery() as nursery,
    ):
        await negotiate(client, endpoint, peer, "sendrecv")
        await client.invoke(endpoint, "connect", sink=endpoint)
        transport = transport_of(server, endpoint)
        for other in (forger, plain):
            other.remote_rtp_port, other.remote_rtcp_port = peer.remote_rtp_port, peer.remote_rtcp_port
            await other.send_frame(vp8_frames[0].data, 0)
            await other.send_report(0)
        await until(lambda: transport.undecryptable >= 4)
        assert transport.session is not None
        assert transport.session.receivers == {}
        assert await client.invoke(endpoint, "getMediaState") == "DISCONNECTED"
        nursery.start_soon(peer.publish, vp8_frames)
        await until(lambda: len(peer.frames) > 5)
        peer.rtp_socket, old_socket = forger.rtp_socket, peer.rtp_socket  # the same key from another port
        receiver = transport.session.receivers[peer.ssrc]
        before = receiver.reception.packets_received
        await until(lambda: receiver.reception.packets_received > before + 30)
        peer.rtp_socket = old_socket
        nursery.cancel_scope.cancel()


async def test_what_comes_before_the_answer_is_counted(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    async with open_peer() as peer:
        options = {"offerToReceiveAudio": False}
        peer.take(await client.invoke(endpoint, "generateOffer", options=options))
        await peer.send_frame(vp8_frames[0].data, 0)
        transport = transport_of(server, endpoint)
        await until(lambda: transport.early > 0)
        await client.invoke(endpoint, "processAnswer", answer=offer_of(peer.section()))
        await peer.send_frame(vp8_frames[0].data, 3000)
        await until(lambda: transport.session is not None and peer.ssrc in transport.session.receivers)

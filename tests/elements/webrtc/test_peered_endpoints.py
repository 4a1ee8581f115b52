"""Two endpoints of one server negotiated with each other: both would use one port, so each gets sockets of its own."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest
import trio

from kms_trio.app import Server
from kms_trio.media.frames import EncodedFrame
from kms_trio.net.service import NetworkService
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.webrtc.room import Publisher, join, numbers


@attrs.define
class Trunk:
    """Two endpoints, `a` having made the offer, and what the application does between them."""

    client: RpcClient
    a: str
    b: str
    a_sdp: str = ""
    b_sdp: str = ""
    forwarded: list[tuple[str, str, int]] = attrs.field(factory=list)

    async def negotiate(self) -> None:
        self.a_sdp = await self.client.invoke(self.a, "generateOffer")
        self.b_sdp = await self.client.invoke(self.b, "processOffer", offer=self.a_sdp)
        await self.client.invoke(self.a, "processAnswer", answer=self.b_sdp)

    async def gather(self) -> None:
        for each in (self.a, self.b):
            await self.client.invoke(each, "gatherCandidates")

    async def forward_candidates(self, source: str, sink: str) -> None:
        """For ever: what one endpoint finds the other is told."""
        while True:
            event = await self.client.expect("IceCandidateFound", source)
            candidate = event.data["candidate"]
            self.forwarded.append((source, candidate["candidate"], candidate["sdpMLineIndex"]))
            await self.client.invoke(sink, "addIceCandidate", candidate=candidate)

    async def connected(self) -> None:
        for each in (self.a, self.b):
            await self.client.expect("ConnectionStateChanged", each)


async def open_trunk(client: RpcClient, pipeline: str) -> Trunk:
    trunk = Trunk(client, *[await client.create("WebRtcEndpoint", mediaPipeline=pipeline) for _ in range(2)])
    for each in (trunk.a, trunk.b):
        await client.subscribe(each, "IceCandidateFound", "IceGatheringDone", "ConnectionStateChanged")
    return trunk


async def loop_through(client: RpcClient, pipeline: str, trunk: Trunk, frames: Sequence[EncodedFrame]) -> None:
    """A peer that sends into `a` sees what comes out of `b`, picture by picture."""
    async with join(client, pipeline, sources=[trunk.b]) as me, trio.open_nursery() as nursery:
        await client.invoke(me.endpoint, "connect", sink=trunk.a)
        publisher = Publisher(me.peer, frames)
        nursery.start_soon(publisher.run)
        await until(lambda: "video" in me.peer.tracks and len(me.peer.tracks["video"].frames) > 30)
        await until(lambda: "audio" in me.peer.tracks and len(me.peer.tracks["audio"].frames) > 20)
        video = me.peer.tracks["video"]
        shown = [frame.data for frame in video.frames]
        starts = [i for i, data in enumerate(publisher.sent) if data == shown[0]]
        assert any(publisher.sent[start : start + len(shown)] == shown for start in starts)
        assert None not in numbers(video.frames)
        assert video.statistics.packets_lost == 0
        nursery.cancel_scope.cancel()


async def test_trickling_both_ways(
    client: RpcClient, vp8_frames: Sequence[EncodedFrame], nursery: trio.Nursery
) -> None:
    pipeline = await client.create("MediaPipeline")
    trunk = await open_trunk(client, pipeline)
    nursery.start_soon(trunk.forward_candidates, trunk.a, trunk.b)
    nursery.start_soon(trunk.forward_candidates, trunk.b, trunk.a)
    await trunk.negotiate()
    await trunk.gather()
    await trunk.connected()
    await loop_through(client, pipeline, trunk, vp8_frames)
    assert len(trunk.forwarded) == len(set(trunk.forwarded)), "each candidate is told once for each media"
    nursery.cancel_scope.cancel()


async def test_candidates_in_the_descriptions_alone(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    """The answerer meets our own addresses in the offer, so its answer holds the sockets of its own already."""
    pipeline = await client.create("MediaPipeline")
    trunk = await open_trunk(client, pipeline)
    await trunk.gather()
    await trunk.negotiate()
    port = server.context.network.sockets[0].port
    assert f" {port} typ host" in trunk.b_sdp
    assert any(" typ host" in line and f" {port} " not in line for line in trunk.b_sdp.splitlines())
    await trunk.connected()
    await loop_through(client, pipeline, trunk, vp8_frames)


@pytest.mark.parametrize("forwarded", ["a", "b"])
async def test_an_application_that_trickles_one_way_only(
    client: RpcClient, vp8_frames: Sequence[EncodedFrame], nursery: trio.Nursery, forwarded: str
) -> None:
    pipeline = await client.create("MediaPipeline")
    trunk = await open_trunk(client, pipeline)
    source, sink = (trunk.a, trunk.b) if forwarded == "a" else (trunk.b, trunk.a)
    nursery.start_soon(trunk.forward_candidates, source, sink)
    await trunk.negotiate()
    await trunk.gather()
    await trunk.connected()
    await loop_through(client, pipeline, trunk, vp8_frames)
    nursery.cancel_scope.cancel()


async def test_several_pairs_do_not_mix_and_leave_nothing_behind(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    network: NetworkService = server.context.network
    pipeline = await client.create("MediaPipeline")
    trunks = [await open_trunk(client, pipeline) for _ in range(3)]
    async with trio.open_nursery() as trickling:
        for trunk in trunks:
            trickling.start_soon(trunk.forward_candidates, trunk.a, trunk.b)
            trickling.start_soon(trunk.forward_candidates, trunk.b, trunk.a)
            await trunk.negotiate()
            await trunk.gather()
        for trunk in trunks:
            await trunk.connected()
        async with trio.open_nursery() as all_at_once:
            for trunk in trunks:
                all_at_once.start_soon(loop_through, client, pipeline, trunk, vp8_frames)
        trickling.cancel_scope.cancel()
    transports = list(network.transports_by_ufrag.values())
    private = [sock for transport in transports for sock in transport.bases.private_sockets]
    assert len(private) >= len(trunks)
    assert not any(transport.undecryptable for transport in transports)
    await client.release(pipeline)
    await until(lambda: not network.transports_by_ufrag)
    assert all(sock.closed for sock in private)
    assert all(not sock.routes for sock in network.sockets)

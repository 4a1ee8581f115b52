"""Scripted WebRTC peers that meet in hubs of a running server.

Time is virtual, which a test says by asking for `clock` itself: performers are never late, however slow the machine is.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from itertools import pairwise

import av
import trio
from trio.testing import MockClock

from kms_elements.hubs.layout import grid
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.webrtc_peer import WebRtcPeer
from tests.elements.hubs.performer import Performer, heard, seen
from tests.elements.hubs.stage import number_at, typical_strength
from tests.elements.lifecycles.conftest import clock, server
from tests.elements.webrtc.room import join

__all__ = ["clock", "server"]

WIDTH, HEIGHT = 320, 240


def people(picture: av.VideoFrame, performers: list[Performer]) -> list[int | None]:
    """Who is in each cell: places in `performers`."""
    numbers = [number_at(picture, cell) for cell in grid(len(performers), WIDTH, HEIGHT)]
    return [next((who for who, each in enumerate(performers) if number in each.numbers), None) for number in numbers]


async def frames(peer: WebRtcPeer, kind: str, count: int) -> None:
    """Wait until `count` more frames have come."""
    had = len(peer.tracks[kind].frames) if kind in peer.tracks else 0
    await until(lambda: kind in peer.tracks and len(peer.tracks[kind].frames) >= had + count)


async def test_three_in_a_composite(clock: MockClock, client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    hub = await client.create("Composite", mediaPipeline=pipeline, width=WIDTH, height=HEIGHT, framerate=25)
    performers: list[Performer] = []
    peers: list[WebRtcPeer] = []
    ports: list[str] = []
    async with trio.open_nursery() as nursery, AsyncExitStack() as stack:
        for number, pitch_hz in enumerate((400.0, 700.0, 1100.0)):
            port = await client.create("HubPort", hub=hub)
            each = await stack.enter_async_context(join(client, pipeline, sources=[port]))
            await client.invoke(each.endpoint, "connect", sink=port)
            performer = Performer(each.peer, 100 * (number + 1), pitch_hz)
            nursery.start_soon(performer.run)
            performers.append(performer)
            peers.append(each.peer)
            ports.append(port)
        await frames(peers[-1], "video", 30)
        await frames(peers[-1], "audio", 50)
        for place, peer in enumerate(peers):
            pictures = seen(peer.tracks["video"].frames)
            assert len(pictures) == len(peer.tracks["video"].frames), "each can be decoded"
            assert people(pictures[-1], performers) == [0, 1, 2]
            samples = heard(peer.tracks["audio"].frames)[-30 * 960 :]
            for other, performer in enumerate(performers):
                if other == place:
                    assert typical_strength(samples, performer.pitch_hz) < 500
                else:
                    assert typical_strength(samples, performer.pitch_hz) > 4000
        assert await client.invoke(ports[0], "isMediaFlowingIn", mediaType="VIDEO")
        assert await client.invoke(ports[0], "isMediaFlowingOut", mediaType="AUDIO")

        video = peers[0].tracks["video"]
        await client.release(ports[1])
        await frames(peers[0], "video", 20)
        track = peers[0].tracks["video"]
        assert people(seen(track.frames)[-1], [performers[0], performers[2]]) == [0, 1]
        assert track is video, "the SSRC stays"
        assert track.statistics.packets_lost == 0
        assert await client.invoke(hub, "getChildren") == [ports[0], ports[2]]
        await client.release(pipeline)
        nursery.cancel_scope.cancel()


async def test_a_presenter_is_switched(clock: MockClock, client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    hub = await client.create("DispatcherOneToMany", mediaPipeline=pipeline)
    async with trio.open_nursery() as nursery, AsyncExitStack() as stack:
        presenters: list[tuple[str, Performer]] = []
        for base in (100, 200):
            port = await client.create("HubPort", hub=hub)
            each = await stack.enter_async_context(join(client, pipeline, receive=False))
            await client.invoke(each.endpoint, "connect", sink=port)
            performer = Performer(each.peer, base, 440.0)
            nursery.start_soon(performer.run)
            presenters.append((port, performer))
        port = await client.create("HubPort", hub=hub)
        viewer = (await stack.enter_async_context(join(client, pipeline, send=False, sources=[port]))).peer
        for source, _ in presenters * 2:
            await client.invoke(hub, "setSource", source=source)
            await frames(viewer, "video", 20)
        await client.invoke(hub, "removeSource")
        track = viewer.tracks["video"]
        received = [frame.data for frame in track.frames]
        sent = [set(performer.sent) for _, performer in presenters]
        sides = [0 if data in sent[0] else 1 for data in received]
        assert all(data in sent[side] for data, side in zip(received, sides, strict=True)), "byte for byte"
        switches = [place + 1 for place, (before, after) in enumerate(pairwise(sides)) if before != after]
        assert len(switches) == 3
        assert all(track.frames[place].key_frame for place in switches)
        assert len(seen(track.frames)) == len(track.frames)
        steps = [(after.pts - before.pts) & 0xFFFFFFFF for before, after in pairwise(track.frames)]
        assert all(0 < step < 2 * 90_000 for step in steps)
        assert track.statistics.packets_lost == 0
        nursery.cancel_scope.cancel()

"""What is released goes at once, by reference counts: a collection of garbage is a pause that viewers would see."""

from __future__ import annotations

import collections
import gc
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from kms_trio.app import Server
from kms_trio.media.frames import EncodedFrame
from kms_trio.testing.clips import write_clip
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient, open_client
from kms_trio.testing.webrtc_peer import open_peer
from tests.elements.webrtc.room import Participant, Publisher, join, see_yourself
from tests.elements.webrtc.test_ice_tcp import an_endpoint, bridge, connected, deafen, passive

OURS = ("kms_trio", "kms_elements", "kms_filters")
JOINS = 3


class Released:
    """Objects of the server by weak references, and all that nobody but itself holds in the end."""

    def __init__(self, server: Server) -> None:
        self.kept: list[object] = []
        """What belongs to the test alone: peers are made of the same classes as the server."""
        self._server = server
        self._known: dict[str, weakref.ref[Any]] = {}

    def watch(self, *object_ids: str) -> None:
        """These objects are about to be released."""
        for object_id in object_ids:
            self._known[object_id] = weakref.ref(self._server.context.directory.get(object_id))

    async def all_gone(self) -> None:
        """Wait until none of them is there any more."""
        await until(lambda: not [known() for known in self._known.values() if known() is not None])
        assert self._known, "nothing was watched"


@contextmanager
def without_collector() -> Iterator[None]:
    """Nothing is collected in the block, and nothing of ours may be left to collect at its end."""
    gc.collect()
    gc.disable()
    try:
        yield
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found = collections.Counter(type(each).__module__ + "." + type(each).__qualname__ for each in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    ours = {name: count for name, count in found.items() if name.startswith(OURS)}
    assert not ours, "these hold each other"


async def sees(viewer: Participant) -> None:
    await until(lambda: "video" in viewer.peer.tracks and len(viewer.peer.tracks["video"].frames) > 3)


@pytest.mark.parametrize("data_channels", [False, True])
async def test_peers_that_send_and_that_watch(
    server: Server, client: RpcClient, vp8_frames: Sequence[EncodedFrame], *, data_channels: bool
) -> None:
    released = Released(server)
    pipeline = await client.create("MediaPipeline")
    with without_collector():
        for _ in range(JOINS):
            async with (
                join(client, pipeline, sources=["self"], data_channels=data_channels, rtx=True) as sender,
                join(client, pipeline, sources=[sender.endpoint], data_channels=data_channels, rtx=True) as viewer,
                trio.open_nursery() as nursery,
            ):
                nursery.start_soon(Publisher(sender.peer, vp8_frames).run)
                for each in (sender, viewer):
                    await sees(each)
                    await client.invoke(each.endpoint, "getStats")
                released.watch(sender.endpoint, viewer.endpoint)
                await client.release(sender.endpoint)
                await client.release(viewer.endpoint)
                nursery.cancel_scope.cancel()
            released.kept += [sender, viewer]
        await released.all_gone()


async def test_endpoints_of_this_server_that_are_each_other_s_peers(
    server: Server, client: RpcClient, tmp_path: Path
) -> None:
    released = Released(server)
    clip = str(write_clip(tmp_path / "clip.webm", seconds=60.0, frames_per_second=10, size=(64, 48)))
    pipeline = await client.create("MediaPipeline")
    with without_collector():
        for type_name in ["WebRtcEndpoint", "RtpEndpoint"]:
            player = await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=clip)
            one, other = [await client.create(type_name, mediaPipeline=pipeline) for _ in range(2)]
            end = await client.create("PassThrough", mediaPipeline=pipeline)
            offer = await client.invoke(one, "generateOffer")
            answer = await client.invoke(other, "processOffer", offer=offer)
            await client.invoke(one, "processAnswer", answer=answer)
            if type_name == "WebRtcEndpoint":
                await tell_candidates(client, one, other)
            await client.subscribe(end, "MediaFlowInStateChanged")
            await client.invoke(player, "connect", sink=one)
            await client.invoke(other, "connect", sink=end)
            await client.invoke(player, "play")
            await client.expect("MediaFlowInStateChanged", end)
            released.watch(player, one, other, end)
            for each in (one, other, player, end):
                await client.release(each)
        await released.all_gone()


async def tell_candidates(client: RpcClient, one: str, other: str) -> None:
    """Have two endpoints gather, and tell each of them the candidates of the other."""
    for endpoint in (one, other):
        await client.subscribe(endpoint, "IceCandidateFound", "IceGatheringDone")
        await client.invoke(endpoint, "gatherCandidates")
        await client.expect("IceGatheringDone", endpoint)
    for event in await client.settle():
        if event.name == "IceCandidateFound":
            peer = other if event.source_id == one else one
            await client.invoke(peer, "addIceCandidate", candidate=event.data["candidate"])


HUBS = ("Composite", "AlphaBlending", "Mixer", "Dispatcher", "DispatcherOneToMany")
FILTERS = ("GStreamerFilter", "FaceOverlayFilter", "ImageOverlayFilter", "ZBarFilter")


async def test_pipelines_with_all_that_is_in_them(server: Server, client: RpcClient, tmp_path: Path) -> None:
    released = Released(server)
    clip = str(write_clip(tmp_path / "clip.webm", seconds=60.0, frames_per_second=10, size=(64, 48)))
    with without_collector():
        for _ in range(2):
            pipeline = await client.create("MediaPipeline")
            player = await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=clip)
            elements = [player, await client.create("HttpPostEndpoint", mediaPipeline=pipeline)]
            for hub_type in HUBS:
                hub = await client.create(hub_type, mediaPipeline=pipeline)
                port = await client.create("HubPort", hub=hub)
                await client.invoke(player, "connect", sink=port)
                elements += [hub, port]
            for filter_type in FILTERS:
                command = {"command": "videoflip method=vertical-flip"} if filter_type == "GStreamerFilter" else {}
                element = await client.create(filter_type, mediaPipeline=pipeline, **command)
                await client.invoke(player, "connect", sink=element)
                elements.append(element)
            recorder = await client.create("RecorderEndpoint", mediaPipeline=pipeline, uri=str(tmp_path / "file.webm"))
            await client.invoke(player, "connect", sink=recorder)
            await client.subscribe(recorder, "Recording")
            await client.invoke(recorder, "record")
            await client.invoke(player, "play")
            await client.expect("Recording", recorder)
            released.watch(pipeline, recorder, *elements)
            await client.release(pipeline)
        await released.all_gone()


async def test_sessions(server: Server) -> None:
    released = Released(server)
    with without_collector():
        for _ in range(JOINS):
            async with open_client(server.control_url) as client:
                pipeline = await client.create("MediaPipeline")
                endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
                await client.subscribe(endpoint, "Error", "MediaStateChanged")
                with pytest.raises(Exception, match="SDP") as refusal:
                    await client.invoke(endpoint, "processOffer", offer="no SDP")
                refusal.value.__traceback__ = None
                released.watch(pipeline, endpoint)
                await client.request("closeSession")
            released.kept.append(client)
        await released.all_gone()


async def test_peers_that_come_by_tcp(server: Server, client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    released = Released(server)
    with without_collector():
        for _ in range(2):
            async with open_peer() as peer:
                deafen(peer)
                endpoint, candidates = await an_endpoint(client, peer)
                async with bridge(passive(candidates)) as way:
                    deafen(peer, to_all_but=way)
                    peer.add_candidate(way.candidate)
                    await connected(peer)
                    await see_yourself(Participant(endpoint, peer), vp8_frames)
                    released.watch(endpoint)
                    await client.release(endpoint)
                    with trio.fail_after(PATIENCE_S):
                        await way.ended.wait()
            released.kept += [peer, way]
        await released.all_gone()

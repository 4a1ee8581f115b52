"""Overload, told by a scripted source of loads: the costliest video stops and comes back, all else goes on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack

import attrs
import pytest
import trio

from kms_trio.app import Server
from kms_trio.errors import KurentoError
from kms_trio.http.metrics import Metrics
from kms_trio.media.frames import EncodedFrame
from kms_trio.net.overload import Load
from kms_trio.net.service import NetworkService
from kms_trio.rtc.rtcp import Nack, PictureLossIndication
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.webrtc.room import Participant, Publisher, join, numbers
from tests.http.test_metrics import read

CALM = Load(cpu=0.2)
STRAINED = Load(cpu=0.95, dropped=12)
BUSY = Load(cpu=0.8)
VIEWERS_OF_FIRST = 3


@attrs.define
class ScriptedLoad:
    """Says what it is told to say."""

    load: Load = CALM

    def was_late(self, lateness_s: float) -> None:
        """What is really late does not matter."""

    def measure(self) -> Load:
        """The load of the script."""
        return self.load


def video(of: Participant) -> list[EncodedFrame]:
    return of.peer.tracks["video"].frames


async def test_the_stream_with_most_viewers_pauses_and_comes_back_with_a_key_frame(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    network: NetworkService = server.context.network
    guard = network.overload
    script = guard.load = ScriptedLoad()
    first_pipeline, second_pipeline = await client.create("MediaPipeline"), await client.create("MediaPipeline")
    for pipeline in (first_pipeline, second_pipeline):
        await client.subscribe(pipeline, "Error")
    async with trio.open_nursery() as nursery, AsyncExitStack() as stack:
        publishers, viewers = [], []
        for pipeline, count in ((first_pipeline, VIEWERS_OF_FIRST), (second_pipeline, 1)):
            source = await stack.enter_async_context(join(client, pipeline, receive=False))
            publishers.append(Publisher(source.peer, vp8_frames))
            nursery.start_soon(publishers[-1].run)
            viewers += [
                await stack.enter_async_context(join(client, pipeline, send=False, sources=[source.endpoint]))
                for _ in range(count)
            ]
        crowd, other = viewers[:VIEWERS_OF_FIRST], viewers[VIEWERS_OF_FIRST]
        await until(lambda: all("video" in each.peer.tracks and len(video(each)) > 30 for each in viewers))

        script.load = STRAINED
        await until(lambda: guard.held_back == 1)
        script.load = BUSY
        with pytest.raises(KurentoError, match="video of 1 streams is held back") as refused:
            await client.create("MediaPipeline")
        assert refused.value.code == 40009
        told = await client.expect("Error", first_pipeline)
        assert (told.data["type"], told.data["errorCode"]) == ("OVERLOAD", 3)
        await until(lambda: guard.gates.frames_dropped > 30 * VIEWERS_OF_FIRST)
        seen = [len(video(each)) for each in crowd]
        heard = [len(each.peer.tracks["audio"].packets) for each in crowd]
        frames = len(video(other))
        asked = publishers[0]._peer.key_frame_requests
        for each in crowd:
            track = each.peer.tracks["video"]
            lost = [packet.sequence_number & 0xFFFF for packet in track.packets[-20:]]
            for _ in range(20):
                await each.peer.send_rtcp([PictureLossIndication(1, track.ssrc), Nack.for_packets(1, track.ssrc, lost)])
        await until(lambda: len(video(other)) > frames + 45)
        await until(
            lambda: all(len(each.peer.tracks["audio"].packets) > n + 45 for each, n in zip(crowd, heard, strict=True))
        )
        assert [len(video(each)) for each in crowd] == seen, "a still picture"
        assert publishers[0]._peer.key_frame_requests == asked, "what viewers ask for meanwhile reaches nobody"

        script.load = CALM
        await until(lambda: guard.statistics.brought_back == 1)
        assert guard.held_back == 0
        await client.release(await client.create("MediaPipeline"))
        await until(lambda: all(len(video(each)) > n + 30 for each, n in zip(crowd, seen, strict=True)))
        assert publishers[0]._peer.key_frame_requests > asked
        for each, count in zip(crowd, seen, strict=True):
            assert video(each)[count].key_frame
            assert None not in numbers(video(each)), "every picture can be decoded"
        for each in viewers:
            assert [track.statistics.packets_lost for track in each.peer.tracks.values()] == [0, 0]
        over = await client.expect("Error", first_pipeline)
        assert over.data["type"] == "OVERLOAD_OVER"
        assert (guard.statistics.held_back, guard.statistics.brought_back) == (1, 1)
        samples = read(Metrics(server).text())
        assert samples["kms_trio_overload_held_back_total", ()] == 1
        assert samples["kms_trio_overload_frames_dropped_total", ()] == guard.gates.frames_dropped
        assert samples["kms_trio_overload_streams", ()] == 0
        assert samples["kms_trio_objects", (("class", "WebRtcEndpoint"),)] == 6
        assert samples["kms_trio_packets_sent_total", ()] > 0
        assert not [event for event in client.events if event.name == "Error"], "the other pipeline hears nothing"
        nursery.cancel_scope.cancel()


async def test_a_stream_that_ends_while_it_is_held_back_is_forgotten(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    network: NetworkService = server.context.network
    guard = network.overload
    script = guard.load = ScriptedLoad()
    pipeline = await client.create("MediaPipeline")
    await client.subscribe(pipeline, "Error")
    async with join(client, pipeline, sources=["self"]) as me, trio.open_nursery() as nursery:
        nursery.start_soon(Publisher(me.peer, vp8_frames).run)
        await until(lambda: "video" in me.peer.tracks)
        script.load = STRAINED
        await until(lambda: guard.held_back == 1)
        script.load = BUSY
        await client.release(me.endpoint)
        await until(lambda: guard.held_back == 0)
        assert [(await client.expect("Error", pipeline)).data["type"] for _ in range(2)] == [
            "OVERLOAD",
            "OVERLOAD_OVER",
        ]
        nursery.cancel_scope.cancel()

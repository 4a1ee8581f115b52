"""Scripted peers through a running server: loopback, viewers, joins, losses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
import trio

from kms_trio.app import Server
from kms_trio.media.frames import EncodedFrame
from kms_trio.net.service import NetworkService
from kms_trio.rtc.rtcp import Nack, ReceiverEstimatedMaximumBitrate, SenderReport
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.webrtc_peer import open_peer
from tests.elements.webrtc.room import Publisher, join, numbers


async def test_loopback(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, sources=["self"]) as me, trio.open_nursery() as nursery:
        publisher = Publisher(me.peer, vp8_frames)
        nursery.start_soon(publisher.run)
        await until(lambda: "video" in me.peer.tracks and len(me.peer.tracks["video"].frames) > 40)
        await until(lambda: len(me.peer.tracks["audio"].frames) > 20)
        video = me.peer.tracks["video"]
        shown = [frame.data for frame in video.frames]
        first = publisher.sent.index(shown[0])
        assert shown == publisher.sent[first : first + len(shown)]
        assert None not in numbers(video.frames)
        assert video.statistics.packets_lost == 0
        state = await client.invoke(me.endpoint, "getConnectionState")
        assert state == "CONNECTED"
        assert await client.invoke(me.endpoint, "isMediaFlowingIn", mediaType="VIDEO")
        assert await client.invoke(me.endpoint, "isMediaFlowingOut", mediaType="AUDIO")
        names = {(event.name, event.data.get("state", event.data.get("newState"))) for event in client.events}
        assert {
            ("IceComponentStateChanged", "GATHERING"),
            ("IceComponentStateChanged", "READY"),
            ("DtlsConnectionStateChange", "CONNECTED"),
            ("ConnectionStateChanged", "CONNECTED"),
            ("MediaStateChanged", "CONNECTED"),
            ("MediaFlowInStateChanged", "FLOWING"),
            ("MediaFlowOutStateChanged", "FLOWING"),
            ("MediaTranscodingStateChanged", "NOT_TRANSCODING"),
        } <= names
        nursery.cancel_scope.cancel()


async def test_viewers_see_the_same_and_late_ones_start_with_a_key_frame(
    client: RpcClient, vp8_frames: Sequence[EncodedFrame]
) -> None:
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, receive=False) as presenter, trio.open_nursery() as nursery:
        publisher = Publisher(presenter.peer, vp8_frames)
        nursery.start_soon(publisher.run)
        async with join(client, pipeline, send=False, sources=[presenter.endpoint]) as early:
            await until(lambda: "video" in early.peer.tracks and len(early.peer.tracks["video"].frames) > 45)
            async with join(client, pipeline, send=False, sources=[presenter.endpoint]) as late:
                await until(lambda: "video" in late.peer.tracks and len(late.peer.tracks["video"].frames) > 30)
                for viewer in (early, late):
                    frames = viewer.peer.tracks["video"].frames
                    assert frames[0].key_frame
                    assert None not in numbers(frames)
                    assert viewer.peer.tracks["video"].statistics.packets_lost == 0
                first = publisher.sent.index(late.peer.tracks["video"].frames[0].data)
                shown = [frame.data for frame in late.peer.tracks["video"].frames]
                assert shown in [
                    publisher.sent[i : i + len(shown)] for i in range(first, len(publisher.sent) - len(shown) + 1)
                ]
                stats = await client.invoke(late.endpoint, "getStats")
                sent = sum(entry["packetsSent"] for entry in stats.values() if entry["type"] == "outboundrtp")
                assert sent >= len(shown)
        nursery.cancel_scope.cancel()


async def test_a_viewer_changes_its_source(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, receive=False) as one,
        join(client, pipeline, receive=False) as two,
        join(client, pipeline, send=False, sources=[one.endpoint]) as viewer,
        trio.open_nursery() as nursery,
    ):
        for each in (one, two):
            nursery.start_soon(Publisher(each.peer, vp8_frames).run)
        await until(lambda: "video" in viewer.peer.tracks and len(viewer.peer.tracks["video"].frames) > 20)
        track = viewer.peer.tracks["video"]
        before = len(track.frames)
        await client.invoke(two.endpoint, "connect", sink=viewer.endpoint)
        await until(lambda: len(track.frames) > before + 30)
        assert viewer.peer.tracks["video"] is track, "the SSRC stays"
        assert track.statistics.packets_lost == 0
        assert None not in numbers(track.frames)
        timestamps = [frame.pts for frame in track.frames]
        assert all((b - a) & 0xFFFFFFFF < 90_000 for a, b in pairwise(timestamps))
        nursery.cancel_scope.cancel()


async def test_what_a_viewer_lost_is_sent_again(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, receive=False) as presenter,
        join(client, pipeline, send=False, sources=[presenter.endpoint]) as viewer,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(Publisher(presenter.peer, vp8_frames).run)
        await until(lambda: "video" in viewer.peer.tracks and len(viewer.peer.tracks["video"].packets) > 20)
        track = viewer.peer.tracks["video"]
        wanted = [packet.sequence_number & 0xFFFF for packet in track.packets[5:8]]
        # The peer's SRTP would drop what it has had: forget it by asking under another receiving context.
        duplicates = track.statistics.duplicates
        received: list[bytes] = []
        inbound = viewer.peer._inbound
        assert inbound is not None
        viewer.peer._inbound = None
        original = viewer.peer._receive

        def record(data: bytes, remote: tuple[str, int]) -> None:
            received.append(data)
            original(data, remote)

        viewer.peer._receive = record  # type: ignore[method-assign]  # between the socket and the peer
        await viewer.peer.send_rtcp([Nack(1, track.ssrc, tuple(wanted))])
        await until(
            lambda: {int.from_bytes(data[2:4], "big") for data in received if data[0] & 0xC0 == 0x80} >= set(wanted)
        )
        assert track.statistics.duplicates == duplicates
        nursery.cancel_scope.cancel()


async def test_losses_toward_the_server_are_repaired(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, sources=["self"]) as me, trio.open_nursery() as nursery:
        send_to, count = me.peer._send_to, 0

        async def lossy(data: bytes, remote: tuple[str, int]) -> None:
            nonlocal count
            if 128 <= data[0] <= 191 and not 192 <= data[1] <= 223:
                count += 1
                if count % 21 == 0:
                    return
            await send_to(data, remote)

        me.peer._send_to = lossy  # type: ignore[method-assign]  # between the peer and the socket
        nursery.start_soon(Publisher(me.peer, vp8_frames).run)
        await until(lambda: any(isinstance(packet, Nack) for packet in me.peer.rtcp))
        await until(lambda: "video" in me.peer.tracks and len(me.peer.tracks["video"].packets) > 60)
        stats = await client.invoke(me.endpoint, "getStats", mediaType="VIDEO")
        assert any(entry["type"] == "inboundrtp" and entry["nackCount"] > 0 for entry in stats.values())
        nursery.cancel_scope.cancel()


async def test_reports_and_bitrates_go_both_ways(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, receive=False) as presenter,
        join(client, pipeline, send=False, sources=[presenter.endpoint]) as viewer,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(Publisher(presenter.peer, vp8_frames).run)
        await until(lambda: "video" in viewer.peer.tracks)
        ssrc = viewer.peer.tracks["video"].ssrc
        await viewer.peer.send_rtcp([ReceiverEstimatedMaximumBitrate(1, 150_000, (ssrc,))])

        def asked() -> set[int]:
            return {
                each.bitrate_bps for each in presenter.peer.rtcp if isinstance(each, ReceiverEstimatedMaximumBitrate)
            }

        await until(lambda: any(140_000 <= rate <= 150_000 for rate in asked()))
        await until(lambda: any(isinstance(each, SenderReport) and each.ssrc == ssrc for each in viewer.peer.rtcp))
        nursery.cancel_scope.cancel()


async def test_key_frame_requests_are_thinned_and_not_lost(
    client: RpcClient, vp8_frames: Sequence[EncodedFrame]
) -> None:
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, receive=False) as presenter,
        join(client, pipeline, send=False, sources=[presenter.endpoint]) as viewer,
        trio.open_nursery() as nursery,
    ):
        rare_key_frames = [vp8_frames[0], *[frame for frame in vp8_frames if not frame.key_frame] * 10]
        nursery.start_soon(Publisher(presenter.peer, rare_key_frames).run)
        await until(lambda: "video" in viewer.peer.tracks and len(viewer.peer.tracks["video"].packets) > 5)
        presenter.peer.on_key_frame_request = lambda: None  # deaf from now on
        before = presenter.peer.key_frame_requests
        started = trio.current_time()
        for _ in range(20):
            await client.invoke(viewer.endpoint, "requestKeyframe")
        await until(lambda: presenter.peer.key_frame_requests >= before + 2)
        elapsed = trio.current_time() - started
        assert presenter.peer.key_frame_requests - before <= 2 + elapsed
        nursery.cancel_scope.cancel()


async def test_releasing_leaves_nothing_behind(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    network: NetworkService = server.context.network
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, receive=False) as presenter,
        join(client, pipeline, send=False, sources=[presenter.endpoint]) as viewer,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(Publisher(presenter.peer, vp8_frames).run)
        await until(lambda: "video" in viewer.peer.tracks)
        await client.release(pipeline)
        await until(lambda: not network.transports_by_ufrag)
        assert not network.transports_by_prefix
        assert all(not sock.routes for sock in network.sockets)
        nursery.cancel_scope.cancel()
    await until(lambda: len(network.timers) == 0)


@pytest.mark.parametrize("reduced", [True, False])
async def test_reduced_size_rtcp_only_where_it_was_negotiated(client: RpcClient, server: Server, reduced: bool) -> None:
    """RFC 5506 section 5: without `rtcp-rsize` each datagram of RTCP begins with a report."""
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
    async with open_peer() as peer:
        offer = peer.offer().replace("a=rtcp-rsize\r\n", "")
        if reduced:
            offer = offer.replace("a=rtcp-mux\r\n", "a=rtcp-mux\r\na=rtcp-rsize\r\n")
        answer = await client.invoke(endpoint, "processOffer", offer=offer)
    network: NetworkService = server.context.network
    session = next(iter(network.transports_by_ufrag.values())).session
    assert session is not None
    assert ("a=rtcp-rsize" in answer, session.reduced_size) == (reduced, reduced)

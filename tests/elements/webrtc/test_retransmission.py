"""Retransmission streams (RTX, RFC 4588) with scripted peers, which lose packets in both directions."""

from __future__ import annotations

from collections.abc import Sequence

import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.rtcp import Nack
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.webrtc.room import Publisher, join


async def test_what_the_server_misses_comes_by_a_stream_of_its_own(
    client: RpcClient, vp8_frames: Sequence[EncodedFrame]
) -> None:
    """One packet in nine is lost, and comes again under the retransmission SSRC alone: viewers see no hole."""
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, sources=["self"], rtx=True) as me, trio.open_nursery() as nursery:
        lost: list[int] = []

        def loses(number: int) -> bool:
            if number % 9:
                return False
            lost.append(number)
            return True

        me.peer.loses = loses
        nursery.start_soon(Publisher(me.peer, vp8_frames).run)
        await until(lambda: "video" in me.peer.tracks)
        track = me.peer.tracks["video"]

        def repaired() -> bool:
            numbers = {packet.sequence_number for packet in track.packets}
            holes = max(numbers) - min(numbers) + 1 - len(numbers)
            return len(lost) > 20 and holes * 4 < len(lost)  # what is lost before a key frame is not asked for

        await until(repaired)
        stats = await client.invoke(me.endpoint, "getStats", mediaType="VIDEO")
        [inbound] = [entry for entry in stats.values() if entry["type"] == "inboundrtp"]
        assert inbound["packetsLost"] > 0, "what came again is no proof of a path without losses"
        nursery.cancel_scope.cancel()


async def test_a_viewer_gets_what_it_lost_by_a_stream_of_its_own(
    client: RpcClient, vp8_frames: Sequence[EncodedFrame]
) -> None:
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, receive=False) as presenter,
        join(client, pipeline, send=False, sources=[presenter.endpoint], rtx=True) as viewer,
        join(client, pipeline, send=False, sources=[presenter.endpoint]) as other,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(Publisher(presenter.peer, vp8_frames).run)
        await until(lambda: "video" in viewer.peer.tracks and len(viewer.peer.tracks["video"].packets) > 20)
        track = viewer.peer.tracks["video"]
        missed = track.packets[5:8]
        for _ in range(2):  # asked for again, they come again, under new numbers
            await viewer.peer.send_rtcp([Nack(1, track.ssrc, tuple(p.sequence_number & 0xFFFF for p in missed))])
        await until(lambda: len(viewer.peer.retransmitted) == 6)
        again = viewer.peer.retransmitted
        assert len({packet.sequence_number for packet in again}) == 6
        for packet, original in zip(again, missed * 2, strict=True):
            assert packet.payload == (original.sequence_number & 0xFFFF).to_bytes(2, "big") + original.payload
            assert (packet.timestamp, packet.marker) == (original.timestamp, original.marker)
        assert track.statistics.duplicates == 0
        assert not other.peer.retransmitted
        nursery.cancel_scope.cancel()

"""A viewer that does not read, asks for absurd things or lies, beside one that is honest: that one misses nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import attrs
import pytest
import trio
import trio.lowlevel

from kms_trio.app import Server
from kms_trio.media.frames import EncodedFrame
from kms_trio.net.fanout import RETRANSMISSIONS_PER_SECOND
from kms_trio.net.rtcp_intake import KEY_FRAME_BURST, KEY_FRAMES_PER_S
from kms_trio.net.rtp_session import RtpSession
from kms_trio.net.sender import RtpSender
from kms_trio.net.service import NetworkService
from kms_trio.rtc.rtcp import (
    FullIntraRequest,
    Nack,
    PictureLossIndication,
    ReceiverEstimatedMaximumBitrate,
    ReceiverReport,
    ReportBlock,
)
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.webrtc.room import Participant, Publisher, join


@attrs.define
class Room:
    """One who sends, one who watches, and one who watches and is up to no good."""

    network: NetworkService
    source: Participant
    honest: Participant
    hostile: Participant

    @property
    def hostile_sender(self) -> RtpSender:
        """Who sends video to the hostile viewer."""
        ssrc = self.hostile.peer.tracks["video"].ssrc
        sessions: list[RtpSession] = [
            transport.session for transport in self.network.transports_by_ufrag.values() if transport.session
        ]
        return next(session.senders[ssrc] for session in sessions if ssrc in session.senders)

    @property
    def key_frames_asked(self) -> int:
        """How often anybody asked for a key frame of the source."""
        ssrc = self.source.peer.ssrcs["video"]
        sessions = [transport.session for transport in self.network.transports_by_ufrag.values()]
        return sum(each.receivers[ssrc].key_frames.requested for each in sessions if each and ssrc in each.receivers)

    async def all_is_well(self, frames: int = 45) -> None:
        """The honest viewer goes on watching, without a loss."""
        track = self.honest.peer.tracks["video"]
        seen = len(track.frames)
        await until(lambda: len(track.frames) > seen + frames)
        assert track.statistics.packets_lost == 0


@pytest.fixture
async def room(client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]) -> AsyncIterator[Room]:
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, receive=False) as source,
        join(client, pipeline, send=False, sources=[source.endpoint]) as honest,
        join(client, pipeline, send=False, sources=[source.endpoint]) as hostile,
        trio.open_nursery() as nursery,
    ):
        with trio.CancelScope() as publishing:
            nursery.start_soon(Publisher(source.peer, vp8_frames).run)
            await until(lambda: all("video" in each.peer.tracks for each in (honest, hostile)))
            yield Room(server.context.network, source, honest, hostile)
            publishing.cancel()
        nursery.cancel_scope.cancel()


async def test_one_that_never_reads(room: Room) -> None:
    room.hostile.peer.vanish()
    waiting = len(room.network.timers)
    asked = room.key_frames_asked
    await room.all_is_well(frames=90)
    sent = room.network.sent
    assert (sent.dropped_full, sent.failed) == (0, 0), "its own socket overflows, not ours"
    assert room.key_frames_asked == asked
    assert len(room.network.timers) <= waiting + 2


async def test_absurd_nacks(room: Room) -> None:
    """What was never sent, what was sent long ago, everything, again and again."""
    sender, track = room.hostile_sender, room.hostile.peer.tracks["video"]
    sent = sender.leg.packets_sent
    began = trio.current_time()
    for number in range(300):
        lost = range(number * 200, number * 200 + 4000)
        await room.hostile.peer.send_rtcp([Nack.for_packets(1, track.ssrc, [each & 0xFFFF for each in lost])])
        if number % 20 == 0:
            await room.hostile.peer.send_rtcp([Nack.for_packets(1, track.ssrc ^ 1, lost)])
        await trio.lowlevel.checkpoint()
    # Each is as long as eight datagrams of RTCP_PIECE_BYTES, so this many are read at once, the rest at RTCP_PER_S.
    await until(lambda: sender.nacks_received >= 50)
    await room.all_is_well()
    seconds = int(trio.current_time()) - int(began) + 1
    assert sender.leg.retransmitted <= RETRANSMISSIONS_PER_SECOND * seconds
    assert sender.leg.packets_sent >= sent
    assert room.network.sent.protect_errors == 0


async def test_storms_of_key_frame_requests(room: Room) -> None:
    sender, ssrc = room.hostile_sender, room.hostile.peer.tracks["video"].ssrc
    asked, began = room.key_frames_asked, trio.current_time()
    for number in range(300):
        requests = [PictureLossIndication(1, ssrc), FullIntraRequest(1, ((ssrc, number & 0xFF),))]
        await room.hostile.peer.send_rtcp(requests)
        await trio.lowlevel.checkpoint()
    await until(lambda: sender.plis_received >= 100)
    await room.all_is_well()
    allowed = KEY_FRAME_BURST + KEY_FRAMES_PER_S * (trio.current_time() - began) + 1
    assert room.key_frames_asked - asked <= allowed


async def test_lies_in_reports(room: Room) -> None:
    """The worst that a liar can do is the minimum bitrate that the source's endpoint asks for."""
    ssrc = room.hostile.peer.tracks["video"].ssrc
    for number in range(50):
        block = ReportBlock(ssrc, 255, 0x7FFFFF, number, 0xFFFFFFFF, 0xFFFFFFFF - number, 0xFFFFFFFF)
        remb = ReceiverEstimatedMaximumBitrate(1, number % 2, (ssrc,))
        await room.hostile.peer.send_rtcp([ReceiverReport(1, (block,)), remb])
    told = room.source.peer.rtcp
    await until(lambda: any(isinstance(each, ReceiverEstimatedMaximumBitrate) for each in told))
    await room.all_is_well()
    rembs = [each.bitrate_bps for each in told if isinstance(each, ReceiverEstimatedMaximumBitrate)]
    assert min(rembs) >= 99_000, "100 kbit/s, with the 18 bits that it has on the wire"
    reports = [block for each in told if isinstance(each, ReceiverReport) for block in each.reports]
    assert 255 not in {block.fraction_lost for block in reports}, "the source hears of its own way to us alone"

"""A peer that asks for everything all the time is heeded as often as is any use."""

from __future__ import annotations

import pytest

from kms_trio.media.flow import FlowDetector
from kms_trio.media.formats import Format
from kms_trio.media.streams import RtpStream
from kms_trio.net.rtcp_intake import KEY_FRAME_BURST, KEY_FRAMES_PER_S, RTCP_PER_S, RTCP_PIECE_BYTES
from kms_trio.net.rtp_session import RtpSession
from kms_trio.net.sender import RtpSender
from kms_trio.net.token_bucket import TokenBucket
from kms_trio.rtc.rtcp import (
    FullIntraRequest,
    Nack,
    PictureLossIndication,
    ReceiverEstimatedMaximumBitrate,
    ReceiverReport,
    ReportBlock,
    build_compound,
)
from tests.net.peers import NoLimits, NoTimers, StoppedClock

VP8 = Format("VP8", 90_000)
SSRC = 7


class AskedStream(RtpStream):
    asked = 0
    lowest: int | None = None

    def request_key_frame(self) -> None:
        self.asked += 1

    def bitrate_wanted(self, bitrate_bps: int | None) -> None:
        self.lowest = bitrate_bps


@pytest.fixture
def stream() -> AskedStream:
    return AskedStream(VP8)


@pytest.fixture
def session(stream: AskedStream) -> RtpSession:
    """A session that sends `stream` to its peer."""
    session = RtpSession(
        timers=NoTimers(),
        clock=StoppedClock(),
        cname="x",
        send_rtcp=lambda data: None,
        on_media_state=lambda connected: None,
        limits=NoLimits(),
    )
    sender = RtpSender(
        ssrc=SSRC,
        formats=[VP8],
        payload_type_of=lambda format: 96,
        extensions={},
        mid=b"",
        flow=FlowDetector(NoTimers(), lambda flowing: None),
        timers=NoTimers(),
    )
    session.add_sender(sender)
    sender.set_stream(stream)
    stream.asked = 0  # since it is for an expected viewer
    return session


def test_bursts_up_to_the_size_and_a_rate_in_the_long_run() -> None:
    bucket = TokenBucket(3, 0.5)
    assert [bucket.take(10.0) for _ in range(5)] == [True, True, True, False, False]
    assert [bucket.take(11.0), bucket.take(12.0), bucket.take(12.0)] == [False, True, False]
    assert [bucket.take(1000.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(5.0), "a clock that goes backward fills nothing"
    assert [bucket.take(1006.0, count) for count in (4, 2, 2, 1)] == [False, True, False, True]


def test_key_frames_that_one_viewer_may_cause(session: RtpSession, stream: AskedStream) -> None:
    """Each costs bitrate and quality of all who watch the source."""
    seconds = 100
    for second in range(seconds):
        for number in range(20):
            pli, fir = PictureLossIndication(1, SSRC), FullIntraRequest(1, ((SSRC, number),))
            session.receive_rtcp(build_compound([pli, fir]), second + number / 20)
    assert KEY_FRAMES_PER_S * seconds <= stream.asked <= KEY_FRAME_BURST + KEY_FRAMES_PER_S * seconds
    sender = session.senders[SSRC]
    assert (sender.plis_received, sender.firs_received) == (2000, 2000), "all are counted"


def test_one_that_loses_much_gets_each_key_frame_that_it_asks_for(session: RtpSession, stream: AskedStream) -> None:
    for number in range(10):
        session.receive_rtcp(build_compound([PictureLossIndication(1, SSRC)]), number * 5.0)
    assert stream.asked == 10


def test_rtcp_that_comes_too_fast_is_not_read(session: RtpSession) -> None:
    one_packet = build_compound([Nack.for_packets(1, SSRC, [5])])
    for number in range(3000):
        session.receive_rtcp(one_packet, 5.0 + number / 3000)
    read = session.senders[SSRC].nacks_received
    assert RTCP_PER_S <= read <= 2 * RTCP_PER_S
    assert session.statistics.excess_rtcp == 3000 - read
    session.receive_rtcp(one_packet, 7.0)
    assert session.senders[SSRC].nacks_received == read + 1, "later it is heard again"


def test_a_long_datagram_counts_as_often_as_it_takes_to_read(session: RtpSession) -> None:
    every_packet = build_compound([Nack.for_packets(1, SSRC, range(4000))])
    pieces = 1 + len(every_packet) // RTCP_PIECE_BYTES
    assert pieces > 7
    for _ in range(500):
        session.receive_rtcp(every_packet, 5.0)
    assert session.senders[SSRC].nacks_received == RTCP_PER_S // pieces


@pytest.mark.parametrize(
    "block",
    [
        ReportBlock(SSRC, 255, 0x7FFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF),
        ReportBlock(SSRC, 0, -0x800000, 0, 0, 1, 0),
        ReportBlock(12345, 255, 1, 1, 1, 1, 1),
    ],
    ids=["everything is lost", "less than nothing", "of nobody"],
)
def test_lies_in_reports_change_nothing_but_statistics(
    session: RtpSession, stream: AskedStream, block: ReportBlock
) -> None:
    session.receive_rtcp(build_compound([ReceiverReport(1, (block,) * 31)]), 1.0)
    assert (stream.asked, stream.lowest) == (0, None)
    assert session.senders[SSRC].round_trip_s >= 0.0
    assert session.statistics.malformed_rtcp == 0


def test_a_bitrate_of_nothing_is_no_reason_to_fail(session: RtpSession) -> None:
    for bitrate_bps in (0, 1, (1 << 80) - 1):
        session.receive_rtcp(build_compound([ReceiverEstimatedMaximumBitrate(1, bitrate_bps, (SSRC,) * 5)]), 1.0)
    assert session.statistics.malformed_rtcp == 0

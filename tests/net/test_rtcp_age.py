"""RTCP that has waited: what is measured with it is measured by when it came."""

from __future__ import annotations

import pytest

from kms_trio.clock import ntp_from_unix, ntp_middle
from kms_trio.media.flow import FlowDetector
from kms_trio.media.formats import Format
from kms_trio.net.rtp_session import MediaBinding, RtpSession
from kms_trio.net.sender import RtpSender
from kms_trio.rtc.rtcp import ReceiverReport, ReportBlock, RtcpPacket, SenderReport, build_compound, parse_compound
from tests.net.peers import UNIX_S, NoLimits, NoTimers, StoppedClock

VP8 = Format("VP8", 90_000)


@pytest.fixture
def sent() -> list[RtcpPacket]:
    return []


@pytest.fixture
def session(sent: list[RtcpPacket]) -> RtpSession:
    session = RtpSession(
        timers=NoTimers(),
        clock=StoppedClock(),
        cname="x",
        send_rtcp=lambda data: sent.extend(parse_compound(data)),
        on_media_state=lambda connected: None,
        limits=NoLimits(),
    )
    session.bind([MediaBinding(mid="0", codecs={96: VP8}, feedback={}, local_ssrc=9)])
    return session


def sender_of(ssrc: int) -> RtpSender:
    return RtpSender(
        ssrc=ssrc,
        formats=[VP8],
        payload_type_of=lambda format: 96,
        extensions={},
        mid=b"",
        flow=FlowDetector(NoTimers(), lambda flowing: None),
        timers=NoTimers(),
    )


@pytest.mark.parametrize("age_s", [0.0, 0.04, 0.5])
def test_round_trips_do_not_contain_the_wait(session: RtpSession, age_s: float) -> None:
    sender = sender_of(7)
    session.add_sender(sender)
    asked = ntp_middle(ntp_from_unix(UNIX_S - 0.7))  # an answer of 0.1 s ago took 0.6 s, 0.5 s of it at the peer
    block = ReportBlock(7, 0, 0, 0, 0, asked, int(0.5 * 65536))
    session.receive_rtcp(build_compound([ReceiverReport(1, (block,))]), 0.0, age_s)
    assert sender.round_trip_s == pytest.approx(0.2 - age_s if age_s < 0.2 else 0.0, abs=1e-3)


def test_lost_packets_are_asked_for_once_a_round_trip(session: RtpSession) -> None:
    session.bind([MediaBinding(mid="0", codecs={96: VP8}, feedback={96: frozenset({"nack"})}, local_ssrc=9)])
    session.add_sender(sender_of(7))
    for number in (1, 3):
        packet = b"\x80\x60" + number.to_bytes(2) + (90_000).to_bytes(4) + (5).to_bytes(4) + b"payload"
        session.receive_rtp(memoryview(packet), len(packet), 0.0)
    block = ReportBlock(7, 0, 0, 0, 0, ntp_middle(ntp_from_unix(UNIX_S - 0.24)), 0)
    session.receive_rtcp(build_compound([ReceiverReport(1, (block,))]), 0.0)
    nack = session.receivers[5].nack
    assert nack is not None
    assert [number & 0xFFFF for number in nack.due(1.0)] == [2]
    assert nack.deadline == pytest.approx(1.0 + 1.25 * 0.24, abs=1e-3)


def test_the_peer_is_told_how_long_its_report_has_really_been_here(session: RtpSession, sent: list[RtcpPacket]) -> None:
    packet = b"\x80\x60\x00\x01" + (90_000).to_bytes(4) + (5).to_bytes(4) + b"payload"
    assert session.receive_rtp(memoryview(packet), len(packet), 0.0)
    report = SenderReport(5, ntp_from_unix(UNIX_S), 90_000, 1, 7, ())
    session.receive_rtcp(build_compound([report]), 0.0, age_s=0.25)
    session._report()
    (block,) = next(each for each in sent if isinstance(each, ReceiverReport)).reports
    assert block.last_sender_report == ntp_middle(ntp_from_unix(UNIX_S))
    assert block.delay_since_last_sender_report == int(0.25 * 65536)

"""A peer that begins sources without end makes few of them anew."""

from __future__ import annotations

import pytest

from kms_trio.media.formats import Format
from kms_trio.net.receiver import RtpReceiver
from kms_trio.net.rtp_session import MAX_SOURCES, NEW_SOURCES_BURST, NEW_SOURCES_PER_S, MediaBinding, RtpSession
from kms_trio.rtc.rtp.header import write_header
from tests.net.peers import NoLimits, NoTimers, StoppedClock


@pytest.fixture
def begun() -> list[RtpReceiver]:
    return []


@pytest.fixture
def session(begun: list[RtpReceiver]) -> RtpSession:
    """A session that takes VP8 under two payload types, from whatever source."""
    session = RtpSession(
        timers=NoTimers(),
        clock=StoppedClock(),
        cname="x",
        send_rtcp=lambda data: None,
        on_media_state=lambda connected: None,
        limits=NoLimits(),
    )
    vp8 = Format("VP8", 90_000)
    session.bind(
        [MediaBinding(mid="v", codecs={96: vp8, 97: vp8}, feedback={}, local_ssrc=1, on_receiver=begun.append)]
    )
    return session


def receive(session: RtpSession, ssrc: int, now: float, *, payload_type: int = 96, number: int = 1) -> None:
    packet = write_header(True, payload_type, number, 1, ssrc) + b"\x11\x02\x00"
    session.receive_rtp(memoryview(packet), len(packet), now)
    session.flush(now)


def test_sources_without_end(session: RtpSession, begun: list[RtpReceiver]) -> None:
    for ssrc in range(1, 1001):
        receive(session, ssrc, 5.0)
    assert len(begun) == NEW_SOURCES_BURST
    assert len(session.receivers) == MAX_SOURCES
    assert session.statistics.unknown_ssrc == 1000 - NEW_SOURCES_BURST
    for ssrc in range(2001, 2101):
        receive(session, ssrc, 15.0)
    assert NEW_SOURCES_PER_S == 10.0
    assert len(begun) == 2 * NEW_SOURCES_BURST, "time fills what was taken, and no more"


def test_one_source_that_changes_its_payload_type_with_each_packet(
    session: RtpSession, begun: list[RtpReceiver]
) -> None:
    for number in range(1000):
        receive(session, 7, 5.0, payload_type=96 + number % 2, number=number)
    assert len(begun) == NEW_SOURCES_BURST


def test_a_source_that_is_known_is_heard_whatever_else_comes(session: RtpSession, begun: list[RtpReceiver]) -> None:
    receive(session, 7, 5.0)
    for ssrc in range(100, 1100):
        receive(session, ssrc, 5.0)
        receive(session, 7, 5.0 + ssrc / 1e6, number=ssrc)
    assert session.receivers[7] is begun[0]
    assert begun[0].reception.packets_received == 1001

"""Reports out of turn: one for all that is to be told, those of many viewers not at once, wanted while it matters."""

from __future__ import annotations

from kms_trio.media.flow import FlowDetector
from kms_trio.media.formats import Format
from kms_trio.media.streams import RtpStream
from kms_trio.net.prompt_report import SHARES, SOON_S, SPREAD_S, PromptReport
from kms_trio.net.sender import RtpSender
from tests.elements.hubs.stage import ManualTimers

OPUS = Format("OPUS", 48_000, 2)
LONGEST_S = SOON_S + SPREAD_S


class Reports:
    def __init__(self) -> None:
        self.timers = ManualTimers()
        self.sent_at: list[float] = []
        self.prompt = PromptReport(self.timers, lambda: self.sent_at.append(self.timers.now()))


def test_one_report_tells_all() -> None:
    reports = Reports()
    for ssrc in (SHARES - 1, 1):
        reports.prompt.want(ssrc)
    reports.timers.advance(10 * LONGEST_S)
    assert len(reports.sent_at) == 1
    reports.prompt.want(5)
    reports.timers.advance(LONGEST_S)
    assert len(reports.sent_at) == 2


def test_viewers_of_a_source_are_not_told_at_once() -> None:
    begin_s = ManualTimers().now()
    delays_s = []
    for ssrc in range(0, 1 << 16, 61):
        reports = Reports()
        reports.prompt.want(ssrc)
        reports.timers.advance(LONGEST_S)
        delays_s += [sent_s - begin_s for sent_s in reports.sent_at]
    assert len(delays_s) == len(range(0, 1 << 16, 61))
    assert min(delays_s) >= SOON_S - 1e-9
    early = sum(delay_s < SOON_S + SPREAD_S / 2 for delay_s in delays_s)
    assert 0.4 < early / len(delays_s) < 0.6


def test_who_has_closed_tells_nothing() -> None:
    reports = Reports()
    reports.prompt.want(1)
    reports.prompt.close()
    reports.timers.advance(10 * LONGEST_S)
    assert not reports.sent_at
    assert not reports.timers.pending


def test_a_sender_that_has_left_a_source_hears_nothing_of_it() -> None:
    timers = ManualTimers()
    sender = RtpSender(
        ssrc=7,
        formats=[OPUS],
        payload_type_of=lambda format: 111,
        extensions={},
        mid=b"",
        flow=FlowDetector(timers, lambda flowing: None),
        timers=timers,
    )
    heard: list[str] = []
    sender.on_placed = lambda: heard.append("placed")
    stream, other = RtpStream(OPUS), RtpStream(OPUS)
    sender.set_stream(stream)
    stream.clock.sender_report(0, 1000.0, 50.0)
    assert not heard, "not forwarded yet: there is no way to the viewer"
    sender.leg.route = _Nowhere()
    sender.set_stream(stream)
    stream.clock.sender_report(96_000, 1003.0, 53.0)
    assert heard == ["placed"], "a second was left out"
    sender.set_stream(other)
    stream.clock.sender_report(96_000, 1010.0, 60.0)
    assert heard == ["placed"]
    other.clock.sender_report(0, 1000.0, 50.0)
    assert heard == ["placed"] * 2
    sender.close()
    other.clock.sender_report(0, 1010.0, 60.0)
    assert heard == ["placed"] * 2


class _Nowhere:
    """A route that no packet takes here."""

    arena = None
    name_address = namelen = srtp_overhead_bytes = 0
    srtp_context = None

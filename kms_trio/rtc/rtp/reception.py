"""What a receiver reports about one synchronization source (RFC 3550 sections 6.4.1 and A.1, A.3, A.8)."""

from __future__ import annotations

from kms_trio.rtc.rtcp.report_block import ReportBlock

_MAX_DROPOUT = 3000
_MAX_MISORDER = 100
_SEEN_WINDOW = 1024
_SEEN_MASK = (1 << _SEEN_WINDOW) - 1


class ReceptionStatistics:
    """Counts the packets of one SSRC and writes report blocks about them.

    `received` is on the packet path. Sequence numbers and timestamps are unwrapped; times are seconds of one
    monotonic clock.
    """

    __slots__ = (
        "_bad",
        "_base",
        "_clock_rate_hz",
        "_expected_prior",
        "_last_sender_report",
        "_last_sender_report_s",
        "_received_prior",
        "_received_since_base",
        "_seen",
        "_transit",
        "bytes_received",
        "duplicates",
        "fraction_lost",
        "highest",
        "jitter",
        "late",
        "packets_received",
        "ssrc",
    )

    def __init__(self, ssrc: int, clock_rate_hz: int) -> None:
        self.ssrc = ssrc
        self.packets_received = 0  #: all, late ones and duplicates included
        self.bytes_received = 0  #: payload bytes, without headers and padding
        self.late = 0  #: packets which came after one with a higher sequence number
        self.duplicates = 0
        self.jitter = 0.0  #: interarrival jitter in timestamp units
        self.fraction_lost = 0  #: of the last report, in 1/256
        self.highest: int | None = None  #: highest unwrapped sequence number
        self._clock_rate_hz = clock_rate_hz
        self._base = 0
        self._bad: int | None = None
        self._received_since_base = 0
        self._expected_prior = 0
        self._received_prior = 0
        self._seen = 0  # bit n: the packet n below the highest has come
        self._transit: float | None = None
        self._last_sender_report = 0
        self._last_sender_report_s = 0.0

    def received(self, sequence_number: int, timestamp: int, payload_bytes: int, arrival_s: float) -> None:
        """Count one packet."""
        self.packets_received += 1
        self._received_since_base += 1
        self.bytes_received += payload_bytes
        highest = self.highest
        if highest is not None and sequence_number == highest + 1:  # the common case
            self.highest = sequence_number
            self._seen = (self._seen << 1 | 1) & _SEEN_MASK
        elif not self._out_of_order(sequence_number):
            return
        transit = arrival_s * self._clock_rate_hz - timestamp
        if self._transit is not None:
            distance = transit - self._transit
            self.jitter += (abs(distance) - self.jitter) / 16
        self._transit = transit

    def sender_report_received(self, ntp_middle: int, arrival_s: float) -> None:
        """Remember a sender report of this source: the middle 32 bits of its NTP timestamp and when it came."""
        self._last_sender_report = ntp_middle
        self._last_sender_report_s = arrival_s

    @property
    def packets_expected(self) -> int:
        """How many packets the source has sent, by its sequence numbers."""
        return 0 if self.highest is None else self.highest - self._base + 1

    @property
    def packets_lost(self) -> int:
        """Cumulative loss; negative when there were more duplicates than losses."""
        return self.packets_expected - self._received_since_base

    def report_block(self, now_s: float) -> ReportBlock:
        """The block for the next report; the fraction lost is that since the last call."""
        expected = self.packets_expected
        expected_interval = expected - self._expected_prior
        lost_interval = expected_interval - (self._received_since_base - self._received_prior)
        self._expected_prior = expected
        self._received_prior = self._received_since_base
        if expected_interval > 0 and lost_interval > 0:
            self.fraction_lost = min(255, (lost_interval << 8) // expected_interval)
        else:
            self.fraction_lost = 0
        delay = 0
        if self._last_sender_report:
            delay = min(0xFFFFFFFF, max(0, round((now_s - self._last_sender_report_s) * 65536)))
        cycles_before = self._base & ~0xFFFF  # unwrapping may start above zero, the report does not
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=self.fraction_lost,
            packets_lost=max(-0x800000, min(0x7FFFFF, self.packets_lost)),
            highest_sequence_number=((self.highest or 0) - cycles_before) & 0xFFFFFFFF,
            jitter=min(0xFFFFFFFF, int(self.jitter)),
            last_sender_report=self._last_sender_report,
            delay_since_last_sender_report=delay,
        )

    def _out_of_order(self, number: int) -> bool:
        """Anything but the next packet. False: it says nothing about jitter (too far off, or seen before)."""
        highest = self.highest
        if highest is None:
            self._restart(number)
            return True
        ahead = number - highest
        if 0 < ahead < _MAX_DROPOUT:
            self.highest = number
            self._seen = (self._seen << ahead | 1) & _SEEN_MASK
            return True
        if -_MAX_MISORDER < ahead <= 0:
            bit = 1 << -ahead
            if self._seen & bit or number < self._base:
                self.duplicates += 1
                if number < self._base:
                    self._received_since_base -= 1
                return False
            self._seen |= bit
            self.late += 1
            return True
        # A jump: believe that the source has restarted only when two packets in a row say so (RFC 3550 A.1).
        if self._bad == number:
            self._restart(number)
            return True
        self._bad = number + 1
        self._received_since_base -= 1
        return False

    def _restart(self, number: int) -> None:
        self._base = self.highest = number
        self._bad = None
        self._seen = 1
        self._received_since_base = 1
        self._expected_prior = 0
        self._received_prior = 0
        self._transit = None

"""How much may be under way (RFC 9260 section 7.2) and how long to wait for an answer (section 6.3)."""

from __future__ import annotations

from kms_trio.rtc.sctp.packet import MAX_PACKET_BYTES

__all__ = ["Congestion", "RetransmissionTimeout"]

RTO_INITIAL_S = 1.0
RTO_MIN_S = 0.4
"""Less than RFC 9260's 1 s, above every peer's delayed acknowledgements (200 ms)."""
RTO_MAX_S = 5.0
"""Less than RFC 9260's 60 s: whether the path lives is for ICE to find out; when it is back we want to know soon."""


class Congestion:
    """Window and slow start threshold, bytes."""

    def __init__(self) -> None:
        self.window_bytes = min(4 * MAX_PACKET_BYTES, max(2 * MAX_PACKET_BYTES, 4404))
        self.threshold_bytes = 1 << 30
        self._partly_acked_bytes = 0

    def acked(self, acked_bytes: int, flight_bytes: int) -> None:
        """The cumulative TSN has moved by a SACK, of what was `flight_bytes` before it; not while losses are repaired.

        A window that was not used up does not grow.
        """
        used_up = flight_bytes + MAX_PACKET_BYTES > self.window_bytes
        if self.window_bytes <= self.threshold_bytes:
            if used_up:
                self.window_bytes += min(acked_bytes, MAX_PACKET_BYTES)
            return
        self._partly_acked_bytes += acked_bytes
        if self._partly_acked_bytes >= self.window_bytes and used_up:
            self._partly_acked_bytes -= self.window_bytes
            self.window_bytes += MAX_PACKET_BYTES

    def lost(self) -> None:
        """A loss was found by later chunks having arrived (section 7.2.3)."""
        self.threshold_bytes = self.window_bytes = max(self.window_bytes // 2, 4 * MAX_PACKET_BYTES)
        self._partly_acked_bytes = 0

    def timed_out(self) -> None:
        """Nothing came back at all (section 7.2.3)."""
        self.threshold_bytes = max(self.window_bytes // 2, 4 * MAX_PACKET_BYTES)
        self.window_bytes = MAX_PACKET_BYTES
        self._partly_acked_bytes = 0

    def all_acked(self) -> None:
        """Nothing is under way any more (section 7.2.2)."""
        self._partly_acked_bytes = 0


class RetransmissionTimeout:
    """`seconds` is the timeout now."""

    def __init__(self) -> None:
        self.seconds = RTO_INITIAL_S
        self.round_trip_s: float | None = None
        self._variation_s = 0.0

    def measured(self, round_trip_s: float) -> None:
        """A round trip of something that was sent once only (section 6.3.1)."""
        if self.round_trip_s is None:
            self.round_trip_s = round_trip_s
            self._variation_s = round_trip_s / 2
        else:
            self._variation_s += 0.25 * (abs(self.round_trip_s - round_trip_s) - self._variation_s)
            self.round_trip_s += 0.125 * (round_trip_s - self.round_trip_s)
        self.seconds = min(max(self.round_trip_s + 4 * self._variation_s, RTO_MIN_S), RTO_MAX_S)

    def back_off(self) -> None:
        """It was too short, or the path is broken (section 6.3.3)."""
        self.seconds = min(2 * self.seconds, RTO_MAX_S)

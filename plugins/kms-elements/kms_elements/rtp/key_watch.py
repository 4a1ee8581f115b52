"""When a key of SRTP has been used for long enough (RFC 3711 section 9.2): OnKeySoftLimit of RtpEndpoint.

A key lasts for 2^48 packets of one SSRC.  libsrtp tells when few are left, but not through the binding that is used
here, so the packets that are counted anyway are looked at now and then.
"""

from __future__ import annotations

from collections.abc import Callable

from kms_trio.api import RtpSession
from kms_trio.media.flow import TimerHandle, Timers

__all__ = ["SOFT_LIMIT_PACKETS", "KeyWatch"]

SOFT_LIMIT_PACKETS = (1 << 48) - (1 << 24)
"""Leaves 16 million packets, an hour of 40 Mbit/s, to agree on another key."""
INTERVAL_S = 5.0


class KeyWatch:
    """Calls `on_limit` once when a stream of `session`, sent or received, has had `limit_packets`."""

    def __init__(self, timers: Timers, session: RtpSession, on_limit: Callable[[], None], limit_packets: int) -> None:
        self._timers = timers
        self._session = session
        self._on_limit = on_limit
        self._limit_packets = limit_packets
        self._timer: TimerHandle = timers.call_later(INTERVAL_S, self._look)

    def _look(self) -> None:
        sent = [sender.leg.packets_sent + sender.leg.retransmitted for sender in self._session.senders.values()]
        received = [receiver.reception.packets_received for receiver in self._session.receivers.values()]
        if max((*sent, *received), default=0) >= self._limit_packets:
            self._on_limit()
        else:
            self._timer = self._timers.call_later(INTERVAL_S, self._look)

    def close(self) -> None:
        """Look no more."""
        self._timer.cancel()

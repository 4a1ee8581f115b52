"""What a session asks of its peer at once: lost packets again, and key frames (RFC 4585 section 6, RFC 5104)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kms_trio.media.flow import TimerHandle, Timers
from kms_trio.net.receiver import RtpReceiver
from kms_trio.rtc.rtcp import FullIntraRequest, Nack, PictureLossIndication, RtcpPacket

if TYPE_CHECKING:
    from kms_trio.net.rtp_session import RtpSession

__all__ = ["KEY_FRAME_FEEDBACK", "RtcpFeedback"]

_PLI = "nack pli"
_FIR = "ccm fir"
KEY_FRAME_FEEDBACK = frozenset({_PLI, _FIR})
"""Either of these has to be negotiated for a source to be asked for key frames."""


class RtcpFeedback:
    """Decides for the receivers of `session` when something is to be asked; `send` sends one packet of RTCP.

    All losses share one timer, set to the earliest deadline among the receivers.
    """

    def __init__(self, session: RtpSession, timers: Timers, send: Callable[[RtcpPacket], None]) -> None:
        self._session = session
        self._timers = timers
        self._send = send
        self._timer: TimerHandle | None = None
        self._due = float("inf")
        self._fir_sequence = 0

    def request_key_frame(self, ssrc: int, local_ssrc: int, feedback: frozenset[str]) -> None:
        """Ask the source `ssrc` for a key frame, by what was negotiated for it; otherwise nothing happens."""
        if _PLI in feedback:
            self._send(PictureLossIndication(local_ssrc, ssrc))
        elif _FIR in feedback:
            self._fir_sequence = (self._fir_sequence + 1) & 0xFF
            if (receiver := self._session.receivers.get(ssrc)) is not None:
                receiver.firs_sent += 1
            self._send(FullIntraRequest(local_ssrc, ((ssrc, self._fir_sequence),)))

    def see_to_losses(self, receiver: RtpReceiver, now: float) -> None:
        """A receiver has got packets: what it misses now is asked for when the time has come."""
        nack = receiver.nack
        if nack is not None and (due := nack.deadline) is not None and due < self._due:
            self._schedule(due, now)

    def close(self) -> None:
        """Ask for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _schedule(self, due: float, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        self._timer = self._timers.call_later(max(0.0, due - now), self._send_nacks)

    def _send_nacks(self) -> None:
        self._timer, self._due = None, float("inf")
        now = self._timers.now()
        next_due = float("inf")
        for receiver in self._session.receivers.values():
            nack = receiver.nack
            if nack is None:
                continue
            lost = nack.due(now)
            if lost:
                receiver.nacks_sent += 1
                self._send(Nack.for_packets(self._session.bindings.of(receiver.ssrc).local_ssrc, receiver.ssrc, lost))
            if nack.key_frame_needed:
                nack.key_frame_needed = False
                receiver.key_frames.request()
            if nack.deadline is not None:
                next_due = min(next_due, nack.deadline)
        if next_due < float("inf"):
            self._schedule(next_due, now)

"""A gate in front of a fan-out: closed, it keeps whole video frames from all viewers, and it opens with a key frame.

Viewers see a still picture, not a loss: their sequence numbers go on where they stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from kms_trio.media.frames import RtpPacket
    from kms_trio.net.fanout import RtpFanout

__all__ = ["FrameGate", "GateStatistics"]


@attrs.define
class GateStatistics:
    """Copies that viewers did not get; one for all gates of a worker."""

    frames_dropped: int = 0
    packets_dropped: int = 0


class FrameGate:
    """Made for one fan-out, when it is to be closed for the first time."""

    def __init__(self, fanout: RtpFanout, statistics: GateStatistics) -> None:
        self.statistics = statistics
        self.arrived = 0
        """Packets of the source, let through or not."""
        self._fanout = fanout
        self._closed = False
        self._opening = False
        self._frame: int | None = None
        """Timestamp of the frame that is being forwarded; None between frames."""

    @property
    def closed(self) -> bool:
        """Whether frames are kept back, or will be from the next one on."""
        return self._closed or self._opening

    def close(self) -> None:
        """Let the frame that is on its way through, and none after it."""
        self._closed = True
        self._opening = False

    def open(self) -> None:
        """Let frames through from the next key frame on, which the source is asked for."""
        if not self._closed:
            return
        self._closed = False
        if self._fanout.suspended:
            self._opening = True
            self._fanout.stream.request_key_frame()

    def admit(self, packets: list[RtpPacket], now: float) -> list[RtpPacket]:
        """What of a batch the viewers get."""
        self.arrived += len(packets)
        if self._closed:
            passed = self._rest_of_frame(packets)
            if not passed and not self._fanout.suspended:
                self._fanout.suspend(now)
        elif self._opening:
            first = next((i for i, packet in enumerate(packets) if packet.key_frame), None)
            passed = [] if first is None else packets[first:]
            self._opening = first is None
            if passed:
                self._fanout.resume()
        else:
            passed = packets
        if passed:
            self._frame = None if passed[-1].marker else passed[-1].timestamp
        if len(passed) < len(packets):
            self._count(packets[: len(packets) - len(passed)] if not self._closed else packets[len(passed) :])
        return passed

    def _rest_of_frame(self, packets: list[RtpPacket]) -> list[RtpPacket]:
        """The packets at the beginning that belong to the frame which has begun."""
        if self._frame is None or self._fanout.suspended:
            return []
        for i, packet in enumerate(packets):
            if packet.timestamp != self._frame:
                self._frame = None
                return packets[:i]
            if packet.marker:
                return packets[: i + 1]
        return packets

    def _count(self, dropped: list[RtpPacket]) -> None:
        viewers = len(self._fanout.legs)
        self.statistics.packets_dropped += len(dropped) * viewers
        self.statistics.frames_dropped += sum([packet.marker for packet in dropped]) * viewers

"""Conversions without a codec: RTP packets to frames and frames to RTP packets."""

from __future__ import annotations

import logging
from collections.abc import Callable

from kms_trio.media.formats import DEFAULT_MTU_BYTES, Format
from kms_trio.media.frames import EncodedFrame, RtpPacket
from kms_trio.media.streams import EncodedStream, RtpStream
from kms_trio.rtc.payload import payload_format

__all__ = ["Depacketized", "Packetized"]

stream_logger = logging.getLogger("kmsutils")
packet_logger = logging.getLogger("rtpjitterbuffer")

MAX_HEADER_BYTES = 40
"""The longest RTP header, extensions included, that is put in front of a payload."""


class Depacketized(EncodedStream):
    """Frames rebuilt from RTP packets, in order of sequence numbers (RFC 3550; payload formats per codec).

    What comes after a gap waits in `_ReorderBuffer` for what is missing; a real loss drops what cannot be decoded until
    the next key frame, which is asked for at once.
    """

    def __init__(self, upstream: RtpStream) -> None:
        super().__init__(upstream.format, upstream.clock)
        self._upstream = upstream
        self._depacketizer = payload_format(upstream.format.encoding_name).depacketizer()
        self._reorder = _ReorderBuffer(upstream.format)
        self._intact = False

    def started(self) -> None:
        """Begin with a fresh state, and at a key frame."""
        self._depacketizer = payload_format(self.format.encoding_name).depacketizer()
        self._reorder = _ReorderBuffer(self.format)
        self._intact = False
        self._upstream.attach(self)
        self._upstream.request_key_frame()

    def stopped(self) -> None:
        """Leave the packets alone."""
        self._upstream.detach(self)

    def request_key_frame(self) -> None:
        """Pass the request on to the source."""
        self._upstream.request_key_frame()

    def bitrate_wanted(self, bitrate_bps: int | None) -> None:
        """Pass the wish on to the source."""
        self._upstream.want_bitrate(self, bitrate_bps)

    def on_rtp(self, packets: list[RtpPacket], now: float) -> None:
        """Put packets in order and push the frames that they complete."""
        if packet_logger.isEnabledFor(logging.DEBUG):  # asked for by name; else this costs one look-up a batch
            for packet in packets:
                packet_logger.debug("Received packet #%d, timestamp %d", packet.sequence_number, packet.timestamp)
        for packet in packets:
            for ordered in self._reorder.push(packet):
                for frame in self._depacketizer.push(ordered):
                    self.push(EncodedFrame(frame.data, frame.timestamp, frame.key_frame))
        intact, self._intact = self._intact, not self._depacketizer.needs_key_frame
        if not self._intact:
            if intact:
                stream_logger.warning(
                    "Stream discontinuity detected on non-keyframe; will drop %s until keyframe", self.format
                )
            self._upstream.request_key_frame()


class Packetized(RtpStream):
    """Frames cut into RTP packets of `mtu_bytes` at most, with sequence numbers of their own."""

    def __init__(self, upstream: EncodedStream, now: Callable[[], float], mtu_bytes: int = DEFAULT_MTU_BYTES) -> None:
        super().__init__(upstream.format, upstream.clock)
        self._upstream = upstream
        self._now = now
        self._packetizer = payload_format(upstream.format.encoding_name).packetizer(mtu_bytes - MAX_HEADER_BYTES)
        self._sequence_number = 0

    def started(self) -> None:
        """Take frames from the upstream."""
        self._upstream.attach(self)

    def stopped(self) -> None:
        """Leave the frames alone."""
        self._upstream.detach(self)

    def request_key_frame(self) -> None:
        """Pass the request on to the encoder."""
        self._upstream.request_key_frame()

    def bitrate_wanted(self, bitrate_bps: int | None) -> None:
        """Pass the wish on to the encoder."""
        self._upstream.want_bitrate(self, bitrate_bps)

    def on_frame(self, frame: EncodedFrame) -> None:
        """Cut one frame into packets and push them."""
        payloads = self._packetizer.packetize(frame.data)
        last = len(payloads) - 1
        packets = []
        video = not self.format.is_audio
        for i, payload in enumerate(payloads):
            self._sequence_number += 1
            key_frame = video and frame.key_frame and i == 0
            marker = video and i == last
            packets.append(RtpPacket(self._sequence_number, frame.pts, marker, payload, key_frame))
        if packets:
            self.push(packets, self._now())


class _ReorderBuffer:
    """Puts packets back in order; gives up waiting for a missing one when media of `VIDEO_WAIT_S` came after it.

    Sound waits shorter: who listens does not wait for a packet that nobody sends again.
    """

    VIDEO_WAIT_S = 0.5
    AUDIO_WAIT_S = 0.2
    DEPTH = 512
    """The most packets that wait, should their timestamps not grow."""

    __slots__ = ("_longest", "_next", "_waiting")

    def __init__(self, format: Format) -> None:
        wait_s = self.AUDIO_WAIT_S if format.is_audio else self.VIDEO_WAIT_S
        self._longest = round(wait_s * format.clock_rate_hz)
        self._next: int | None = None
        self._waiting: dict[int, RtpPacket] = {}

    def push(self, packet: RtpPacket) -> list[RtpPacket]:
        number = packet.sequence_number
        if self._next is None:
            self._next = number
        if number == self._next and not self._waiting:
            self._next += 1
            return [packet]
        if number < self._next:
            return []  # given up already, or a duplicate
        self._waiting[number] = packet
        ready: list[RtpPacket] = []
        while self._waiting:
            if self._next not in self._waiting:
                first = min(self._waiting)
                waited = abs(packet.timestamp - self._waiting[first].timestamp)
                if waited <= self._longest and len(self._waiting) <= self.DEPTH:
                    break
                packet_logger.debug("Queue full, giving up on packet #%d", self._next)
                self._next = first
            ready.append(self._waiting.pop(self._next))
            self._next += 1
        return ready

"""One incoming RTP stream (one SSRC): from decrypted packets to a pushed `RtpStream`, and the feedback it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kms_trio.media.flow import FlowDetector, Timers
from kms_trio.media.formats import Format
from kms_trio.media.frames import NO_AUDIO_LEVEL, RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.media.timing import MediaClock, SenderClock
from kms_trio.net.key_frame_requests import KeyFrameRequests
from kms_trio.net.parameter_sets import ParameterSets, sets_in_description
from kms_trio.net.received_batch import ReceivedBatch
from kms_trio.rtc.payload import payload_format
from kms_trio.rtc.rtp.continuity import SequenceContinuity, TimestampContinuity
from kms_trio.rtc.rtp.header import RtpError, read_extension
from kms_trio.rtc.rtp.nack import NackGenerator
from kms_trio.rtc.rtp.reception import ReceptionStatistics

if TYPE_CHECKING:
    from kms_trio.net.native import NativeIntake

__all__ = ["RtpReceiver"]

KEY_FRAME = HAS_LEVEL = 1
"""In the headers of a `ReceivedBatch`; other values that are not 0 mean "ask" and "malformed"."""


class ReceivedStream(RtpStream):
    """What a receiver pushes into, and where consumers ask for key frames."""

    def __init__(self, format: Format, clock: MediaClock, key_frames: KeyFrameRequests, *, answers: bool) -> None:
        super().__init__(format, clock)
        self._key_frames = key_frames
        self.answers_key_frame_requests = answers

    def request_key_frame(self) -> None:
        self._key_frames.request()


class RtpReceiver:
    """State of one SSRC.

    `receive` takes packets one by one as they lie in the receive arena; `flush` pushes those of a batch at once.
    `send_key_frame_request` sends PLI or FIR when the thinning allows it; `nack` is None where it was not negotiated.
    """

    def __init__(
        self,
        ssrc: int,
        payload_type: int,
        format: Format,
        *,
        timers: Timers,
        sender_clock: SenderClock,
        send_key_frame_request: Callable[[], None],
        use_nack: bool,
        answers_key_frame_requests: bool = True,
        audio_level_id: int = 0,
    ) -> None:
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.reception = ReceptionStatistics(ssrc, format.clock_rate_hz)
        self.nack = NackGenerator() if use_nack else None
        self.key_frames = KeyFrameRequests(timers, send_key_frame_request)
        self.clock = MediaClock(format.clock_rate_hz, sender_clock)
        self.stream: RtpStream = ReceivedStream(format, self.clock, self.key_frames, answers=answers_key_frame_requests)
        self.malformed = 0
        self.nacks_sent = 0
        self.firs_sent = 0
        self.frames = 0
        """Pictures whose last packet has come."""
        self.retransmitted_packets = 0
        self.retransmitted_bytes = 0
        self.first_heard_at = self.heard_at = timers.now()
        """When the last batch with packets of this source was through."""
        self.closed = False
        self.known_by: list[NativeIntake] = []
        """What passes packets of this source on by itself (`take`) until the receiver is closed."""
        self.flow: FlowDetector | None = None
        """Flow of the pad that gives this stream, while there is one."""
        self._video = not format.is_audio
        self._starts_key_frame = payload_format(format.encoding_name).starts_key_frame
        self.audio_level_id = audio_level_id
        self._sequence = SequenceContinuity()
        self._timestamp = TimestampContinuity(format.clock_rate_hz, self._sequence)
        self._batch: list[RtpPacket] = []
        told = sets_in_description(dict(format.parameters)) if format.encoding_name == "H264" else b""
        self._parameter_sets = ParameterSets(told) if told else None
        self.alters_packets = self._parameter_sets is not None
        """Whether what is pushed differs from what came, so that it cannot be forwarded from where it lies."""

    @property
    def last_timestamp(self) -> int | None:
        """The unwrapped timestamp that came last."""
        return self._timestamp.last

    def reported_timestamp(self, timestamp: int, now: float) -> int | None:
        """See `TimestampContinuity.reported`."""
        return self._timestamp.reported(timestamp, now)

    def receive(
        self,
        packet: memoryview,
        marker: bool,
        sequence_number: int,
        timestamp: int,
        start: int,
        end: int,
        now: float,
        retransmission: bool = False,
    ) -> bool:
        """Take one packet.  True if it is the first one of a batch, so that the caller notes to `flush`.

        A `retransmission` came by a stream of its own: what is reported of this one goes on without it.
        """
        unwrapped = (self._sequence.nearest if retransmission else self._sequence.unwrap)(sequence_number)
        unwrapped_timestamp = self._timestamp.place(timestamp, unwrapped, now)
        size = end - start
        if retransmission:
            self.retransmitted_packets += 1
            self.retransmitted_bytes += size
        else:
            self.reception.received(unwrapped, unwrapped_timestamp, size, now)
        nack = self.nack
        if nack is not None:
            nack.received(unwrapped, now)
        # A packet of padding alone (a bandwidth probe) has an empty payload and is passed on all the same: without it
        # every viewer would see a gap and ask for what was never there.
        payload = bytes(packet[start:end])
        self.frames += marker
        key_frame = self._video and self._starts_key_frame(payload)
        if key_frame:
            self._key_frame_received(unwrapped)
        level = self._audio_level(packet) if self.audio_level_id else NO_AUDIO_LEVEL
        batch = self._batch
        began = not batch
        received = RtpPacket(unwrapped, unwrapped_timestamp, marker, payload, key_frame, level)
        if self._parameter_sets is None:
            batch.append(received)
        else:
            batch += self._parameter_sets.place(received)
        return began

    def take(self, batch: ReceivedBatch, now: float) -> None:
        """Fill a batch that the compiled helper has decrypted and sorted, and push it: `receive` and `flush` in one."""
        unwrap, place = self._sequence.unwrap, self._timestamp.place
        received, nack, memory = self.reception.received, self.nack, batch.memory
        for wire_timestamp, start, wire_number, size, marker, level, has_level, key in batch.headers:
            number = unwrap(wire_number)
            timestamp = place(wire_timestamp, number, now)
            received(number, timestamp, size, now)
            if nack is not None:
                nack.received(number, now)
            payload = bytes(memory[start : start + size])
            self.frames += marker
            key_frame = key == KEY_FRAME or (key != 0 and self._starts_key_frame(payload))
            if key_frame:
                self._key_frame_received(number)
            if has_level != HAS_LEVEL:
                level = NO_AUDIO_LEVEL
                if has_level:
                    self.malformed += 1
            batch.append(RtpPacket(number, timestamp, marker == 1, payload, key_frame, level))
        if self._timestamp.shift:
            batch.records = None  # their timestamps are those on the wire
        try:
            self._push(batch, now)
        finally:
            batch.records = None  # the memory will be written over

    def flush(self, now: float) -> None:
        """Push what came since the last flush."""
        batch, self._batch = self._batch, []
        if batch:
            self._push(batch, now)

    def _push(self, batch: list[RtpPacket], now: float) -> None:
        self.heard_at = now
        flow = self.flow
        if flow is not None and not flow.flowing:
            flow.started()
        self.stream.push(batch, now)

    def _key_frame_received(self, number: int) -> None:
        self.key_frames.received()
        if self.nack is not None:
            self.nack.key_frame_received(number)

    def close(self) -> None:
        """Take nothing, and ask the source for nothing, any more."""
        self.closed = True
        for intake in tuple(self.known_by):
            intake.forget(self)
        self.key_frames.close()

    def _audio_level(self, packet: memoryview) -> int:
        try:
            level = read_extension(packet, self.audio_level_id)
        except RtpError:
            self.malformed += 1
            return NO_AUDIO_LEVEL
        return level[0] if level else NO_AUDIO_LEVEL

"""Streams: what flows out of a source or a conversion, pushed synchronously to whoever is attached.

A stream starts its upstream when the first consumer attaches and stops it when the last one leaves, so nothing is
decoded, encoded or packetized that nobody wants.  Requests for key frames and wishes for a bitrate travel the other
way over the same objects.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Generic, Protocol, TypeVar
from weakref import ReferenceType, WeakValueDictionary

from kms_trio.media.formats import DATA, Format, StreamKind
from kms_trio.media.frames import DataMessage, EncodedFrame, RtpPacket
from kms_trio.media.timing import MediaClock

__all__ = [
    "DataConsumer",
    "DataStream",
    "EncodedConsumer",
    "EncodedStream",
    "RawConsumer",
    "RawFrame",
    "RawStream",
    "RtpConsumer",
    "RtpStream",
    "Stream",
]

RawFrame = Any
"""`av.VideoFrame | av.AudioFrame`; named here without importing PyAV, which forwarding does not need.

Its `pts` counts in ticks of the stream's `format.clock_rate_hz` (90,000 for video, the sample rate for audio)."""


class RtpConsumer(Protocol):
    """Takes RTP packets."""

    def on_rtp(self, packets: list[RtpPacket], now: float) -> None:
        """Packets of one batch in order of arrival; `now` is monotonic seconds."""


class EncodedConsumer(Protocol):
    """Takes encoded frames."""

    def on_frame(self, frame: EncodedFrame) -> None:
        """Take one frame."""


class RawConsumer(Protocol):
    """Takes pictures or samples."""

    def on_raw(self, frame: RawFrame) -> None:
        """Take one picture or block of samples."""


class DataConsumer(Protocol):
    """Takes messages of data channels."""

    def on_data(self, message: DataMessage) -> None:
        """A message; nothing may be awaited here."""


C = TypeVar("C")


class Stream(Generic[C]):
    """One producer, any number of consumers.

    Producers override `started`, `stopped`, `request_key_frame` and `bitrate_wanted`.  Consumers may attach and detach
    at any time, also from inside a push.
    """

    kind: StreamKind

    answers_key_frame_requests = True
    """False where `request_key_frame` has no effect: the sender offers no way to ask it."""

    def __init__(self, format: Format, clock: MediaClock | None = None) -> None:
        self.format = format
        self.clock = clock or MediaClock(format.clock_rate_hz)
        self.consumers: tuple[C, ...] = ()  # replaced, never changed, so that a push can iterate over it
        self.conversions: WeakValueDictionary[tuple[StreamKind, str, Hashable], Stream[Any]] = WeakValueDictionary()
        """What agnostic nodes have made of this stream and somebody still holds: by kind, encoding and settings."""
        self.lowest_bitrate_bps: int | None = None
        """What the slowest consumer can take; None when nobody has said."""
        self._bitrates_bps: dict[object, int] = {}

    def attach(self, consumer: C) -> None:
        """Begin to push to `consumer`.  Attaching twice is a programming error."""
        assert consumer not in self.consumers, "this consumer is attached already"
        self.consumers = (*self.consumers, consumer)
        if len(self.consumers) == 1:
            self.started()

    def detach(self, consumer: C) -> None:
        """Stop pushing to `consumer`; unknown consumers are ignored."""
        if consumer not in self.consumers:
            return
        self.consumers = tuple(other for other in self.consumers if other is not consumer)
        self.want_bitrate(consumer, None)
        if not self.consumers:
            self.stopped()

    def want_bitrate(self, who: object, bitrate_bps: int | None) -> None:
        """One of the consumers can take at most `bitrate_bps`; None takes the wish back."""
        wishes, lowest = self._bitrates_bps, self.lowest_bitrate_bps
        if wishes.get(who) == bitrate_bps:
            return
        former = wishes.pop(who, None)
        if bitrate_bps is not None:
            wishes[who] = bitrate_bps
        if former is not None and former == lowest:
            # Only now may the lowest rise, and all wishes are looked at: each viewer says its own each second.
            self.lowest_bitrate_bps = min(wishes.values(), default=None)
        elif bitrate_bps is not None and (lowest is None or bitrate_bps < lowest):
            self.lowest_bitrate_bps = bitrate_bps
        if self.lowest_bitrate_bps != lowest:
            self.bitrate_wanted(self.lowest_bitrate_bps)

    # What a producer implements.

    def started(self) -> None:
        """The first consumer is there."""

    def stopped(self) -> None:
        """The last consumer left."""

    def request_key_frame(self) -> None:
        """A consumer cannot go on without a key frame.  Thinning is the producer's business."""

    def bitrate_wanted(self, bitrate_bps: int | None) -> None:
        """The lowest bitrate that the consumers asked for has changed; None when nobody asks for any."""


class RtpStream(Stream[RtpConsumer]):
    """A stream of RTP packets."""

    kind = StreamKind.RTP

    fanout: ReferenceType[Any] | None = None
    """To the one fan-out that forwards this stream, while it does; the network layer finds it here."""

    def push(self, packets: list[RtpPacket], now: float) -> None:
        """Hand a batch to every consumer."""
        for consumer in self.consumers:
            consumer.on_rtp(packets, now)


class EncodedStream(Stream[EncodedConsumer]):
    """A stream of encoded frames."""

    kind = StreamKind.ENCODED

    def push(self, frame: EncodedFrame) -> None:
        """Hand a frame to every consumer."""
        for consumer in self.consumers:
            consumer.on_frame(frame)


class RawStream(Stream[RawConsumer]):
    """A stream of decoded pictures or samples."""

    kind = StreamKind.RAW

    def push(self, frame: RawFrame) -> None:
        """Hand a picture or samples to every consumer."""
        for consumer in self.consumers:
            consumer.on_raw(frame)


class DataStream(Stream[DataConsumer]):
    """Messages of data channels.

    Unlike pictures they must not be dropped when a consumer is slow.  So a consumer may hold the stream up; producers
    that can keep messages back override `held`.
    """

    kind = StreamKind.DATA

    def __init__(self) -> None:
        super().__init__(DATA)
        self._holders: set[DataConsumer] = set()

    def push(self, message: DataMessage) -> None:
        """Give a message to every consumer."""
        for consumer in self.consumers:
            consumer.on_data(message)

    def detach(self, consumer: DataConsumer) -> None:
        """Stop pushing to `consumer`, which holds nothing up any more."""
        super().detach(consumer)
        self.hold(consumer, False)

    def hold(self, consumer: DataConsumer, full: bool) -> None:
        """One of the consumers cannot take more for now, or can again; what is on its way still comes."""
        before = self.is_held
        if full:
            self._holders.add(consumer)
        else:
            self._holders.discard(consumer)
        if self.is_held is not before:
            self.held(self.is_held)

    @property
    def is_held(self) -> bool:
        """Whether any consumer holds the stream up."""
        return bool(self._holders)

    def held(self, full: bool) -> None:
        """Whether any consumer holds the stream up has changed."""

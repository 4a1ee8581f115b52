"""Data channels of a WebRtcEndpoint: the SCTP association, and its ties to the endpoint's DATA pads.

What comes on a channel leaves by the DATA source pad; what enters by the DATA sink pad goes out on the channel with the
same label, or else on the oldest one.  Messages are not dropped for want of speed: when too much waits to be sent, the
stream is held up, its producer keeps messages back, and in the end the one who sends them has to wait.  Only a peer
that takes nothing at all for some seconds loses messages, so that others who share its source can go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kms_elements.generated.events import DataChannelClosed, DataChannelOpened
from kms_trio.api import Event
from kms_trio.media.callbacks import ignore
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.frames import DataMessage
from kms_trio.media.streams import DataStream
from kms_trio.rtc.sctp import (
    AssociationClosed,
    AssociationEvent,
    AssociationState,
    BufferFullError,
    ChannelClosed,
    ChannelOpened,
    ChannelState,
    DataChannel,
    Message,
    SctpAssociation,
    SctpError,
)

if TYPE_CHECKING:
    from kms_trio.media.flow import TimerHandle, Timers
    from kms_trio.media.pads import SinkPad, SourcePad
    from kms_trio.media.streams import Stream

__all__ = ["HOLD_ABOVE_BYTES", "RELEASE_BELOW_BYTES", "STALLED_AFTER_S", "DataChannels", "shorten_name"]

logger = logging.getLogger("kmswebrtcdatasessionbin")

HOLD_ABOVE_BYTES = 1 << 20
RELEASE_BELOW_BYTES = 1 << 18
"""Between these two the stream stays as it is: held up or not."""

STALLED_AFTER_S = 5.0
"""A peer that has taken nothing for so long holds nobody up any more."""

DROPS_TOLD = 20
"""After so many of one endpoint only its debug log has more."""

MAX_NAME_BYTES = 65535
"""RFC 8832 section 5.1, for labels and protocols."""


def shorten_name(name: str) -> str:
    """A label or protocol cut to what fits."""
    return name.encode()[:MAX_NAME_BYTES].decode(errors="ignore")


class DataChannels:
    """The data channels that an endpoint has negotiated.

    `send_packets` sends over DTLS; `emit` raises events of the endpoint.
    """

    def __init__(
        self,
        association: SctpAssociation,
        timers: Timers,
        send_packets: Callable[[Iterable[bytes]], None],
        emit: Callable[[Event], None],
    ) -> None:
        self.association = association
        self.opened = 0
        self.closed = 0
        self.messages_dropped = 0
        """Messages that could not be sent: no channel was open, they were too large, or the peer was stalled."""
        self._timers = timers
        self._send_packets = send_packets
        self._emit = emit
        self._output = _Output(self._held)
        self._input: DataStream | None = None
        self._open: dict[int, DataChannel] = {}  # the oldest first
        self._holding = False
        self._stalled = False
        self._stall_timer: TimerHandle | None = None
        self._waited_bytes = 0
        self._timer: TimerHandle | None = None
        self._timer_at = float("inf")
        self._pumping = self._pump_again = False

    def tie(self, source: SourcePad, sink: SinkPad) -> None:
        """Give what comes to one pad and take what is to go out from the other."""
        source.set_input(self._output)
        sink.set_want(Want(StreamKind.DATA))

    def set_stream(self, stream: Stream[object] | None) -> None:
        """What the DATA sink pad is fed from has changed."""
        if self._input is not None:
            self._input.detach(self)
        self._holding = False
        self._input = stream if isinstance(stream, DataStream) else None
        if self._input is not None:
            self._input.attach(self)

    # What the endpoint says.

    def start(self) -> None:
        """DTLS is connected."""
        self.association.start(self._timers.now())
        self._pump()

    def receive(self, packets: Iterable[bytes]) -> None:
        """Packets of the peer."""
        now = self._timers.now()
        for packet in packets:
            self.association.receive(packet, now)
        self._pump()

    def open(
        self, label: str, protocol: str, ordered: bool, max_packet_life_time_ms: int | None, max_retransmits: int | None
    ) -> None:
        """Open a channel, once the association stands. Raises SctpError."""
        self.association.open_channel(
            label,
            protocol,
            ordered=ordered,
            max_packet_life_time_ms=max_packet_life_time_ms,
            max_retransmits=max_retransmits,
        )
        self._pump()

    def close_channel(self, channel_id: int) -> None:
        """Close a channel; one that does not exist is no error."""
        for channel in self.association.channels:
            if channel.id == channel_id:
                self.association.close_channel(channel)
        self._pump()

    def close(self) -> None:
        """Say goodbye; no events are raised."""
        self.set_stream(None)
        self.association.close()
        self._pump()
        self._output.close()
        for timer in (self._timer, self._stall_timer):
            if timer is not None:
                timer.cancel()

    # Messages out.

    def on_data(self, message: DataMessage) -> None:
        """From the sink pad: send it on the channel that fits."""
        channel = self._channel_for(message.label)
        if channel is None or (self._stalled and self.association.buffered_bytes > RELEASE_BELOW_BYTES):
            self.messages_dropped += 1
            return
        self._stalled = False
        try:
            data = message.data.decode() if message.is_text else message.data
            self.association.send(channel, data, self._timers.now())
        except BufferFullError:
            self.messages_dropped += 1
        except (SctpError, UnicodeDecodeError) as problem:
            self.messages_dropped += 1
            level = logging.WARNING if self.messages_dropped <= DROPS_TOLD else logging.DEBUG
            logger.log(level, "data channel %d: a message is dropped: %s", channel.id, problem)
        self._pump()

    def _channel_for(self, label: str) -> DataChannel | None:
        usable = [channel for channel in self._open.values() if channel.state is ChannelState.OPEN]
        return next((channel for channel in usable if channel.label == label), usable[0] if usable else None)

    def _judge_fullness(self) -> None:
        """Hold the stream up or let it go."""
        waiting = self.association.buffered_bytes
        if not self._holding and not self._stalled and waiting > HOLD_ABOVE_BYTES:
            self._hold(True)
        elif self._holding and waiting < RELEASE_BELOW_BYTES:
            self._hold(False)

    def _hold(self, full: bool) -> None:
        self._holding = full
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
        if full:
            self._waited_bytes = self.association.buffered_bytes
            self._stall_timer = self._timers.call_later(STALLED_AFTER_S, self._look_for_progress)
        if self._input is not None:
            self._input.hold(self, full)

    def _look_for_progress(self) -> None:
        if not self._holding:
            return
        if self.association.buffered_bytes < self._waited_bytes:
            self._hold(True)
            return
        logger.warning("the peer takes no data any more: messages to it are dropped")
        self._stalled = True
        self._hold(False)

    # Messages in.

    def _held(self, full: bool) -> None:
        """Who takes our messages cannot take more, or can again."""
        self.association.paused = full
        if not full:
            self._pump()

    def _handle(self, event: AssociationEvent) -> None:
        match event:
            case Message(channel, data, is_text):
                self._output.push(DataMessage(data, is_text, channel.label))
            case ChannelOpened(channel):
                self._open[channel.id] = channel
                self.opened += 1
                self._emit(DataChannelOpened(channel_id=channel.id))
            case ChannelClosed(channel):
                if self._open.pop(channel.id, None) is not None:
                    self.closed += 1
                    self._emit(DataChannelClosed(channel_id=channel.id))
            case AssociationClosed(reason):
                logger.info("data channels have ended: %s", reason)
            case _:
                pass

    # Driving the engine.

    def _pump(self) -> None:
        """Do what the engine wants done.  What that leads to may lead here again, in a loopback for one."""
        if self._pumping:
            self._pump_again = True
            return
        self._pumping = True
        try:
            self._pump_again = True
            while self._pump_again:
                self._pump_again = False
                for event in self.association.events():
                    self._handle(event)
                if packets := self.association.transmits():
                    self._send_packets(packets)
                self._judge_fullness()
        finally:
            self._pumping = False
        if self.association.state is not AssociationState.CLOSED:
            self._schedule()

    def _schedule(self) -> None:
        """Keep one timer at the earliest deadline; one that is too early just looks again."""
        deadline = self.association.deadline
        if deadline is None or (self._timer is not None and self._timer_at <= deadline):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = deadline
        self._timer = self._timers.call_later(max(0.0, deadline - self._timers.now()), self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self.association.handle_timeout(self._timers.now())
        self._pump()


class _Output(DataStream):
    """What came on the channels."""

    def __init__(self, on_held: Callable[[bool], None]) -> None:
        super().__init__()
        self._on_held = on_held

    def held(self, full: bool) -> None:
        self._on_held(full)

    def close(self) -> None:
        self._on_held = ignore

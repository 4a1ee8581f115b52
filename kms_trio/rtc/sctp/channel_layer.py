"""What data channels do with streams: open, carry messages, close (RFC 8831 section 6, RFC 8832 section 6)."""

from __future__ import annotations

from collections.abc import Callable, Collection

from kms_trio.rtc.sctp.channels import ChannelState, DataChannel, DataChannels, SctpRole
from kms_trio.rtc.sctp.dcep import ACK, Open, PayloadProtocol, parse_dcep
from kms_trio.rtc.sctp.errors import BufferFullError, SctpError
from kms_trio.rtc.sctp.events import AssociationEvent, ChannelClosed, ChannelOpened, Message
from kms_trio.rtc.sctp.outgoing import OutgoingMessage, OutgoingQueue
from kms_trio.rtc.sctp.reassembly import Arrived, Reassembly
from kms_trio.rtc.sctp.resets import StreamResets

__all__ = ["MAX_BUFFERED_BYTES", "MAX_MESSAGE_BYTES", "ChannelLayer"]

MAX_MESSAGE_BYTES = 1 << 18
"""Largest message taken, and given where the peer sets no limit of its own."""

MAX_BUFFERED_BYTES = 4 << 20
"""What may wait to be sent, with a charge for each message."""

MESSAGE_OVERHEAD_BYTES = 256

_EMPTY = b"\0"
_TEXT = (PayloadProtocol.STRING, PayloadProtocol.STRING_EMPTY)
_BINARY = (PayloadProtocol.BINARY, PayloadProtocol.BINARY_EMPTY)


class ChannelLayer:
    """The channels of one association; `establish` gives it the streams that it works on."""

    def __init__(
        self, role: SctpRole, emit: Callable[[AssociationEvent], None], max_outgoing_message_bytes: int
    ) -> None:
        self.channels = DataChannels(role)
        self.messages_dropped = 0
        """Messages on streams that are no channel, and of unknown kind."""
        self.opens_refused = 0
        self._emit = emit
        self._max_outgoing_bytes = max_outgoing_message_bytes
        self._queue: OutgoingQueue | None = None
        self._reassembly: Reassembly | None = None
        self._resets: StreamResets | None = None

    def establish(self, queue: OutgoingQueue, reassembly: Reassembly, resets: StreamResets | None) -> None:
        """Messages can be sent; `resets` is None when the peer cannot reset streams."""
        self._queue, self._reassembly, self._resets = queue, reassembly, resets
        for channel in self.channels:
            self._ask(channel)

    # What our side wants.

    def open(self, description: Open) -> DataChannel:
        """Raises SctpError when there is no id left."""
        bytes(description)  # raises for names that are too long
        channel = _channel(self.channels.free_id(), description)
        self.channels.add(channel)
        if self._queue is not None:
            self._ask(channel)
        return channel

    def _ask(self, channel: DataChannel) -> None:
        description = Open(
            channel.label,
            channel.protocol,
            channel.ordered,
            channel.max_packet_life_time_ms,
            channel.max_retransmits,
        )
        self._push(OutgoingMessage(channel.id, PayloadProtocol.DCEP, bytes(description)))

    def send(self, channel: DataChannel, data: str | bytes, now: float) -> None:
        """Raises SctpError for a channel that is not open or a message that is too large, BufferFullError."""
        queue = self._queue
        if channel.state is not ChannelState.OPEN or queue is None:
            raise SctpError(f"data channel {channel.id} is {channel.state.value}")
        payload = data.encode() if isinstance(data, str) else data
        if len(payload) > self._max_outgoing_bytes:
            raise SctpError(f"the peer takes messages of {self._max_outgoing_bytes} bytes, not of {len(payload)}")
        if queue.waiting_bytes + queue.waiting_messages * MESSAGE_OVERHEAD_BYTES > MAX_BUFFERED_BYTES:
            raise BufferFullError(f"{queue.waiting_bytes} bytes wait to be sent already")
        protocols = _TEXT if isinstance(data, str) else _BINARY
        life_time_ms = channel.max_packet_life_time_ms
        queue.push(
            OutgoingMessage(
                channel.id,
                protocols[not payload],
                payload or _EMPTY,
                # Until the peer knows the channel nothing may overtake the message that opens it.
                ordered=channel.ordered or not channel.acknowledged,
                max_retransmits=channel.max_retransmits,
                expires_at=None if life_time_ms is None else now + life_time_ms / 1000,
            )
        )
        channel.messages_sent += 1
        channel.bytes_sent += len(payload)

    def close(self, channel: DataChannel) -> None:
        """Close when everything sent before has been sent; nothing happens to a channel that closes already."""
        if channel.state in (ChannelState.CLOSING, ChannelState.CLOSED):
            return
        channel.state = ChannelState.CLOSING
        if self._resets is None:
            self._finish(channel)
        else:
            self._resets.want(channel.id)

    def _push(self, message: OutgoingMessage) -> None:
        if self._queue is not None:
            self._queue.push(message)

    # What comes from the peer.

    def receive(self, arrived: Arrived) -> None:
        """A whole message came."""
        protocol_id = arrived.payload_protocol_id
        if protocol_id == PayloadProtocol.DCEP:
            self._receive_dcep(arrived)
            return
        channel = self.channels.get(arrived.stream_id)
        is_text = protocol_id in _TEXT
        if channel is None or channel.incoming_reset or not (is_text or protocol_id in _BINARY):
            self.messages_dropped += 1
            return
        self._opened(channel)  # who sends on it knows it: the acknowledgement was overtaken
        empty = protocol_id in (PayloadProtocol.STRING_EMPTY, PayloadProtocol.BINARY_EMPTY)
        data = b"" if empty else arrived.data
        channel.messages_received += 1
        channel.bytes_received += len(data)
        self._emit(Message(channel, data, is_text))

    def _receive_dcep(self, arrived: Arrived) -> None:
        stream_id = arrived.stream_id
        channel = self.channels.get(stream_id)
        try:
            description = parse_dcep(arrived.data)
        except SctpError:
            self._refuse(stream_id)
            return
        if description is None:
            if channel is not None:
                self._opened(channel)
        elif channel is not None:
            self.opens_refused += 1  # twice the same, most likely
        elif not self.channels.may_be_opened_by_peer(stream_id):
            self._refuse(stream_id)
        else:
            channel = _channel(stream_id, description)
            self.channels.add(channel)
            self._push(OutgoingMessage(stream_id, PayloadProtocol.DCEP, ACK))
            self._opened(channel)

    def _opened(self, channel: DataChannel) -> None:
        channel.acknowledged = True
        if channel.state is ChannelState.CONNECTING:
            channel.state = ChannelState.OPEN
            self._emit(ChannelOpened(channel))

    def _refuse(self, stream_id: int) -> None:
        """RFC 8832 section 6: what cannot be a channel is closed like one."""
        self.opens_refused += 1
        if self.channels.get(stream_id) is None and self._resets is not None:
            self._resets.want(stream_id)

    # Resets.

    def outgoing_reset(self, streams: Collection[int]) -> None:
        """The peer has reset its end of our streams."""
        for stream_id in streams:
            if self._queue is not None:
                self._queue.restart_stream(stream_id)
            channel = self.channels.get(stream_id)
            if channel is not None:
                channel.outgoing_reset = True
                self._finish_if_reset(channel)

    def incoming_reset(self, streams: Collection[int]) -> None:
        """The peer closes these channels (none named: all)."""
        assert self._reassembly is not None
        assert self._queue is not None
        assert self._resets is not None
        for stream_id in streams or self._reassembly.streams:
            self._reassembly.reset(stream_id)
            channel = self.channels.get(stream_id)
            if channel is None:
                continue
            channel.incoming_reset = True
            if not channel.outgoing_reset:
                channel.state = ChannelState.CLOSING
                self._queue.drop_stream(stream_id)
                self._resets.want(stream_id)
            self._finish_if_reset(channel)

    def _finish_if_reset(self, channel: DataChannel) -> None:
        if channel.incoming_reset and channel.outgoing_reset:
            self._finish(channel)

    def _finish(self, channel: DataChannel) -> None:
        channel.state = ChannelState.CLOSED
        self.channels.remove(channel)
        self._emit(ChannelClosed(channel))

    def end(self) -> None:
        """The association is gone, and all channels with it."""
        for channel in self.channels:
            self._finish(channel)


def _channel(stream_id: int, description: Open) -> DataChannel:
    return DataChannel(
        stream_id,
        description.label,
        description.protocol,
        description.ordered,
        description.max_packet_life_time_ms,
        description.max_retransmits,
    )

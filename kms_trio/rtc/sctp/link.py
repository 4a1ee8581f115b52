"""An established association: its two halves, its resets, and the packets that come of them (RFC 9260 section 6)."""

from __future__ import annotations

import weakref
from collections.abc import Callable

from kms_trio.rtc.sctp.channel_layer import MAX_MESSAGE_BYTES, ChannelLayer
from kms_trio.rtc.sctp.chunks import ChunkType, Data, ForwardTsn, Init, Sack, write_chunk
from kms_trio.rtc.sctp.packet import PacketWriter, pack_chunks
from kms_trio.rtc.sctp.parameters import Features
from kms_trio.rtc.sctp.reassembly import Arrived
from kms_trio.rtc.sctp.receiver import Receiver
from kms_trio.rtc.sctp.resets import StreamResets
from kms_trio.rtc.sctp.sender import Sender

__all__ = ["Link"]

MAX_TIMEOUTS = 10
"""Association.Max.Retrans (RFC 9260 section 16)."""


class Link:
    """`local_tsn` is our initial TSN, `peer` what the peer said to begin with, `writer` makes packets for it."""

    def __init__(self, local_tsn: int, peer: Init, writer: PacketWriter, layer: ChannelLayer) -> None:
        features = Features.read(peer.parameters)
        self.sender = Sender(local_tsn, peer.receiver_window_bytes, partial_reliability=features.partial_reliability)
        self.receiver = Receiver(peer.initial_tsn, MAX_MESSAGE_BYTES)
        self.writer = writer
        self.control: list[bytes] = []
        """Chunks that go out before everything else."""
        self._resets: StreamResets | None = None
        if features.stream_reset:
            channels: ChannelLayer = weakref.proxy(layer)  # which has this link's resets
            self._resets = StreamResets(
                local_tsn,
                peer.initial_tsn,
                lambda streams: channels.outgoing_reset(streams),
                lambda streams: channels.incoming_reset(streams),
            )
        self._deliver: Callable[[Arrived], None] = layer.receive
        self._data_came = False
        layer.establish(self.sender.queue, self.receiver.reassembly, self._resets)

    @property
    def deadline(self) -> float | None:
        """When `handle_timeout` is to be called."""
        times = [self.sender.timeout_at, self.receiver.sack_at, self._resets.retry_at if self._resets else None]
        return min((time for time in times if time is not None), default=None)

    @property
    def broken(self) -> bool:
        """Whether the peer has been silent for too long."""
        resets = self._resets
        return self.sender.timeouts > MAX_TIMEOUTS or (resets is not None and resets.attempts > MAX_TIMEOUTS)

    def receive(self, kind: int, flags: int, body: bytes, now: float) -> bool:
        """Take a chunk; False when it is not one of those that belong here. Raises SctpError."""
        match kind:
            case ChunkType.DATA:
                self._data_came = True
                for arrived in self.receiver.receive_data(Data.parse(flags, body)):
                    self._deliver(arrived)
            case ChunkType.SACK:
                self.sender.receive_sack(Sack.parse(body), now)
            case ChunkType.FORWARD_TSN:
                for arrived in self.receiver.receive_forward_tsn(ForwardTsn.parse(body)):
                    self._deliver(arrived)
            case ChunkType.RE_CONFIG:
                if self._resets is not None:
                    self._resets.receive(body, self.receiver.cumulative_tsn)
            case _:
                return False
        return True

    def packet_ends(self, now: float) -> None:
        """All chunks of a packet have been taken."""
        if self._data_came:
            self._data_came = False
            self.receiver.packet_received(now)
        if self._resets is not None:
            self._resets.advanced(self.receiver.cumulative_tsn)

    def handle_timeout(self, now: float) -> None:
        """Do what is due."""
        receiver, sender, resets = self.receiver, self.sender, self._resets
        if receiver.sack_at is not None and receiver.sack_at <= now:
            receiver.sack_now = True
        if sender.timeout_at is not None and sender.timeout_at <= now:
            sender.handle_timeout(now)
        if resets is not None and resets.retry_at is not None and resets.retry_at <= now:
            resets.handle_timeout()

    def transmits(self, now: float) -> list[bytes]:
        """Take the packets that are to be sent now."""
        return pack_chunks(self.writer, self._control_chunks(now), lambda room: self.sender.take_chunk(room, now))

    def _control_chunks(self, now: float) -> list[bytes]:
        receiver, sender = self.receiver, self.sender
        chunks, self.control = self.control, []
        if receiver.sack_now or (receiver.sack_at is not None and sender.queue):
            chunks.append(bytes(receiver.make_sack()))
        forward = sender.take_forward_tsn(now)
        if forward is not None:
            chunks.append(bytes(forward))
        if self._resets is not None:
            chunks += self._resets.take_chunks(now, sender.rto.seconds, sender.last_assigned_tsn, sender.queue.drained)
        return chunks

    def abort(self) -> bytes:
        """The packet that ends the association at the peer."""
        return self.writer.write([write_chunk(ChunkType.ABORT)])

"""One SCTP association over DTLS with its data channels (RFC 8261, RFC 8831), without I/O.

Packets and the time go in; `transmits()`, `events()` and `deadline` come out.  Its owner calls `start` once, `receive`
for each packet, `handle_timeout` when `deadline` has come, and after every call sends what `transmits` gives, as one
DTLS message each, takes `events` and reads `deadline` again.  All times are monotonic seconds.

Nothing that a peer sends raises: what cannot be read is counted in `statistics`, what breaks the association ends it.
"""

from __future__ import annotations

import weakref
from collections import deque

from kms_trio.rtc.sctp.channel_layer import MAX_MESSAGE_BYTES, ChannelLayer
from kms_trio.rtc.sctp.channels import DataChannel, SctpRole
from kms_trio.rtc.sctp.chunks import ChunkType, Init, write_chunk
from kms_trio.rtc.sctp.congestion import RTO_INITIAL_S, RTO_MAX_S
from kms_trio.rtc.sctp.dcep import Open
from kms_trio.rtc.sctp.errors import SctpError, SctpViolationError
from kms_trio.rtc.sctp.events import AssociationClosed, AssociationEstablished, AssociationEvent, Message
from kms_trio.rtc.sctp.handshake import Handshake, HandshakeState, RandomSource
from kms_trio.rtc.sctp.link import Link
from kms_trio.rtc.sctp.packet import Packet, PacketWriter, RawChunk, parse_packet
from kms_trio.rtc.sctp.parameters import Features
from kms_trio.rtc.sctp.states import AssociationState, SctpStatistics

__all__ = ["SctpAssociation"]

KEPT_EVENT_BYTES = 256
"""What a message that the owner has not taken costs besides its data."""

MAX_HEARTBEAT_BYTES = 1024

_KNOWN_CHUNKS = frozenset(ChunkType)


class SctpAssociation:
    """The association of one DTLS connection.

    Args:
        role: our role in DTLS; clients open channels with even ids, servers with odd ones.
        local_port: ours, from our SDP.
        remote_port: the peer's, from its SDP.
        random: source of tags and sequence numbers; cryptographically strong in a server.
        max_outgoing_message_bytes: `a=max-message-size` of the peer; 0 when it has no limit.
    """

    def __init__(
        self,
        role: SctpRole,
        local_port: int,
        remote_port: int,
        random: RandomSource,
        *,
        max_outgoing_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        self.statistics = SctpStatistics()
        self.state = AssociationState.NEW
        self.paused = False
        """While set, `events` keeps messages back, and soon the peer may not send any more."""
        self._local_port = local_port
        self._remote_port = remote_port
        self._now = 0.0
        self._handshake = Handshake(random)
        self._handshake_at: float | None = None
        this: SctpAssociation = weakref.proxy(self)  # its channels are nobody else's, so they need not keep it
        largest = max_outgoing_message_bytes or MAX_MESSAGE_BYTES
        self._layer = ChannelLayer(role, lambda event: this._emit(event), largest)
        self._link: Link | None = None
        self._packets: list[bytes] = []
        self._events: deque[AssociationEvent] = deque()

    # What it is.

    @property
    def channels(self) -> tuple[DataChannel, ...]:
        """Channels that are not closed."""
        return tuple(self._layer.channels)

    @property
    def deadline(self) -> float | None:
        """When `handle_timeout` is to be called; None if nothing is due."""
        if self.state is AssociationState.CLOSED:
            return None
        times = (self._handshake_at, self._link.deadline if self._link else None)
        return min((time for time in times if time is not None), default=None)

    @property
    def buffered_bytes(self) -> int:
        """What waits to be sent for the first time, on all channels."""
        return self._link.sender.queue.waiting_bytes if self._link else 0

    # What the owner wants.

    def start(self, now: float) -> None:
        """DTLS is connected: set the association up. Channels may have been opened before."""
        if self.state is AssociationState.NEW:
            self.state = AssociationState.CONNECTING
            self._now = now
            self._request(now)

    def open_channel(
        self,
        label: str = "",
        protocol: str = "",
        *,
        ordered: bool = True,
        max_packet_life_time_ms: int | None = None,
        max_retransmits: int | None = None,
    ) -> DataChannel:
        """ChannelOpened follows. Raises SctpError for two limits, names too long, no id left, a closed association."""
        if max_packet_life_time_ms is not None and max_retransmits is not None:
            raise SctpError("a data channel has one limit at most: of retransmissions or of time")
        if self.state is AssociationState.CLOSED:
            raise SctpError("the association is closed")
        return self._layer.open(Open(label, protocol, ordered, max_packet_life_time_ms, max_retransmits))

    def send(self, channel: DataChannel, data: str | bytes, now: float) -> None:
        """Send a message, text or binary. Raises SctpError for a channel that is not open or a message that the peer

        would not take, BufferFullError (one of them) while too much waits to be sent.
        """
        self._now = now
        self._layer.send(channel, data, now)

    def close_channel(self, channel: DataChannel) -> None:
        """ChannelClosed follows when the peer has closed it too; what was sent before still arrives."""
        self._layer.close(channel)

    def close(self) -> None:
        """End at once; the peer is told by what `transmits` gives, the owner gets no events."""
        self._abort()
        self.state = AssociationState.CLOSED
        self._link = None
        self._events.clear()

    # Packets and time.

    def receive(self, packet: bytes, now: float) -> None:
        """Take one packet."""
        self._now = now
        self.statistics.packets_received += 1
        try:
            parsed = parse_packet(packet, zero_checksum=True)
            if not self._is_ours(parsed):
                raise SctpError("SCTP packet of another association")
            self._receive_chunks(parsed, now)
        except SctpViolationError as violation:
            self._abort()
            self._end(str(violation))
        except SctpError:
            self.statistics.packets_discarded += 1

    def handle_timeout(self, now: float) -> None:
        """Do what is due."""
        self._now = now
        if self.state is AssociationState.CLOSED:
            return
        if self._handshake_at is not None and self._handshake_at <= now:
            self._request(now)
        if self._link is not None:
            self._link.handle_timeout(now)
        if self._handshake.given_up or (self._link is not None and self._link.broken):
            self._end("the peer does not answer")

    def transmits(self) -> list[bytes]:
        """Take the packets that are to be sent now, in order, each at most MAX_PACKET_BYTES long."""
        packets, self._packets = self._packets, []
        if self._link is not None and self.state is AssociationState.CONNECTED:
            packets += self._link.transmits(self._now)
        self.statistics.packets_sent += len(packets)
        return packets

    def events(self) -> list[AssociationEvent]:
        """Take what has happened, in order; while `paused` nothing from the first message on."""
        taken: list[AssociationEvent] = []
        while self._events and not (self.paused and isinstance(self._events[0], Message)):
            taken.append(self._events.popleft())
        if self._link is not None and not self._events:
            self._link.receiver.owner_has_taken_all()
        return taken

    def _emit(self, event: AssociationEvent) -> None:
        self._events.append(event)
        if isinstance(event, Message) and self._link is not None:
            self._link.receiver.kept_back_bytes += len(event.data) + KEPT_EVENT_BYTES

    # Chunks.

    def _is_ours(self, packet: Packet) -> bool:
        """RFC 9260 sections 8.4 and 8.5."""
        if self.state in (AssociationState.NEW, AssociationState.CLOSED):
            return False
        if (packet.source_port, packet.destination_port) != (self._remote_port, self._local_port):
            return False
        kind, flags, _ = packet.chunks[0]
        if kind == ChunkType.INIT:
            return packet.verification_tag == 0 and len(packet.chunks) == 1
        peer = self._handshake.peer
        if kind == ChunkType.ABORT and flags & 1:  # it says our tag back
            return peer is not None and packet.verification_tag == peer.initiate_tag
        return packet.verification_tag == self._handshake.local_tag

    def _receive_chunks(self, packet: Packet, now: float) -> None:
        for chunk in packet.chunks:
            kind, flags, body = chunk
            if (self._link is None or not self._link.receive(kind, flags, body, now)) and not self._receive_control(
                chunk, now
            ):
                break
        if self._link is not None:
            self._link.packet_ends(now)

    def _receive_control(self, chunk: RawChunk, now: float) -> bool:
        """False: nothing after this chunk is to be looked at."""
        kind, _, body = chunk
        handshake = self._handshake
        match kind:
            case ChunkType.INIT:
                self._answer(handshake.receive_init(Init.parse(body)))
            case ChunkType.INIT_ACK:
                self._answer(handshake.receive_init_ack(Init.parse(body)))
                if handshake.state is HandshakeState.COOKIE_ECHOED:
                    self._handshake_at = now + RTO_INITIAL_S
            case ChunkType.COOKIE_ECHO:
                acknowledgement = handshake.receive_cookie_echo(body)
                if acknowledgement is None:
                    return False
                self._establish().control.append(acknowledgement)
            case ChunkType.COOKIE_ACK:
                if handshake.receive_cookie_ack():
                    self._establish()
            case ChunkType.HEARTBEAT if self._link is not None and len(body) <= MAX_HEARTBEAT_BYTES:
                self._link.control.append(write_chunk(ChunkType.HEARTBEAT_ACK, body))
            case ChunkType.ABORT:
                self._end("the peer has aborted the association")
                return False
            case ChunkType.SHUTDOWN if self._link is not None:
                self._packets.append(self._link.writer.write([write_chunk(ChunkType.SHUTDOWN_ACK)]))
                self._end("the peer has shut the association down")
                return False
            case _ if kind not in _KNOWN_CHUNKS:
                return kind & 0x80 != 0  # RFC 9260 section 3.2: what to do about unknown chunks
        return True

    # Beginning and end.

    def _request(self, now: float) -> None:
        self._answer(self._handshake.request())
        self._handshake_at = now + min(RTO_INITIAL_S * 2 ** (self._handshake.attempts - 1), RTO_MAX_S)

    def _answer(self, answer: tuple[bytes, int] | None) -> None:
        """Set-up chunks go alone, with a tag of their own and always with a checksum (RFC 9653 section 5.2)."""
        if answer is not None:
            chunk, tag = answer
            self._packets.append(PacketWriter(self._local_port, self._remote_port, tag).write([chunk]))

    def _establish(self) -> Link:
        if self._link is not None:
            return self._link
        peer = self._handshake.peer
        assert peer is not None, "the handshake knows the peer"
        self.state = AssociationState.CONNECTED
        self._handshake_at = None
        self._emit(AssociationEstablished())
        zero_checksum = Features.read(peer.parameters).zero_checksum
        writer = PacketWriter(self._local_port, self._remote_port, peer.initiate_tag, zero_checksum)
        self._link = Link(self._handshake.local_tsn, peer, writer, self._layer)
        return self._link

    def _abort(self) -> None:
        if self._link is not None and self.state is AssociationState.CONNECTED:
            self._packets.append(self._link.abort())

    def _end(self, reason: str) -> None:
        if self.state is AssociationState.CLOSED:
            return
        self.state = AssociationState.CLOSED
        self._link = None
        self.paused = False
        self._layer.end()
        self._emit(AssociationClosed(reason))

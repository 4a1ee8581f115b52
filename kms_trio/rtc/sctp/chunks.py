"""The chunks that packets consist of (RFC 9260 section 3.3, RFC 3758 section 3.2, RFC 6525 section 3.1).

DATA and SACK, which nearly all packets are made of, have classes; so have the others that carry more than a value.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Sequence

import attrs

from kms_trio.rtc.sctp.errors import SctpError
from kms_trio.rtc.sctp.parameters import Parameter, split_parameters, write_parameters

__all__ = ["DATA_HEADER_BYTES", "ChunkType", "Data", "ForwardTsn", "Init", "Sack", "write_chunk"]

DATA_HEADER_BYTES = 16

_header = struct.Struct("!BBH")
_data = struct.Struct("!BBHIHHI")
_data_body = struct.Struct("!IHHI")
_init = struct.Struct("!IIHHI")
_sack = struct.Struct("!IIHH")
_pair = struct.Struct("!HH")


class ChunkType(enum.IntEnum):
    """Chunk types in use here."""

    DATA = 0
    INIT = 1
    INIT_ACK = 2
    SACK = 3
    HEARTBEAT = 4
    HEARTBEAT_ACK = 5
    ABORT = 6
    SHUTDOWN = 7
    SHUTDOWN_ACK = 8
    ERROR = 9
    COOKIE_ECHO = 10
    COOKIE_ACK = 11
    SHUTDOWN_COMPLETE = 14
    RE_CONFIG = 130
    FORWARD_TSN = 192


def write_chunk(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    """Header, `body` and padding."""
    return _header.pack(kind, flags, 4 + len(body)) + body + bytes(-len(body) % 4)


@attrs.define
class Data:
    """A message or a fragment of one (RFC 9260 section 3.3.1)."""

    tsn: int
    stream_id: int
    stream_sequence_number: int
    payload_protocol_id: int
    user_data: bytes
    begin: bool = True
    end: bool = True
    unordered: bool = False
    immediate: bool = False  #: the sender wants to be acknowledged at once (RFC 7053)

    def __bytes__(self) -> bytes:
        flags = self.end | self.begin << 1 | self.unordered << 2 | self.immediate << 3
        size = len(self.user_data)
        header = _data.pack(
            ChunkType.DATA,
            flags,
            DATA_HEADER_BYTES + size,
            self.tsn,
            self.stream_id,
            self.stream_sequence_number,
            self.payload_protocol_id,
        )
        return header + self.user_data + bytes(-size % 4)

    @classmethod
    def parse(cls, flags: int, body: bytes) -> Data:
        """Raises SctpError, also for a chunk without user data (RFC 9260 section 6.2)."""
        if len(body) <= _data_body.size:
            raise SctpError("SCTP DATA chunk without data")
        tsn, stream_id, ssn, protocol_id = _data_body.unpack_from(body)
        return cls(
            tsn,
            stream_id,
            ssn,
            protocol_id,
            body[_data_body.size :],
            begin=flags & 2 != 0,
            end=flags & 1 != 0,
            unordered=flags & 4 != 0,
            immediate=flags & 8 != 0,
        )


@attrs.define
class Init:
    """Body of INIT and INIT ACK (RFC 9260 sections 3.3.2 and 3.3.3)."""

    initiate_tag: int
    receiver_window_bytes: int
    outbound_streams: int
    inbound_streams: int
    initial_tsn: int
    parameters: tuple[Parameter, ...] = ()

    def __bytes__(self) -> bytes:
        fixed = _init.pack(
            self.initiate_tag,
            self.receiver_window_bytes,
            self.outbound_streams,
            self.inbound_streams,
            self.initial_tsn,
        )
        return fixed + write_parameters(self.parameters)

    @classmethod
    def parse(cls, body: bytes) -> Init:
        """Raises SctpError, also for the zeros that section 3.3.2 forbids."""
        if len(body) < _init.size:
            raise SctpError("SCTP INIT is cut off")
        tag, window, outbound, inbound, tsn = _init.unpack_from(body)
        if not tag or not outbound or not inbound:
            raise SctpError("SCTP INIT without a tag or without streams")
        return cls(tag, window, outbound, inbound, tsn, split_parameters(body[_init.size :]))


@attrs.define
class Sack:
    """What has arrived (RFC 9260 section 3.3.4); gap blocks are offsets to the cumulative TSN, both ends included."""

    cumulative_tsn: int
    receiver_window_bytes: int
    gaps: Sequence[tuple[int, int]] = ()
    duplicates: Sequence[int] = ()

    def __bytes__(self) -> bytes:
        body = _sack.pack(self.cumulative_tsn, self.receiver_window_bytes, len(self.gaps), len(self.duplicates))
        if self.gaps:
            body += b"".join(_pair.pack(*gap) for gap in self.gaps)
        if self.duplicates:
            body += struct.pack(f"!{len(self.duplicates)}I", *self.duplicates)
        return write_chunk(ChunkType.SACK, body)

    @classmethod
    def parse(cls, body: bytes) -> Sack:
        """Raises SctpError."""
        if len(body) < _sack.size:
            raise SctpError("SCTP SACK is cut off")
        tsn, window, gap_count, duplicate_count = _sack.unpack_from(body)
        at = _sack.size + 4 * gap_count
        if len(body) < at + 4 * duplicate_count:
            raise SctpError(f"SCTP SACK with {gap_count} gaps and {duplicate_count} duplicates is cut off")
        gaps = [_pair.unpack_from(body, i) for i in range(_sack.size, at, 4)]
        return cls(tsn, window, gaps, struct.unpack_from(f"!{duplicate_count}I", body, at))


@attrs.define
class ForwardTsn:
    """The sender gave up everything up to a TSN (RFC 3758 section 3.2); `streams` pairs id and sequence number."""

    new_cumulative_tsn: int
    streams: Sequence[tuple[int, int]] = ()

    def __bytes__(self) -> bytes:
        body = self.new_cumulative_tsn.to_bytes(4, "big") + b"".join(_pair.pack(*each) for each in self.streams)
        return write_chunk(ChunkType.FORWARD_TSN, body)

    @classmethod
    def parse(cls, body: bytes) -> ForwardTsn:
        """Raises SctpError."""
        if len(body) < 4 or len(body) % 4:
            raise SctpError("SCTP FORWARD TSN is cut off")
        streams = [_pair.unpack_from(body, at) for at in range(4, len(body), 4)]
        return cls(int.from_bytes(body[:4], "big"), streams)

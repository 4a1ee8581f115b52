"""Goodbye, BYE (RFC 3550 section 6.6)."""

from __future__ import annotations

import struct
from typing import ClassVar

import attrs

from kms_trio.rtc.rtcp.errors import RtcpError
from kms_trio.rtc.rtcp.header import PacketType, write_packet


@attrs.frozen
class Goodbye:
    """These sources are gone."""

    PACKET_TYPE: ClassVar[int] = PacketType.GOODBYE

    sources: tuple[int, ...]
    reason: bytes = b""  #: UTF-8 by the standard; at most 255 bytes

    def __bytes__(self) -> bytes:
        body = struct.pack(f"!{len(self.sources)}I", *self.sources)
        if self.reason:
            body += bytes((len(self.reason),)) + self.reason
            body += bytes(-len(body) % 4)
        return write_packet(self.PACKET_TYPE, len(self.sources), body)

    @classmethod
    def parse(cls, count: int, body: bytes) -> Goodbye:
        """Read the body with `count` sources; raises RtcpError."""
        end = 4 * count
        if len(body) < end:
            raise RtcpError(f"RTCP goodbye of {count} sources is cut off")
        reason = b""
        if len(body) > end:
            size = body[end]
            reason = body[end + 1 : end + 1 + size]
            if len(reason) != size:
                raise RtcpError("RTCP goodbye reason is cut off")
        return cls(struct.unpack_from(f"!{count}I", body), reason)

"""Source description, SDES (RFC 3550 section 6.5; item MID: RFC 8843 section 15.1)."""

from __future__ import annotations

from typing import ClassVar

import attrs

from kms_trio.rtc.rtcp.errors import RtcpError
from kms_trio.rtc.rtcp.header import PacketType, write_packet

CNAME = 1
MID = 15


@attrs.frozen
class SourceItem:
    """The chunk of one source: its items, type and value, in order."""

    ssrc: int
    items: tuple[tuple[int, bytes], ...]

    def get(self, item_type: int) -> bytes | None:
        """The first item of this type."""
        return next((value for found, value in self.items if found == item_type), None)


@attrs.frozen
class SourceDescription:
    """Names of sources; CNAME ties the sources of one sender together."""

    PACKET_TYPE: ClassVar[int] = PacketType.SOURCE_DESCRIPTION

    chunks: tuple[SourceItem, ...]

    @classmethod
    def cname(cls, ssrc: int, cname: str) -> SourceDescription:
        """The packet that every compound must hold; `cname` is at most 255 bytes of UTF-8."""
        return cls((SourceItem(ssrc, ((CNAME, cname.encode()),)),))

    def __bytes__(self) -> bytes:
        body = bytearray()
        for chunk in self.chunks:
            body += chunk.ssrc.to_bytes(4, "big")
            for item_type, value in chunk.items:
                body += bytes((item_type, len(value)))
                body += value
            body += bytes(4 - len(body) % 4)  # at least one null octet ends the list
        return write_packet(self.PACKET_TYPE, len(self.chunks), bytes(body))

    @classmethod
    def parse(cls, count: int, body: bytes) -> SourceDescription:
        """Read the body with `count` chunks; raises RtcpError."""
        chunks = []
        at = 0
        for _ in range(count):
            if len(body) - at < 4:
                raise RtcpError("RTCP source description is cut off")
            ssrc = int.from_bytes(body[at : at + 4], "big")
            items, at = _parse_items(body, at + 4)
            chunks.append(SourceItem(ssrc, items))
        return cls(tuple(chunks))


def _parse_items(body: bytes, at: int) -> tuple[tuple[tuple[int, bytes], ...], int]:
    """The items of a chunk, and where the next chunk begins."""
    items: list[tuple[int, bytes]] = []
    while at < len(body):
        item_type = body[at]
        if not item_type:
            return tuple(items), (at | 3) + 1  # nulls up to the next 32-bit boundary
        if at + 2 > len(body):
            break
        size = body[at + 1]
        at += 2
        if at + size > len(body):
            break
        items.append((item_type, body[at : at + size]))
        at += size
    raise RtcpError("RTCP source description item is cut off")

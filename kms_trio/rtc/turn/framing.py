"""ChannelData messages, and where a message ends in a stream (RFC 8656 sections 12.4 and 12.5)."""

from __future__ import annotations

import struct
from typing import Final

from kms_trio.rtc.stun.constants import MAGIC_COOKIE_BYTES
from kms_trio.rtc.turn.constants import FIRST_CHANNEL, LAST_CHANNEL
from kms_trio.rtc.turn.errors import TurnError

_HEAD: Final = struct.Struct("!HH")
_LEAST_BYTES: Final = 4
_STUN_HEADER_BYTES: Final = 20


def is_channel_data(data: bytes | bytearray) -> bool:
    """Whether the first byte is that of a ChannelData message (RFC 8656 section 12)."""
    return len(data) > 0 and 0x40 <= data[0] <= 0x4F


def channel_data(number: int, payload: bytes, *, padded: bool) -> bytes:
    """A ChannelData message; over a stream it is padded to a multiple of four bytes."""
    message = _HEAD.pack(number, len(payload)) + payload
    return message + bytes(-len(payload) % 4) if padded else message


def read_channel_data(data: bytes) -> tuple[int, bytes]:
    """Channel number and payload.

    Raises:
        TurnError: it is no ChannelData message, or announces more than is there.
    """
    if len(data) < 4:
        raise TurnError(f"ChannelData: expected at least 4 bytes, got {len(data)}")
    number, size = _HEAD.unpack_from(data)
    if not FIRST_CHANNEL <= number <= LAST_CHANNEL:
        raise TurnError(f"ChannelData: {number:#06x} is no channel number")
    if 4 + size > len(data):
        raise TurnError(f"ChannelData: {size} bytes announced, {len(data) - 4} came")
    return number, data[4 : 4 + size]


class StreamReader:
    """Cuts the bytes of a connection into STUN and ChannelData messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take what came, give the messages that are complete.

        Raises:
            TurnError: what stands at the beginning of a message is neither STUN nor ChannelData; the connection is of
                no more use, since nobody knows where the next message begins.
        """
        buffer = self._buffer
        buffer += data
        messages = []
        start = 0
        while len(buffer) - start >= _LEAST_BYTES:
            size = _size(buffer[start : start + 8])
            if len(buffer) - start < size:
                break
            messages.append(bytes(buffer[start : start + size]))
            start += size
        del buffer[:start]
        return messages


def _size(head: bytes | bytearray) -> int:
    """Bytes of the message that begins like this (4 to 8 bytes are known), padding included."""
    length = int.from_bytes(head[2:4])
    if is_channel_data(head):
        return 4 + (length + 3 & ~3)
    if head[0] < 0x40 and length % 4 == 0 and MAGIC_COOKIE_BYTES.startswith(head[4:8]):
        return _STUN_HEADER_BYTES + length
    raise TurnError(f"stream: neither STUN nor ChannelData begins with {head.hex()}")

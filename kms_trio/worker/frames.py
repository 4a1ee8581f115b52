"""Messages between the control process and a worker: JSON texts, each behind its length in four bytes.

What JSON has no word for but Python's library does, infinity say, passes: nobody else reads this.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Final

Message = dict[str, Any]

#: A message longer than this is a mistake. The longest that is right carries an SDP or the kmd of a module.
MAX_MESSAGE_BYTES: Final = 64 * 2**20

_LENGTH: Final = struct.Struct("!I")
_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class FrameError(Exception):
    """What came is no message."""


def write_frame(message: Message) -> bytes:
    """Return a message as it is sent. Raises ValueError, TypeError and RecursionError for what is no JSON."""
    text = _ENCODE(message).encode("ascii")
    if len(text) > MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of {len(text)} bytes is longer than {MAX_MESSAGE_BYTES}")
    return _LENGTH.pack(len(text)) + text


class FrameReader:
    """Puts messages together from the pieces in which a stream socket yields them."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Take what came; return the messages that are complete now. Raises FrameError."""
        buffer = self._buffer
        buffer += data
        messages: list[Message] = []
        begin = 0
        while len(buffer) - begin >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(buffer, begin)
            if length > MAX_MESSAGE_BYTES:
                raise FrameError(f"expected at most {MAX_MESSAGE_BYTES} bytes, got the length {length}")
            end = begin + _LENGTH.size + length
            if len(buffer) < end:
                break
            messages.append(_decode(bytes(buffer[begin + _LENGTH.size : end])))
            begin = end
        del buffer[:begin]
        return messages


def read_first(sock: socket.socket) -> Message:
    """Wait, blocking, for the first message on a socket, and take no more. Raises OSError and FrameError."""
    (length,) = _LENGTH.unpack(_read_exactly(sock, _LENGTH.size))
    if length > MAX_MESSAGE_BYTES:
        raise FrameError(f"expected at most {MAX_MESSAGE_BYTES} bytes, got the length {length}")
    return _decode(_read_exactly(sock, length))


def _read_exactly(sock: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = sock.recv(length - len(data))
        if not piece:
            raise FrameError(f"expected {length} bytes, got {len(data)}")
        data += piece
    return data


def _decode(text: bytes) -> Message:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise FrameError(f"expected JSON, got {text[:80]!r}: {problem}") from None
    if not isinstance(message, dict):
        raise FrameError(f"expected an object, got {text[:80]!r}")
    return message

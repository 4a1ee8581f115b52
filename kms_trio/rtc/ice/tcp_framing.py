"""Datagrams in a stream: each with its length in front (RFC 4571 section 2, as ICE-TCP uses it, RFC 6544 section 3)."""

from __future__ import annotations

from typing import Final

__all__ = ["FrameReader", "FramingError", "frame"]

MAX_FRAME_BYTES: Final = 0xFFFF


class FramingError(Exception):
    """A frame is longer than its receiver takes; the connection is of no more use."""


def frame(datagram: bytes) -> bytes:
    """One datagram as it goes into the stream.

    Raises:
        FramingError: it is longer than the length field can say.
    """
    if len(datagram) > MAX_FRAME_BYTES:
        raise FramingError(f"expected at most {MAX_FRAME_BYTES} bytes, got {len(datagram)}")
    return len(datagram).to_bytes(2) + datagram


class FrameReader:
    """Cuts the bytes of a connection into datagrams.

    Args:
        max_bytes: of one datagram; what is held at most.
    """

    def __init__(self, max_bytes: int = MAX_FRAME_BYTES) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take what came, give the datagrams that are complete; empty ones, which keep connections alive, are not.

        Raises:
            FramingError: a datagram is longer than `max_bytes`.
        """
        buffer = self._buffer
        buffer += data
        datagrams = []
        start = 0
        while len(buffer) - start >= 2:
            size = int.from_bytes(buffer[start : start + 2])
            if size > self._max_bytes:
                raise FramingError(f"expected at most {self._max_bytes} bytes, {size} are announced")
            if len(buffer) - start - 2 < size:
                break
            if size:
                datagrams.append(bytes(buffer[start + 2 : start + 2 + size]))
            start += 2 + size
        del buffer[:start]
        return datagrams

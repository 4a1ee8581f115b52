"""The control socket: JSON objects of any size over a stream, and files that go with them.

Each message is its length (4 bytes, little endian) and its JSON text in UTF-8. Files travel with the first byte of the
message that they belong to and keep their order.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import socket
import struct
from collections import deque
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import trio

from kms_trio.hosting.errors import HostGoneError, HostProtocolError

__all__ = ["ControlSocket", "MessageReader", "write_message"]

MAX_MESSAGE_BYTES: Final = 1 << 26
MAX_FILES: Final = 4
_LENGTH: Final = struct.Struct("<I")
_ANCILLARY_BYTES: Final = socket.CMSG_SPACE(MAX_FILES * 4)
_PIECE_BYTES: Final = 65_536

#: What a host may say at a time: reading takes its time of the server's event loop.
MAX_SAID_BYTES: Final = 1 << 22

Message = dict[str, Any]


def write_message(message: Message, max_bytes: int = MAX_MESSAGE_BYTES) -> bytes:
    """A message as it is sent. Raises HostProtocolError for what is no JSON, or too large."""
    try:
        text = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise HostProtocolError(f"expected what JSON can say: {error}") from error
    if len(text) > max_bytes:
        raise HostProtocolError(f"expected a message of at most {max_bytes} bytes, got {len(text)}")
    return _LENGTH.pack(len(text)) + text


class MessageReader:
    """Puts messages together again from what a stream brings."""

    def __init__(self, max_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._data = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete now. Raises HostProtocolError for what is no message; then it is over."""
        self._data += data
        messages = []
        while len(self._data) >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._data)
            if size > self._max_bytes:
                raise HostProtocolError(f"expected a message of at most {self._max_bytes} bytes, got {size}")
            end = _LENGTH.size + size
            if len(self._data) < end:
                break
            messages.append(read_message(bytes(self._data[_LENGTH.size : end])))
            del self._data[:end]
        return messages


def read_message(text: bytes) -> Message:
    """Read the JSON object of a message. Raises HostProtocolError."""
    try:
        message = json.loads(text, parse_constant=_no_such_constant)
    except (ValueError, RecursionError) as error:
        raise HostProtocolError(f"expected JSON, got {text[:80]!r}") from error
    if not isinstance(message, dict):
        raise HostProtocolError(f"expected a JSON object, got {text[:80]!r}")
    return message


def _no_such_constant(name: str) -> NoReturn:
    """Python's library reads NaN and Infinity, which no client could be told."""
    raise ValueError(f"{name} is no JSON")


class ControlSocket:
    """One end of the control socket, inside Trio. One task receives, one sends.

    `max_bytes` is the longest message that is received.
    """

    def __init__(self, stream: socket.socket, max_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self._socket = trio.socket.from_stdlib_socket(stream)
        self._reader = MessageReader(max_bytes)
        self._ready: deque[Message] = deque()
        self._files: deque[int] = deque()

    async def send(self, data: bytes, files: Sequence[int] = ()) -> None:
        """Send what `write_message` made. Raises HostGoneError when nobody reads."""
        rest = memoryview(data)
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))] if files else []
        try:
            if ancillary:
                rest = rest[await self._socket.sendmsg([rest], ancillary) :]
            while rest:
                rest = rest[await self._socket.send(rest) :]
        except (OSError, trio.ClosedResourceError) as error:
            raise HostGoneError(f"the control socket is closed: {error}") from error

    async def receive(self) -> Message | None:
        """The next message; None when the other side is gone. Raises HostProtocolError."""
        while not self._ready:
            try:
                data, ancillary, flags, _ = await self._socket.recvmsg(
                    _PIECE_BYTES, _ANCILLARY_BYTES, socket.MSG_CMSG_CLOEXEC
                )
            except (OSError, trio.ClosedResourceError):
                return None
            self._take_files(ancillary)
            if flags & socket.MSG_CTRUNC or len(self._files) > MAX_FILES:
                raise HostProtocolError(f"expected at most {MAX_FILES} files with messages that are to be read")
            if not data:
                return None
            self._ready += self._reader.feed(data)
        return self._ready.popleft()

    def next_file(self) -> int:
        """The next file that came with messages. Raises HostProtocolError when there is none."""
        if not self._files:
            raise HostProtocolError("expected a file with this message")
        return self._files.popleft()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
        while self._files:
            os.close(self._files.popleft())

    def shut_down(self) -> None:
        """Let the other side read the end; what it still says can be read here."""
        with contextlib.suppress(OSError, trio.ClosedResourceError):
            self._socket.shutdown(socket.SHUT_WR)

    def _take_files(self, ancillary: list[tuple[int, int, bytes]]) -> None:
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                files = array.array("i")
                files.frombytes(data[: len(data) // files.itemsize * files.itemsize])
                self._files += files

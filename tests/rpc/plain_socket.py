"""A WebSocket client without mercy, on a plain blocking socket: it sends whatever it is told to (RFC 6455)."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kms_trio.testing.patience import PATIENCE_S

TEXT, BINARY, CLOSE = 0x1, 0x2, 0x8
FINAL = 0x80

#: How long a reply may take before the server counts as stuck.

HANDSHAKE = (
    b"GET /kurento HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class ClosedError(Exception):
    """The server closed the connection."""


class PlainSocket:
    """Made by `open_plain_socket`."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._buffer = b""

    def send_bytes(self, data: bytes) -> None:
        """Send anything. Raises ClosedError."""
        try:
            self.sock.sendall(data)
        except ConnectionError:
            raise ClosedError from None

    def send_frame(self, opcode: int, payload: bytes, first_bits: int = FINAL) -> None:
        """Send one frame, masked with zeros, which keeps it readable (section 5.2)."""
        length = len(payload)
        head = bytes([first_bits | opcode])
        if length < 126:
            head += bytes([0x80 | length])
        elif length < 2**16:
            head += b"\xfe" + struct.pack("!H", length)
        else:
            head += b"\xff" + struct.pack("!Q", length)
        self.send_bytes(head + bytes(4) + payload)

    def send(self, frame: str | bytes) -> None:
        """Send a text frame for a text that can be one, a binary frame for anything else."""
        if isinstance(frame, str):
            self.send_frame(TEXT, frame.encode("utf-8", "surrogatepass"))
        else:
            self.send_frame(BINARY, frame)

    def read(self) -> str:
        """The next text message. Raises ClosedError."""
        while True:
            first, second = self._take(2)
            length = second & 0x7F
            if length == 126:
                [length] = struct.unpack("!H", self._take(2))
            elif length == 127:
                [length] = struct.unpack("!Q", self._take(8))
            payload = self._take(length)
            if first & 0x0F == CLOSE:
                raise ClosedError
            if first & 0x0F == TEXT:
                return payload.decode()

    def read_until(self, request_id: Any) -> list[str]:
        """All messages but events, up to the reply with that id, which is the last of them. Raises ClosedError."""
        messages: list[str] = []
        while True:
            text = self.read()
            message = json.loads(text) if text else {}
            if "method" not in message:
                messages.append(text)
            if message.get("id") == request_id:
                return messages

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            try:
                chunk = self.sock.recv(2**16)
            except ConnectionError:
                chunk = b""
            if not chunk:
                raise ClosedError
            self._buffer += chunk
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken


@contextmanager
def open_plain_socket(port: int, *, handshake: bool = True) -> Iterator[PlainSocket]:
    """Connect, and shake hands unless that is to be left out."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as sock:
        client = PlainSocket(sock)
        if handshake:
            client.send_bytes(HANDSHAKE)
            while not client._buffer.endswith(b"\r\n\r\n"):
                client._buffer += sock.recv(4096)
            client._buffer = b""
        yield client

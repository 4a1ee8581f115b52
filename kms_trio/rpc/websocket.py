"""The server's end of a WebSocket (RFC 6455): the protocol engine of `websockets` over a Trio stream.

The engine does no I/O. So all messages that one read has brought are handed on together, and what is to be sent goes
out in one piece, where a library with an event loop in it waits several turns of that loop for each message.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Final

import trio
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Event
from websockets.server import ServerProtocol

#: How much is read at once; larger than most messages, SDP included.
RECEIVE_BYTES: Final = 16 * 2**10

#: How long closing may take.
CLOSE_DEADLINE_S: Final = 2.0

#: RFC 6455 section 7.4.1: what is not consistent with its type, such as text that is no UTF-8.
_CLOSE_INVALID_DATA: Final = 1007

_SWITCHING_PROTOCOLS: Final = 101


class WebSocketClosedError(Exception):
    """Nothing can be sent any more."""


class ServerWebSocket(trio.abc.AsyncResource):
    """One client's socket. All methods may be used by several tasks at the same time."""

    def __init__(self, stream: trio.abc.Stream, *, max_message_bytes: int) -> None:
        """`stream` becomes the socket's, which closes it. A longer message closes it with 1009."""
        #: The path and query that the client asked for; empty before the handshake.
        self.path = ""
        self._stream = stream
        self._engine = ServerProtocol(max_size=max_message_bytes, logger=_Quiet(logging.getLogger(__name__)))
        self._receiving = trio.Lock()
        self._sending = trio.Lock()
        #: What came along with the opening handshake.
        self._early: list[Event] = []
        #: The message of which only fragments have come (section 5.4), and what it is of.
        self._fragments = bytearray()
        self._fragments_of = Opcode.TEXT

    @property
    def remote(self) -> str:
        """Where the client is, for the log."""
        stream = self._stream.transport_stream if isinstance(self._stream, trio.SSLStream) else self._stream
        if not isinstance(stream, trio.SocketStream):
            return repr(stream)
        try:
            host, port, *_ = stream.socket.getpeername()
        except OSError:
            return "one that has left already"
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def shake_hands(self) -> bool:
        """Answer the opening handshake (section 4.2); False for who is no WebSocket client, or leaves meanwhile."""
        engine = self._engine
        try:
            while not engine.eof_sent:
                await self._read()
                match engine.events_received():
                    case [Request() as request, *early]:
                        self._early = early
                        response = engine.accept(request)
                        engine.send_response(response)
                        self.path = request.path
                        await self._flush()
                        return response.status_code == _SWITCHING_PROTOCOLS
            await self._flush()
        except WebSocketClosedError:
            pass
        return False

    async def receive(self) -> list[str | bytes]:
        """Wait for messages; return those that have come, oldest first. An empty list: there will be none any more."""
        await _acquire(self._receiving)
        try:
            while True:
                messages = self._messages()
                if self._engine.writes:
                    await self._flush()  # answers to pings and to a closing handshake
                if messages or self._engine.eof_sent:
                    return messages
                await self._read()
        except WebSocketClosedError:
            return []
        finally:
            self._receiving.release()

    async def send(self, texts: Iterable[str]) -> None:
        """Send messages in one piece. Raises WebSocketClosedError."""
        try:
            for text in texts:
                self._engine.send_text(text.encode())
        except InvalidState:
            raise WebSocketClosedError from None
        await self._flush()

    async def close(self, code: int, reason: str) -> None:
        """Close with the closing handshake (section 7.1.2); a client that does not answer is not waited for long."""
        with trio.move_on_after(CLOSE_DEADLINE_S):
            try:
                self._engine.send_close(code, reason)
                await self._flush()
                while await self.receive():
                    pass  # comes too late
            except (InvalidState, WebSocketClosedError):
                pass  # it is closed already
        await self.aclose()

    async def aclose(self) -> None:
        """Close without saying anything; harmless when it is closed already."""
        try:
            with trio.move_on_after(CLOSE_DEADLINE_S):
                if self._engine.close_sent is not None and self._engine.close_rcvd is None:
                    await self._linger()
                await self._stream.aclose()
        finally:
            await trio.aclose_forcefully(self._stream)  # noqa: ASYNC102 - closes at once

    async def _linger(self) -> None:
        """Let the client read why it is closed: were there unread bytes, the kernel would take back what was sent."""
        try:
            if isinstance(self._stream, trio.SocketStream):
                await self._stream.send_eof()
            while await self._stream.receive_some(RECEIVE_BYTES):
                pass
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return

    async def _read(self) -> None:
        """Let the engine have what comes next."""
        try:
            data = await self._stream.receive_some(RECEIVE_BYTES)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            data = b""
        if data:
            self._engine.receive_data(data)
        else:
            self._engine.receive_eof()

    async def _flush(self) -> None:
        await _acquire(self._sending)
        try:
            data = b"".join(self._engine.data_to_send())
            if data:
                await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise WebSocketClosedError from None
        finally:
            self._sending.release()

    def _messages(self) -> list[str | bytes]:
        """The messages that the engine has made out."""
        messages: list[str | bytes] = []
        events = self._engine.events_received()
        if self._early:
            events, self._early = self._early + events, []
        try:
            for frame in events:
                if not isinstance(frame, Frame) or frame.opcode not in _DATA:
                    continue
                if frame.opcode is not Opcode.CONT and frame.fin:
                    messages.append(_read_payload(frame.opcode, frame.data))
                    continue
                if frame.opcode is not Opcode.CONT:
                    self._fragments_of = frame.opcode
                self._fragments += frame.data
                if frame.fin:
                    whole, self._fragments = self._fragments, bytearray()
                    messages.append(_read_payload(self._fragments_of, whole))
        except UnicodeDecodeError as misfit:
            self._engine.fail(_CLOSE_INVALID_DATA, f"{misfit.reason} at position {misfit.start}")
        return messages


class _Quiet(logging.LoggerAdapter[logging.Logger]):
    """The engine's own log, without frames, which may hold credentials, and without a line for each connection."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name is logging's
        """Only what should not happen at all."""
        return level >= logging.WARNING and super().isEnabledFor(level)


_DATA: Final = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})


def _read_payload(opcode: Opcode, payload: Any) -> str | bytes:
    """Raises UnicodeDecodeError."""
    return payload.decode() if opcode is Opcode.TEXT else bytes(payload)


async def _acquire(lock: trio.Lock) -> None:
    """Like `lock.acquire`, without giving others a turn where it is free."""
    try:
        lock.acquire_nowait()
    except trio.WouldBlock:
        await lock.acquire()

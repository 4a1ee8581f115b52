"""One end of the socket pair between the control process and a worker.

Sending never waits: what the socket does not take at once is kept and sent by a task. That has a bound, and an end that
lets so much wait is not read by anybody: the channel is closed, which either side takes for the death of the other.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from typing import Final

import trio

from kms_trio.worker.frames import FrameReader, Message, write_frame

#: How much may wait to be sent.
MAX_WAITING_BYTES: Final = 128 * 2**20

_RECEIVE_BYTES: Final = 256 * 2**10


class ChannelClosedError(Exception):
    """The other side is gone, or does not read."""


class Channel:
    """Sends and receives messages. The socket becomes the channel's, which closes it."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._waiting = bytearray()
        self._more = trio.Event()
        self._sent = trio.Event()
        self._closed = False

    def send(self, message: Message) -> None:
        """Send without waiting. Raises ChannelClosedError, and what `write_frame` raises."""
        if self._closed:
            raise ChannelClosedError("the channel is closed")
        frame = write_frame(message)
        if not self._waiting:
            frame = frame[self._send_now(frame) :]
            if not frame:
                return
        self._waiting += frame
        self._more.set()
        if len(self._waiting) > MAX_WAITING_BYTES:
            self.close()
            raise ChannelClosedError(f"the other side lets more than {MAX_WAITING_BYTES} bytes wait")

    async def run(self, take: Callable[[Message], Awaitable[None]]) -> None:
        """Receive until the other side is gone or the channel is closed; `take` gets the messages one by one.

        Raises FrameError when what comes is no message.
        """
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._send_waiting)
            try:
                await self._receive(take)
            finally:
                self.close()
            nursery.cancel_scope.cancel()

    async def drained(self) -> None:
        """Wait until all is sent, or cannot be sent any more."""
        while self._waiting and not self._closed:
            self._sent = trio.Event()
            await self._sent.wait()

    def close(self) -> None:
        """Close; harmless when it is closed already."""
        if not self._closed:
            self._closed = True
            trio.lowlevel.notify_closing(self._socket)
            self._socket.close()
            self._more.set()
            self._sent.set()

    async def _receive(self, take: Callable[[Message], Awaitable[None]]) -> None:
        reader = FrameReader()
        while not self._closed:
            try:
                await trio.lowlevel.wait_readable(self._socket)
                data = self._socket.recv(_RECEIVE_BYTES)
            except BlockingIOError:
                continue
            except (trio.ClosedResourceError, OSError):
                return  # closed here, or reset there
            if not data:
                return
            for message in reader.feed(data):
                await take(message)

    async def _send_waiting(self) -> None:
        while not self._closed:
            if not self._waiting:
                self._sent.set()
                self._more = trio.Event()
                await self._more.wait()
                continue
            try:
                await trio.lowlevel.wait_writable(self._socket)
                sent = self._send_now(memoryview(self._waiting))
            except (trio.ClosedResourceError, ChannelClosedError):
                return
            del self._waiting[:sent]

    def _send_now(self, data: bytes | memoryview) -> int:
        """How much of `data` the socket took."""
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as problem:
            self.close()
            raise ChannelClosedError(f"the other side is gone: {problem.strerror}") from problem

"""One end of the socket pair between the control process and a worker.

Sending never waits. What is said in one turn of the event loop goes out at its end, in one piece: a reply along with
the events before it, the requests of several clients. What the socket does not take then is kept and sent by a task.
That has a bound, and an end that lets so much wait is not read by anybody: the channel is closed, which either side
takes for the death of the other.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from typing import Final

import trio

from kms_trio.worker.frames import FrameError, FrameReader, Message, write_frame

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
        #: Whether the socket took less than it was given, so that the task is at it.
        self._stalled = False
        #: Set while `run` runs: what wakes the event loop.
        self._token: trio.lowlevel.TrioToken | None = None
        self._more = trio.Event()
        self._sent = trio.Event()
        self._closed = False

    def send(self, message: Message) -> None:
        """Send without waiting. Raises ChannelClosedError, and what `write_frame` raises."""
        if self._closed:
            raise ChannelClosedError("the channel is closed")
        self._waiting += write_frame(message)
        if self._token is None or len(self._waiting) > MAX_WAITING_BYTES:
            self.flush()
        if len(self._waiting) > MAX_WAITING_BYTES:
            self.close()
            raise ChannelClosedError(f"the other side lets more than {MAX_WAITING_BYTES} bytes wait")

    def flush(self) -> None:
        """Send what waits now, as far as the socket takes it; for what may be last words."""
        if not self._waiting or self._stalled or self._closed:
            return
        try:
            sent = self._socket.send(self._waiting)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._waiting.clear()
            self._soon(self.close)
            return
        del self._waiting[:sent]
        if self._waiting:
            self._stalled = True
            self._soon(self._wake)  # not at once: at the end of a turn it is too late to wake a task

    async def run(self, take: Callable[[Message], Awaitable[None]]) -> None:
        """Send, and receive until the other side is gone or the channel is closed; `take` gets messages one by one.

        Raises FrameError when what comes is no message.
        """
        turns = _Turns(self.flush)
        failure: FrameError | None = None
        self._token = trio.lowlevel.current_trio_token()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._send_stalled)
            trio.lowlevel.add_instrument(turns)
            try:
                await self._receive(take)
            except FrameError as problem:
                failure = problem
            finally:
                trio.lowlevel.remove_instrument(turns)
                self.close()
            nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure  # alone: a nursery would make a group of it

    async def drained(self) -> None:
        """Wait until all is sent, or cannot be sent any more; `run` has to run."""
        self.flush()
        while self._waiting and not self._closed:
            self._sent = trio.Event()
            await self._sent.wait()

    def close(self) -> None:
        """Send what the socket takes at once, and close; harmless when it is closed already."""
        if not self._closed:
            self.flush()
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

    async def _send_stalled(self) -> None:
        while not self._closed:
            if not self._stalled:
                self._more = trio.Event()
                await self._more.wait()
                continue
            try:
                await trio.lowlevel.wait_writable(self._socket)
            except trio.ClosedResourceError:
                return
            self._stalled = False
            self.flush()
            if not self._waiting:
                self._sent.set()

    def _wake(self) -> None:
        self._more.set()

    def _soon(self, act: Callable[[], None]) -> None:
        if self._token is not None:
            self._token.run_sync_soon(act)


class _Turns(trio.abc.Instrument):
    """Calls `at_end` whenever all tasks that could run have run, before the event loop waits for what comes next."""

    def __init__(self, at_end: Callable[[], None]) -> None:
        self._at_end = at_end

    def before_io_wait(self, timeout: float) -> None:
        """Trio's word for the end of a turn."""
        self._at_end()

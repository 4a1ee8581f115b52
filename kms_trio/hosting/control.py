"""Requests to a host process and what it says by itself, over the control socket, on the server's side."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, Final

import trio

from kms_trio.errors import KurentoError
from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.messages import ControlSocket, Message, write_message
from kms_trio.media.callbacks import ignore

__all__ = ["HostControl"]

MAX_WAITING: Final = 4096
"""Messages that the host has not read yet; one that reads none of so many is stuck."""


class _Pending:
    """A request that waits for its reply."""

    def __init__(self) -> None:
        self.done = trio.Event()
        self.reply: Message | HostGoneError | None = None

    def settle(self, reply: Message | HostGoneError) -> None:
        if self.reply is None:
            self.reply = reply
            self.done.set()


class HostControl:
    """`on_said` gets what the host says unasked. Inside Trio."""

    def __init__(self, control: ControlSocket, on_said: Callable[[Message], None]) -> None:
        self._control = control
        self._on_said = on_said
        self._numbers = itertools.count(1)
        self._pending: dict[int, _Pending] = {}
        self._gone: HostGoneError | None = None
        self._outbox, self._waiting = trio.open_memory_channel[tuple[bytes, Sequence[int]]](MAX_WAITING)

    async def send(self) -> None:
        """Send what is asked for, until nobody reads any more. Runs as a task."""
        try:
            async for data, files in self._waiting:
                await self._control.send(data, files)
        except HostGoneError:
            return  # whoever waits is told by `end`

    async def receive(self) -> None:
        """Take what the host says until it has ended. Raises HostProtocolError. Runs as a task."""
        while (message := await self._control.receive()) is not None:
            number = message.get("reply")
            if number is None:
                self._on_said(message)
            elif isinstance(number, int) and (pending := self._pending.get(number)) is not None:
                pending.settle(message)

    def end(self, reason: HostGoneError) -> None:
        """There will be no more replies."""
        self._gone = reason
        for pending in self._pending.values():
            pending.settle(reason)

    def hang_up(self) -> None:
        """Let the host end by itself."""
        self._control.shut_down()

    def close(self) -> None:
        """Give the socket back. Nothing that the host has said is told any more."""
        self._on_said = ignore
        self._outbox.close()
        self._control.close()

    def post(self, message: Message) -> None:
        """Send a message that is not answered; for the first one."""
        self._outbox.send_nowait((write_message(message), ()))

    async def request(self, do: str, *, files: Sequence[int] = (), **parameters: Any) -> Any:
        """Have the host do something; its result.

        Raises KurentoError, as the host does; HostGoneError when it ends first, or is stuck. Timeouts are the caller's.
        Files must stay open until this returns.
        """
        if self._gone is not None:
            raise self._gone
        number, pending = next(self._numbers), _Pending()
        self._pending[number] = pending
        try:
            data = write_message({"do": do, "number": number, **parameters})
            try:
                self._outbox.send_nowait((data, files))
            except trio.WouldBlock:
                raise HostGoneError("it does not read what it is told") from None
            await pending.done.wait()
        finally:
            del self._pending[number]
        reply = pending.reply
        if isinstance(reply, HostGoneError):
            raise reply
        assert reply is not None
        return _result(reply)


def _result(reply: Message) -> Any:
    error = reply.get("error")
    if error is None:
        return reply.get("result")
    if not isinstance(error, dict) or not isinstance(error.get("code"), int):
        raise HostProtocolError(f"expected an error with a code, got {error!r}")
    data_type = error.get("type")
    raise KurentoError(
        error["code"], str(error.get("message", "")), data_type=data_type if isinstance(data_type, str) else None
    )

"""When datagrams that can wait are received: together with media, so that they wake nobody.

Half of what a server of many viewers is woken for are reports of theirs and answers to consent checks, each of which
costs more by the wake-up than by itself.  While media flows nobody waits for the sockets where these come (see
`feedback_socket`): they are emptied on wake-ups for media, and at the latest `MAX_WAIT_S` after the last time.  While
none flows they are waited for like others, so that a quiet server does not poll.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    from kms_trio.net.udp_socket import UdpSocket

__all__ = ["MAX_WAIT_S", "FeedbackIntake"]

MAX_WAIT_S = 0.04
"""How long feedback may wait: video at 30 frames a second wakes the server every 33 ms."""
MIN_WAIT_S = 0.01
"""With many sources there are more wake-ups than feedback needs."""
QUIET_S = 0.2
"""Without media for so long the sockets are waited for again."""


class FeedbackIntake:
    """For all sockets of a worker.  `receive(socket)` takes what is there, up to some bound; True if there is more."""

    def __init__(self, receive: Callable[[UdpSocket], bool]) -> None:
        self._receive = receive
        self._emptied: dict[UdpSocket, trio.Event] = {}
        """Sockets that nobody waits for, and what says that somebody should."""
        self._emptied_at = float("-inf")
        self._media_at = float("-inf")
        self._scope: trio.CancelScope | None = None

    def media_came(self, now: float) -> None:
        """A receive loop is awake, and done with what it was woken for."""
        self._media_at = now
        if self._emptied and now - self._emptied_at >= MIN_WAIT_S:
            self._empty(now)

    async def watch(self, sock: UdpSocket) -> None:
        """Wait for the feedback socket of `sock` whenever no media flows, until it is closed."""
        assert sock.feedback is not None
        try:
            while not sock.closed:
                await trio.lowlevel.wait_readable(sock.feedback.socket)
                self._receive(sock)
                now = trio.current_time()
                if now - self._media_at < QUIET_S:
                    if not self._emptied:
                        self._emptied_at = now
                        self._wake_at(now + MAX_WAIT_S)
                    self._emptied[sock] = quiet = trio.Event()
                    await quiet.wait()
        except trio.ClosedResourceError:
            return
        finally:
            self._emptied.pop(sock, None)

    async def run(self) -> None:
        """Empty the sockets when media has not done it in time, for ever."""
        while True:
            due = self._emptied_at + MAX_WAIT_S if self._emptied else float("inf")
            with trio.CancelScope(deadline=due) as self._scope:
                await trio.sleep_forever()
            self._empty(trio.current_time())

    def _empty(self, now: float) -> None:
        self._emptied_at = now
        more = [sock for sock in tuple(self._emptied) if self._receive(sock)]
        if now - self._media_at >= QUIET_S:
            for quiet in self._emptied.values():
                quiet.set()
            self._emptied.clear()
        elif more:  # somebody sends more than is taken at once; others get their turn in between
            self._emptied_at = now - MAX_WAIT_S
        self._wake_at(self._emptied_at + MAX_WAIT_S if self._emptied else float("inf"))

    def _wake_at(self, deadline: float) -> None:
        if self._scope is not None:
            self._scope.deadline = deadline

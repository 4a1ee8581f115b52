"""The receive loops of a worker's UDP sockets: woken for media, and emptying the feedback sockets on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING

import trio

from kms_trio.net.feedback_intake import FeedbackIntake
from kms_trio.net.receive_arena import BATCH
from kms_trio.net.send_arena import SendStatistics
from kms_trio.net.udp_socket import UdpSocket

if TYPE_CHECKING:
    from kms_trio.net.dispatcher import Dispatcher

__all__ = ["BatchHandler", "SocketReader"]

logger = logging.getLogger("kms.network")

ROUNDS_BEFORE_YIELD = 16
"""Batches that one socket may drain before other tasks get their turn..."""
TURN_S = 0.01
"""...unless they take longer than this, so that clients are answered whatever traffic there is."""

BatchHandler = Callable[[UdpSocket, list[int], float], None]


class SocketReader:
    """For all sockets of a worker; what nobody else takes goes to `dispatcher`."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.sockets: set[UdpSocket] = set()
        """Those that are read."""
        self._dispatcher = dispatcher
        self._statistics = dispatcher.statistics
        self._feedback = FeedbackIntake(self._receive_feedback)
        self._sent_before = SendStatistics()

    @property
    def sent(self) -> SendStatistics:
        """What became of all packets that went to sockets, closed ones included."""
        return reduce(SendStatistics.plus, [sock.send_arena.statistics for sock in self.sockets], self._sent_before)

    async def run(self) -> None:
        """Empty the feedback sockets in time when no media does it, for ever."""
        await self._feedback.run()

    async def watch_feedback(self, sock: UdpSocket) -> None:
        """Read the feedback socket of `sock` until it is closed."""
        await self._feedback.watch(sock)

    async def read(self, sock: UdpSocket, on_batch: BatchHandler | None = None) -> None:
        """Read a socket until it is closed; it is closed when this ends."""
        self.sockets.add(sock)
        try:
            while not sock.closed:
                await trio.lowlevel.wait_readable(sock.socket)
                turn_ends = trio.current_time() + TURN_S
                for _ in range(ROUNDS_BEFORE_YIELD):
                    if not self._receive(sock, on_batch or self._dispatch) or trio.current_time() > turn_ends:
                        break
                self._feedback.media_came(trio.current_time())
        except trio.ClosedResourceError:
            return
        finally:
            sock.close()
            self.sockets.discard(sock)
            self._sent_before = self._sent_before.plus(sock.send_arena.statistics)

    def _receive(self, sock: UdpSocket, on_batch: BatchHandler) -> bool:
        """Handle one batch; whether there is likely more.

        A batch that is not full has emptied the socket.  What has come since, which is one time in twenty, is cheaper
        to be woken for than to be asked for each time.
        """
        try:
            lengths = sock.receive_arena.receive()
        except BlockingIOError:
            return False
        except OSError:
            self._statistics.receive_errors += 1  # a queued ICMP error; the next call gets the data
            return True
        try:
            on_batch(sock, lengths, trio.current_time())
        except Exception:  # named guard: what one element does with its first packet must not end the worker
            logger.exception("datagrams to port %d could not be handled", sock.port)
        return len(lengths) == BATCH and not sock.closed

    def _dispatch(self, sock: UdpSocket, lengths: list[int], now: float) -> None:
        self._dispatcher.dispatch(sock, sock.receive_arena, lengths, now)

    def _receive_feedback(self, sock: UdpSocket) -> bool:
        """Handle what waits on the feedback socket; whether there is likely more than is taken at once."""
        assert sock.feedback is not None
        arena = sock.feedback.receive_arena
        for _ in range(ROUNDS_BEFORE_YIELD):
            if sock.closed:
                return False
            try:
                lengths = arena.receive()
            except BlockingIOError:
                return False
            except OSError:
                self._statistics.receive_errors += 1
                continue
            self._statistics.patient += len(lengths)
            try:
                self._dispatcher.dispatch(sock, arena, lengths, trio.current_time(), arena.ages_s(len(lengths)))
            except Exception:  # named guard, as above
                logger.exception("datagrams to port %d could not be handled", sock.port)
            if len(lengths) < BATCH:
                return False
        return True

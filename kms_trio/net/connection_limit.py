"""How many TCP connections a listening service takes at a time, and who gives way when there are too many.

Each connection takes a descriptor, and strangers can open as many as they like. One that has asked for something stays.
One that has said nothing useful gives way to a newcomer when there is no room: the oldest of those, from the address
that has most of them. So whoever fills the table with silent connections mostly drives out their own, and who comes
and asks at once is served.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final

import attrs
import trio

__all__ = ["AdmittedConnection", "ConnectionLimit", "address_of", "admitted_connection", "refuse", "share_of_files"]

#: How long nothing more is logged once it was logged that there are too many.
QUIET_S: Final = 60.0

#: The answer to who is refused; an HTTP server is what both kinds of clients expect to speak to first.
BUSY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 21\r\n"
    b"Connection: close\r\n\r\nToo many connections\n"
)

#: How long a refusal may take; what is to be said fits into the socket's buffer.
_REFUSAL_S: Final = 1.0

#: As many files as a process is thought to need where the system has no limit.
MOST_FILES: Final = 2**16

#: An IPv6 subscriber has at least this much to take addresses from (RFC 6177 section 2).
_IPV6_PREFIX_BITS: Final = 64


@attrs.define(eq=False)
class AdmittedConnection:
    """A connection that was let in. Whoever serves it does so in `scope`."""

    address: str
    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope)
    useful: bool = False
    """Whether it has asked for something, and so is not made to give way."""
    gone: bool = False
    """Whether it ended, or was told to."""


#: The connection that the present task serves.
admitted_connection: ContextVar[AdmittedConnection] = ContextVar("admitted_connection")


class ConnectionLimit:
    """Lets in at most `most` connections, and `most_per_address` from one address; 0 is no limit for the latter.

    `what` names the service in the log.
    """

    def __init__(self, what: str, most: int, most_per_address: int, logger: logging.Logger) -> None:
        self._what = what
        self._most = most
        self._most_per_address = most_per_address
        self._logger = logger
        self._counts: dict[str, int] = {}
        self._total = 0
        #: Those that may have to give way, by address, oldest first.
        self._silent: dict[str, dict[AdmittedConnection, None]] = {}
        self._closed = self._refused = 0
        self._quiet_until = -float("inf")

    @property
    def count(self) -> int:
        """How many there are."""
        return self._total

    @property
    def can_make_room(self) -> bool:
        """Whether there is one that would give way."""
        return bool(self._silent)

    @contextlib.contextmanager
    def admit(self, address: str) -> Iterator[AdmittedConnection | None]:
        """Let a connection from `address` in for the length of the block, or give None: it is to be refused.

        The block ends early, without an exception, when the connection has to give way.
        """
        if not self._make_room(address):
            self._refused += 1
            self._tell()
            yield None
            return
        connection = AdmittedConnection(address)
        self._total += 1
        self._counts[address] = self._counts.get(address, 0) + 1
        self._silent.setdefault(address, {})[connection] = None
        token = admitted_connection.set(connection)
        try:
            with connection.scope:
                yield connection
        finally:
            admitted_connection.reset(token)
            self._forget(connection)

    def keep(self, connection: AdmittedConnection) -> None:
        """The connection has asked for something: it does not give way any more."""
        if not connection.useful:
            connection.useful = True
            self._remove_silent(connection)

    def _make_room(self, address: str) -> bool:
        if self._most_per_address and self._counts.get(address, 0) >= self._most_per_address:
            return self._close_one_of(address)
        if self._total < self._most:
            return True
        crowd = max(self._silent.values(), key=len, default=None)
        return crowd is not None and self._close_one_of(next(iter(crowd)).address)

    def _close_one_of(self, address: str) -> bool:
        """End the oldest silent connection from there; False when there is none."""
        oldest = next(iter(self._silent.get(address, ())), None)
        if oldest is None:
            return False
        self._closed += 1
        self._tell()
        # Its task takes a turn to end; it is not counted until then, as nothing makes it linger.
        self._forget(oldest)
        oldest.scope.cancel()
        return True

    def _forget(self, connection: AdmittedConnection) -> None:
        if connection.gone:
            return
        connection.gone = True
        self._remove_silent(connection)
        self._total -= 1
        self._counts[connection.address] -= 1
        if not self._counts[connection.address]:
            del self._counts[connection.address]

    def _remove_silent(self, connection: AdmittedConnection) -> None:
        crowd = self._silent.get(connection.address, {})
        crowd.pop(connection, None)
        if not crowd:
            self._silent.pop(connection.address, None)

    def _tell(self) -> None:
        now = trio.current_time()
        if now < self._quiet_until:
            return
        self._quiet_until = now + QUIET_S
        self._logger.warning(
            "Too many connections to the %s (%d, at most %d, and %s from one address): since this was last said %d "
            "silent ones were closed and %d new ones refused",
            self._what,
            self._total,
            self._most,
            self._most_per_address or "as many",
            self._closed,
            self._refused,
        )
        self._closed = self._refused = 0


def share_of_files(files: int | None) -> int:
    """How many connections a process lets in that may have `files` open files (None: any number): half of them.

    The other half is for media, of which `exceptionLimit` makes sure that it leaves some.
    """
    return max(1, (MOST_FILES if files is None else files) // 2)


def address_of(stream: trio.abc.Stream) -> str:
    """Whom a connection counts for: an IPv4 address, or the network of an IPv6 address; empty when it has left."""
    transport = stream.transport_stream if isinstance(stream, trio.SSLStream) else stream
    if not isinstance(transport, trio.SocketStream):
        return ""
    try:
        host = transport.socket.getpeername()[0]
        address = ipaddress.ip_address(host.partition("%")[0])
    except (OSError, ValueError, IndexError):
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_PREFIX_BITS), strict=False))


async def refuse(stream: trio.abc.Stream) -> None:
    """Tell a client that there are too many, and close. Not over TLS: it would have to be shaken hands with."""
    if isinstance(stream, trio.SocketStream):
        with trio.move_on_after(_REFUSAL_S), contextlib.suppress(trio.BrokenResourceError):
            await stream.send_all(BUSY)
            await stream.send_eof()
    await trio.aclose_forcefully(stream)

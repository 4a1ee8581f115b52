"""An arena whose packets carry a differentiated-services mark (DSCP, RFC 2474 section 3), message by message.

Endpoints share a socket, and only some of them may want marks, so the mark is no option of the socket: each message
has a control message with it (ip(7) IP_TOS, ipv6(7) IPV6_TCLASS), in front of the one that has the kernel cut segments.
"""

from __future__ import annotations

import socket
import struct

import numpy as np
from numpy.typing import NDArray

from kms_trio.net.native import NativeForwarder
from kms_trio.net.send_arena import CONTROL_BYTES, SendArena, SendStatistics
from kms_trio.net.send_batch import SendBatch
from kms_trio.net.syscalls import Syscalls, address_of

__all__ = ["MARKED_SLOTS", "MarkedArena", "ip_mark"]

MARKED_SLOTS = 256
"""Packets in flight: those of the endpoints that want this mark."""
DSCP_SHIFT = 2
"""The six bits of the mark are the upper ones of the byte in the IP header; the lower two are for ECN (RFC 3168)."""


def ip_mark(family: socket.AddressFamily, dscp: int) -> tuple[int, int, bytes]:
    """The mark as `socket.sendmsg` takes it: level, type and data of a control message."""
    is_ipv6 = family is socket.AF_INET6
    level = socket.IPPROTO_IPV6 if is_ipv6 else socket.IPPROTO_IP
    kind = socket.IPV6_TCLASS if is_ipv6 else socket.IP_TOS
    return level, kind, struct.pack("=i", dscp << DSCP_SHIFT)


def _mark_control(family: socket.AddressFamily, dscp: int) -> bytes:
    """The same as it lies in memory (`CONTROL_BYTES`)."""
    level, kind, data = ip_mark(family, dscp)
    return struct.pack("=Qii", 16 + len(data), level, kind) + data.ljust(8, b"\0")


class MarkedArena(SendArena):
    """For the legs of one socket (`fd`, of this `family`) that are marked with `dscp` (0 to 63).

    What it sends counts among what the socket sends: `statistics` are the socket's.
    """

    def __init__(
        self,
        syscalls: Syscalls,
        fd: int,
        family: socket.AddressFamily,
        statistics: SendStatistics,
        *,
        dscp: int,
        batch: SendBatch | None = None,
        native: NativeForwarder | None = None,
        gso: bool = True,
    ) -> None:
        super().__init__(syscalls, fd, gso=gso, slots=MARKED_SLOTS, batch=batch, native=native)
        self.statistics = statistics
        self._marked: NDArray[np.uint8] = np.zeros((self.slots, 2 * CONTROL_BYTES), np.uint8)
        self._marked[:, :CONTROL_BYTES] = np.frombuffer(_mark_control(family, dscp), np.uint8)
        self._marked_addresses: NDArray[np.uint64] = address_of(self._marked) + 2 * CONTROL_BYTES * np.arange(
            self.slots, dtype=np.uint64
        )
        self.single_control = (int(self._marked_addresses[0]), CONTROL_BYTES)

    def _send(self, count: int) -> None:
        lengths, addresses = self._message_controllen[:count], self._messages["control"][:count]
        cut = np.flatnonzero(lengths)
        if len(cut):
            sources = (addresses[cut].astype(np.int64) - self._controls_address) // CONTROL_BYTES
            self._marked[cut, CONTROL_BYTES:] = self._controls[sources]
        lengths += CONTROL_BYTES
        addresses[:] = self._marked_addresses[:count]
        super()._send(count)

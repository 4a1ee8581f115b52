"""An arena for legs whose packets do not leave by a UDP socket of their own: they are handed over one by one.

Headers and encryption are done like everybody's; only the last step differs, and costs some microseconds a packet more.
"""

from __future__ import annotations

from collections.abc import Callable

from pylibsrtp._binding import ffi

from kms_trio.net.addresses import unpack_sockaddr
from kms_trio.net.forwarding import BLOCK_SLOTS
from kms_trio.net.send_arena import SLOT_BYTES, SendArena
from kms_trio.net.send_batch import SendBatch
from kms_trio.net.syscalls import Syscalls

__all__ = ["IndirectArena"]


class IndirectArena(SendArena):
    """`hand_over(packet, remote)` gets what was queued, in order, with the address that it was queued for."""

    def __init__(
        self,
        syscalls: Syscalls,
        namelen: int,
        hand_over: Callable[[bytes, tuple[str, int]], None],
        *,
        batch: SendBatch | None = None,
    ) -> None:
        super().__init__(syscalls, -1, gso=False, slots=BLOCK_SLOTS, batch=batch)
        self._namelen = namelen
        self._hand_over = hand_over

    def _send(self, count: int) -> None:
        self.statistics.calls += count
        for message in self._messages[:count]:  # without GSO each is one slot
            slot = (int(message["iov"]) - self._vectors_address) // 16
            packet = bytes(self.memory[slot * SLOT_BYTES : slot * SLOT_BYTES + int(self.lengths[slot])])
            name = bytes(ffi.buffer(ffi.cast("char *", int(message["name"])), self._namelen))
            self._hand_over(packet, unpack_sockaddr(name))

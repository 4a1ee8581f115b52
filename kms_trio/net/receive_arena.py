"""Where datagrams of one socket arrive, up to 64 with one call, and are decrypted in place."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pylibsrtp._binding import ffi

from kms_trio.net.syscalls import IOVEC, MMSGHDR, Syscalls, address_of

if TYPE_CHECKING:
    from kms_trio.net.native import NativeIntake

__all__ = ["BATCH", "ReceiveArena"]

BATCH = 64
SLOT_BYTES = 2048
NAME_BYTES = 32
STAMP = np.dtype({"names": ["s", "ns"], "formats": ["i8", "i8"], "offsets": [16, 24], "itemsize": 32})
"""A control message with a `struct timespec` (SO_TIMESTAMPNS, socket(7))."""
OLDEST_S = 1.0
"""A clock that was set while a datagram waited must not make it older than this."""


class ReceiveArena:
    """Slots for one socket.  `views[i]` is the memory of a datagram, valid until the next `receive`.

    With `stamped` the kernel notes when each datagram came, see `ages_s`.
    """

    def __init__(self, syscalls: Syscalls, fd: int, namelen: int, *, stamped: bool = False) -> None:
        self._syscalls = syscalls
        self._fd = fd
        self.intake: NativeIntake | None = None
        """What takes packets of known sources before anybody looks at them, where the compiled helper is."""
        slots = np.zeros((BATCH, SLOT_BYTES), np.uint8)
        names = np.zeros((BATCH, NAME_BYTES), np.uint8)
        vectors = np.zeros(BATCH, IOVEC)
        messages = np.zeros(BATCH, MMSGHDR)
        index = np.arange(BATCH, dtype=np.uint64)
        vectors["base"] = address_of(slots) + SLOT_BYTES * index
        vectors["len"] = SLOT_BYTES
        messages["name"] = address_of(names) + NAME_BYTES * index
        messages["namelen"] = namelen
        messages["iov"] = address_of(vectors) + 16 * index
        messages["iovlen"] = 1
        self._stamps: NDArray[Any] | None = None
        self._control_lengths = messages["controllen"]
        if stamped:
            self._stamps = np.zeros(BATCH, STAMP)
            messages["control"] = address_of(self._stamps) + STAMP.itemsize * index
        self._keep = (slots, names, vectors, messages)
        self._received = messages["len"]
        self._messages = syscalls.pointer(address_of(messages))
        self.views = [row.data for row in slots]
        self._names = [row.data[:namelen] for row in names]
        self.memory = slots.reshape(-1).data
        """All slots, one behind the other."""
        self.slots_address = base = address_of(slots)
        self.names_address, self.messages_address = address_of(names), address_of(messages)
        self.pointers: list[Any] = [ffi.cast("void *", base + SLOT_BYTES * i) for i in range(BATCH)]
        plain_lengths = np.zeros(BATCH, np.int32)
        self.plain_lengths = plain_lengths.data
        """Length of each datagram, which decryption in place updates through `length_pointers`."""
        lengths = address_of(plain_lengths)
        self.length_pointers: list[Any] = [ffi.cast("int *", lengths + 4 * i) for i in range(BATCH)]

    def receive(self) -> list[int]:
        """Receive what is there: the length of each datagram (a longer one than a slot is cut off).

        Raises BlockingIOError when nothing is there, OSError for anything else.
        """
        if self._stamps is not None:
            self._control_lengths[:] = STAMP.itemsize  # the kernel leaves there what it has used
        count = self._syscalls.recvmmsg(self._fd, self._messages, BATCH)
        lengths: list[int] = self._received[:count].tolist()
        return lengths

    def source(self, slot: int) -> bytes:
        """The socket address that a datagram came from, as the kernel writes it."""
        return bytes(self._names[slot])

    def ages_s(self, count: int) -> list[float]:
        """How long ago each of the first `count` datagrams came; only with `stamped`."""
        assert self._stamps is not None, "this socket takes no time stamps"
        now_ns = time.time_ns()  # the kernel's stamps are of this clock
        stamps = self._stamps[:count]
        ages = [
            (now_ns - s * 1_000_000_000 - ns) * 1e-9
            for s, ns in zip(stamps["s"].tolist(), stamps["ns"].tolist(), strict=True)
        ]
        return [min(max(age, 0.0), OLDEST_S) for age in ages]

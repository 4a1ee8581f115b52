"""recvmmsg and sendmmsg without a compiler: cffi in ABI mode, their structures laid out as numpy arrays.

Linux LP64 only (x86-64 and aarch64 share the layout).  See recvmmsg(2), sendmmsg(2), udp(7) for UDP_SEGMENT.
"""

from __future__ import annotations

import struct
from typing import Any

import cffi
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "IOVEC",
    "MMSGHDR",
    "SOCKADDR_BYTES",
    "Syscalls",
    "address_of",
    "gso_control",
]

IOVEC = np.dtype({"names": ["base", "len"], "formats": ["u8", "u8"], "offsets": [0, 8], "itemsize": 16})

MMSGHDR = np.dtype(
    {
        "names": ["name", "namelen", "iov", "iovlen", "control", "controllen", "flags", "len"],
        "formats": ["u8", "u4", "u8", "u8", "u8", "u8", "i4", "u4"],
        "offsets": [0, 8, 16, 24, 32, 40, 48, 56],
        "itemsize": 64,
    }
)

SOCKADDR_BYTES = 28
"""Size of `sockaddr_in6`, the larger one of the two that occur."""

SOL_UDP = 17
UDP_SEGMENT = 103
MSG_DONTWAIT = 0x40


def address_of(array: NDArray[Any]) -> int:
    """The memory address of an array's first byte; valid as long as the array lives."""
    return int(array.ctypes.data)


def gso_control(segment_bytes: int) -> bytes:
    """The control message that has the kernel cut a datagram into segments of `segment_bytes` (24 bytes)."""
    return struct.pack("=QiiH6x", 18, SOL_UDP, UDP_SEGMENT, segment_bytes)


class Syscalls:
    """The two calls, bound to the C library that the process has loaded anyway."""

    def __init__(self) -> None:
        self._ffi = cffi.FFI()
        self._ffi.cdef(
            """
            int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout);
            int sendmmsg(int fd, void *messages, unsigned int count, int flags);
            """
        )
        library = self._ffi.dlopen(None)
        self._recvmmsg = library.recvmmsg
        self._sendmmsg = library.sendmmsg
        self.null = self._ffi.NULL

    def pointer(self, address: int) -> Any:
        """A `void *` to hand to the calls."""
        return self._ffi.cast("void *", address)

    def recvmmsg(self, fd: int, messages: Any, count: int) -> int:
        """Datagrams received (at least one).  Raises OSError, BlockingIOError when there is none."""
        received: int = self._recvmmsg(fd, messages, count, MSG_DONTWAIT, self.null)
        if received < 0:
            raise OSError(self._ffi.errno, "recvmmsg failed")
        return received

    def sendmmsg(self, fd: int, messages: Any, count: int) -> int:
        """Messages sent, which may be fewer than `count`.  Raises OSError when the first one failed."""
        sent: int = self._sendmmsg(fd, messages, count, MSG_DONTWAIT)
        if sent < 0:
            raise OSError(self._ffi.errno, "sendmmsg failed")
        return sent

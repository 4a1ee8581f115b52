"""Where outgoing packets of one socket are built, protected in place, and sent with as few calls as possible.

A slot holds one packet.  Writers take slots at the cursor, fill them, encrypt them in place and queue messages; one
`flush` hands everything to the kernel.  Slots, I/O vectors and message headers are reused for ever: sending allocates
nothing.

Policies of `flush`, each counted in `statistics`:

* a message that fails (no route, refused) is skipped, the ones behind it are sent;
* EAGAIN and ENOBUFS: the rest of this flush is dropped - media that waits is worth nothing;
* a kernel or device that refuses UDP_SEGMENT: the socket falls back to one message a packet for good.
"""

from __future__ import annotations

import errno
import operator
import struct
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from pylibsrtp._binding import ffi, lib

from kms_trio.net.send_batch import SendBatch
from kms_trio.net.syscalls import IOVEC, MMSGHDR, Syscalls, address_of, gso_control

__all__ = ["SLOTS", "SLOT_BYTES", "SendArena", "SendStatistics"]

SLOTS = 1024
"""Packets in flight between two flushes of a socket that serves many; also the most messages that sendmmsg takes."""
SLOT_BYTES = 2048
GSO_MAX_SEGMENTS = 64
GSO_MAX_BYTES = 65_000

_RTP_HEADER = np.dtype(
    {"names": ["sequence_number", "timestamp"], "formats": [">u2", ">u4"], "offsets": [2, 4], "itemsize": SLOT_BYTES}
)
_pack_vector = struct.Struct("=QQ").pack_into
_pack_message = struct.Struct("=QI4xQQQQ").pack_into
_DROPPING = (errno.EAGAIN, errno.ENOBUFS)
_GSO_REFUSED = (errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.EOPNOTSUPP)


@attrs.define
class SendStatistics:
    """What became of the packets of one socket."""

    packets: int = 0
    calls: int = 0
    dropped_full: int = 0
    """Packets dropped because the socket's buffer was full."""
    failed: int = 0
    """Messages that the kernel refused for a reason of their own (no route, ...)."""
    protect_errors: int = 0
    """Packets that libsrtp refused to encrypt; they are not sent."""


class SendArena:
    """Slots, vectors and headers for one UDP socket.  `batch` says when they are sent, beside explicit `flush`es."""

    def __init__(
        self, syscalls: Syscalls, fd: int, *, gso: bool = True, slots: int = SLOTS, batch: SendBatch | None = None
    ) -> None:
        self.statistics = SendStatistics()
        self.gso = gso
        self.slots = slots
        self._batch = batch
        self._syscalls = syscalls
        self._fd = fd
        self.bytes: NDArray[np.uint8] = np.zeros((slots, SLOT_BYTES), np.uint8)
        self.headers: NDArray[Any] = self.bytes.reshape(-1).view(_RTP_HEADER)
        self.memory = self.bytes.reshape(-1).data
        self.lengths = np.zeros(slots, np.int32)
        base = address_of(self.bytes)
        self._base = base
        self._addresses = base + SLOT_BYTES * np.arange(slots, dtype=np.uint64)
        self.pointers = [ffi.cast("void *", base + SLOT_BYTES * i) for i in range(slots)]
        lengths = address_of(self.lengths)
        self.length_pointers = [ffi.cast("int *", lengths + 4 * i) for i in range(slots)]
        self._vectors = np.zeros(slots, IOVEC)
        self._vectors_address = address_of(self._vectors)
        self._messages = np.zeros(slots, MMSGHDR)
        self._messages_address = address_of(self._messages)
        self._controls = np.zeros((slots, 24), np.uint8)
        self._controls_address = address_of(self._controls)
        # One packet at a time is packed through these, three times as fast as through numpy.
        self._vectors_memory = self._vectors.view(np.uint8).data
        self._messages_memory = self._messages.view(np.uint8).data
        self._lengths_memory = self.lengths.data
        # Columns as plain views: indexing a structured array by name costs more than the assignment itself.
        self._vector_base, self._vector_length = self._vectors["base"], self._vectors["len"]
        self._message_name, self._message_namelen = self._messages["name"], self._messages["namelen"]
        self._message_iov, self._message_iovlen = self._messages["iov"], self._messages["iovlen"]
        self._message_control = self._messages["control"]
        self._message_controllen = self._messages["controllen"]
        self.slot = 0
        """The first free slot."""
        self._vector = 0
        self._message = 0
        self._control = 0

    def room(self) -> int:
        """How many slots are free."""
        return self.slots - self.slot

    def protect(self, contexts: list[Any], first: int) -> bool:
        """Encrypt the slots from `first` in place, one context a slot.  False when any of them failed.

        The slots that failed are left with length 0 and their messages must be queued one by one.
        """
        count = len(contexts)
        pointers = iter(self.pointers[first : first + count])
        outcome = map(lib.srtp_protect, contexts, pointers, self.length_pointers[first : first + count])
        if not any(outcome):
            return True
        while True:  # `any` stops behind the packet that failed: the iterator knows how many are left
            failed = first + count - operator.length_hint(pointers) - 1
            self.lengths[failed] = 0
            self.statistics.protect_errors += 1
            if not any(outcome):
                return False

    def queue_one(self, slot: int, name: int, namelen: int) -> None:
        """Queue the packet of one slot to the socket address at `name`."""
        vector, message = self._vector, self._message
        _pack_vector(self._vectors_memory, 16 * vector, self._base + SLOT_BYTES * slot, self._lengths_memory[slot])
        _pack_message(self._messages_memory, 64 * message, name, namelen, self._vectors_address + 16 * vector, 1, 0, 0)
        self._vector = vector + 1
        self._message = message + 1

    def queue_block(self, first: int, packets: int, names: NDArray[np.uint64], namelen: int) -> None:
        """Queue a block of `packets` x `len(names)` slots (packet-major): each packet to each address.

        Packets of one length in a row, the last of which may be shorter, go out as one message an address, which the
        kernel segments.
        """
        legs = len(names)
        sizes = self.lengths[first : first + packets * legs : legs].tolist()
        done = 0
        while done < packets:
            run = _equal_run(sizes, done) if self.gso else 1
            self._queue_run(first + done * legs, run, names, namelen, sizes[done])
            done += run

    def _queue_run(self, first: int, run: int, names: NDArray[np.uint64], namelen: int, segment: int) -> None:
        legs = len(names)
        vector, message = self._vector, self._message
        slots = slice(first, first + run * legs)
        vectors = slice(vector, vector + run * legs)
        messages = slice(message, message + legs)
        if run == 1:
            self._vector_base[vectors] = self._addresses[slots]
            self._vector_length[vectors] = self.lengths[slots]
            self._message_controllen[messages] = 0
        else:  # vectors of one address must follow each other: packet-major slots become leg-major vectors
            self._vector_base[vectors].reshape(legs, run)[:] = self._addresses[slots].reshape(run, legs).T
            self._vector_length[vectors].reshape(legs, run)[:] = self.lengths[slots].reshape(run, legs).T
            self._controls[self._control] = np.frombuffer(gso_control(segment), np.uint8)
            self._message_control[messages] = self._controls_address + 24 * self._control
            self._message_controllen[messages] = 24
            self._control += 1
        self._message_name[messages] = names
        self._message_namelen[messages] = namelen
        iov = self._vectors_address + 16 * vector
        self._message_iov[messages] = np.arange(iov, iov + 16 * run * legs, 16 * run, dtype=np.uint64)
        self._message_iovlen[messages] = run
        self._vector = vector + run * legs
        self._message = message + legs

    def pushed(self) -> None:
        """One push has queued its packets: they go out with the batch that it belongs to, or now."""
        if self._batch is not None:
            self._batch.pushed(self)

    def detach(self) -> None:
        """The socket is closed: what is queued from here on fails and is counted, whoever gets its number next."""
        self._fd = -1

    def flush(self) -> None:
        """Send everything that is queued and make all slots free again."""
        count = self._message
        if count:
            self.statistics.packets += self._vector
            self._send(count)
        self.slot = self._vector = self._message = self._control = 0

    def close(self) -> None:
        """Forget what is queued, and the socket: its number may be another file's soon."""
        self.slot = self._vector = self._message = self._control = 0
        self._fd = -1

    def _send(self, count: int) -> None:
        position = 0
        while position < count:
            pointer = self._syscalls.pointer(self._messages_address + 64 * position)
            self.statistics.calls += 1
            try:
                position += self._syscalls.sendmmsg(self._fd, pointer, count - position)
            except OSError as problem:
                if problem.errno in _DROPPING:
                    self.statistics.dropped_full += int(self._message_iovlen[position:count].sum())
                    return
                if problem.errno == errno.EINTR:
                    continue
                if self._message_controllen[position] and problem.errno in _GSO_REFUSED:
                    self.gso = False
                    self._resend_segments(position)
                else:
                    self.statistics.failed += 1
                position += 1

    def _resend_segments(self, message: int) -> None:
        """Send the segments of one message one by one, after the kernel has refused to cut it."""
        vector = (int(self._message_iov[message]) - self._vectors_address) // 16
        single = np.zeros(1, MMSGHDR)
        for column in ("name", "namelen"):
            single[column] = self._messages[column][message]
        single["iovlen"] = 1
        for i in range(vector, vector + int(self._message_iovlen[message])):
            single["iov"] = self._vectors_address + 16 * i
            try:
                self._syscalls.sendmmsg(self._fd, self._syscalls.pointer(address_of(single)), 1)
            except OSError:
                self.statistics.failed += 1


def _equal_run(sizes: list[int], start: int) -> int:
    """How many packets from `start` can go as one segmented message: equal sizes, the last may be smaller."""
    size = sizes[start]
    most = min(GSO_MAX_SEGMENTS, GSO_MAX_BYTES // size) if size else 1
    run = 1
    for other in sizes[start + 1 : start + most]:
        if other > size:
            break
        run += 1
        if other < size:
            break
    return run

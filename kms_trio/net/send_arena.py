"""Where outgoing packets of one socket are built, protected in place, and sent with as few calls as possible.

A slot holds one packet.  Writers take slots at the cursor, fill them, encrypt them in place and queue messages; one
`flush` hands everything to the kernel.  Slots, I/O vectors and message headers are reused for ever: sending allocates
nothing.  Each slot has its own I/O vector, and the length in there is the slot's only one: libsrtp updates it in place.

Policies of `flush`, each counted in `statistics`:

* a message that fails (no route, refused) is skipped, the ones behind it are sent;
* EAGAIN and ENOBUFS: the rest of this flush is dropped - media that waits is worth nothing;
* a kernel or device that refuses UDP_SEGMENT: the socket falls back to one message a packet for good.
"""

from __future__ import annotations

import errno
import operator
import struct
import sys
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray
from pylibsrtp._binding import ffi, lib

from kms_trio.net.message_templates import MessageTemplates
from kms_trio.net.send_batch import SendBatch
from kms_trio.net.syscalls import IOVEC, MMSGHDR, Syscalls, address_of, gso_control

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kms_trio.media.frames import RtpPacket
    from kms_trio.net.native import NativeForwarder, NativeLegs

__all__ = ["MAX_PAYLOAD_BYTES", "SLOTS", "SLOT_BYTES", "SendArena", "SendStatistics"]

SLOTS = 1024
"""Packets in flight between two flushes of a socket that serves many; also the most messages that sendmmsg takes."""
SLOT_BYTES = 2048
MAX_PAYLOAD_BYTES = SLOT_BYTES - 72 - 148
"""What fits into a slot between the longest header and the most that libsrtp appends (SRTP_MAX_TRAILER_LEN and MKI)."""
CONTROL_BYTES = 24
GSO_MAX_SEGMENTS = 64
GSO_MAX_BYTES = 65_000

_RTP_HEADER = np.dtype(
    {"names": ["sequence_number", "timestamp"], "formats": [">u2", ">u4"], "offsets": [2, 4], "itemsize": SLOT_BYTES}
)
_LENGTH_WORD = 2 if sys.byteorder == "little" else 3
"""Which 32-bit word of an I/O vector has the low half of its length."""
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

    def plus(self, other: SendStatistics) -> SendStatistics:
        """The sum of two."""
        return SendStatistics(*[a + b for a, b in zip(attrs.astuple(self), attrs.astuple(other), strict=True)])


class SendArena:
    """Slots, vectors and headers for one UDP socket.  `batch` says when they are sent, beside explicit `flush`es.

    With `native` blocks are written by the compiled helper (`queue_natively`), all else as without it.
    """

    def __init__(
        self,
        syscalls: Syscalls,
        fd: int,
        *,
        gso: bool = True,
        slots: int = SLOTS,
        batch: SendBatch | None = None,
        native: NativeForwarder | None = None,
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
        base = address_of(self.bytes)
        self.pointers = [ffi.cast("void *", base + SLOT_BYTES * i) for i in range(slots)]
        self._vectors = np.zeros(slots, IOVEC)
        self._vectors["base"] = base + SLOT_BYTES * np.arange(slots, dtype=np.uint64)
        self._vectors_address = address_of(self._vectors)
        self.lengths: NDArray[np.int32] = self._vectors.view(np.int32).reshape(slots, 4)[:, _LENGTH_WORD]
        self.lengths_memory = self.lengths.data
        lengths = address_of(self.lengths)
        self.length_pointers = [ffi.cast("int *", lengths + 16 * i) for i in range(slots)]
        self._messages = np.zeros(slots, MMSGHDR)
        self._messages_address = address_of(self._messages)
        self._messages_memory = self._messages.view(np.uint8).data
        self._message_words: NDArray[np.uint64] = self._messages.view(np.uint64).reshape(slots, 8)
        # Columns as plain views: indexing a structured array by name costs more than the assignment itself.
        self._message_iov, self._message_iovlen = self._messages["iov"], self._messages["iovlen"]
        self._message_controllen = self._messages["controllen"]
        self._controls = np.zeros((slots, CONTROL_BYTES), np.uint8)
        self._controls_address = address_of(self._controls)
        self.forwarder = native
        addresses = (base, self._vectors_address, self._messages_address, self._controls_address)
        self._native: Any = native and native.arena(*addresses, slots, gso)
        self.single_control = (0, 0)
        """Memory address and length of the control message of packets that go alone."""
        self.slot = 0
        """The first free slot."""
        self._message = 0
        self._control = 0
        self._queued = 0

    def room(self) -> int:
        """How many slots are free."""
        return self.slots - self.slot

    def take(self, slots: int) -> int:
        """The first of so many free slots, for which what is queued is sent if need be."""
        if slots > self.slots - self.slot:
            self.flush()
        first = self.slot
        self.slot = first + slots
        return first

    def protect(self, contexts: list[Any], first: int) -> bool:
        """Encrypt the slots from `first` in place, one context a slot.  False when any of them failed.

        The slots that failed are left with length 0 and the messages of this block must be queued one by one.
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
        message = self._message
        iov = self._vectors_address + 16 * slot
        _pack_message(self._messages_memory, 64 * message, name, namelen, iov, 1, 0, 0)
        self._message = message + 1
        self._queued += 1

    def queue_block(self, first: int, packets: int, legs: slice, templates: MessageTemplates) -> None:
        """Queue a block of slots (leg-major, `packets` each): to each of these legs of the group its packets.

        Packets of one length in a row, the last of which may be shorter, go out as one message a leg, which the kernel
        segments.
        """
        sizes = self.lengths[first : first + packets].tolist()
        count = legs.stop - legs.start
        iov = self._vectors_address + 16 * (first - packets * legs.start)
        self._queued += packets * count
        done = 0
        while done < packets:
            run = _equal_run(sizes, done) if self.gso else 1
            message = self._message
            rows = self._message_words[message : message + count]
            rows[:] = templates.rows(packets, run)[legs]
            rows[:, 2] += np.uint64(iov + 16 * done)
            if run > 1:
                self._controls[self._control] = np.frombuffer(gso_control(sizes[done]), np.uint8)
                rows[:, 4] = self._controls_address + 24 * self._control
                self._control += 1
            self._message = message + count
            done += run

    def queue_natively(
        self, legs: NativeLegs, packets: Sequence[RtpPacket], first_leg: int, count: int, abs_send_time: int
    ) -> None:
        """Build, encrypt and queue the packets for `count` legs from `first_leg` on.  Only with `native`."""
        native = self._native
        slots = len(packets) * count
        first = self.take(slots)
        self._message = legs.forward(native, packets, first_leg, count, abs_send_time, first, self._message)
        self._queued += slots
        if failed := native.protect_errors:
            self._queued -= failed
            self.statistics.protect_errors += failed

    def pushed(self) -> None:
        """One push has queued its packets: they go out with the batch that it belongs to, or now."""
        if self._batch is not None:
            self._batch.pushed(self)

    def flush(self) -> None:
        """Send everything that is queued and make all slots free again."""
        count = self._message
        if count:
            self.statistics.packets += self._queued
            self._send(count)
        self._clear()

    def close(self) -> None:
        """Forget what is queued, and the socket: its number may be another file's soon."""
        self._clear()
        self._fd = -1

    def _clear(self) -> None:
        self.slot = self._message = self._control = self._queued = 0
        if self._native is not None:
            self._native.control = 0

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
                if self._message_iovlen[position] > 1 and problem.errno in _GSO_REFUSED:
                    self._without_gso()
                    self._resend_segments(position)
                else:
                    self.statistics.failed += 1
                position += 1

    def _without_gso(self) -> None:
        self.gso = False
        if self._native is not None:
            self._native.gso = False

    def _resend_segments(self, message: int) -> None:
        """Send the segments of one message one by one, after the kernel has refused to cut it."""
        vector = (int(self._message_iov[message]) - self._vectors_address) // 16
        single = np.zeros(1, MMSGHDR)
        for column in ("name", "namelen"):
            single[column] = self._messages[column][message]
        single["iovlen"] = 1
        single["control"], single["controllen"] = self.single_control
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

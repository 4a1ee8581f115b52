"""The sources that the compiled helper takes packets of by itself, for one socket; laid out as `intake.c` reads it.

It is a cache: Python resolves whose a packet is and hands the source over (`learn`); whatever makes that untrue - the
address becomes another transport's, the receiver is closed - forgets it (`forget`), and the next packet is Python's.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs
from pylibsrtp._binding import ffi as srtp_ffi

from kms_trio.net.received_batch import ReceivedBatch

if TYPE_CHECKING:
    from kms_trio.net.ice_transport import IceTransport
    from kms_trio.net.native.forwarder import NativeForwarder
    from kms_trio.net.receive_arena import ReceiveArena
    from kms_trio.net.receiver import RtpReceiver
    from kms_trio.net.rtp_session import RtpSession

__all__ = ["KnownSource", "NativeIntake"]

LEFT, TAKEN, REFUSED, ODD = range(4)
"""What became of a datagram: not looked at; a packet of a run; forged or replayed; decrypted, but no proper RTP."""
FEWEST_SOURCES = 16

_source = struct.Struct("=QI28sBBB5x")
_packets = struct.Struct("=IIHHBBBB")
_runs = struct.Struct("=iiiII")
_KEY_FRAMES = {"VP8": 1, "H264": 2}
_NEVER, _ASK = 0, 3


@attrs.frozen(eq=False)
class KnownSource:
    """One SSRC from one socket address."""

    name: bytes
    transport: IceTransport
    session: RtpSession
    receiver: RtpReceiver


class NativeIntake:
    """For the socket of one receive arena; `names` of peers have `namelen` bytes."""

    def __init__(self, forwarder: NativeForwarder, arena: ReceiveArena, namelen: int) -> None:
        self._forwarder = forwarder
        self._ffi = ffi = forwarder.ffi
        self._memory = arena.memory
        self._slots = ffi.cast("char *", arena.slots_address)
        self.known: list[KnownSource] = []
        """By index, in the order in which the helper has them.  Replaced, never changed: see `take`."""
        self._taken_of = self.known
        self._by_key: dict[tuple[bytes, int], int] = {}
        intake = self._intake = ffi.new("kms_intake *")
        intake.messages, intake.names, intake.slots = arena.messages_address, arena.names_address, arena.slots_address
        intake.unprotect, intake.namelen = forwarder.unprotect, namelen
        self._states = ffi.buffer(intake.state)
        self._packets = memoryview(ffi.buffer(intake.packets))
        self._runs = memoryview(ffi.buffer(intake.runs))
        self._records = ffi.cast("char *", intake.packets)
        self._index()

    def learn(self, name: bytes, transport: IceTransport, session: RtpSession, receiver: RtpReceiver) -> None:
        """From now on take the packets of this receiver's SSRC from this address, until it is forgotten."""
        if (name, receiver.ssrc) in self._by_key or receiver.closed or receiver.alters_packets:
            return
        self.known = [*self.known, KnownSource(name, transport, session, receiver)]
        if self not in receiver.known_by:
            receiver.known_by.append(self)
        self._index()

    def forget_name(self, name: bytes) -> None:
        """What comes from this address may be another's now."""
        self._keep([source for source in self.known if source.name != name])

    def forget(self, receiver: RtpReceiver) -> None:
        """The receiver takes nothing any more."""
        self._keep([source for source in self.known if source.receiver is not receiver])

    def take(self, count: int) -> int:
        """Decrypt and sort what can be taken of `count` datagrams in the arena; how many are left."""
        intake = self._intake
        self._taken_of = self.known  # what is seen to before the runs may change what is known
        self._forwarder.take(intake, count)
        left: int = intake.left
        return left

    def state(self, slot: int) -> int:
        """What `take` did with a datagram."""
        state: int = self._states[slot][0]
        return state

    def plain_length(self, slot: int) -> int:
        """Length of a datagram that was decrypted (ODD)."""
        length: int = self._intake.lengths[slot]
        return length

    def source_of(self, slot: int) -> KnownSource:
        """Whose a datagram is that was looked at."""
        place: int = self._intake.source_of[slot]
        return self._taken_of[place]

    def runs(self) -> Iterator[tuple[KnownSource, ReceivedBatch]]:
        """What was taken, by source; the batches are still to be filled (`RtpReceiver.take`)."""
        taken_of, self._taken_of = self._taken_of, []  # who has gone is not to be kept until more comes
        runs = _runs.iter_unpack(self._runs[: _runs.size * self._intake.run_count])
        for source, first, count, payload_bytes, longest in runs:
            begin = _packets.size * first
            headers = _packets.iter_unpack(self._packets[begin : begin + _packets.size * count])
            records = self._records + begin
            yield (
                taken_of[source],
                ReceivedBatch(self._memory, headers, records, self._slots, payload_bytes, longest),
            )

    def _keep(self, kept: list[KnownSource]) -> None:
        if len(kept) == len(self.known):
            return
        for gone in {source.receiver for source in self.known} - {source.receiver for source in kept}:
            gone.known_by.remove(self)
        self.known = kept
        self._index()

    def _index(self) -> None:
        """Write the table anew: sources come and go rarely, and a table that is only ever added to has no holes."""
        intake, ffi = self._intake, self._ffi
        room = FEWEST_SOURCES
        while room < len(self.known):
            room *= 2
        if room * 2 - 1 != intake.bucket_mask:
            self._sources = ffi.new("uint64_t[]", _source.size // 8 * room)
            self._buckets = ffi.new("int32_t[]", 2 * room)
            intake.sources = int(ffi.cast("uintptr_t", self._sources))
            intake.buckets = int(ffi.cast("uintptr_t", self._buckets))
            intake.bucket_mask = 2 * room - 1
        self._by_key = {(source.name, source.receiver.ssrc): i for i, source in enumerate(self.known)}
        memory = b"".join([_entry(source) for source in self.known])
        ffi.memmove(self._sources, memory, len(memory))
        self._forwarder.index(intake, len(self.known))


def _entry(source: KnownSource) -> bytes:
    receiver = source.receiver
    format = receiver.stream.format
    return _source.pack(
        int(srtp_ffi.cast("uintptr_t", source.transport.srtp_receive_context)),
        int.from_bytes(receiver.ssrc.to_bytes(4, "big"), sys.byteorder),
        source.name,
        receiver.payload_type,
        _NEVER if format.is_audio else _KEY_FRAMES.get(format.encoding_name.upper(), _ASK),
        receiver.audio_level_id,
    )

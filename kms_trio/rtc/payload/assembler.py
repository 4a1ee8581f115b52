"""The part of depacketizing that all video codecs share: from packets to the complete set of payloads of a frame.

A frame is what has one timestamp; it ends with the marker or where the next timestamp begins. A gap in the sequence
numbers drops the frames it touches and everything up to the next key frame, because a decoder would show garbage.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from kms_trio.rtc.payload.format import AssembledFrame, PayloadPacket

#: More packets than this in one frame are an attack or a sender without timestamps.
MAX_PACKETS_PER_FRAME = 8192


class FrameAssembler(ABC):
    """Base of the video depacketizers; `push` is called for each packet, `_assemble` once a frame."""

    __slots__ = ("_next", "_payloads", "_start_known", "_timestamp", "frames_dropped", "needs_key_frame")

    def __init__(self) -> None:
        self.needs_key_frame = True
        self.frames_dropped = 0
        self._next: int | None = None
        self._timestamp: int | None = None
        self._payloads: list[bytes] = []
        self._start_known = False  # no packet is missing between the frame before and this one

    @abstractmethod
    def _assemble(self, payloads: list[bytes], start_known: bool) -> tuple[bytes, bool] | None:
        """Make `(frame, is key frame)` of all the payloads that came, in order and without gaps between them.

        None: the beginning or the end is missing, or it is malformed. An empty frame is one that waits for the next.
        `start_known` false: packets before the first payload may be missing. May raise IndexError for short payloads.
        """

    def push(self, packet: PayloadPacket) -> Sequence[AssembledFrame]:
        """See `Depacketizer.push`."""
        number = packet.sequence_number
        if number != self._next and not self._skip_to(number):
            return ()
        self._next = number + 1
        payload = packet.payload
        if not payload:
            return ()
        finished: tuple[AssembledFrame, ...] = ()
        if packet.timestamp != self._timestamp:
            if self._payloads:
                finished = self._finish()
            self._timestamp = packet.timestamp
        self._payloads.append(payload)
        if packet.marker:
            finished += self._finish()
        elif len(self._payloads) > MAX_PACKETS_PER_FRAME:
            self._drop()
        return finished

    def _skip_to(self, number: int) -> bool:
        """There is a gap before `number`. False: the packet is late or a duplicate."""
        if self._next is None:
            return True
        if number < self._next:
            return False
        if self._payloads:
            self._drop()
        self.needs_key_frame = True
        self._start_known = False
        return True

    def _drop(self) -> None:
        self._payloads = []
        self._start_known = False
        self.frames_dropped += 1
        self.needs_key_frame = True

    def _finish(self) -> tuple[AssembledFrame, ...]:
        payloads, self._payloads = self._payloads, []
        start_known, self._start_known = self._start_known, True
        try:
            assembled = self._assemble(payloads, start_known)
        except IndexError:
            assembled = None
        if assembled is None:
            self.frames_dropped += 1
            self.needs_key_frame = True
            return ()
        data, key_frame = assembled
        if not data:
            return ()
        if key_frame:
            self.needs_key_frame = False
        elif self.needs_key_frame:
            self.frames_dropped += 1
            return ()
        timestamp = self._timestamp
        return (AssembledFrame(data, timestamp if timestamp is not None else 0, key_frame),)

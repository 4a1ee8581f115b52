"""Packets of one source as they lie in a receive arena: what fan-outs forward without copying it first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kms_trio.media.frames import RtpPacket

__all__ = ["ReceivedBatch"]


class ReceivedBatch(list[RtpPacket]):
    """A list of packets that also knows where the compiled helper has put them.

    `headers` yields (timestamp, payload offset, sequence number, payload bytes, marker, audio level, whether there is
    one, whether a key frame starts) of each, numbers as on the wire.  `memory` is what the offsets count in.
    `records` and `payloads` are the same for the helper; None once the memory may be written over.
    """

    __slots__ = ("headers", "longest", "memory", "payload_bytes", "payloads", "records")

    def __init__(
        self,
        memory: memoryview,
        headers: Iterable[tuple[int, int, int, int, int, int, int, int]],
        records: Any,
        payloads: Any,
        payload_bytes: int,
        longest: int,
    ) -> None:
        super().__init__()
        self.memory = memory
        self.headers = headers
        self.records = records
        self.payloads = payloads
        self.payload_bytes = payload_bytes
        """Of all packets together."""
        self.longest = longest
        """The longest payload, in bytes."""

"""The server's end of a filter in a host process: what its thread does with a picture or a block of samples.

One unit is on its way at a time. While the host works on it, the queue in front of this thread keeps the newest ones
and drops the oldest, as it does for filters in the server; so one block of memory each way is enough. A unit that does
not come back within the limit passes as it was, and so do all others until the host has come back to its senses.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Final, Protocol

import attrs

from kms_trio.codecs.frame_filter import Note
from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.unit_header import Kind, UnitHeader
from kms_trio.hosting.unit_socket import UnitSocket
from kms_trio.hosting.units import UnitPacker
from kms_trio.media.streams import RawFrame

__all__ = ["LinkOwner", "UnitLimits", "UnitLink"]


MAX_NOTES: Final = 1000
"""With one unit: a host must not be able to keep the thread busy, and memory filled, with notes alone."""


@attrs.frozen
class UnitLimits:
    """How long the host may take for a unit: for the first one, when models are loaded, and for each later one."""

    first_s: float
    each_s: float


class LinkOwner(Protocol):
    """The element. Told in the Trio thread, by notes in order with the media."""

    def host_note(self, note: bytes) -> None:
        """The host said something with a unit."""

    def host_late(self, number: int, waited_s: float) -> None:
        """A unit did not come back in time."""

    def host_lied(self, problem: HostProtocolError) -> None:
        """The host said what makes no sense."""


class _Nobody:
    """In the place of an element that is gone."""

    def host_note(self, note: bytes) -> None:
        """Nobody wants to know."""

    def host_late(self, number: int, waited_s: float) -> None:
        """Nobody waits."""

    def host_lied(self, problem: HostProtocolError) -> None:
        """Nobody relies on it."""


@attrs.define(eq=False)
class _Connection:
    """What there is to know of one host."""

    wire: UnitSocket
    served: bool = False
    """Whether it has finished a unit."""
    late: int | None = None
    """The number of a unit that did not come back in time, while it is still there."""


class UnitLink:
    """`connect` and `disconnect` are for the Trio thread, `convert` for the filter's, whose converter this is.

    `strict`: what cannot be filtered does not leave at all, instead of leaving as it was.
    """

    def __init__(self, owner: LinkOwner, limits: UnitLimits, *, luma_only: bool, strict: bool) -> None:
        self.bypass = False
        self.strict = strict
        self._turn = threading.Lock()
        self._owner: LinkOwner = owner
        self._limits = limits
        self._connection: _Connection | None = None
        self._packer = UnitPacker(luma_only=luma_only)
        self._number = 0

    def connect(self, wire: UnitSocket) -> None:
        """Have units filtered by the host behind this socket."""
        self.disconnect()
        self._connection = _Connection(wire)

    def disconnect(self) -> None:
        """Have units pass; one that is with the host passes at once."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.wire.end()

    def let_go(self) -> None:
        """The element is gone; to be called when the link is disconnected."""
        self._owner = _Nobody()

    def is_late(self, number: int) -> bool:
        """Whether that unit is still with the host."""
        return self._connection is not None and self._connection.late == number

    def convert(self, frame: RawFrame) -> Sequence[RawFrame | Note]:
        """Have one frame filtered; what leaves, and what is to be told, in order."""
        if self.bypass:
            return (frame,)
        connection = self._connection
        if connection is None:
            return self._unfiltered(frame)
        notes: list[Note] = []
        with self._turn:
            try:
                results = self._work(connection, frame, notes)
            except HostGoneError:
                results = self._unfiltered(frame)
            except HostProtocolError as failure:
                problem = HostProtocolError(str(failure))  # without a traceback, which would keep this frame alive
                connection.wire.end()
                notes.append(self._tell(connection, lambda: self._owner.host_lied(problem)))
                results = self._unfiltered(frame)
        return (*notes, *results)

    def _work(self, connection: _Connection, frame: RawFrame, notes: list[Note]) -> Sequence[RawFrame]:
        if connection.late is not None:
            if self._answer(connection, 0.0, notes) is None:
                return self._unfiltered(frame)
            connection.late, connection.served = None, True  # its answer is thrown away: that picture has long passed
        self._number += 1
        number = self._number
        header, write = self._packer.pack(frame, Kind.WORK, number)
        limit_s = self._limits.each_s if connection.served else self._limits.first_s
        began_s = time.monotonic()
        connection.wire.send_unit(header, write, patient=False)
        answer = self._answer(connection, began_s + limit_s, notes)
        if answer is None:
            connection.late = number
            notes.append(self._tell(connection, lambda: self._owner.host_late(number, limit_s)))
            return self._unfiltered(frame)
        connection.served = True
        return self._outcome(connection.wire, answer, frame)

    def _unfiltered(self, frame: RawFrame) -> Sequence[RawFrame]:
        return () if self.strict else (frame,)

    def _answer(self, connection: _Connection, until_s: float, notes: list[Note]) -> UnitHeader | None:
        """Wait for the answer, keeping notes; None when it does not come in time."""
        for _ in range(MAX_NOTES + 1):
            came = connection.wire.receive(until_s - time.monotonic())
            if came is None:
                return None
            if isinstance(came, UnitHeader):
                if not came.is_answer or came.number != self._number & 0xFFFF_FFFF:
                    raise HostProtocolError(f"expected an answer to unit {self._number}, got {came}")
                return came
            notes.append(self._tell(connection, partial(self._owner.host_note, came)))
        raise HostProtocolError(f"expected at most {MAX_NOTES} notes with a unit")

    @staticmethod
    def _outcome(wire: UnitSocket, answer: UnitHeader, frame: RawFrame) -> Sequence[RawFrame]:
        if answer.kind is Kind.NOTHING:
            return ()
        if answer.kind is Kind.UNCHANGED:
            return (frame,)
        filtered = wire.frame(answer)
        if type(filtered) is not type(frame):
            raise HostProtocolError(f"expected {type(frame).__name__}, got {type(filtered).__name__}")
        filtered.pts = frame.pts
        if frame.time_base:  # unset in frames that were made without a time
            filtered.time_base = frame.time_base
        return (filtered,)

    def _tell(self, connection: _Connection, tell: Note) -> Note:
        """A note that is not told any more when the host has been replaced."""

        def note() -> None:
            if self._connection is connection:
                tell()

        return note

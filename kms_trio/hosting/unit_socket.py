"""The packet socket of one filter: headers, notes and the files of shared memory, for threads that may wait."""

from __future__ import annotations

import contextlib
import os
import select
import socket
from collections.abc import Sequence
from typing import Final

from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.memory import SharedReader, SharedWriter
from kms_trio.hosting.unit_header import Kind, UnitHeader
from kms_trio.hosting.units import Write, frame_of_unit
from kms_trio.media.streams import RawFrame

__all__ = ["MAX_NOTE_BYTES", "UnitSocket", "unit_sockets"]

MAX_NOTE_BYTES: Final = 100_000
"""Less than a socket takes in one piece."""


def unit_sockets() -> tuple[socket.socket, socket.socket]:
    """A new pair: ours and the host's."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class UnitSocket:
    """One end, with the memory that is written here and that which is read here.

    `end` may be called from any thread and wakes one that waits; the socket itself goes with the last reference.
    """

    def __init__(self, packets: socket.socket) -> None:
        self._socket = packets
        self._writer = SharedWriter()
        self._reader = SharedReader()

    def __del__(self) -> None:
        self._writer.close()
        self._socket.close()

    def end(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def send_unit(self, header: UnitHeader, write: Write | None = None, *, patient: bool = True) -> None:
        """Send a header; what belongs to it is written to shared memory first. Raises HostGoneError, HostProtocolError.

        `patient`: wait when the other side has not read what was sent before; else that is a HostProtocolError.
        """
        flags = 0 if patient else socket.MSG_DONTWAIT
        if write is not None:
            write(self._writer.room(header.size_bytes))
        file = self._writer.unsent_file
        try:
            if file is None:
                self._socket.send(header.write(), flags)
            else:
                socket.send_fds(self._socket, [header.write()], [file], flags)
                self._writer.sent()
        except BlockingIOError as error:
            raise HostProtocolError("expected that what is sent is read") from error
        except OSError as error:
            raise HostGoneError(str(error)) from error

    def send_note(self, note: bytes) -> None:
        """Send JSON before an answer. Raises HostProtocolError for one that is too large, HostGoneError."""
        if len(note) > MAX_NOTE_BYTES:
            raise HostProtocolError(f"expected at most {MAX_NOTE_BYTES} bytes, got {len(note)}")
        try:
            self._socket.send(bytes([Kind.NOTE]) + note)
        except OSError as error:
            raise HostGoneError(str(error)) from error

    def receive(self, within_s: float | None) -> UnitHeader | bytes | None:
        """The next header, or the JSON of a note; None when nothing comes in time.

        Raises HostGoneError when the other side is gone, HostProtocolError for what makes no sense.
        """
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        if not poll.poll(None if within_s is None else max(0.0, within_s) * 1000):
            return None
        try:
            data, files, flags, _ = socket.recv_fds(self._socket, MAX_NOTE_BYTES + 1, 1, socket.MSG_CMSG_CLOEXEC)
        except OSError as error:
            raise HostGoneError(str(error)) from error
        for file in files:
            try:
                self._reader.adopt(file)
            except HostProtocolError:
                self._close_others(files, file)
                raise
        if not data:
            raise HostGoneError("the socket is closed")
        if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            raise HostProtocolError(f"expected at most {MAX_NOTE_BYTES} bytes and one file")
        return data[1:] if data[0] == Kind.NOTE else UnitHeader.read(data)

    def frame(self, header: UnitHeader, *, shared: bool = False) -> RawFrame:
        """The frame of a header that came; see `frame_of_unit`. Raises HostProtocolError."""
        return frame_of_unit(header, self._reader.view(header.size_bytes), shared=shared)

    @staticmethod
    def _close_others(files: Sequence[int], closed: int) -> None:
        for file in files[list(files).index(closed) + 1 :]:
            os.close(file)

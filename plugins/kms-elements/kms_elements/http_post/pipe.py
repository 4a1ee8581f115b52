"""Bytes on their way from the Trio thread to a thread that reads them as a file."""

from __future__ import annotations

import contextlib
import threading
from typing import Final

import trio

__all__ = ["UploadPipe"]

CAPACITY_BYTES: Final = 1024 * 1024


class UploadPipe:
    """`write` and `finish` are for the Trio thread, `read` for one other, `abort` for both.

    Bounded: a writer waits until less than `capacity_bytes` are unread, so that nothing is ever dropped.
    """

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._capacity_bytes = capacity_bytes
        self._token = trio.lowlevel.current_trio_token()
        self._changed = threading.Condition()
        self._unread = bytearray()
        self._finished = False
        self._aborted = False
        self._room = trio.Event()

    async def write(self, data: bytes) -> bool:
        """Append bytes, waiting for room. False when nobody reads any more: then nothing need be written."""
        while True:
            with self._changed:
                if self._aborted:
                    return False
                if len(self._unread) < self._capacity_bytes:
                    self._unread += data
                    self._changed.notify()
                    return True
                self._room = trio.Event()
            await self._room.wait()

    def finish(self) -> None:
        """Nothing follows: the reader comes to the end of the file."""
        with self._changed:
            self._finished = True
            self._changed.notify()

    def abort(self) -> None:
        """Let go of both sides at once; what was not read is lost. Idempotent."""
        with self._changed:
            self._aborted = self._finished = True
            self._unread.clear()
            self._changed.notify()
        self._make_room()

    def read(self, size: int) -> bytes:
        """Wait for bytes and take at most `size`; an empty result is the end."""
        with self._changed:
            while not self._unread and not self._finished:
                self._changed.wait()
            was_full = len(self._unread) >= self._capacity_bytes
            taken = bytes(self._unread[:size])
            del self._unread[:size]
            has_room = was_full and len(self._unread) < self._capacity_bytes
        if has_room:
            self._make_room()
        return taken

    def _make_room(self) -> None:
        with contextlib.suppress(trio.RunFinishedError):  # then nobody waits
            self._token.run_sync_soon(self._wake_writer)

    def _wake_writer(self) -> None:
        self._room.set()

"""Memory that one process writes and the other reads: made by the writer, grown by making it anew, passed as a file.

A block that has been sealed cannot be made smaller, so the reader cannot be hit by a bus error; one that is not sealed
is refused.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from typing import Final

import numpy as np
import numpy.typing as npt

from kms_trio.hosting.errors import HostProtocolError

__all__ = ["MAX_BLOCK_BYTES", "Bytes", "SharedReader", "SharedWriter"]

MAX_BLOCK_BYTES: Final = 1 << 28
"""More than any picture takes."""
PAGE_BYTES: Final = mmap.PAGESIZE
_SEALS: Final = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW

Bytes = npt.NDArray[np.uint8]


class SharedWriter:
    """The writing end. A block is only made anew when what is to be written does not fit."""

    def __init__(self) -> None:
        self._block: Bytes = np.empty(0, np.uint8)
        self._file: int | None = None

    def room(self, size_bytes: int) -> Bytes:
        """Memory for so many bytes. Raises HostProtocolError above `MAX_BLOCK_BYTES`, OSError without memory."""
        if size_bytes > self._block.size:
            if size_bytes > MAX_BLOCK_BYTES:
                raise HostProtocolError(f"expected at most {MAX_BLOCK_BYTES} bytes, got {size_bytes}")
            self.close()
            whole = -(-size_bytes // PAGE_BYTES) * PAGE_BYTES
            self._file = os.memfd_create("kms-trio unit", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            os.ftruncate(self._file, whole)
            fcntl.fcntl(self._file, fcntl.F_ADD_SEALS, _SEALS)
            self._block = np.frombuffer(mmap.mmap(self._file, whole), np.uint8)
        return self._block[:size_bytes]

    @property
    def unsent_file(self) -> int | None:
        """The file of a block that the other side has not been given yet."""
        return self._file

    def sent(self) -> None:
        """The other side has the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def close(self) -> None:
        """Give the file back; the memory goes with the last view of it."""
        self.sent()
        self._block = np.empty(0, np.uint8)


class SharedReader:
    """The reading end."""

    def __init__(self) -> None:
        self._block: Bytes = np.empty(0, np.uint8)

    def adopt(self, file: int) -> None:
        """Read from that file from now on; it is closed here. Raises HostProtocolError for one that is no sealed
        memory.
        """
        try:
            seals, size = fcntl.fcntl(file, fcntl.F_GET_SEALS), os.fstat(file).st_size
            # Memory of huge pages can be sealed, too, and still be taken away beneath the reader.
            huge = os.fstatvfs(file).f_bsize != PAGE_BYTES
            if seals & _SEALS != _SEALS or huge or not 0 < size <= MAX_BLOCK_BYTES + PAGE_BYTES:
                raise HostProtocolError(f"expected sealed memory, got {size} bytes with seals {seals:#x}")
            self._block = np.frombuffer(mmap.mmap(file, size), np.uint8)
        except OSError as error:
            raise HostProtocolError(f"expected sealed memory, got a file that is none: {error}") from error
        finally:
            os.close(file)

    def view(self, size_bytes: int) -> Bytes:
        """What was written. Raises HostProtocolError when it is larger than the block."""
        if size_bytes > self._block.size:
            raise HostProtocolError(f"expected at most {self._block.size} bytes of the block, got {size_bytes}")
        return self._block[:size_bytes]

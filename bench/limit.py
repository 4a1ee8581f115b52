"""The native limit (`limit.c`), compiled for the run."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cffi
from pylibsrtp._binding import ffi as srtp_ffi
from pylibsrtp._binding import lib as srtp_lib

from tests.net.peers import Sending, Viewer

SOURCE = Path(__file__).with_name("limit.c")


def compile_limit(folder: Path) -> Any:
    """The compiled function and its ffi; None without a C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "limit.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE], check=True, timeout=120)
    ffi = cffi.FFI()
    ffi.cdef(
        """
        int limit_forward(int fd, void *function, uint64_t *contexts, uint64_t *names, int viewers,
                          const char *payloads, const int *sizes, int packet_count, uint32_t sequence_number,
                          uint32_t timestamp, int gso);
        """
    )
    return ffi, ffi.dlopen(str(library))


class Limit:
    """The C loop over the sockets and keys of `viewers`, which it uses up: their SRTP indexes move on."""

    def __init__(self, compiled: Any, sending: Sending, viewers: Sequence[Viewer], *, gso: bool) -> None:
        ffi, self._library = compiled
        self._ffi = ffi
        self._fd = sending.socket.fileno()
        self._protect = ffi.cast(
            "void *", int(srtp_ffi.cast("uintptr_t", srtp_ffi.addressof(srtp_lib, "srtp_protect")))
        )
        contexts = [int(srtp_ffi.cast("uintptr_t", viewer.srtp_context)) for viewer in viewers]
        self._contexts = ffi.new("uint64_t[]", contexts)
        self._names = ffi.new("uint64_t[]", [viewer.name_address for viewer in viewers])
        self._count = len(viewers)
        self._gso = gso

    def forward(self, payloads: Sequence[bytes], sequence_number: int, timestamp: int) -> None:
        """Send one frame to all."""
        failed = self._library.limit_forward(
            self._fd,
            self._protect,
            self._contexts,
            self._names,
            self._count,
            b"".join(payloads),
            self._ffi.new("int[]", [len(payload) for payload in payloads]),
            len(payloads),
            sequence_number & 0xFFFF,
            timestamp & 0xFFFFFFFF,
            self._gso,
        )
        if failed:
            raise OSError("the native limit could not send")

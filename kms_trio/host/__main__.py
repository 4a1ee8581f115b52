"""``python -m kms_trio.host SOCKET PARENT NICE``: control socket, process of the server, niceness."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import signal
import sys
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
OOM_SCORE_ADJUSTMENT: Final = "500"
"""When the machine runs out of memory, a host goes before the server does."""


def main() -> None:
    """Settle as a host, and serve until the server hangs up."""
    control, parent, nice = map(int, sys.argv[1:4])
    _die_with(parent)
    # Where a filter of system calls or the system allows neither, filters run all the same.
    with contextlib.suppress(OSError):
        os.nice(nice)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE_ADJUSTMENT)
    faulthandler.enable()
    from kms_trio.host.program import serve  # imported only now: the libraries take longest

    serve(control)


def _die_with(parent: int) -> None:
    """Have the kernel end this process with its parent, which may have gone already."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os._exit(0)


if __name__ == "__main__":
    main()

"""What a process that forwards media sets for itself."""

from __future__ import annotations

import gc
import os
import sys
from typing import Final

from kms_trio.objects.process_limits import raise_file_limit

__all__ = ["prepare_process", "settle_process"]

#: How long a thread may keep the interpreter while the receive loop waits for it, seconds; Python's default is ten
#: times as much, which a viewer would see as jitter.
SWITCH_INTERVAL_S: Final = 0.0005


def prepare_process() -> None:
    """To be called before numpy is imported: its linear algebra, which nothing here uses, starts a thread a core.

    The limit on open files is raised as far as the system allows.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    raise_file_limit()


def settle_process() -> None:
    """To be called once the server runs: what exists by now lives for ever, so the collector need not look at it.

    Of what comes later it has little to clear away: what is released goes by reference counts (`MediaObject.let_go`).
    """
    gc.collect()
    gc.freeze()

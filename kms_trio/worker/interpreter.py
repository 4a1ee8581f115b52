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

#: The oldest generation: collecting it looks at everything that is not frozen.
FULL: Final = 2

#: Full collections; at five joins a second there is one in a minute or two.
LOOK_AGAIN_AFTER: Final = 100


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
    gc.callbacks.append(_Survivors().collected)


class _Survivors:
    """Spares the collector what it has looked at once: a full collection of 500 live endpoints takes 120 ms.

    What survives one is frozen, so that the next looks at what came since.  Frozen objects still go by reference
    counts; for those that hold each other all are looked at again once in `LOOK_AGAIN_AFTER` full collections.
    """

    def __init__(self) -> None:
        self._full_collections = 0

    def collected(self, phase: str, info: dict[str, int]) -> None:
        """A callback of `gc`."""
        if phase != "stop" or info["generation"] != FULL:
            return
        self._full_collections += 1
        if self._full_collections % LOOK_AGAIN_AFTER:
            gc.freeze()
        else:
            gc.unfreeze()

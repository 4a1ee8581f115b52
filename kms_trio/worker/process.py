"""The process of a worker, as the control process has it: started by exec, waited for, ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable

import trio

from kms_trio.hosting.environment import PROXIES, child_environment

#: Kills the process for good; what a supervisor does in the end.
_UNCONDITIONAL = signal.SIGKILL


class WorkerProcess:
    """A running worker. `socket` is our end of the pair."""

    def __init__(self, variables: Iterable[str] = ()) -> None:
        """Start it. In the calling thread: the kernel tells a child of the death of the thread that made it.

        `variables` of our environment are passed on beside those that every child gets. Raises OSError.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "kms_trio.worker", str(theirs.fileno()), str(os.getpid())],
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=child_environment((*PROXIES, *variables)),
                )
            except OSError:
                ours.close()
                raise
        self.socket = ours
        self._ended = os.pidfd_open(self._process.pid)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def wait(self) -> int:
        """Wait for the end; return the exit code, or the negative number of the signal that ended it."""
        while (code := self._process.poll()) is None:
            await trio.lowlevel.wait_readable(self._ended)
        return code

    async def end(self, patience_s: float) -> int:
        """Wait as long for it to end by itself, then make it; shielded, as no process may be left behind."""
        with trio.move_on_after(patience_s, shield=True) as patience:
            await self.wait()
        if patience.cancelled_caught:
            self.signal(_UNCONDITIONAL)
        while (code := self._process.poll()) is None:  # what is killed ends; nobody may cut this wait short
            with trio.CancelScope(shield=True):
                await trio.lowlevel.wait_readable(self._ended)
        return code

    def signal(self, number: int) -> None:
        """Send a signal; harmless when the process has ended."""
        self._process.send_signal(number)

    def close(self) -> None:
        """Give back what belongs to an ended process."""
        os.close(self._ended)


def describe_exit(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"exited with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"

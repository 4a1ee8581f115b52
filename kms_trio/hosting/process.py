"""One host process: started by exec, watched, and ended with the server, its pipeline or its last filter.

It ends with the server whatever happens to that: the kernel kills it when the thread that started it ends
(PR_SET_PDEATHSIG), and its control socket tells it. That thread is Trio's own, which is why it is started right there:
Trio's workers end when they have nothing to do, and would take it with them.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs
import trio

from kms_trio.hosting.control import HostControl
from kms_trio.hosting.environment import child_environment
from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.messages import MAX_SAID_BYTES, ControlSocket, Message
from kms_trio.media.callbacks import ignore

__all__ = ["HostLimits", "HostProcess", "describe_exit"]

PROGRAM: Final = "kms_trio.host"
MEMORY_LOOK_S: Final = 0.5
GOODBYE_S: Final = 3.0
"""How long a host may take to end when it is told to."""
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")

logger = logging.getLogger("kms.hosting")


@attrs.frozen
class HostLimits:
    """What a host may take: memory beyond what it had when its last filter was ready, its place in the queue for the
    CPU, and which variables of the server's environment beside those that every child gets.
    """

    memory_bytes: int
    nice: int
    variables: tuple[str, ...] = ()


def describe_exit(code: int) -> str:
    """Say how a process ended, by its return code as `subprocess` has it."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


class HostProcess:
    """`on_said` gets what it says unasked; `on_end` is told once, with the reason, when it has ended.

    An end that was asked for with `finish` has the reason None.
    """

    def __init__(
        self,
        name: str,
        limits: HostLimits,
        on_said: Callable[[Message], None],
        on_end: Callable[[str | None], None],
    ) -> None:
        self.name = name
        self._limits = limits
        self._on_end = on_end
        self._reason: str | None = None
        self._finishing = False
        self._patience = trio.CancelScope()
        self._over = trio.Event()
        self._baseline_bytes: int | None = None
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._popen = self._start(theirs)
            except OSError:
                ours.close()
                raise
        self.control = HostControl(ControlSocket(ours, MAX_SAID_BYTES), on_said)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended, or is about to."""
        return self._finishing or self._reason is not None or self._popen.returncode is not None

    async def run(self) -> None:
        """Look after the process until it has ended; cancelling kills it. Never raises but when cancelled."""
        pidfd = os.pidfd_open(self._popen.pid)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.control.send)
                nursery.start_soon(self._receive)
                nursery.start_soon(self._watch_memory)
                with self._patience:
                    await trio.lowlevel.wait_readable(pidfd)
                nursery.cancel_scope.cancel()
        finally:
            with trio.move_on_after(GOODBYE_S, shield=True):
                if self._popen.poll() is None:
                    self._popen.kill()
                    await trio.lowlevel.wait_readable(pidfd)
            os.close(pidfd)
            self._reap()

    def finish(self) -> None:
        """Have it end by itself; who does not is killed by `run`."""
        self._finishing = True
        self._patience.deadline = trio.current_time() + GOODBYE_S
        self.control.hang_up()

    async def wait(self) -> None:
        """Wait until it has ended, having been told to."""
        with trio.move_on_after(2 * GOODBYE_S):
            await self._over.wait()

    def kill(self, reason: str) -> None:
        """End it at once."""
        if self._reason is None and self._popen.returncode is None:
            self._reason = reason
            self._popen.kill()

    def measure(self) -> None:
        """Its filters are ready: memory is counted from what it has now."""
        self._baseline_bytes = self._own_bytes()

    def _start(self, control: socket.socket) -> subprocess.Popen[bytes]:
        environment = child_environment(self._limits.variables)
        file = control.fileno()
        arguments = [sys.executable, "-P", "-m", PROGRAM, str(file), str(os.getpid()), str(self._limits.nice)]
        # A process group of its own keeps an interrupt of the terminal away; the session stays the server's, as nice
        # values only count within one where the kernel groups processes by sessions (sched_autogroup).
        return subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=2, pass_fds=(file,), env=environment, process_group=0
        )

    async def _receive(self) -> None:
        try:
            await self.control.receive()
        except HostProtocolError as problem:
            self.kill(f"said what makes no sense: {problem}")

    async def _watch_memory(self) -> None:
        while True:
            await trio.sleep(MEMORY_LOOK_S)
            grown = 0 if self._baseline_bytes is None else self._own_bytes() - self._baseline_bytes
            if grown > self._limits.memory_bytes:
                mib = 1 << 20
                self.kill(f"grew by {grown // mib} MiB, more than the {self._limits.memory_bytes // mib} MiB allowed")

    def _own_bytes(self) -> int:
        """Memory that is its own: resident, not shared with files; 0 when it is gone."""
        try:
            fields = Path(f"/proc/{self._popen.pid}/statm").read_text().split()
        except OSError:
            return 0
        return (int(fields[1]) - int(fields[2])) * PAGE_BYTES

    def _reap(self) -> None:
        code, reason = self._popen.poll(), self._reason
        if code is None:
            logger.error("host of %s (process %d): does not end though it was killed", self.name, self._popen.pid)
            code = -signal.SIGKILL
        if reason is None and not self._finishing:
            reason = describe_exit(code)
        logger.debug("host of %s (process %d): %s", self.name, self._popen.pid, reason or describe_exit(code))
        self.control.end(HostGoneError(reason or "was told to end"))
        self.control.close()
        self._over.set()
        on_end, self._on_end = self._on_end, ignore
        on_end(reason)

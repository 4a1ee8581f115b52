"""A server of its own process, as it is in use, and what it takes of the machine."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import attrs
import trio

SERVE: Final = "from kms_trio.cli.main import main; main()"
START_S: Final = 60.0


@attrs.frozen
class Usage:
    """Of the process and its children."""

    cpu_s: float
    memory_bytes: int
    """Resident, of which processes may share a part."""
    descriptors: int
    threads: int


@attrs.frozen
class ServerProcess:
    """One that runs; `url` is for the Kurento protocol."""

    url: str
    pid: int
    http_port: int

    async def tasks(self) -> int:
        """Tasks of its event loops, as its metrics say."""
        stream = await trio.open_tcp_stream("127.0.0.1", self.http_port)
        async with stream:
            await stream.send_all(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            text = b"".join([chunk async for chunk in stream]).decode()
        return int(float(text.partition("\nkms_trio_tasks ")[2].split()[0]))

    def usage(self) -> Usage:
        """What it has taken so far, and holds now."""
        cpu_s, memory_bytes, descriptors, threads = 0.0, 0, 0, 0
        for pid in _tree(self.pid):
            folder = Path(f"/proc/{pid}")
            with contextlib.suppress(OSError):  # it may end meanwhile
                cpu_s += time.clock_gettime(~pid << 3 | 2)  # its CPU clock, see clock_getcpuclockid(3)
                threads += len(list((folder / "task").iterdir()))
                memory_bytes += int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
                descriptors += len(list((folder / "fd").iterdir()))
        return Usage(cpu_s, memory_bytes, descriptors, threads)


@contextlib.contextmanager
def run_server(workers: int, *, cores: set[int] | None = None) -> Iterator[ServerProcess]:
    """A server for the length of the block, on these cores only if any are named."""
    port, http_port = free_ports(2)
    options = ["--address", "127.0.0.1", "--port", str(port), "--http-port", str(http_port), "--workers", str(workers)]
    with run_process([sys.executable, "-c", SERVE, "serve", *options], port, cores=cores) as pid:
        yield ServerProcess(f"ws://127.0.0.1:{port}/kurento", pid, http_port)


@contextlib.contextmanager
def run_process(command: list[str], port: int, *, cores: set[int] | None = None) -> Iterator[int]:
    """A process that listens on `port`, for the length of the block; its id."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            if cores:
                os.sched_setaffinity(process.pid, cores)
            _wait_for(process, port, log)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def server_core() -> set[int] | None:
    """The core for the server, when there is another one for the clients."""
    cores = sorted(os.sched_getaffinity(0))
    return {cores[0]} if len(cores) > 1 else None


@contextlib.contextmanager
def off_the_servers_core() -> Iterator[None]:
    """Keep this process on the other cores."""
    before, taken = os.sched_getaffinity(0), server_core()
    if taken:
        os.sched_setaffinity(0, before - taken)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _wait_for(process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    log.seek(0)
    raise RuntimeError(f"the server did not come up on port {port}:\n{log.read().decode()[-2000:]}")


def _tree(pid: int) -> list[int]:
    """A process and what it has started."""
    found = [pid]
    with contextlib.suppress(FileNotFoundError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _tree(int(child))
    return found

"""What the system lets the process have: open files, threads, socket buffers, processors."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Final

from kms_trio.cli.doctor.findings import Finding, note, ok, warning
from kms_trio.net.udp_socket import BUFFER_BYTES
from kms_trio.objects.process_limits import thread_limit
from kms_trio.settings import Settings
from kms_trio.worker.count import worker_count

_AREA: Final = "limits"
_COMFORTABLE_FILES: Final = 4096
_COMFORTABLE_THREADS: Final = 1024
_KERNEL_FOLDER: Final = Path("/proc/sys/net/core")


async def check_limits(settings: Settings, *, kernel_folder: Path = _KERNEL_FOLDER) -> list[Finding]:
    """Compare limits with what a server of some hundred peers wants."""
    part = settings.media_server.resources.exception_limit
    # The server raises its soft limit to the hard one when it starts.
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    findings = [
        _check_limit(
            "open files",
            None if files == resource.RLIM_INFINITY else files,
            _COMFORTABLE_FILES,
            part,
            "Set LimitNOFILE=1048576 in the service, `ulimit -Hn`, or Docker's --ulimit nofile=1048576.",
        ),
        _check_limit(
            "threads",
            thread_limit(),
            _COMFORTABLE_THREADS,
            part,
            "Set LimitNPROC and TasksMax in the service, `ulimit -u`, or Docker's --pids-limit.",
        ),
        *(_check_buffer(kernel_folder / name, name) for name in ("rmem_max", "wmem_max")),
        ok(_AREA, f"{len(os.sched_getaffinity(0))} processors, {_workers(settings)}."),
    ]
    if os.geteuid() == 0:
        findings.append(
            note(_AREA, "This ran as root; run it as the server's user (`sudo -u kurento kms-trio doctor`) as well.")
        )
    return findings


def _workers(settings: Settings) -> str:
    count = worker_count(settings)
    return f"{count} media workers" if count else "everything in one process"


def _check_limit(what: str, limit: int | None, comfortable: int, part: float, cure: str) -> Finding:
    if limit is None:
        return ok(_AREA, f"{what.capitalize()}: unlimited.")
    text = f"{what.capitalize()}: {limit}; above {part:.0%} of that, nothing is created (exceptionLimit)."
    return ok(_AREA, text) if limit >= comfortable else warning(_AREA, text, cure)


def _check_buffer(file: Path, name: str) -> Finding:
    try:
        granted_bytes = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return note(_AREA, f"net.core.{name} cannot be read here; look at the host.")
    text = (
        f"net.core.{name}: socket buffers up to {granted_bytes} bytes, of the {BUFFER_BYTES} that the server asks for."
    )
    if granted_bytes >= BUFFER_BYTES:
        return ok(_AREA, text)
    cure = (
        f"sysctl -w net.core.{name}={BUFFER_BYTES} (to stay: a line net.core.{name}={BUFFER_BYTES} in /etc/sysctl.d); "
        "without it bursts of packets may be lost under load."
    )
    return warning(_AREA, text, cure)

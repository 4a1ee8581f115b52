"""What a worker is told when it starts: all of it over the socket, as the settings hold passwords."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from kms_trio.log import DEFAULT_GST_DEBUG
from kms_trio.settings import Settings, SettingsError
from kms_trio.settings.show import effective
from kms_trio.settings.structure import Problems, structure
from kms_trio.settings.tree import Source, with_source
from kms_trio.worker.frames import Message


@attrs.frozen(kw_only=True)
class WorkerLog:
    """What workers log, and where the stacks of a native crash go. Their records go to the control process."""

    gst_debug: str = DEFAULT_GST_DEBUG
    #: A file to append to; None: stderr.
    crash_file: Path | None = None


@attrs.frozen(kw_only=True)
class Assignment:
    """The first message to a worker."""

    #: From 1 on; a worker that is started in place of a dead one gets its number.
    number: int
    #: How many workers share this machine's limits and cores.
    count: int
    settings: Settings
    min_port: int
    max_port: int
    log: WorkerLog = WorkerLog()

    def to_message(self) -> Message:
        """The assignment as JSON data, with where modules are looked for in this process."""
        return {
            "number": self.number,
            "count": self.count,
            "settings": effective(self.settings, show_secrets=True),
            "modules": _plain(self.settings.modules),
            "ports": [self.min_port, self.max_port],
            "gstDebug": self.log.gst_debug,
            "crashFile": None if self.log.crash_file is None else str(self.log.crash_file),
            "path": sys.path,
        }

    @classmethod
    def from_message(cls, message: Message) -> Assignment:
        """Read what `to_message` made; modules are looked for where it says from now on. Raises SettingsError."""
        sys.path[:] = message["path"]
        problems = Problems()
        tree = with_source(message["settings"], Source("control process", Path("/")))
        settings = structure(Settings, tree, problems, modules=message["modules"])
        if problems.errors:
            raise SettingsError(problems.errors)
        crash_file = message["crashFile"]
        return cls(
            number=message["number"],
            count=message["count"],
            settings=settings,
            min_port=message["ports"][0],
            max_port=message["ports"][1],
            log=WorkerLog(gst_debug=message["gstDebug"], crash_file=None if crash_file is None else Path(crash_file)),
        )


def share_of_ports(min_port: int, max_port: int, number: int, count: int) -> tuple[int, int]:
    """The first and the last port of worker `number` (from 1) of `count`. Raises SettingsError for too few."""
    ports = max_port - min_port + 1
    if ports < count:
        raise SettingsError(
            f"modules.kurento.BaseRtpEndpoint: expected a port for each of {count} workers from minPort to maxPort, "
            f"got {ports}; widen the range or set kmsTrio.workers.count"
        )
    begin = min_port + ports * (number - 1) // count
    return begin, min_port + ports * number // count - 1


def _plain(value: Any) -> Any:
    """A read-only mapping as JSON knows it."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return value

"""Running the two commands as an operator does: as processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
KMS_TRIO = "kms_trio.cli.main"
KURENTO_MEDIA_SERVER = "kms_trio.cli.kurento"


def environment_with(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would configure a server, and with `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KURENTO_", "KMS_", "GST_"))}
    paths = [str(ROOT), *map(str, (ROOT / "plugins").iterdir()), kept.get("PYTHONPATH", "")]
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **variables}


def run(module: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment_with(variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    """A TCP port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(module: str, *arguments: str, ready: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A running command, once the text `ready` is in a line of its output; stderr goes to stdout."""
    command = [sys.executable, "-u", "-m", module, *arguments]
    with subprocess.Popen(
        command,
        env=environment_with(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            seen = []
            for line in process.stdout:
                seen.append(line)
                if ready in line:
                    break
            else:
                raise AssertionError("the server ended before it was ready:\n" + "".join(seen))
            yield process
        finally:
            process.kill()

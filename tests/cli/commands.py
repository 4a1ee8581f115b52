"""Running the two commands as an operator does: as processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
KMS_TRIO = "kms_trio.cli.main"
KURENTO_MEDIA_SERVER = "kms_trio.cli.kurento"


def environment_with(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would configure a server, and with `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KURENTO_", "KMS_", "GST_"))}
    paths = [str(ROOT), str(ROOT / "plugins/kms-elements"), kept.get("PYTHONPATH", "")]
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

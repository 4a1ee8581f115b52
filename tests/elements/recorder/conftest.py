from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kms_elements.generated.module import MODULE
from kms_elements.recorder import RecorderEndpoint
from kms_trio.testing.elements import Bench


@pytest.fixture
def recorder(bench: Bench, tmp_path: Path) -> Callable[..., Any]:
    def make(uri: str | Path = "", **parameters: Any) -> RecorderEndpoint:
        path = uri or tmp_path / "recording.webm"
        text = f"file://{path}" if isinstance(path, Path) else path
        made: RecorderEndpoint = bench.make(RecorderEndpoint, MODULE, uri=text, **parameters)
        return made

    return make


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        reason = f"cannot mount a small file system: {mounted.stderr.decode().strip()}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)

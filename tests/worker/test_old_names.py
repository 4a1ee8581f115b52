"""Clients of Kurento 6.x whose objects die with their worker: they are told under the names that they know."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from kms_trio.app import Server
from kms_trio.plugins import Plugins
from kms_trio.testing.rpc import open_client
from tests.worker.test_death import link_of

#: A module without classes, whose old names are all that it brings.
MODULE = """
from kms_trio.dispatch import LegacyNames, ModuleDescriptor

NAMES = LegacyNames(events={"Failure": "Error"})
MODULE = ModuleDescriptor(
    name="oldnames", version="1.0.0", generation_time="Nov 21 2026 19:25:00", package="old_names",
    classes={}, registers={}, enums={}, events={}, factories={}, legacy="old_names:NAMES",
)
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugins:
    """What is installed, and that module, for this process and for workers."""
    package = tmp_path / "old_names"
    package.mkdir()
    (package / "__init__.py").write_text(MODULE)
    (package / "module.kmd.json").write_text('{"name": "oldnames", "version": "1.0.0"}')
    metadata = tmp_path / "old_names-1.0.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: old-names\nVersion: 1.0.0\n")
    (metadata / "entry_points.txt").write_text("[kms_trio]\noldnames = old_names:MODULE\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return Plugins()


async def test_the_end_of_a_worker_is_told_under_the_old_name(fresh_server: Server) -> None:
    async with open_client(fresh_server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        await client.subscribe(pipeline, "Failure")
        link_of(fresh_server, pipeline)._process.signal(signal.SIGKILL)
        event = await client.expect("Failure", pipeline)
        assert event.data["type"] == "MEDIA_WORKER_LOST"
        assert event.data["timestamp"] == str(int(event.data["timestampMillis"]) // 1000)
        await client.request("ping")
        assert [each.name for each in client.events if each.source_id == pipeline] == []

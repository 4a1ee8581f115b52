"""Filters of an installed bundle in host processes of a media worker: their media, their ends, and the worker's."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio

from kms_trio.app import Server
from kms_trio.errors import KurentoError
from kms_trio.media.frames import EncodedFrame
from kms_trio.plugins import Plugins
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient, open_client
from tests.elements.webrtc.room import Publisher, join, numbered_frames, numbers
from tests.worker.test_death import link_of

EDGES, GREY = 0, 1
"""`filterType` of OpenCVExample; the numbers in pictures can be read when they are grey, and not by their edges."""


@pytest.fixture
def plugins() -> Plugins:
    """All that are installed, opencvexample among them."""
    return Plugins()


def hosts_of(server: Server, pipeline: str) -> list[Path]:
    """The host processes of the worker that has a pipeline, by their folders in /proc."""
    children = Path(f"/proc/{link_of(server, pipeline)._process.pid}/task").glob("*/children")
    pids = [pid for file in children for pid in file.read_text().split()]
    folders = [Path("/proc", pid) for pid in pids]
    return [folder for folder in folders if b"kms_trio.host\0" in (folder / "cmdline").read_bytes()]


def is_alive(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


async def grey_filter(client: RpcClient, pipeline: str) -> str:
    made = await client.create("opencvexample.OpenCVExample", mediaPipeline=pipeline)
    await client.invoke(made, "setFilterType", filterType=GREY)
    await client.subscribe(made, "Error")
    return made


async def test_video_passes_a_hosted_filter_whose_host_is_killed(fresh_server: Server, tmp_path: Path) -> None:
    server, frames = fresh_server, numbered_frames(tmp_path)
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        made = await grey_filter(client, pipeline)
        async with (
            join(client, pipeline, receive=False) as presenter,
            join(client, pipeline, send=False, sources=[made]) as viewer,
            trio.open_nursery() as nursery,
        ):
            await client.invoke(presenter.endpoint, "connect", sink=made)
            nursery.start_soon(Publisher(presenter.peer, frames).run)

            def seen() -> Sequence[EncodedFrame]:
                return viewer.peer.tracks["video"].frames if "video" in viewer.peer.tracks else ()

            await until(lambda: len(seen()) > 10)
            assert None not in numbers(seen()[:10])
            await client.invoke(made, "setFilterType", filterType=EDGES)
            await until(lambda: numbers(seen())[-1] is None)
            [host] = hosts_of(server, pipeline)
            os.kill(int(host.name), signal.SIGKILL)
            error = await client.expect("Error", made)
            assert error.data["type"] == "FILTER_HOST_ERROR"
            assert "was killed by SIGKILL; it is started anew" in error.data["description"]
            await until(lambda: [each for each in hosts_of(server, pipeline) if each != host])
            at = len(seen())  # whatever is filtered from here on is so by the new host, as it was told before
            await until(lambda: len(seen()) > at and numbers(seen())[-1] is None)
            nursery.cancel_scope.cancel()


async def test_hosts_end_with_their_worker(fresh_server: Server) -> None:
    async with open_client(fresh_server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        made = await grey_filter(client, pipeline)
        [host] = hosts_of(fresh_server, pipeline)
        link_of(fresh_server, pipeline)._process.signal(signal.SIGKILL)
        error = await client.expect("Error", made)
        assert error.data["type"] == "MEDIA_WORKER_LOST"
        await until(lambda: not is_alive(host))
        with pytest.raises(KurentoError, match="not found"):
            await client.invoke(made, "setFilterType", filterType=GREY)


async def test_hosts_end_with_their_pipeline(fresh_server: Server) -> None:
    async with open_client(fresh_server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        await grey_filter(client, pipeline)
        [host] = hosts_of(fresh_server, pipeline)
        await client.release(pipeline)
        await until(lambda: not is_alive(host))

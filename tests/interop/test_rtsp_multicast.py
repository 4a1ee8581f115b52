"""PlayerEndpoint with a real RTSP server that multicasts, in a network of their own; checked by what is recorded."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trio

from kms_trio.testing.clips import write_clip
from kms_trio.testing.rpc import open_client
from tests.elements.recorder.material import read_file
from tests.interop.harness.namespaces import inside, open_cable
from tests.interop.harness.rtsp_server import MULTICAST, of_file, run_rtsp_server
from tests.interop.harness.server import run_server

pytestmark = [pytest.mark.interop, pytest.mark.slow]

GROUP = "030201EF"
"""239.1.2.3 as `/proc/net/igmp` writes it."""


@pytest.mark.parametrize("scheme", ["rtsp", "rtspu"])
async def test_every_picture_comes_by_multicast(tmp_path: Path, scheme: str) -> None:
    clip = write_clip(tmp_path / "clip.webm", seconds=4.0)
    recording = tmp_path / "recording.webm"
    async with AsyncExitStack() as stack:
        there, here = await stack.enter_async_context(open_cable())
        enter = ["ip", "netns", "exec"]
        rtsp = run_rtsp_server(
            tmp_path, of_file(clip), protocols=MULTICAST, host=there.host, prefix=[*enter, there.namespace]
        )
        camera = await stack.enter_async_context(rtsp)
        server = await stack.enter_async_context(run_server(tmp_path, prefix=[*enter, here.namespace]))
        with inside(here.namespace):
            client = await stack.enter_async_context(open_client(f"ws://127.0.0.1:{server.port}/kurento"))
        pipeline = await client.create("MediaPipeline")
        source = {"uri": camera.url(scheme), "useEncodedMedia": True, "networkCache": 200}
        player = await client.create("PlayerEndpoint", mediaPipeline=pipeline, **source)
        target = {"uri": f"file://{recording}", "mediaProfile": "WEBM_VIDEO_ONLY", "stopOnEndOfStream": True}
        recorder = await client.create("RecorderEndpoint", mediaPipeline=pipeline, **target)
        await client.subscribe(recorder, "Recording", "Stopped", "Error")
        await client.subscribe(player, "Error")
        await client.invoke(player, "connect", sink=recorder)
        await client.invoke(recorder, "record")
        await client.invoke(player, "play")
        await client.expect("Recording", recorder)
        assert server.process is not None
        groups = await trio.Path(f"/proc/{server.process.pid}/net/igmp").read_text()
        assert GROUP in groups
        await client.expect("Stopped", recorder)
        assert not [event for event in client.events if event.name == "Error"]
    numbers = [number for number in read_file(recording).numbers if number is not None]
    assert len(numbers) > 20
    assert numbers == sorted(numbers)

"""A server in a process of its own, whose log lines are read as they come, and things that make it say them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import trio

from kms_trio.testing.clips import write_clip
from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import open_client
from tests.cli.commands import KMS_TRIO, environment_with, free_port
from tests.elements.webrtc.room import Publisher, join, numbered_frames


@attrs.frozen
class Line:
    """One line of the log."""

    category: str
    level: str
    message: str
    object_id: str


class Log:
    """What the server has said so far."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._more = trio.Event()

    def add(self, text: str) -> None:
        """Take a line of output; what is no JSON is for people."""
        try:
            fields = json.loads(text)
        except ValueError:
            return
        self.lines.append(Line(fields["category"], fields["level"], fields["message"], fields.get("object", "")))
        self._more.set()

    async def expect(self, pattern: str) -> None:
        """Wait until a message matches. Raises trio.TooSlowError."""
        with trio.fail_after(PATIENCE_S):
            while not any(re.search(pattern, line.message) for line in self.lines):
                self._more = trio.Event()
                await self._more.wait()


@asynccontextmanager
async def logged_server(*arguments: str) -> AsyncIterator[tuple[Log, trio.Process]]:
    """A server that logs in JSON, once it has started; its whole log is there after the block."""
    log = Log()
    command = [sys.executable, "-u", "-m", KMS_TRIO, "serve", "--log-format", "json", "--http-port", "0", *arguments]
    process = await trio.lowlevel.open_process(
        command, env=environment_with({}), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )

    async def read(task_status: trio.TaskStatus[None]) -> None:
        assert process.stderr is not None
        task_status.started()
        held = b""
        async for data in process.stderr:
            *lines, held = (held + data).split(b"\n")
            for line in lines:
                log.add(line.decode())

    async with trio.open_nursery() as nursery:
        await nursery.start(read)
        try:
            await log.expect("Kurento Media Server started")
            yield log, process
            with trio.fail_after(PATIENCE_S):
                await process.wait()
        finally:
            process.kill()


async def busy_day(folder: Path) -> Log:
    """Sessions, media with and without transcoding, losses, and an end by a signal."""
    port = free_port()
    modules = folder / "modules"
    (modules / "kurento").mkdir(parents=True)
    (modules / "kurento/BaseRtpEndpoint.conf.ini").write_text("mtu=1200\n")
    (modules / "kurento/Broken.conf.json").write_text("{")
    (modules / "kurento/Other.conf.toml").write_text("")
    (modules / "kurento/notes.txt").write_text("")
    (modules / "kurento/WebRtcEndpoint.conf.ini").write_text("includeLoopback=always\nexternalIPv6=2001:db8::2\n")
    conf_file = folder / "kurento.conf.json"
    resources = {"garbageCollectorPeriod": 1, "killLimit": 0.99}
    websocket = {"port": port, "address": "127.0.0.1"}
    conf_file.write_text(json.dumps({"mediaServer": {"resources": resources, "net": {"websocket": websocket}}}))
    levels = "2,Kurento*:5,kms*:5,agnosticbin*:5,rtpjitterbuffer:5"
    url = f"ws://127.0.0.1:{port}/kurento"
    async with logged_server("-f", str(conf_file), "--log-level", levels) as (log, process):
        await sessions(url, log)
        async with open_client(url) as client:
            pipeline = await client.create("MediaPipeline")
            await client.invoke(pipeline, "getName")
            frames = numbered_frames(folder)
            clip = write_clip(folder / "clip.webm", seconds=20.0)
            player = await client.create(
                "PlayerEndpoint", mediaPipeline=pipeline, uri=f"file://{clip}", useEncodedMedia=True
            )
            await client.invoke(player, "play")
            async with (
                join(client, pipeline, send=False, sources=[player]) as fitting,
                join(client, pipeline, send=False, sources=[player], codecs=["PCMU/8000", "H264/90000"]),
                join(client, pipeline) as presenter,
                trio.open_nursery() as nursery,
            ):
                await log.expect("TRANSCODING ACTIVE for video")
                for _ in range(3):
                    await client.invoke(fitting.endpoint, "requestKeyframe")
                recorder = await client.create(
                    "RecorderEndpoint", mediaPipeline=pipeline, uri=f"file://{folder}/recording.webm"
                )
                await client.invoke(presenter.endpoint, "connect", sink=recorder)
                await client.invoke(recorder, "record")
                nursery.start_soon(Publisher(presenter.peer, frames).run)
                await log.expect("Received packet")
                presenter.peer.answer_nacks = False
                while not any("discontinuity" in line.message for line in log.lines):
                    presenter.peer.sources.kinds["video"].sequence_number += 1
                    await client.invoke(fitting.endpoint, "requestKeyframe")
                    await trio.sleep(0.5)
                nursery.cancel_scope.cancel()
            process.send_signal(signal.SIGTERM)
            await client.wait_closed()
    return log


async def sessions(url: str, log: Log) -> None:
    """Sockets that come, take over, go, and miss things."""
    async with open_client(url) as first, open_client(url) as second:
        await first.create("MediaPipeline")
        await second.request("describe", {"object": "manager_ServerManager", "sessionId": first.session_id})
        await second.subscribe("manager_ServerManager", "ObjectCreated")
    async with open_client(url) as third:
        await third.create("MediaPipeline")
    await log.expect("Removing inactive session")
    async with open_client(url.replace("kurento", "other")) as lost:
        await lost.wait_closed()


async def other_day(folder: Path) -> Log:
    """A server with other settings, that has no room for anything."""
    port = free_port()
    settings = {
        "mediaServer.net.websocket.port": port,
        "mediaServer.net.websocket.address": "127.0.0.1",
        "mediaServer.resources.exceptionLimit": 0.0001,
        "mediaServer.resources.disableRequestCache": "true",
        "kmsTrio.plugins.disabled": "filters",
        "modules.kurento.WebRtcEndpoint.externalIPv4": "auto",
    }
    assignments = [text for key, value in settings.items() for text in ("--set", f"{key}={value}")]
    async with logged_server(*assignments) as (log, process):
        async with open_client(f"ws://127.0.0.1:{port}/kurento") as client:
            reply = await client.request_raw("create", {"type": "MediaPipeline"})
            assert reply["error"]["code"] == 40009
        process.send_signal(signal.SIGTERM)
    return log

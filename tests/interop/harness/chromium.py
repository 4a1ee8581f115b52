"""Headless Chromium with a fake camera and microphone (the picture counts, the sound beeps once a second)."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from subprocess import DEVNULL, PIPE

import attrs
import trio
from trio_websocket import wrap_client_stream

from kms_trio.testing.patience import PATIENCE_S
from tests.interop.harness.browser_process import drain, end_group
from tests.interop.harness.devtools import MAX_MESSAGE_BYTES, DevTools, Page, PageError
from tests.interop.harness.tools import require_chromium

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    # Several pages at once: none of them counts as being in the background.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--remote-debugging-port=0",
)


async def _devtools_address(errors: trio.abc.ReceiveStream) -> tuple[int, str]:
    """Port and path of the browser's socket, which it announces on standard error."""
    text = b""
    while (found := re.search(rb"DevTools listening on ws://[^:]+:(\d+)(/\S+)\s", text)) is None:
        chunk = await errors.receive_some()
        if not chunk:
            raise PageError(f"Chromium did not start: {text.decode(errors='replace')[-2000:]}")
        text += chunk
    return int(found[1]), found[2].decode()


@attrs.define(eq=False)
class Chromium:
    """A running browser."""

    process: trio.Process
    devtools: DevTools

    async def new_page(self, url: str | None = None) -> Page:
        """A new window, at `url` when given."""
        target = (await self.devtools.call("Target.createTarget", url="about:blank", newWindow=True))["targetId"]
        attached = await self.devtools.call("Target.attachToTarget", targetId=target, flatten=True)
        page = Page(self.devtools, target, attached["sessionId"])
        await page.enable()
        if url is not None:
            await page.goto(url)
        return page

    def kill(self) -> None:
        """Ends all of its processes at once: no goodbye reaches anybody."""
        end_group(self.process)


@asynccontextmanager
async def open_chromium(*, camera_allowed: bool = True) -> AsyncIterator[Chromium]:
    """Starts a browser with a profile of its own; all of its processes are gone when the block ends.

    It answers the question for camera and microphone by itself, as told.
    """
    program = require_chromium()
    answer = "--use-fake-ui-for-media-stream" if camera_allowed else "--deny-permission-prompts"
    with tempfile.TemporaryDirectory(prefix="kms-trio-chromium-", ignore_cleanup_errors=True) as folder:
        command = [program, *FLAGS, answer, f"--user-data-dir={folder}", "about:blank"]
        environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder}
        async with trio.open_nursery() as nursery:
            # A process group of its own, so that it can be ended as a whole.
            start = partial(
                trio.run_process,
                command,
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=PIPE,
                check=False,
                env=environment,
                start_new_session=True,
            )
            process: trio.Process = await nursery.start(start)
            try:
                with trio.fail_after(PATIENCE_S):
                    assert process.stderr is not None
                    port, path = await _devtools_address(process.stderr)
                nursery.start_soon(drain, process.stderr)
                async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
                    socket = await wrap_client_stream(
                        nursery, stream, "127.0.0.1", path, max_message_size=MAX_MESSAGE_BYTES
                    )
                    devtools = DevTools(socket)
                    nursery.start_soon(devtools.run)
                    yield Chromium(process, devtools)
            finally:
                end_group(process)

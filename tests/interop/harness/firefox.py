"""Headless Firefox with a fake camera and microphone (a picture that changes its colour, a tone of 880 Hz)."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, PIPE

import attrs
import trio
from trio_websocket import open_websocket

from kms_trio.testing.patience import PATIENCE_S
from tests.interop.harness.browser_process import drain, end_group
from tests.interop.harness.devtools import MAX_MESSAGE_BYTES
from tests.interop.harness.page import PageError
from tests.interop.harness.tools import require_program
from tests.interop.harness.webdriver import WebDriver, WebDriverPage

PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.audio.fake_frequency": 880,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.block-webaudio": False,
    # Addresses as they are, and 127.0.0.1 among them: the server may be nowhere else.
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    # Several pages at once: none of them counts as being in the background.
    "dom.min_background_timeout_value": 4,
    "dom.timeout.enable_budget_timer_throttling": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


async def _driver_port(errors: trio.abc.ReceiveStream) -> int:
    """The port of the browser's socket, which it announces on standard error."""
    text = b""
    while (found := re.search(rb"WebDriver BiDi listening on ws://[^:]+:(\d+)\s", text)) is None:
        chunk = await errors.receive_some()
        if not chunk:
            raise PageError(f"Firefox did not start: {text.decode(errors='replace')[-2000:]}")
        text += chunk
    return int(found[1])


@attrs.define(eq=False)
class Firefox:
    """A running browser."""

    process: trio.Process
    driver: WebDriver

    async def new_page(self, url: str) -> WebDriverPage:
        """A new tab at `url`."""
        page = await self.driver.new_page()
        await page.goto(url)
        return page


def _write_preferences(folder: Path) -> None:
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items()]
    (folder / "user.js").write_text("".join(lines))


@asynccontextmanager
async def open_firefox() -> AsyncIterator[Firefox]:
    """Starts a browser with a profile of its own; all of its processes are gone when the block ends.

    It gives camera and microphone to all who ask.
    """
    program = require_program("firefox-esr", "firefox-esr")
    with tempfile.TemporaryDirectory(prefix="kms-trio-firefox-", ignore_cleanup_errors=True) as folder:
        _write_preferences(Path(folder))
        options = ["--headless", "--no-remote", "--profile", folder, "--remote-debugging-port=0"]
        environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder}
        async with trio.open_nursery() as nursery:
            # A process group of its own, so that it can be ended as a whole.
            start = partial(
                trio.run_process,
                [program, *options, "about:blank"],
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
                    port = await _driver_port(process.stderr)
                nursery.start_soon(drain, process.stderr)
                async with open_websocket(
                    "127.0.0.1", port, "/session", use_ssl=False, max_message_size=MAX_MESSAGE_BYTES
                ) as socket:
                    driver = WebDriver(socket)
                    nursery.start_soon(driver.run)
                    await driver.call("session.new", capabilities={})
                    await driver.call("session.subscribe", events=["log.entryAdded"])
                    yield Firefox(process, driver)
            finally:
                end_group(process)

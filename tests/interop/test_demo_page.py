"""The demo page as a visitor uses it, with pictures of it in tests/output."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import trio

from tests.interop.harness.chromium import Chromium, open_chromium
from tests.interop.harness.devtools import Page
from tests.interop.harness.server import RunningServer, run_server
from tests.interop.harness.tools import OUTPUT_FOLDER

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def picture(page: Page, name: str, *, width: int = 1280, dark: bool = False) -> None:
    """Keeps a screenshot for the eye."""
    OUTPUT_FOLDER.mkdir(exist_ok=True)
    (OUTPUT_FOLDER / f"{name}.png").write_bytes(await page.screenshot(name, width=width, dark=dark))


async def decoded(page: Page, video: str, frames: int) -> None:
    """Waits until a tile has shown that many frames."""
    await page.wait_for(
        "document.getElementById(video)?.closest('figure').dataset.framesDecoded > frames",
        video=video,
        frames=frames,
    )


def no_errors(page: Page) -> None:
    """The console holds no error of the page's own."""
    assert not [line for line in page.console if line.startswith(("error", "uncaught"))], page.console


async def test_loopback(server: RunningServer, chromium: Chromium) -> None:
    page = await chromium.new_page(server.page_url)
    await page.wait_for("document.getElementById('server').dataset.state === 'online'")
    await page.click("#loopback-start")
    await decoded(page, "loopback-remote", 60)
    await page.evaluate("document.getElementById('loopback-remote').muted = false")
    await page.wait_for("document.getElementById('loopback-remote').closest('figure').dataset.audioEnergy > 0")
    node = "document.querySelector('[data-node$=WebRtcEndpoint]').dataset"
    assert await page.wait_for(f"{node}.ice === 'READY' && {node}.dtls === 'CONNECTED' && {node}.media === 'CONNECTED'")
    # The self-connection flows, at the rate that the camera sends.
    await page.wait_for("document.querySelector('.edge[data-flow=yes][data-bps]:not([data-bps=\"0\"])')")
    kinds = await page.evaluate("[...document.querySelectorAll('#journal li')].map((line) => line.dataset.type)")
    expected = {"IceCandidateFound", "IceComponentStateChanged", "DtlsConnectionStateChange", "MediaStateChanged"}
    assert expected | {"MediaFlowInStateChanged", "MediaFlowOutStateChanged", "ElementConnected"} <= set(kinds)
    await picture(page, "demo-loopback")
    await picture(page, "demo-loopback-dark", dark=True)
    await picture(page, "demo-loopback-narrow", width=420)
    await page.click("#loopback-stop")
    await page.wait_for("document.getElementById('loopback').dataset.phase === 'idle'")
    await page.wait_for("!document.querySelector('#graph svg')")
    no_errors(page)


async def test_room(server: RunningServer, chromium: Chromium) -> None:
    presenter = await chromium.new_page(f"{server.page_url}#room")
    await presenter.click("#room-present")
    link = await presenter.wait_for(
        "!document.getElementById('room-share').hidden && document.getElementById('room-link').value"
    )
    viewers = [await chromium.new_page(link) for _ in range(2)]
    for viewer in viewers:
        await viewer.click("#room-watch")
        await decoded(viewer, "room-remote", 30)
    # A third one finds the room in the list instead.
    walk_in = await chromium.new_page(f"{server.page_url}#room")
    await walk_in.click("#room-list li button")
    await decoded(walk_in, "room-remote", 30)
    await presenter.wait_for("document.getElementById('room-count').dataset.viewers === '3'")
    await presenter.wait_for("document.querySelectorAll('.edge[data-flow=yes]').length >= 7")
    await picture(presenter, "demo-room")

    await viewers[0].click("#room-stop")
    await viewers[1].close()
    await presenter.wait_for("document.getElementById('room-count').dataset.viewers === '1'")
    await presenter.click("#room-stop")
    await walk_in.wait_for("document.querySelector('[data-topic=room]')")
    await picture(walk_in, "demo-room-ended")
    await walk_in.wait_for("!document.getElementById('room-none').hidden")
    no_errors(presenter)


async def test_record_and_play(tmp_path: Path, chromium: Chromium) -> None:
    limits = {"kmsTrio.uriPolicy.recorderRoots": [str(tmp_path)], "kmsTrio.uriPolicy.playerRoots": [str(tmp_path)]}
    async with run_server(tmp_path, **limits) as server:
        page = await chromium.new_page(f"{server.page_url}#record")
        await page.click("#record-camera")
        await page.click("#record-start")
        await page.wait_for("document.getElementById('record-clock').textContent >= '0:04'")
        await picture(page, "demo-recording")
        await page.click("#record-stop")
        uri = await page.wait_for("document.querySelector('#record-list li')?.dataset.uri")
        file = trio.Path(unquote(urlsplit(uri).path))
        assert file.parent == trio.Path(tmp_path) / "kms-trio-demo"
        assert (await file.stat()).st_size > 50_000

        await page.click("#record-list li button")
        await decoded(page, "record-remote", 30)
        await page.wait_for("document.getElementById('play-position').max >= 3000")
        await picture(page, "demo-playback")
        await page.wait_for("document.getElementById('play-toggle').dataset.state === 'STOP'")
        assert await page.evaluate("document.querySelector('#journal li[data-type=EndOfStream]') !== null")
        no_errors(page)


async def test_a_missing_server_is_explained(server: RunningServer, chromium: Chromium) -> None:
    page = await chromium.new_page(server.page_url)
    await page.wait_for("document.getElementById('server').dataset.state === 'online'")
    server.kill()
    notice = await page.wait_for("document.querySelector('[data-topic=server]')?.innerText")
    assert "media server is away" in notice
    assert server.ws_url in notice
    await picture(page, "demo-server-away")


async def test_a_refused_camera_is_explained(server: RunningServer) -> None:
    async with open_chromium(camera_allowed=False) as chromium:
        page = await chromium.new_page(server.page_url)
        await page.click("#loopback-start")
        notice = await page.wait_for("document.querySelector('[data-topic=action]')?.innerText")
        assert "No permission for camera" in notice
        assert await page.evaluate("document.getElementById('loopback').dataset.phase") == "idle"
        await picture(page, "demo-no-camera")

"""Existing applications unchanged: kurento-utils in Chromium pages, kurento-client in Node or in the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from tests.interop.harness.chromium import Chromium
from tests.interop.harness.devtools import Page
from tests.interop.harness.node import run_node
from tests.interop.harness.server import RunningServer
from tests.interop.harness.tools import PAGES_FOLDER

pytestmark = [pytest.mark.interop, pytest.mark.slow]

OBSERVED_MS = 10_000
RECEIVED = "receivedStats(peer.peerConnection)"


@asynccontextmanager
async def application(server: RunningServer) -> AsyncIterator[str]:
    """The application server in Node; yields the URL of its page."""
    async with run_node("application.js", server.ws_url, str(PAGES_FOLDER)) as node:
        yield f"{(await node.next())['url']}/application.html"


async def assert_watchable(page: Page, milliseconds: int = OBSERVED_MS) -> None:
    """Pictures arrive and decode one after the other, as many as there are in this time at 10 a second, and sound.

    Chromium counts freezes by the clock, so a busy machine has some; a stream that is broken goes on with a key frame.
    """
    await page.wait_for(f"{RECEIVED}.then(({{framesDecoded}}) => framesDecoded > 30)")
    before = await page.evaluate(RECEIVED)
    await page.wait_for(
        f"{RECEIVED}.then((now) => now.framesDecoded > frames && now.audioEnergy > energy)",
        frames=before["framesDecoded"] + milliseconds // 100,
        energy=before["audioEnergy"],
    )
    after = await page.evaluate(RECEIVED)
    assert after["keyFramesDecoded"] - before["keyFramesDecoded"] <= 2, (before, after)


async def test_loopback_by_an_application_server(server: RunningServer, chromium: Chromium) -> None:
    async with application(server) as url:
        page = await chromium.new_page(url)
        await page.evaluate("join('loopback')")
        await assert_watchable(page)


async def test_loopback_by_a_client_in_the_page(server: RunningServer, chromium: Chromium, site: str) -> None:
    page = await chromium.new_page(f"{site}/client_in_page.html")
    endpoint = await page.evaluate("loopback(wsUri)", wsUri=server.ws_url)
    assert endpoint.endswith("_kurento.WebRtcEndpoint")
    await assert_watchable(page)


async def test_one_presenter_three_viewers(server: RunningServer, chromium: Chromium) -> None:
    async with application(server) as url:
        presenter = await chromium.new_page(url)
        await presenter.evaluate("join('presenter')")
        viewers = []
        for _ in range(3):
            viewer = await chromium.new_page(url)
            await viewer.evaluate("join('viewer')")
            viewers.append(viewer)
        async with trio.open_nursery() as nursery:
            for viewer in viewers:
                nursery.start_soon(assert_watchable, viewer)


async def test_a_late_viewer_sees_a_picture_at_once(server: RunningServer, chromium: Chromium) -> None:
    async with application(server) as url:
        presenter = await chromium.new_page(url)
        await presenter.evaluate("join('presenter')")
        first = await chromium.new_page(url)
        await first.evaluate("join('viewer')")
        await first.wait_for(f"{RECEIVED}.then(({{framesDecoded}}) => framesDecoded > 60)")
        late = await chromium.new_page(url)
        await late.evaluate("join('viewer')")
        # A join counts when the frames after the first one decode too.
        await late.wait_for(f"{RECEIVED}.then(({{framesDecoded}}) => framesDecoded > 30)")
        assert (await late.evaluate(RECEIVED))["framesDropped"] < 15

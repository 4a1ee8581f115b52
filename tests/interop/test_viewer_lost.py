"""A viewer that vanishes without goodbye: noticed on the server, unnoticed by everybody else."""

from __future__ import annotations

import pytest
import trio

from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import RpcClient, open_client
from tests.interop.harness.chromium import Chromium, open_chromium
from tests.interop.harness.devtools import Page
from tests.interop.harness.server import RunningServer
from tests.interop.harness.signalling import join

pytestmark = [pytest.mark.interop, pytest.mark.slow]

WATCHED_MS = 15_000


async def test_the_rest_see_no_gap(server: RunningServer, chromium: Chromium, site: str) -> None:
    async with open_client(server.ws_url) as client, open_chromium() as doomed:
        pipeline = await client.create("MediaPipeline")
        presenter_page = await chromium.new_page(f"{site}/peer.html")
        presenter = await join(client, presenter_page, pipeline, source="camera")
        viewer_page = await chromium.new_page(f"{site}/peer.html")
        await join(client, viewer_page, pipeline, feed=presenter)

        # This one sends too, so that there is a flow to stop.
        lost_page = await doomed.new_page(f"{site}/peer.html")
        lost = await join(client, lost_page, pipeline, source="camera", feed=presenter)
        sink = await client.create("PassThrough", mediaPipeline=pipeline)
        await client.invoke(lost, "connect", sink=sink)
        await client.subscribe(lost, "IceComponentStateChanged", "MediaStateChanged", "MediaFlowOutStateChanged")
        for page in (viewer_page, lost_page):
            await page.wait_for("receivedStats(connection).then(({framesDecoded}) => framesDecoded > 30)")

        usual: list[float] = []
        await watch_gap(viewer_page, usual)
        gaps: list[float] = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch_gap, viewer_page, gaps)
            doomed.kill()
            for media_type in ("AUDIO", "VIDEO"):
                wanted = {"state": "NOT_FLOWING", "mediaType": media_type}
                await expect(client, "MediaFlowOutStateChanged", lost, wanted, within_s=PATIENCE_S)
            wanted = {"oldState": "CONNECTED", "newState": "DISCONNECTED"}
            await expect(client, "MediaStateChanged", lost, wanted, within_s=PATIENCE_S)
        assert gaps[0] < 500 + 2 * usual[0], "milliseconds without a new picture at the other viewer"

        for state, within_s in (("DISCONNECTED", PATIENCE_S), ("FAILED", PATIENCE_S)):
            await expect(client, "IceComponentStateChanged", lost, {"state": state}, within_s=within_s)
        assert await client.invoke(lost, "getMediaState") == "DISCONNECTED"
        decoded = (await viewer_page.evaluate("receivedStats(connection)"))["framesDecoded"]
        await viewer_page.wait_for(
            "receivedStats(connection).then((now) => now.framesDecoded > more)", more=decoded + 20
        )
        await client.release(pipeline)


async def watch_gap(page: Page, gaps: list[float]) -> None:
    """The longest pause in a page's picture, milliseconds."""
    gaps.append(
        await page.evaluate("longestGap(document.getElementById('remote'), milliseconds)", milliseconds=WATCHED_MS)
    )


async def expect(client: RpcClient, name: str, source: str, wanted: dict[str, str], *, within_s: float) -> None:
    """Waits for an event with these values; others of its name before it are passed over."""
    with trio.fail_after(within_s):
        while True:
            event = await client.expect(name, source, timeout_s=within_s)
            if wanted.items() <= event.data.items():
                return

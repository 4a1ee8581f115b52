"""Firefox: alone with the server, and with Chromium at the other end; what is seen and heard is what was sent."""

from __future__ import annotations

import pytest

from kms_trio.testing.rpc import open_client
from tests.interop.harness.chromium import Chromium
from tests.interop.harness.firefox import Firefox
from tests.interop.harness.page import BrowserPage
from tests.interop.harness.server import RunningServer
from tests.interop.harness.signalling import join
from tests.interop.test_data_channels import join as join_with_data
from tests.interop.test_data_channels import send_everything

pytestmark = [pytest.mark.interop, pytest.mark.slow]

PAGE = "peer.html"
HEARD = "pitchOf(document.getElementById('remote').srcObject).then((pitch) => Math.abs(pitch - 880) < 12)"


async def expect_colours(source: BrowserPage, viewer: BrowserPage) -> None:
    """What is painted here is seen there, colour after colour."""
    for colour in ("red", "blue", "green"):
        await source.evaluate("paint(colour)", colour=colour)
        await viewer.wait_for("colourOf(document.getElementById('remote')) === colour", colour=colour)


async def expect_sound(viewer: BrowserPage) -> None:
    """Something is heard: without a sound card Firefox does not analyse what."""
    await viewer.wait_for("receivedStats(connection).then(({ audioEnergy }) => audioEnergy > 0)")


async def test_media_in_both_directions(server: RunningServer, firefox: Firefox, chromium: Chromium, site: str) -> None:
    async with open_client(server.ws_url) as client:
        pipeline = await client.create("MediaPipeline")
        # Firefox sees itself, and Chromium sees it as well.
        fox = await firefox.new_page(f"{site}/{PAGE}")
        chrome = await chromium.new_page(f"{site}/{PAGE}")
        feed = await join(client, fox, pipeline, source="easelWithMicrophone", loopback=True)
        await expect_colours(fox, fox)
        await expect_sound(fox)
        await join(client, chrome, pipeline, feed=feed)
        await expect_colours(fox, chrome)
        await chrome.wait_for(HEARD)
        # The other way round.
        presenter = await chromium.new_page(f"{site}/{PAGE}")
        viewer = await firefox.new_page(f"{site}/{PAGE}")
        feed = await join(client, presenter, pipeline, source="easel")
        await join(client, viewer, pipeline, feed=feed)
        await expect_colours(presenter, viewer)
        await expect_sound(viewer)


async def test_data_channels(server: RunningServer, firefox: Firefox, site: str) -> None:
    """Text and binary come back as they were, from a channel of either side."""
    async with open_client(server.ws_url) as client:
        pipeline = await client.create("MediaPipeline")
        page = await firefox.new_page(f"{site}/data_channels.html")
        await page.evaluate("open(label, {protocol: 'p', ordered: false})", label="mine")
        endpoint = await join_with_data(client, page, pipeline)
        await page.wait_for("isOpen('mine')")
        sent = await send_everything(page, "mine")
        await page.wait_for(f"received.length === {len(sent)}")
        # Without order, what is small may overtake what is large.
        came = await page.evaluate("messages()")
        assert sorted(came, key=repr) == sorted((["mine", each] for each in sent), key=repr)

        await client.invoke(endpoint, "createDataChannel", label="theirs", protocol="q")
        await page.wait_for("isOpen('theirs')")
        await page.evaluate("void (received.length = 0)")
        sent = await send_everything(page, "theirs")
        await page.wait_for(f"received.length === {len(sent)}")
        assert await page.evaluate("messages()") == [["theirs", each] for each in sent]
        await page.evaluate("channels.get('theirs').close()")
        closed = await client.expect("DataChannelClosed", endpoint)
        assert closed.data["channelId"] == await page.evaluate("limits('theirs').id")

"""Data channels with Chromium: what is sent comes back, from browser to browser too."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import RpcClient, open_client
from tests.interop.harness.chromium import Chromium
from tests.interop.harness.page import BrowserPage
from tests.interop.harness.server import RunningServer

pytestmark = [pytest.mark.interop, pytest.mark.slow]

PAGE = "data_channels.html"

SEND_EVERYTHING = """
    const channel = channels.get(label);
    const sent = ["hello", "", new Uint8Array(), "\\u2603", bytesOf(200000, 1), bytesOf(262144, 2), "last"];
    for (const each of sent) channel.send(each);
    return Promise.all(sent.map((each) => describe(typeof each === "string" ? each : each.buffer)));
"""


async def join(
    client: RpcClient, page: BrowserPage, pipeline: str, *, source: str | None = None, with_media: bool = False
) -> str:
    """An endpoint with data channels for a page, fed by `source` (None: by itself); returns its id."""
    offer = await page.evaluate("offer(withMedia)", withMedia=with_media)
    endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline, useDataChannels=True)
    await client.subscribe(endpoint, "IceGatheringDone", "DataChannelOpened", "DataChannelClosed")
    await client.invoke(endpoint, "processOffer", offer=offer)
    await client.invoke(source or endpoint, "connect", sink=endpoint)
    await client.invoke(endpoint, "gatherCandidates")
    await client.expect("IceGatheringDone", endpoint)
    answer = await client.invoke(endpoint, "getLocalSessionDescriptor")
    await page.evaluate("accept(sdp)", sdp=answer)
    return endpoint


async def send_everything(page: BrowserPage, label: str) -> list[Any]:
    sent: list[Any] = await page.evaluate(f"(async () => {{ {SEND_EVERYTHING} }})()", label=label)
    return sent


@pytest.mark.parametrize("with_media", [False, True])
async def test_loopback(server: RunningServer, chromium: Chromium, site: str, with_media: bool) -> None:
    async with open_client(server.ws_url) as client:
        pipeline = await client.create("MediaPipeline")
        page = await chromium.new_page(f"{site}/{PAGE}")
        await page.evaluate("open(label, {protocol: 'p'})", label="mine")
        endpoint = await join(client, page, pipeline, with_media=with_media)
        await page.wait_for("isOpen('mine')")
        assert await page.evaluate("connection.sctp.maxMessageSize") == 262144
        sent = await send_everything(page, "mine")
        await page.wait_for(f"received.length === {len(sent)}")
        assert await page.evaluate("messages()") == [["mine", each] for each in sent]

        stats = await client.invoke(endpoint, "getStats", mediaType="DATA")
        [channel] = [entry for entry in stats.values() if entry["type"] == "datachannel"]
        assert channel["messagesReceived"] == channel["messagesSent"] == len(sent)
        assert (channel["label"], channel["protocol"], channel["state"]) == ("mine", "p", "open")


async def test_channels_of_the_server_and_closing_by_either_side(
    server: RunningServer, chromium: Chromium, site: str
) -> None:
    async with open_client(server.ws_url) as client:
        pipeline = await client.create("MediaPipeline")
        page = await chromium.new_page(f"{site}/{PAGE}")
        await page.evaluate("open('mine', {ordered: false, maxRetransmits: 0})")
        endpoint = await join(client, page, pipeline)
        await page.wait_for("isOpen('mine')")
        await client.invoke(
            endpoint,
            "createDataChannel",
            label="theirs",
            ordered=False,
            maxPacketLifeTime=1000,
            maxRetransmits=-1,
            protocol="p",
        )
        await page.wait_for("isOpen('theirs')")
        theirs = await page.evaluate("limits('theirs')")
        assert theirs == {
            "id": 1,
            "protocol": "p",
            "ordered": False,
            "maxPacketLifeTime": 1000,
            "maxRetransmits": None,
        }
        mine = await page.evaluate("limits('mine')")
        for label in ("mine", "theirs"):
            await page.evaluate("channels.get(label).send(label)", label=label)
        await page.wait_for("received.length === 2")
        assert sorted(await page.evaluate("messages()")) == [["mine", "mine"], ["theirs", "theirs"]]

        await page.evaluate("channels.get('theirs').close()")
        await client.invoke(endpoint, "closeDataChannel", channelId=mine["id"])
        await page.wait_for("closed.length === 2")
        ids = []
        for _ in range(2):
            ids.append((await client.expect("DataChannelClosed", endpoint)).data["channelId"])
        assert sorted(ids) == [mine["id"], theirs["id"]]
        stats = await client.invoke(endpoint, "getStats", mediaType="DATA")
        [session] = stats.values()
        assert (session["dataChannelsOpened"], session["dataChannelsClosed"]) == (2, 2)


async def test_from_browser_to_browser(server: RunningServer, chromium: Chromium, site: str) -> None:
    size, count = 100_000, 200
    async with open_client(server.ws_url) as client:
        pipeline = await client.create("MediaPipeline")
        pages, endpoint = [], None
        for _ in range(2):
            page = await chromium.new_page(f"{site}/{PAGE}")
            await page.evaluate("open('file')")
            endpoint = await join(client, page, pipeline, source=endpoint)
            await page.wait_for("isOpen('file')")
            pages.append(page)
        one, two = pages
        sent = await send_everything(one, "file")
        await two.wait_for(f"received.length === {len(sent)}")
        assert await two.evaluate("messages()") == [["file", each] for each in sent]

        await two.evaluate("void (received.length = 0)")
        seconds: list[float] = []

        async def measure() -> None:
            seconds.append(await two.evaluate("secondsUntil(bytes)", bytes=size * count))

        with trio.fail_after(PATIENCE_S):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(measure)
                await one.evaluate("flood('file', count, size)", count=count, size=size)
        assert await two.evaluate("received.length") == count
        print(f"{size * count * 8 / seconds[0] / 1e6:.0f} Mbit/s through the server")

"""ICE-TCP with Chromium: a browser that is told of TCP only, and of whose UDP addresses the server hears nothing."""

from __future__ import annotations

import pytest

from kms_trio.testing.rpc import open_client
from tests.interop.harness.chromium import Chromium
from tests.interop.harness.server import RunningServer

pytestmark = [pytest.mark.interop, pytest.mark.slow]


CAMERA = """
    navigator.mediaDevices.getUserMedia({ audio: true, video: true })
        .then((stream) => stream.getTracks().forEach((track) => connection.addTrack(track, stream)))
"""
DECODED = """
    connection.getStats().then((stats) =>
        [...stats.values()].some((each) => each.type === "inbound-rtp" && each.framesDecoded > 30))
"""


def without(sdp: str, transport: str = "") -> str:
    """The description without candidates (of one transport)."""
    return "".join(
        line
        for line in sdp.splitlines(keepends=True)
        if not (line.startswith("a=candidate:") and (not transport or f" {transport} " in line.lower()))
    )


async def test_data_and_media_over_tcp(server: RunningServer, chromium: Chromium, site: str) -> None:
    async with open_client(server.ws_url) as client:
        pipeline = await client.create("MediaPipeline")
        page = await chromium.new_page(f"{site}/data_channels.html")
        await page.evaluate("open(label, {})", label="mine")
        await page.evaluate(CAMERA)
        offer = without(await page.evaluate("offer(false)"))
        endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline, useDataChannels=True)
        await client.subscribe(endpoint, "IceGatheringDone", "NewCandidatePairSelected", "MediaFlowInStateChanged")
        await client.invoke(endpoint, "processOffer", offer=offer)
        await client.invoke(endpoint, "connect", sink=endpoint)
        await client.invoke(endpoint, "gatherCandidates")
        await client.expect("IceGatheringDone", endpoint)
        answer = await client.invoke(endpoint, "getLocalSessionDescriptor")
        await page.evaluate("accept(sdp)", sdp=without(answer, "udp"))
        await page.wait_for("isOpen('mine')")
        pair = (await client.expect("NewCandidatePairSelected", endpoint)).data["candidatePair"]
        assert pair["localCandidate"].endswith(" typ host tcptype passive")
        await page.evaluate("channels.get('mine').send(bytesOf(200000, 1))")
        await page.wait_for("received.length === 1")
        flowing = {(await client.expect("MediaFlowInStateChanged", endpoint)).data["mediaType"] for _ in range(2)}
        assert flowing == {"AUDIO", "VIDEO"}
        await page.wait_for(DECODED)

"""A browser whose first media the server cannot use: the transport that it made for all is used all the same."""

from __future__ import annotations

import pytest

from kms_trio.testing.rpc import open_client
from tests.interop.harness.chromium import Chromium
from tests.interop.harness.server import RunningServer

pytestmark = [pytest.mark.interop, pytest.mark.slow]

OFFER = """(async () => {
    window.pc = new RTCPeerConnection({ bundlePolicy });
    const g722 = RTCRtpReceiver.getCapabilities("audio").codecs.filter(({ mimeType }) => mimeType === "audio/G722");
    pc.addTransceiver("audio").setCodecPreferences(g722);
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    pc.addTransceiver(stream.getVideoTracks()[0], { streams: [stream] });
    const gathered = new Promise((resolve) => {
        pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && resolve();
    });
    await pc.setLocalDescription();
    await gathered;
    return pc.localDescription.sdp;
})()"""
DECODED = """
    pc.getStats().then((stats) =>
        [...stats.values()].some((each) => each.type === "inbound-rtp" && each.framesDecoded > 10))
"""


@pytest.mark.parametrize("bundle_policy", ["balanced", "max-bundle"])
async def test_the_second_media_flows(server: RunningServer, chromium: Chromium, site: str, bundle_policy: str) -> None:
    async with open_client(server.ws_url) as client:
        pipeline = await client.create("MediaPipeline")
        page = await chromium.new_page(f"{site}/peer.html")
        offer = await page.evaluate(OFFER, bundlePolicy=bundle_policy)
        endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
        await client.subscribe(endpoint, "IceGatheringDone")
        await client.invoke(endpoint, "processOffer", offer=offer)
        await client.invoke(endpoint, "connect", sink=endpoint)
        await client.invoke(endpoint, "gatherCandidates")
        await client.expect("IceGatheringDone", endpoint)
        answer = await client.invoke(endpoint, "getLocalSessionDescriptor")
        await page.evaluate("pc.setRemoteDescription({ type: 'answer', sdp })", sdp=answer)
        await page.wait_for(DECODED)

"""Chromium behind a network that loses a tenth of all datagrams each way: retransmission streams (RFC 4588) at work."""

from __future__ import annotations

import attrs
import pytest

from kms_trio.rtc.ice import format_candidate, parse_candidate
from kms_trio.testing.rpc import open_client
from tests.interop.harness.chromium import Chromium
from tests.interop.harness.lossy_relay import run_lossy_relay
from tests.interop.harness.server import RunningServer
from tests.interop.test_ice_tcp import CAMERA, without

pytestmark = [pytest.mark.interop, pytest.mark.slow]

LOSS = 0.1
STATS = "connection.getStats().then((stats) => [...stats.values()].filter(({ kind }) => kind === 'video'))"
FLOWING = f"{STATS}.then((all) => all.some((each) => each.type === 'inbound-rtp' && each.framesDecoded > 30))"
REPAIRED = f"""{STATS}.then((all) => {{
    const sent = all.find(({{ type }}) => type === "outbound-rtp");
    const came = all.find(({{ type }}) => type === "inbound-rtp");
    const heard = all.find(({{ type }}) => type === "remote-inbound-rtp");
    return sent.retransmittedPacketsSent > 10 && sent.nackCount > 0 && heard.packetsLost > 0
        && came.retransmittedPacketsReceived > 10 && came.nackCount > 0 && came.framesDecoded > frames + 60
        && {{ sent, came }};
}})"""


async def test_video_goes_both_ways_through_losses(server: RunningServer, chromium: Chromium, site: str) -> None:
    async with open_client(server.ws_url) as client:
        pipeline = await client.create("MediaPipeline")
        page = await chromium.new_page(f"{site}/data_channels.html")
        await page.evaluate(CAMERA)
        offer = without(await page.evaluate("offer(false)"))
        endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
        await client.subscribe(endpoint, "IceCandidateFound", "IceGatheringDone")
        await client.invoke(endpoint, "processOffer", offer=offer)
        await client.invoke(endpoint, "connect", sink=endpoint)
        await client.invoke(endpoint, "gatherCandidates")
        await client.expect("IceGatheringDone", endpoint)
        found = [
            parse_candidate(event.data["candidate"]["candidate"])
            for event in client.events
            if event.name == "IceCandidateFound"
        ]
        own = next(each for each in found if each.transport == "udp" and "." in each.host)
        async with run_lossy_relay(own.address, LOSS) as relay:
            answer = without(await client.invoke(endpoint, "getLocalSessionDescriptor"))
            await page.evaluate("accept(sdp)", sdp=answer)
            only = format_candidate(attrs.evolve(own, host="127.0.0.1", port=relay.port))
            await page.evaluate("connection.addIceCandidate({ candidate, sdpMLineIndex: 0 })", candidate=only)
            await page.wait_for(FLOWING)
            relay.to_server.active = relay.to_browser.active = True
            before = await page.evaluate(
                f"{STATS}.then((all) => all.find((each) => each.type === 'inbound-rtp').framesDecoded)"
            )
            seen = await page.wait_for(REPAIRED, frames=before)
            assert seen["sent"]["rtxSsrc"]
            assert seen["came"]["rtxSsrc"]
            assert relay.to_server.lost
            assert relay.to_browser.lost
            stats = await client.invoke(endpoint, "getStats", mediaType="VIDEO")
            [inbound] = [entry for entry in stats.values() if entry["type"] == "inboundrtp"]
            assert inbound["nackCount"] > 0
            assert inbound["packetsLost"] > 0

"""Signalling by the test itself, without trickle: the page's whole offer, the endpoint's whole answer."""

from __future__ import annotations

from typing import Literal

from kms_trio.testing.rpc import RpcClient
from tests.interop.harness.page import BrowserPage

Source = Literal["camera", "clapper", "easel", "easelWithMicrophone"]


async def join(
    client: RpcClient,
    page: BrowserPage,
    pipeline: str,
    *,
    source: Source | None = None,
    feed: str | None = None,
    loopback: bool = False,
) -> str:
    """Makes a WebRtcEndpoint for a page at peer.html and returns its id.

    The page sends `source`, if any; it receives what `feed` sends, if any, or with `loopback` what it sends itself.
    """
    receives = loopback or feed is not None
    direction = {(True, True): "sendrecv", (True, False): "sendonly"}.get((source is not None, receives), "recvonly")
    offer = await page.evaluate(f"offer({source or 'null'}, direction)", direction=direction)
    endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
    await client.subscribe(endpoint, "IceGatheringDone")
    await client.invoke(endpoint, "processOffer", offer=offer)
    if receives:
        await client.invoke(feed or endpoint, "connect", sink=endpoint)
    await client.invoke(endpoint, "gatherCandidates")
    await client.expect("IceGatheringDone", endpoint)
    answer = await client.invoke(endpoint, "getLocalSessionDescriptor")
    await page.evaluate("accept(sdp)", sdp=answer)
    return endpoint

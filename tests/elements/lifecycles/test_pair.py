"""Two endpoints of one server that talk to each other, a player before them, a recorder behind: a recorded Kurento's
events, but for data channels, of which each tells once (docs/compatibility.md).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from trio.testing import MockClock

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.testing.clips import write_clip
from kms_trio.testing.rpc import RpcClient
from tests.elements.lifecycles.journal import Journal, connected, gathered, negotiated, transport_up


async def test_pair(clock: MockClock, client: RpcClient, journal: Journal, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.webm", seconds=20.0, audio=None)
    pipeline = await client.create("MediaPipeline")
    player = await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=clip.as_uri(), useEncodedMedia=True)
    a, b = [
        await journal.watch(await client.create("WebRtcEndpoint", mediaPipeline=pipeline, useDataChannels=True), name)
        for name in ("a", "b")
    ]
    take = tmp_path / "take.webm"
    created = await client.create(
        "RecorderEndpoint", mediaPipeline=pipeline, uri=take.as_uri(), mediaProfile="WEBM_VIDEO_ONLY"
    )
    recorder = await journal.watch(created, "recorder")

    # They come with the first RTCP, which is sent at random times.
    media_states = ["a MediaStateChanged CONNECTED", "b MediaStateChanged CONNECTED"]
    offer = await client.invoke(a, "generateOffer")
    answer = await client.invoke(b, "processOffer", offer=offer)
    await client.invoke(a, "processAnswer", answer=answer)
    for endpoint in (a, b):
        await client.invoke(endpoint, "gatherCandidates")
    for source, sink in ((a, b), (b, a)):
        for candidate in await candidates_of(client, journal, source):
            await client.invoke(sink, "addIceCandidate", candidate=candidate)
    await journal.expect(
        *negotiated("a"),
        *negotiated("b"),
        *gathered("a"),
        *gathered("b"),
        *(each for name in "ab" for each in transport_up(name) if "MediaState" not in each),
        perhaps=media_states,
    )

    await client.invoke(player, "connect", sink=a)
    await client.invoke(b, "connect", sink=recorder)
    await client.invoke(recorder, "record")
    await client.invoke(player, "play")
    await journal.expect(
        *connected("b", "recorder"),
        "a MediaFlowInStateChanged VIDEO FLOWING",
        "b MediaFlowOutStateChanged VIDEO FLOWING",
        "b MediaTranscodingStateChanged VIDEO NOT_TRANSCODING",
        "recorder MediaFlowInStateChanged VIDEO FLOWING",
        "recorder Recording",
        "recorder UriEndpointStateChanged START",
        perhaps=media_states,
    )
    for endpoint in (a, b):
        assert await client.invoke(endpoint, "getConnectionState") == "CONNECTED"
    assert not await client.invoke(a, "isMediaFlowingOut", mediaType="VIDEO")
    assert await client.invoke(b, "isMediaFlowingOut", mediaType="VIDEO")
    with pytest.raises(KurentoError, match="must be requested from a subscriber element") as refused:
        await client.invoke(b, "requestKeyframe")
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_OPERATION_NOT_SUPPORTED

    await client.invoke(a, "createDataChannel", label="x")
    await journal.expect("a DataChannelOpened", "b DataChannelOpened", perhaps=media_states)
    channel = journal.data["a DataChannelOpened"]["channelId"]
    assert journal.data["b DataChannelOpened"]["channelId"] == channel
    await client.invoke(a, "closeDataChannel", channelId=channel)
    await journal.expect("a DataChannelClosed", "b DataChannelClosed", perhaps=media_states)

    await client.invoke(recorder, "stopAndWait")
    await journal.expect("recorder Stopped", "recorder UriEndpointStateChanged STOP", perhaps=media_states)
    assert take.stat().st_size > 0
    await client.release(a)
    await journal.expect(
        "b MediaFlowOutStateChanged VIDEO NOT_FLOWING",
        "recorder MediaFlowInStateChanged VIDEO NOT_FLOWING",
        perhaps=[
            *media_states,
            # The peer said goodbye, which Kurento's does not.
            "b DtlsConnectionStateChange dtlssrtpdec CLOSED",
            "b DtlsConnectionStateChange dtlssrtpenc CLOSED",
            "b ConnectionStateChanged DISCONNECTED",
            "b MediaStateChanged DISCONNECTED",
        ],
    )


async def candidates_of(client: RpcClient, journal: Journal, endpoint: str) -> list[dict[str, object]]:
    """What an endpoint found by now."""
    await client.request("ping")
    return [candidate for source, candidate in journal.found() if source == endpoint]

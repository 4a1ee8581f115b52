"""What getStats holds, for all kinds of elements, at rest and while media flows: shapes recorded from Kurento 7.3.0."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.testing.clips import write_clip
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient
from tests.elements.lifecycles.cast import publishing, watching
from tests.elements.lifecycles.journal import Journal
from tests.elements.webrtc.conftest import server
from tests.rpc.inventory import inventory

__all__ = ["server"]  # in real time: latencies are what is measured

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BOTH = ["sink_audio_default", "sink_video_default"]


async def stats(client: RpcClient, element: str, media_type: str | None = None) -> dict[str, dict[str, Any]]:
    """The statistics of an element, seen to be what the API says."""
    selector = {} if media_type is None else {"mediaType": media_type}
    value = await client.invoke(element, "getStats", **selector)
    assert list(inventory().misfits(value, "Stats<>")) == []
    assert all(entry["id"] == key for key, entry in (value or {}).items())
    return value or {}


def types(entries: dict[str, dict[str, Any]]) -> list[str]:
    return sorted(entry["__type__"] for entry in entries.values())


def rtp(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What Kurento has, too."""
    return {key: entry for key, entry in entries.items() if entry["type"] in ("inboundrtp", "outboundrtp")}


def latencies(entry: dict[str, Any], kind: str) -> dict[str, float]:
    return {each["name"]: each["avg"] for each in entry[kind]}


async def test_stats_of_every_kind_of_element(
    client: RpcClient, journal: Journal, vp8_frames: Sequence[EncodedFrame], tmp_path: Path
) -> None:
    pipeline = await client.create("MediaPipeline")
    clip = write_clip(tmp_path / "clip.webm", seconds=20.0).as_uri()
    take = (tmp_path / "take.webm").as_uri()
    player = await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=clip)
    passed = await client.create("PassThrough", mediaPipeline=pipeline)
    shown = await client.create("RecorderEndpoint", mediaPipeline=pipeline, uri=(tmp_path / "p.webm").as_uri())
    recorder = await client.create("RecorderEndpoint", mediaPipeline=pipeline, uri=take)
    composite = await client.create("Composite", mediaPipeline=pipeline)
    port = await client.create("HubPort", hub=composite)
    at_rest = (player, passed, shown, recorder, port)
    for element in at_rest:
        for media_type in (None, "AUDIO", "VIDEO", "DATA"):
            assert await stats(client, element, media_type) == {}
            selector = {} if media_type is None else {"mediaType": media_type}
            assert await client.invoke(element, "getStats", **selector) is None

    async with (
        publishing(client, journal, pipeline, vp8_frames) as source,
        watching(client, journal, pipeline) as watcher,
    ):
        viewer = watcher.endpoint
        for sink in (viewer, recorder, port):
            await client.invoke(source, "connect", sink=sink)
        await client.invoke(player, "connect", sink=passed)
        await client.invoke(passed, "connect", sink=shown)
        for take_it in (recorder, shown):
            await client.invoke(take_it, "record")
        await client.invoke(player, "play")
        await until(lambda: "video" in watcher.peer.tracks and len(watcher.peer.tracks["video"].frames) > 30)
        await until_flowing(client, (viewer, recorder, port, passed))

        incoming = rtp(await stats(client, source))
        assert types(incoming) == ["RTCInboundRTPStreamStats"] * 2
        assert all(UUID.fullmatch(key) for key in incoming)
        assert all(entry["packetsReceived"] > 10 and entry["packetsLost"] == 0 for entry in incoming.values())
        assert types(rtp(await stats(client, viewer))) == ["RTCOutboundRTPStreamStats"] * 2
        for media_type in ("AUDIO", "VIDEO"):
            [(key, entry)] = (await stats(client, source, media_type)).items()
            assert incoming[key]["ssrc"] == entry["ssrc"], "the same ids from call to call"
        assert await stats(client, source, "DATA") == {}
        for element in at_rest:
            assert await stats(client, element) == {}

        await client.invoke(pipeline, "setLatencyStats", latencyStats=True)
        await until_measured(client, (viewer, recorder, passed))  # nobody takes what the composite would make
        for endpoint in (source, viewer, recorder):
            entry = (await stats(client, endpoint))[endpoint]
            assert (entry["__type__"], entry["type"]) == ("EndpointStats", "endpoint")
            assert sorted(latencies(entry, "inputLatency")) == sorted(latencies(entry, "E2ELatency")) == BOTH
        for element in (passed, port):
            entry = (await stats(client, element))[element]
            assert (entry["__type__"], entry["type"]) == ("ElementStats", "element")
            assert sorted(latencies(entry, "inputLatency")) == BOTH
        entry = (await stats(client, player))[player]
        assert (entry["__type__"], entry["inputLatency"]) == ("ElementStats", [])
        assert set(latencies((await stats(client, source))[source], "E2ELatency").values()) == {0.0}
        for media_type, names in (("AUDIO", BOTH[:1]), ("VIDEO", BOTH[1:]), ("DATA", BOTH)):
            entry = (await stats(client, viewer, media_type))[viewer]
            assert sorted(latencies(entry, "E2ELatency")) == names

        await client.invoke(pipeline, "setLatencyStats", latencyStats=False)
        assert types(rtp(await stats(client, viewer))) == ["RTCOutboundRTPStreamStats"] * 2
        assert await stats(client, passed) == {}


async def until_flowing(client: RpcClient, elements: Sequence[str]) -> None:
    for element in elements:
        for media_type in ("AUDIO", "VIDEO"):
            with trio.fail_after(PATIENCE_S):
                while not await client.invoke(element, "isMediaFlowingIn", mediaType=media_type):
                    pass  # asking again takes the time that it takes


async def until_measured(client: RpcClient, elements: Sequence[str]) -> None:
    """Wait until every input has a figure."""
    for element in elements:
        with trio.fail_after(PATIENCE_S):
            while not all(latencies((await stats(client, element))[element], "inputLatency").values()):
                pass

"""Playing to a WebRTC peer, through all states and failures: the events of a recorded Kurento 7.3.0.

Where Kurento's pause and setPosition break, what its documentation says is expected (docs/compatibility.md).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from trio.testing import MockClock

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.testing.clips import write_clip
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.lifecycles.cast import watching
from tests.elements.lifecycles.journal import Journal, connected, each_media

START = "player UriEndpointStateChanged START"
STOP = "player UriEndpointStateChanged STOP"
PAUSE = "player UriEndpointStateChanged PAUSE"
FLOWING = each_media("player MediaFlowOutStateChanged * FLOWING", "viewer MediaFlowInStateChanged * FLOWING")
SILENT = each_media("player MediaFlowOutStateChanged * NOT_FLOWING", "viewer MediaFlowInStateChanged * NOT_FLOWING")
NO_VIDEO = {"isSeekable": False, "seekableInit": 0, "seekableEnd": 0, "duration": 0}


def video_info(value: dict[str, object]) -> dict[str, object]:
    return {key: each for key, each in value.items() if not key.startswith("__")}


@pytest.mark.parametrize("encoded", [False, True])
async def test_play_to_the_end_and_again(
    clock: MockClock, client: RpcClient, journal: Journal, tmp_path: Path, encoded: bool
) -> None:
    uri = write_clip(tmp_path / "clip.webm", seconds=2.0).as_uri()
    pipeline = await client.create("MediaPipeline")
    created = await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=uri, useEncodedMedia=encoded)
    player = await journal.watch(created, "player")
    async with watching(client, journal, pipeline) as viewer:
        await client.invoke(player, "connect", sink=viewer.endpoint)
        await journal.expect(*connected("player", "viewer"))
        assert await client.invoke(player, "getState") == "STOP"
        assert await client.invoke(player, "getPosition") == 0
        assert video_info(await client.invoke(player, "getVideoInfo")) == NO_VIDEO
        with pytest.raises(KurentoError, match="Seek fails") as refused:
            await client.invoke(player, "setPosition", position=1000)
        assert refused.value.code == ErrorCode.PLAYER_SEEK_FAIL

        await client.invoke(player, "play")
        kind = "NOT_TRANSCODING" if encoded else "TRANSCODING"
        await journal.expect(START, *FLOWING, *each_media(f"player MediaTranscodingStateChanged * {kind}"))
        if encoded:
            for media_type in ("AUDIO", "VIDEO"):
                journal.in_order(
                    f"player MediaFlowOutStateChanged {media_type} FLOWING",
                    f"player MediaTranscodingStateChanged {media_type} NOT_TRANSCODING",
                )
        await client.invoke(player, "play")  # it plays already
        await journal.nothing_but()
        info = video_info(await client.invoke(player, "getVideoInfo"))
        assert info["isSeekable"] is True
        assert info["duration"] == info["seekableEnd"]
        assert info["duration"] == pytest.approx(2000, abs=150)

        await journal.expect("player EndOfStream", STOP)
        assert await client.invoke(player, "getState") == "STOP"
        assert await client.invoke(player, "getPosition") == 0
        assert video_info(await client.invoke(player, "getVideoInfo")) == NO_VIDEO
        await journal.expect(*SILENT)

        await client.invoke(player, "play")
        await journal.expect(START, *FLOWING)
        await client.invoke(player, "stop")
        await journal.expect(STOP)
        await client.invoke(player, "stop")
        await journal.nothing_but()
        await client.invoke(player, "pause")  # of what is stopped: a state like any other
        await journal.expect(PAUSE)
        assert await client.invoke(player, "getState") == "PAUSE"


async def test_pause_seek_and_go_on(clock: MockClock, client: RpcClient, journal: Journal, tmp_path: Path) -> None:
    uri = write_clip(tmp_path / "clip.webm", seconds=6.0).as_uri()
    pipeline = await client.create("MediaPipeline")
    player = await journal.watch(await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=uri), "player")
    async with watching(client, journal, pipeline) as viewer:
        await client.invoke(player, "connect", sink=viewer.endpoint)
        await client.invoke(player, "play")
        await journal.expect(
            *connected("player", "viewer"),
            START,
            *FLOWING,
            *each_media("player MediaTranscodingStateChanged * TRANSCODING"),
        )
        await client.invoke(player, "pause")
        await journal.expect(PAUSE)
        paused_at = await client.invoke(player, "getPosition")
        await client.invoke(player, "pause")
        await journal.nothing_but()
        await client.invoke(player, "setPosition", position=4000)
        assert paused_at < 3000
        await client.invoke(player, "play")
        await journal.expect(START, perhaps=[*SILENT, *FLOWING])
        frames = len(viewer.peer.tracks["video"].frames)
        await until(lambda: len(viewer.peer.tracks["video"].frames) > frames + 5)
        assert await client.invoke(player, "getPosition") >= 4000
        await journal.expect("player EndOfStream", STOP, perhaps=[*SILENT, *FLOWING])

        # What goes while it plays says nothing; the viewer notices the silence.
        await client.invoke(player, "play")
        await journal.expect(START, perhaps=[*SILENT, *FLOWING])
        frames = len(viewer.peer.tracks["video"].frames)
        await until(lambda: len(viewer.peer.tracks["video"].frames) > frames + 5)
        await client.release(player)
        await journal.expect(*each_media("viewer MediaFlowInStateChanged * NOT_FLOWING"), perhaps=[*SILENT, *FLOWING])


@pytest.mark.parametrize(
    ("uri", "error", "code"),
    [
        ("file:///no/such/file.webm", "INVALID_URI", 0),
        ("http://127.0.0.1:1/x.webm", "INVALID_URI", 0),
        ("foo://bar/x.webm", "UNEXPECTED_ELEMENT_ERROR", 12),
    ],
)
async def test_what_cannot_be_played(
    clock: MockClock, client: RpcClient, journal: Journal, uri: str, error: str, code: int
) -> None:
    pipeline = await client.create("MediaPipeline")
    player = await journal.watch(await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=uri), "player")
    await client.invoke(player, "play")
    await journal.expect(START, f"player Error {error}", perhaps=["player Error UNEXPECTED_ELEMENT_ERROR"])
    assert journal.data[f"player Error {error}"]["errorCode"] == code
    assert await client.invoke(player, "getState") == "START"
    await client.invoke(player, "stop")
    await journal.expect(STOP)


async def test_a_file_that_breaks_off_ends_like_any_other(
    clock: MockClock, client: RpcClient, journal: Journal, tmp_path: Path
) -> None:
    whole = write_clip(tmp_path / "whole.webm", seconds=2.0).read_bytes()
    (tmp_path / "half.webm").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "noise.webm").write_bytes(bytes(range(256)) * 40)
    pipeline = await client.create("MediaPipeline")
    for file, events in (
        ("half.webm", ["player EndOfStream", STOP]),
        ("noise.webm", ["player Error UNEXPECTED_ELEMENT_ERROR"]),
    ):
        uri = (tmp_path / file).as_uri()
        player = await journal.watch(await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=uri), "player")
        await client.invoke(player, "play")
        await journal.expect(
            START,
            *events,
            perhaps=["player Error STREAM_ERROR_FAILED", *each_media("player MediaFlowOutStateChanged * FLOWING")],
        )
        await client.release(player)

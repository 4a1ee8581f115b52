"""Recording what a WebRTC peer sends, through all states: the events of a recorded Kurento 7.3.0."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
from trio.testing import MockClock

from kms_trio.media.frames import EncodedFrame
from kms_trio.testing.rpc import RpcClient
from tests.elements.lifecycles.cast import publishing
from tests.elements.lifecycles.journal import Journal, connected, disconnected, each_media

PAUSED = ("recorder Paused", "recorder UriEndpointStateChanged PAUSE")
RECORDING = ("recorder Recording", "recorder UriEndpointStateChanged START")
STOPPED = ("recorder Stopped", "recorder UriEndpointStateChanged STOP")


async def recorder(client: RpcClient, journal: Journal, pipeline: str, path: Path, profile: str) -> str:
    created = await client.create("RecorderEndpoint", mediaPipeline=pipeline, uri=path.as_uri(), mediaProfile=profile)
    return await journal.watch(created, "recorder")


async def test_record_pause_resume_stop(
    clock: MockClock, client: RpcClient, journal: Journal, vp8_frames: Sequence[EncodedFrame], tmp_path: Path
) -> None:
    pipeline = await client.create("MediaPipeline")
    path = tmp_path / "take.webm"
    taking = await recorder(client, journal, pipeline, path, "WEBM")
    async with publishing(client, journal, pipeline, vp8_frames) as webrtc:

        async def state() -> str:
            found: str = await client.invoke(taking, "getState")
            return found

        await client.invoke(webrtc, "connect", sink=taking)
        await journal.expect(*connected("webrtc", "recorder"))
        assert await state() == "STOP"
        await client.invoke(taking, "pause")  # odd, but so it is
        await journal.expect(*PAUSED)

        await client.invoke(taking, "record")
        await journal.expect(
            *RECORDING,
            *each_media(
                "webrtc MediaTranscodingStateChanged * NOT_TRANSCODING", "recorder MediaFlowInStateChanged * FLOWING"
            ),
        )
        assert await state() == "START"
        await client.invoke(taking, "pause")
        await journal.expect(*PAUSED)
        assert await state() == "PAUSE"
        await client.invoke(taking, "record")
        await journal.expect(*RECORDING)
        await client.invoke(taking, "record")
        await journal.nothing_but()

        await client.invoke(taking, "stopAndWait")
        await journal.expect(*STOPPED)
        assert await state() == "STOP"
        size = path.stat().st_size
        # One take each: these are answered, and do nothing.
        for operation in ("record", "stopAndWait", "stop"):
            await client.invoke(taking, operation)
            assert await state() == "STOP"
        await journal.nothing_but()
        assert path.stat().st_size == size
        with av.open(str(path)) as container:
            assert {stream.codec_context.name for stream in container.streams} == {"vp8", "opus"}

        await client.release(taking)
        await journal.expect(*disconnected("webrtc", "recorder"))


async def test_video_alone_into_a_folder_that_is_made(
    clock: MockClock, client: RpcClient, journal: Journal, vp8_frames: Sequence[EncodedFrame], tmp_path: Path
) -> None:
    pipeline = await client.create("MediaPipeline")
    path = tmp_path / "new" / "folder" / "take.webm"
    taking = await recorder(client, journal, pipeline, path, "WEBM_VIDEO_ONLY")
    async with publishing(client, journal, pipeline, vp8_frames) as webrtc:
        await client.invoke(webrtc, "connect", sink=taking, mediaType="VIDEO")
        await client.invoke(taking, "record")
        await journal.expect(
            "webrtc ElementConnected VIDEO recorder",
            "webrtc MediaTranscodingStateChanged VIDEO NOT_TRANSCODING",
            "recorder MediaFlowInStateChanged VIDEO FLOWING",
            *RECORDING,
        )
        await client.invoke(taking, "stopAndWait")
        await journal.expect(*STOPPED)
    assert path.stat().st_size > 0


async def test_a_file_that_cannot_be_written(
    clock: MockClock, client: RpcClient, journal: Journal, vp8_frames: Sequence[EncodedFrame], tmp_path: Path
) -> None:
    pipeline = await client.create("MediaPipeline")
    (tmp_path / "blocked").write_text("not a folder")
    taking = await recorder(client, journal, pipeline, tmp_path / "blocked" / "x.webm", "WEBM")
    async with publishing(client, journal, pipeline, vp8_frames) as webrtc:
        await client.invoke(webrtc, "connect", sink=taking)
        await journal.expect(*connected("webrtc", "recorder"))
        await client.invoke(taking, "record")
        await journal.expect(
            "recorder Error RESOURCE_ERROR_OPEN",
            perhaps=[
                "recorder Error UNEXPECTED_ELEMENT_ERROR",
                *each_media(
                    "webrtc MediaTranscodingStateChanged * NOT_TRANSCODING",
                    "recorder MediaFlowInStateChanged * FLOWING",
                ),
            ],
        )
        error = journal.data["recorder Error RESOURCE_ERROR_OPEN"]
        assert error["errorCode"] == 6
        assert error["description"].startswith("Error code 6: Could not open file ")
        assert await client.invoke(taking, "getState") == "STOP"
        await client.invoke(taking, "stopAndWait")

"""Recordings of a browser: complete, in sync, played back to a browser, and worth something after kill -9."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import attrs
import av
import numpy as np
import pytest
import trio

from kms_trio.testing.rpc import open_client
from tests.interop.harness.chromium import Chromium
from tests.interop.harness.server import RunningServer
from tests.interop.harness.signalling import join
from tests.interop.harness.tools import require_program

pytestmark = [pytest.mark.interop, pytest.mark.slow]

RECORDED_S = 8
LIP_SYNC_LIMIT_S = 0.080


async def ffprobe(file: Path) -> dict[str, Any]:
    """What ffprobe finds, with every frame decoded and counted."""
    program = require_program("ffprobe", "ffmpeg")
    command = [program, "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", str(file)]
    done = await trio.run_process(command, capture_stdout=True, capture_stderr=True)
    assert not done.stderr, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def flashes(file: Path) -> list[float]:
    """Seconds at which the picture turns white."""
    times, was_white = [], True
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            white = float(np.asarray(frame.to_ndarray(format="gray")).mean()) > 128
            if white and not was_white and frame.time is not None:
                times.append(frame.time)
            was_white = white
    return times


def tones(file: Path) -> list[float]:
    """Seconds at which a tone begins."""
    times: list[float] = []
    quiet_since = 0.0
    with av.open(str(file)) as container:
        for frame in container.decode(audio=0):
            assert frame.time is not None
            samples = np.abs(np.asarray(frame.to_ndarray(), dtype=np.float64))
            per_sample = samples.reshape(len(samples), -1).max(axis=0)
            if not frame.format.is_planar:
                per_sample = per_sample.reshape(-1, frame.layout.nb_channels).max(axis=1)
            for index in np.flatnonzero(per_sample > 0.2):
                time = frame.time + float(index) / frame.sample_rate
                if time - quiet_since > 0.3:
                    times.append(time)
                quiet_since = time
    return times


SENT = """connection.getStats().then((stats) => {
    const video = [...stats.values()].find(({ type, kind }) => type === "outbound-rtp" && kind === "video");
    return { frames: video.framesSent, seconds: performance.now() / 1000 };
})"""


@attrs.frozen
class Sent:
    """What the browser sent, and the time by its clock: a busy one sends fewer pictures than it was asked for."""

    frames: int
    seconds: float


async def record(server: RunningServer, chromium: Chromium, site: str, file: Path, profile: str) -> Sent:
    """Records the clapperboard for RECORDED_S seconds or somewhat longer."""
    async with open_client(server.ws_url) as client:
        pipeline = await client.create("MediaPipeline")
        page = await chromium.new_page(f"{site}/peer.html")
        endpoint = await join(client, page, pipeline, source="clapper")
        recorder = await client.create(
            "RecorderEndpoint", mediaPipeline=pipeline, uri=file.as_uri(), mediaProfile=profile
        )
        await client.subscribe(recorder, "Recording")
        await client.invoke(endpoint, "connect", sink=recorder)
        await client.invoke(recorder, "record")
        await client.expect("Recording", recorder)
        before = Sent(**await page.evaluate(SENT))
        await page.evaluate("new Promise((resolve) => setTimeout(resolve, time))", time=RECORDED_S * 1000)
        after = Sent(**await page.evaluate(SENT))
        await client.invoke(recorder, "stopAndWait")
        await client.release(pipeline)
        await page.close()
        return Sent(after.frames - before.frames, after.seconds - before.seconds)


@pytest.mark.parametrize("profile", ["WEBM", "MP4"])
async def test_both_tracks_in_sync(
    server: RunningServer, chromium: Chromium, site: str, tmp_path: Path, profile: str
) -> None:
    file = tmp_path / f"take.{profile.lower()}"
    sent = await record(server, chromium, site, file, profile)
    found = await ffprobe(file)
    streams = {stream["codec_type"]: stream for stream in found["streams"]}
    codecs = {kind: stream["codec_name"] for kind, stream in streams.items()}
    assert codecs == {"WEBM": {"video": "vp8", "audio": "opus"}, "MP4": {"video": "h264", "audio": "aac"}}[profile]
    assert int(streams["video"]["nb_read_frames"]) >= 0.9 * sent.frames
    assert sent.seconds - 1 < float(found["format"]["duration"])

    seen, heard = flashes(file), tones(file)
    assert len(seen) >= RECORDED_S - 2
    offsets = [min((tone - flash for tone in heard), key=abs) for flash in seen]
    assert abs(float(np.median(offsets))) < LIP_SYNC_LIMIT_S, offsets


async def test_played_back_to_a_browser(server: RunningServer, chromium: Chromium, site: str, tmp_path: Path) -> None:
    file = tmp_path / "take.webm"
    sent = await record(server, chromium, site, file, "WEBM")
    for encoded in (True, False):
        async with open_client(server.ws_url) as client:
            pipeline = await client.create("MediaPipeline")
            player = await client.create(
                "PlayerEndpoint", mediaPipeline=pipeline, uri=file.as_uri(), useEncodedMedia=encoded
            )
            await client.subscribe(player, "EndOfStream")
            page = await chromium.new_page(f"{site}/peer.html")
            await join(client, page, pipeline, feed=player)
            await page.wait_for("connection.connectionState === 'connected'")
            await client.invoke(player, "play")
            await client.expect("EndOfStream", player)
            stats = await page.evaluate("receivedStats(connection)")
            assert stats["framesDecoded"] > 0.7 * sent.frames, f"useEncodedMedia {encoded}"
            assert stats["audioEnergy"] > 0
            await client.release(pipeline)
            await page.close()


async def test_what_kill_nine_leaves(server: RunningServer, chromium: Chromium, site: str, tmp_path: Path) -> None:
    file = tmp_path / "cut.webm"
    async with open_client(server.ws_url) as client:
        pipeline = await client.create("MediaPipeline")
        page = await chromium.new_page(f"{site}/peer.html")
        endpoint = await join(client, page, pipeline, source="clapper")
        recorder = await client.create("RecorderEndpoint", mediaPipeline=pipeline, uri=file.as_uri())
        await client.subscribe(recorder, "Recording")
        await client.invoke(endpoint, "connect", sink=recorder)
        await client.invoke(recorder, "record")
        await client.expect("Recording", recorder)
        started = trio.current_time()
        await page.evaluate("new Promise((resolve) => setTimeout(resolve, time))", time=RECORDED_S * 1000)
        server.kill()
        recorded_s = trio.current_time() - started
    program = require_program("ffprobe", "ffmpeg")
    command = [program, "-v", "quiet", "-show_entries", "packet=pts_time,stream_index", "-of", "json", str(file)]
    listing = await trio.run_process(command, capture_stdout=True, stderr=subprocess.DEVNULL)
    packets = json.loads(listing.stdout)["packets"]
    for stream in (0, 1):
        last = max(float(packet["pts_time"]) for packet in packets if packet["stream_index"] == stream)
        assert last > recorded_s - 2, f"stream {stream} ends {recorded_s - last:.1f} s early"
